"""A day without a relay, in simulated time: answers are written all the while, and leave when it is back."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from chaos_mail_post import Office, answer, open_one, the_office
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.db import db, transaction
from helpdesk.mail.jobs import ask_relays, send_outbox
from helpdesk.notifications.models import DeliveryState, Notice, Outbox, OutboxKind, OutboxRecipient
from tests.mail.letters import read
from tests.servers import Sink

BEGIN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BEFORE, AWAY, AFTER = 60, 24 * 60, 30  # minutes
TICKETS, ANSWERS = 40, 400


@dataclass(frozen=True, kw_only=True)
class Outage:
    """What came of it; `minutes_until_empty` counts from the return of the relay, None: never."""

    seed: int
    written: int
    delivered: int
    doubled: int
    lost: int
    out_of_order: int
    unseen: int
    told: int
    minutes_until_empty: int | None

    @property
    def is_fine(self) -> bool:
        wrong = self.doubled or self.lost or self.out_of_order or self.unseen
        return not wrong and self.told > 0 and self.minutes_until_empty is not None

    def plain(self) -> dict[str, Any]:
        return asdict(self) | {"is_fine": self.is_fine}

    def sentences(self) -> list[str]:
        return [
            f"A day without a relay: {self.written} answers written, {self.delivered} delivered once.",
            f"The last one left {self.minutes_until_empty} min after the relay was back.",
            f"Lost: {self.lost}. Doubled: {self.doubled}. Out of order on their ticket: {self.out_of_order}.",
            f"Not shown as waiting after a minute: {self.unseen}. People told: {self.told}.",
        ]


def a_day_without(port: int, seed: int) -> Outage:
    """Play it minute by minute; everything but the time is real."""
    dice, sink = random.Random(seed), Sink()  # noqa: S311  (a plan, no secret)
    sink.port = port
    office = the_office()
    with clock.frozen(partial(_same, BEGIN)), transaction():
        numbers = [open_one(office, at=BEGIN) for _ in range(TICKETS)]
    minutes = sorted(dice.randrange(BEFORE + AWAY) for _ in range(ANSWERS))
    sink.start()
    unseen, empty_at = 0, None
    for minute in range(BEFORE + AWAY + AFTER):
        if minute == BEFORE:
            sink.stop()
        if minute == BEFORE + AWAY:
            sink.start()
        moment = BEGIN + minute * MINUTE
        for _ in range(minutes.count(minute)):
            _write(office, dice.choice(numbers), moment)
        unseen += _pass(moment)
        if minute >= BEFORE + AWAY and empty_at is None and _left() == 0:
            empty_at = minute - BEFORE - AWAY
    sink.stop()
    return _found(seed, [read(one.raw)["Message-ID"] for one in sink.taken], unseen, empty_at)


def _write(office: Office, number: int, moment: datetime) -> None:
    with clock.frozen(partial(_same, moment)), transaction():
        answer(office, number, f"Written at {moment:%H:%M}.", at=moment)


def _pass(moment: datetime) -> int:
    """A minute of the worker; how many mails waited for more than it and did not say so."""
    for seconds in (0, 30):
        with clock.frozen(partial(_same, moment + timedelta(seconds=seconds))):
            ask_relays()
            send_outbox()
    with transaction():
        late = (Outbox.finished_at.is_(None), Outbox.due_at <= moment - MINUTE)
        return (
            db.session.scalar(
                select(func.count()).select_from(Outbox).where(*late, Outbox.waiting_since.is_(None))
            )
            or 0
        )


def _left() -> int:
    with transaction():
        waiting = select(func.count()).select_from(Outbox).where(Outbox.finished_at.is_(None))
        return db.session.scalar(waiting.where(Outbox.kind == OutboxKind.REPLY)) or 0


def _found(seed: int, came: Sequence[str], unseen: int, empty_at: int | None) -> Outage:
    with transaction():
        rows = db.session.execute(
            select(Outbox.rfc_message_id, Outbox.ticket_id, OutboxRecipient.state)
            .join(OutboxRecipient, OutboxRecipient.outbox_id == Outbox.id)
            .where(Outbox.kind == OutboxKind.REPLY)
            .order_by(Outbox.id)
        ).all()
        told = db.session.scalar(select(func.count()).where(Notice.kind == "mail.relay_away")) or 0
    ours = {row.rfc_message_id: row.ticket_id for row in rows}
    once = [one for one in ours if list(came).count(one) == 1]
    by_ticket = {
        ticket_id: [one for one in ours if ours[one] == ticket_id] for ticket_id in set(ours.values())
    }
    arrived = {ticket_id: [one for one in came if ours.get(one) == ticket_id] for ticket_id in by_ticket}
    return Outage(
        seed=seed,
        written=len(rows),
        delivered=len(once),
        doubled=sum(list(came).count(one) > 1 for one in ours),
        lost=sum(row.state is not DeliveryState.ACCEPTED or row.rfc_message_id not in came for row in rows),
        out_of_order=sum(arrived[ticket_id] != by_ticket[ticket_id] for ticket_id in by_ticket),
        unseen=unseen,
        told=told,
        minutes_until_empty=empty_at,
    )


def _same(moment: datetime) -> datetime:
    return moment
