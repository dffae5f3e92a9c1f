"""Every night another part of all tickets is verified, and what came of it is kept as an event."""

import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, text

from helpdesk import clock
from helpdesk.accounts.people import system_id
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.events import EventRow, publish
from helpdesk.sla.differences import Difference
from helpdesk.sla.events import ClocksVerified
from helpdesk.sla.verifying import BATCH, sure, suspects
from helpdesk.tickets.models import Ticket

QUIET_HOUR = 3  # of the desk's own day
AT_LEAST_BETWEEN = timedelta(hours=12)
AT_MOST_BETWEEN = timedelta(hours=36)  # after a night without a worker any hour is good
SHARE, LEAST = 100, 200
NAMED = 50
_LOCK = 5_021_704

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verified:
    """When tickets were last verified, how many, and how many fields were not what the log says."""

    at: datetime
    tickets: int
    differences: int
    ticket_ids: tuple[int, ...]
    until_id: int


def verify_clocks() -> int:
    """The job: in the quiet hour, by one worker, the next sample; how many tickets were looked at."""
    with transaction():
        now = clock.now(db.session)
        if not is_due(now, last_verified()) or not _is_mine():
            return 0
        sample = next_sample()
        keep(len(sample), sure(_suspects(sample)), until_id=sample[-1] if sample else 0, now=now)
    return len(sample)


def is_due(now: datetime, last: Verified | None) -> bool:
    """Whether the sample of this night is still to be taken."""
    since = now - last.at if last else AT_LEAST_BETWEEN
    is_quiet = now.astimezone(ZoneInfo(settings().default_timezone)).hour == QUIET_HOUR
    return since >= AT_MOST_BETWEEN or (is_quiet and since >= AT_LEAST_BETWEEN)


def next_sample(count: int | None = None) -> Sequence[int]:
    """The tickets after those of the last time, from the beginning again at the end: a hundredth of all and
    at least 200, unless `count` says how many.
    """
    last, total = last_verified(), db.session.scalar(select(func.count()).select_from(Ticket)) or 0
    size = min(total, count or max(LEAST, math.ceil(total / SHARE)))
    begin = last.until_id if last else 0
    after = _ids(size).where(Ticket.id > begin)
    found = list(db.session.scalars(after))
    return found + list(db.session.scalars(_ids(size - len(found)).where(Ticket.id <= begin)))


def every_ticket() -> Iterable[int]:
    """All of them, a few numbers at a time."""
    last = 0
    while found := db.session.scalars(_ids(BATCH).where(Ticket.id > last)).all():
        yield from found
        last = found[-1]


def keep(tickets: int, differences: Sequence[Difference], *, until_id: int, now: datetime) -> None:
    """Write down what came of it, in the open transaction; differences are logged, administrators told."""
    for one in differences[:NAMED]:
        log.error("a clock is not what the log says: %s", one)
    different = sorted({one.ticket_id for one in differences})
    publish(
        ClocksVerified(
            at=now,
            actor_id=system_id(),
            tickets=tickets,
            differences=len(differences),
            ticket_ids=tuple(different[:NAMED]),
            until_id=until_id,
        )
    )


def last_verified() -> Verified | None:
    """What came of the last time; None before the first."""
    newest = select(EventRow.effective_at, EventRow.payload).where(EventRow.kind == ClocksVerified.kind)
    row = db.session.execute(
        newest.order_by(EventRow.recorded_at.desc(), EventRow.id.desc()).limit(1)
    ).first()
    if row is None:
        return None
    payload = row.payload
    return Verified(
        at=row.effective_at,
        tickets=payload["tickets"],
        differences=payload["differences"],
        ticket_ids=tuple(payload["ticket_ids"]),
        until_id=payload["until_id"],
    )


def _suspects(ticket_ids: Sequence[int]) -> list[Difference]:
    parts = [ticket_ids[begin : begin + BATCH] for begin in range(0, len(ticket_ids), BATCH)]
    return [one for part in parts for one in suspects(part)]


def _ids(size: int) -> Select[int]:
    return select(Ticket.id).order_by(Ticket.id).limit(size)


def _is_mine() -> bool:
    """Whether no other worker verifies just now."""
    return bool(db.session.scalar(text("select pg_try_advisory_xact_lock(:key)"), {"key": _LOCK}))
