"""What happens to tickets by itself: resolved ones are closed after a week, waiting ones wake at their
date, files that nobody sent go.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, or_, select

from helpdesk import blobs, clock
from helpdesk.accounts.people import system_id
from helpdesk.db import db, savepoint, transaction
from helpdesk.errors import DomainError
from helpdesk.tickets import actions
from helpdesk.tickets.draft_models import Draft, Upload
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import REOPEN_DAYS, WAITING_STATES, State

KEEP_ALONE = timedelta(days=1)
KEEP_BESIDE_TEXT = timedelta(days=30)

log = logging.getLogger(__name__)


def close_resolved() -> int:
    """Close every ticket that has been resolved for so long that an answer would not reopen it; how many."""
    return _one_by_one(
        lambda now: (
            (Ticket.state == State.RESOLVED) & (Ticket.resolved_at <= now - timedelta(days=REOPEN_DAYS))
        ),
        actions.close,
    )


def wake_waiting() -> int:
    """Let every waiting ticket go on whose date has come; how many."""
    return _one_by_one(
        lambda now: Ticket.state.in_(WAITING_STATES) & (Ticket.wake_at <= now),
        actions.wake,
    )


def tidy_uploads() -> int:
    """Take away files that waited for a day beside no text, or for a month beside one that nobody touched;
    how many. A text itself is never thrown away.
    """
    with transaction():
        now = clock.now(db.session)
        gone = db.session.scalars(delete(Upload).where(_is_forgotten(now)).returning(Upload.sha256)).all()
    for digest in sorted(set(gone)):
        _forget_bytes(digest, now)
    return len(gone)


def _is_forgotten(now: datetime) -> ColumnElement[bool]:
    beside = (Draft.ticket_id == Upload.ticket_id) & (Draft.person_id == Upload.person_id)
    in_work = select(Draft.id).where(beside, Draft.saved_at > now - KEEP_BESIDE_TEXT)
    return (Upload.created_at < now - KEEP_ALONE) & ~in_work.exists()


def _forget_bytes(digest: str, now: datetime) -> None:
    """The content goes when no row of any table names it any more."""
    with transaction():
        if not db.session.scalar(_named_somewhere(digest)):
            blobs.forget(digest, unwanted_since=now - KEEP_ALONE)


def _named_somewhere(digest: str) -> Select[tuple[bool]]:
    columns = (
        column
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("sha256")
    )
    return select(or_(*(select(column).where(column == digest).exists() for column in columns)))


def _one_by_one(is_due: Callable[[datetime], ColumnElement[bool]], act: Callable[..., object]) -> int:
    """Each ticket in a transaction of its own, until none is due; one that others hold is left to the next
    run, and so is one that cannot be done, without keeping the others waiting.
    """
    done, broken = 0, set[int]()
    while True:
        with transaction():
            now = clock.now(db.session)
            due = select(Ticket).where(is_due(now), Ticket.id.not_in(broken)).order_by(Ticket.id).limit(1)
            ticket = db.session.scalar(due.with_for_update(key_share=True, skip_locked=True))
            if ticket is None:
                return done
            done += _done(ticket, act, now, broken)


def _done(ticket: Ticket, act: Callable[..., object], now: datetime, broken: set[int]) -> int:
    number = ticket.id
    try:
        with savepoint():
            act(ticket, by=system_id(), now=max(now, ticket.last_event_at))
    except (DomainError, LookupError):
        log.exception("ticket %s cannot go on by itself", number)
        broken.add(number)
        return 0
    return 1
