"""How a verb writes itself into a ticket's history: its place, its moment, its words, and the lock before
it.
"""

from datetime import datetime
from typing import TypedDict

from sqlalchemy import inspect

from helpdesk.db import db
from helpdesk.errors import StaleChange
from helpdesk.events import EventRow
from helpdesk.tickets.actions.waits import end_wait
from helpdesk.tickets.models import EventText, Ticket
from helpdesk.tickets.rules import WAITING_STATES, State

# Without the people and teams around it: an outer join cannot be locked.
_COLUMNS = [column.key for column in inspect(Ticket).column_attrs if not column.deferred]


class Stamp(TypedDict):
    """What every event of a ticket is made with."""

    at: datetime
    actor_id: int
    ticket_id: int
    seq: int
    state: State


def lock(ticket: Ticket) -> None:
    """Read the row again and keep others from changing it until the end of the transaction."""
    db.session.refresh(ticket, attribute_names=_COLUMNS, with_for_update={"key_share": True})


def lock_both(one: Ticket, other: Ticket) -> None:
    """Lock two tickets in the order of their numbers, so that two people cannot wait for each other."""
    for ticket in sorted((one, other), key=lambda ticket: ticket.id):
        lock(ticket)


def stamp(ticket: Ticket, by: int, now: datetime) -> Stamp:
    """Take the next place in the ticket's history and write the row, so that reactions read it as it is
    now. What is entered later than it took place turns no clock of the ticket back.
    """
    ticket.event_seq += 1
    ticket.last_event_at, ticket.active_at = max(ticket.last_event_at, now), max(ticket.active_at, now)
    if ticket.waiting_since is not None and ticket.state not in WAITING_STATES:
        end_wait(ticket, now)
    db.session.flush()
    return Stamp(at=now, actor_id=by, ticket_id=ticket.id, seq=ticket.event_seq, state=ticket.state)


def keep_words(row: EventRow, words: str) -> None:
    """Keep the sentence that belongs to an event; an empty one is not kept."""
    if words.strip():
        db.session.add(EventText(event_id=row.id, text=words.strip()))
        db.session.flush()


def raise_version(ticket: Ticket) -> None:
    """Make forms on properties and places that were opened before stale."""
    ticket.version += 1


def check_version(ticket: Ticket, form_version: int) -> None:
    """Refuse a form that was opened before somebody else changed properties or place. Raises StaleChange."""
    if ticket.version != form_version:
        raise StaleChange("Somebody else changed this ticket while you had the form open.")
