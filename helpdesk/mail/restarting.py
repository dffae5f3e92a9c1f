"""Letting mail go again in a copy of the desk, and what becomes of the mails that waited in it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, update

from helpdesk import history, standstill
from helpdesk.db import db, notify
from helpdesk.errors import N_, RuleViolation
from helpdesk.events import publish
from helpdesk.firm import Firm
from helpdesk.mail.turns import PENDING
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxRecipient

MAYBE_SENT = "it waited when this copy of the desk was made; the original may have sent it"


@dataclass(frozen=True)
class Waiting:
    """Mails that have not gone out: those that came with the copy, and those written in it since."""

    from_before: int
    written_since: int


def waiting() -> Waiting:
    """How many mails wait for mail to start; one statement."""
    came = func.count().filter(Outbox.created_at <= Firm.mail_stopped_at)
    since = func.count().filter(Outbox.created_at > Firm.mail_stopped_at)
    unsent = select(came, since).select_from(Outbox).join(Firm, Firm.id == 1)
    counts = db.session.execute(unsent.where(Outbox.finished_at.is_(None))).one()
    return Waiting(*counts)


def start_mail(*, send_waiting: bool, by: int, now: datetime) -> int:
    """Fetch and send again; the number of mails from before the copy.

    They are dropped as possibly sent, unless `send_waiting`. Raises RuleViolation when mail goes already.
    """
    if not standstill.is_on():
        raise RuleViolation(N_("Mail goes already: it is fetched and sent."))
    came = list(db.session.scalars(_came_with_the_copy()))
    if not send_waiting:
        _drop(came, now)
    counts = (len(came), 0) if send_waiting else (0, len(came))
    goes = {"goes": True, "waiting_sent": counts[0] or None, "waiting_dropped": counts[1] or None}
    history.changed(("standstill", 0, ""), {"goes": False}, goes, by=by, now=now)
    publish(standstill.MailStarted(at=now, actor_id=by, waiting_sent=counts[0], waiting_dropped=counts[1]))
    standstill.end()
    notify("outbox")
    return len(came)


def _came_with_the_copy() -> Select[int]:
    return (
        select(Outbox.id)
        .join(Firm, Firm.id == 1)
        .where(Outbox.finished_at.is_(None), Outbox.created_at <= Firm.mail_stopped_at)
        .order_by(Outbox.id)
        .with_for_update(of=Outbox, key_share=True)
    )


def _drop(outbox_ids: list[int], now: datetime) -> None:
    """Nobody knows whether the original sent them, so each says so; a person may send one again."""
    db.session.execute(
        update(OutboxRecipient)
        .where(OutboxRecipient.outbox_id.in_(outbox_ids), OutboxRecipient.state.in_(PENDING))
        .values(state=DeliveryState.UNCERTAIN, answer=MAYBE_SENT, changed_at=now)
    )
    db.session.execute(
        update(Outbox)
        .where(Outbox.id.in_(outbox_ids))
        .values(finished_at=now, lease_until=None, error=MAYBE_SENT)
    )
