"""What happens to tickets by itself: resolved ones are closed after a week, waiting ones wake at their
date.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from helpdesk import clock
from helpdesk.accounts.people import system_id
from helpdesk.db import db, transaction
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import REOPEN_DAYS, WAITING_STATES, State


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
        actions.resume,
    )


def _one_by_one(is_due: Callable[[datetime], ColumnElement[bool]], act: Callable[..., object]) -> int:
    """Each ticket in a transaction of its own, until none is due; one that others hold is left to the next
    run.
    """
    done = 0
    while True:
        with transaction():
            now = clock.now(db.session)
            statement = select(Ticket).where(is_due(now)).order_by(Ticket.id).limit(1)
            ticket = db.session.scalar(statement.with_for_update(key_share=True, skip_locked=True))
            if ticket is None:
                return done
            act(ticket, by=system_id(), now=max(now, ticket.last_event_at))
        done += 1
