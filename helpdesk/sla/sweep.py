"""The sweep: finds clocks whose next threshold has come, and lets each crossing be written down once."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_, update
from sqlalchemy.exc import DataError, IntegrityError, NoResultFound

from helpdesk import clock
from helpdesk.db import db, savepoint, transaction
from helpdesk.errors import DomainError
from helpdesk.killpoints import Point, reached
from helpdesk.sla.firing import Claimed, fire_all
from helpdesk.sla.models import SlaClock, TicketSla
from helpdesk.tickets.models import Ticket

BATCH = 100
PUT_OFF = timedelta(hours=1)
# What one ticket can have wrong with it: a version that is gone, a payload of another shape, a date too far.
ITS_OWN_FAULT = (
    DomainError,
    LookupError,
    NoResultFound,
    ValueError,
    TypeError,
    ArithmeticError,
    DataError,
    IntegrityError,
)
_COLUMNS = (
    Ticket.id,
    Ticket.line,
    Ticket.team_id,
    Ticket.assignee_id,
    Ticket.priority,
    Ticket.event_seq,
    Ticket.last_event_at,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """How far a sweep has come in the order of the firings."""

    at: datetime
    clock_id: int


@dataclass(frozen=True)
class Batch:
    """What became of some due clocks: how many crossings were new, and where the next batch begins."""

    crossings: int
    until: Place


BEGINNING = Place(datetime.min.replace(tzinfo=UTC), 0)


def sweep() -> int:
    """Fire until nothing is due; how many crossings were written down. Any number of workers may sweep at
    once.

    A ticket that another transaction holds is skipped: its writer refreshes the clocks itself. A ticket whose
    clocks cannot be computed is noted, logged and tried again after a while; the others go on. A clock
    that somebody has made due by hand is only computed anew.
    """
    fired = 0
    while new := _once_through():
        fired += new
    return fired


def seconds_to_next() -> float | None:
    """How long until the next firing, negative when it is overdue; None when nothing is to come."""
    statement = select(func.extract("epoch", func.min(SlaClock.next_fire_at) - func.clock_timestamp()))
    wait = db.session.scalar(statement)
    return None if wait is None else float(wait)


def fire(ticket: Ticket, now: datetime, *, quietly: bool = False) -> int:
    """Write down what the clocks of one locked ticket have crossed; how many crossings were new.

    `quietly`: nobody is told and nothing else follows, since a change of the rules crossed them and says so
    by itself.
    """
    db.session.flush()
    new = fire_all(_claimed(select(*_COLUMNS).where(Ticket.id == ticket.id)), now, quietly=quietly)
    db.session.expire(ticket, ["event_seq", "sort_due"])
    return new


def _once_through() -> int:
    """From the oldest firing to the newest that is due; how many crossings were new."""
    fired, batch = 0, _batch(BEGINNING)
    while batch is not None:
        fired += batch.crossings
        batch = _batch(batch.until)
    return fired


def _batch(after: Place) -> Batch | None:
    """One transaction; None when nothing more is due."""
    with transaction():
        now = clock.now(db.session)
        due = _due(now, after)
        if not due:
            return None
        claimed = _lock({row.ticket_id for row in due})
        reached(Point.CLAIMED)
        crossings = _fire(claimed, now)
        reached(Point.BEFORE_COMMIT)
    reached(Point.AFTER_COMMIT)
    return Batch(crossings, Place(due[-1].next_fire_at, due[-1].id))


def _due(now: datetime, after: Place) -> Sequence[Row[int, int, datetime | None]]:
    """The next due clocks, oldest first; a short walk along the index on the next firing."""
    here = tuple_(SlaClock.next_fire_at, SlaClock.id)
    statement = select(SlaClock.id, SlaClock.ticket_id, SlaClock.next_fire_at).where(
        SlaClock.next_fire_at <= now, here > (after.at, after.clock_id)
    )
    return db.session.execute(statement.order_by(*here.clauses).limit(BATCH)).all()


def _lock(ticket_ids: Iterable[int]) -> Sequence[Claimed]:
    """Those of these tickets that nobody else is writing, locked in the order of their numbers."""
    statement = select(*_COLUMNS).where(Ticket.id.in_(ticket_ids)).order_by(Ticket.id)
    return _claimed(statement.with_for_update(key_share=True, skip_locked=True))


def _claimed(statement: Select[*tuple[Any, ...]]) -> Sequence[Claimed]:
    return [Claimed(*row) for row in db.session.execute(statement)]


def _fire(tickets: Sequence[Claimed], now: datetime) -> int:
    """All of them together; when one of them cannot be computed, by halves until only that one is left."""
    if not tickets:
        return 0
    try:
        with savepoint():
            return fire_all(tickets, now)
    except ITS_OWN_FAULT as problem:
        if len(tickets) == 1:
            log.exception("the clocks of ticket %s cannot be computed", tickets[0].id)
            _put_off(tickets[0].id, problem, now)
            return 0
    half = len(tickets) // 2
    return _fire(tickets[:half], now) + _fire(tickets[half:], now)


def _put_off(ticket_id: int, problem: Exception, now: datetime) -> None:
    """Note what is wrong, and take the ticket out of the way of the others for a while."""
    known = func.coalesce(TicketSla.failing_since, now)
    mine = update(TicketSla).where(TicketSla.ticket_id == ticket_id)
    db.session.execute(mine.values(failing_since=known, failure=type(problem).__name__))
    due = update(SlaClock).where(SlaClock.ticket_id == ticket_id, SlaClock.next_fire_at <= now)
    db.session.execute(due.values(next_fire_at=now + PUT_OFF))
