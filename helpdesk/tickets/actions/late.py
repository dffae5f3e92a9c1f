"""A conversation that took place earlier and is entered only now: effective then, recorded now."""

from datetime import datetime

from sqlalchemy import func, select, update

from helpdesk.db import db
from helpdesk.events import EventRow, publish
from helpdesk.tickets import rules
from helpdesk.tickets.actions.conversation import ClientMessage, keep_client_message
from helpdesk.tickets.actions.ledger import Stamp, stamp
from helpdesk.tickets.actions.participation import add_participant
from helpdesk.tickets.events import CallJoined
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.past import check_past
from helpdesk.tickets.rules import MessageKind, Verb
from helpdesk.tickets.wait_models import TicketWait


def join_past_call(
    ticket: Ticket, call_id: int, words: ClientMessage | None, *, at: datetime, by: int, now: datetime
) -> EventRow:
    """A call of the past was about this ticket: from `at` on nobody waited for an answer to what the client
    had said until then, and a waiting that began before ended there.

    Whoever enters it takes part from now on. Raises RuleViolation for a moment that cannot have been.
    """
    check_past(at, created_at=ticket.created_at, now=now)
    old, preview, owed_since = ticket.state, ticket.preview, ticket.unanswered_since
    message = keep_client_message(ticket, words, now=at) if words else None
    if message is not None and _is_old_news(ticket, at):
        ticket.preview = preview
    ticket.unanswered_since = _owed_after(ticket, owed_since, at)
    ticket.first_answered_at = min(ticket.first_answered_at or at, at)
    ended = message is not None and ticket.waiting_since is not None and ticket.waiting_since <= at
    if ended:
        ticket.state, ticket.wake_at = rules.next_state(old, Verb.CLIENT_WRITE), None
    add_participant(ticket, by, "call", now=now)
    event = CallJoined(
        **_stamped(ticket, by, at=at, now=now),
        call_id=call_id,
        found_at=now,
        message_id=message.id if message else None,
        old=old,
    )
    if ended:
        _end_then(ticket, at)
    return publish(event)


def _stamped(ticket: Ticket, by: int, *, at: datetime, now: datetime) -> Stamp:
    """The next place of the history, at a moment before it."""
    taken = stamp(ticket, by, now)
    taken["at"] = at
    return taken


def _owed_after(ticket: Ticket, owed_since: datetime | None, at: datetime) -> datetime | None:
    """What the client has asked since the call is still owed an answer, if he was owed one until now."""
    if owed_since is None or owed_since > at:
        return owed_since
    asked = select(func.min(Message.created_at)).where(
        Message.ticket_id == ticket.id,
        Message.kind == MessageKind.CLIENT,
        Message.is_machine.is_(False),
        Message.is_unverified.is_(False),
        Message.created_at > at,
    )
    return db.session.scalar(asked)


def _is_old_news(ticket: Ticket, at: datetime) -> bool:
    """Whether something has been said since, which lists go on showing."""
    later = select(Message.id).where(
        Message.ticket_id == ticket.id, Message.kind == MessageKind.CLIENT, Message.created_at > at
    )
    return bool(db.session.scalar(select(later.exists())))


def _end_then(ticket: Ticket, at: datetime) -> None:
    """The waiting ended with the call, not when somebody wrote it down."""
    mine = (TicketWait.ticket_id == ticket.id) & (TicketWait.ended_seq == ticket.event_seq)
    db.session.execute(update(TicketWait).where(mine).values(ended_at=at))
