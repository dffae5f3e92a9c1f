"""Bringing back what was thrown away by mistake: it stands where it stood, and its clocks never stopped."""

from datetime import datetime

from sqlalchemy import select

from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets.actions.ledger import stamp
from helpdesk.tickets.actions.waits import wait_on
from helpdesk.tickets.events import TicketDiscarded, TicketRestored
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State


def restore(ticket: Ticket, *, by: int, now: datetime) -> EventRow:
    """Give the ticket back its state, its waiting and its unanswered client, as if nothing had happened.

    The clocks count on through the time in between: the client did not throw anything away. Raises
    RuleViolation for a ticket that was not thrown away.
    """
    if ticket.discarded_at is None:
        raise RuleViolation("This ticket was not thrown away.")
    thrown = _thrown_away(ticket.id)
    ticket.state = State(thrown.payload.get("old", State.OPEN))
    if ticket.state is not State.RESOLVED:
        ticket.resolved_at = None
    ticket.closed_at = ticket.discarded_at = ticket.discard_reason = None
    ticket.wake_at = _moment(thrown.payload.get("wake_at"))
    ticket.unanswered_since = _moment(thrown.payload.get("owed_since"))
    wait_on(ticket)
    event = TicketRestored(**stamp(ticket, by, now), voids_id=thrown.id, undoes=thrown.seq or 0)
    return publish(event)


def _thrown_away(ticket_id: int) -> EventRow:
    latest = (
        select(EventRow)
        .where(EventRow.ticket_id == ticket_id, EventRow.kind == TicketDiscarded.kind)
        .order_by(EventRow.seq.desc())
        .limit(1)
    )
    return db.session.scalars(latest).one()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
