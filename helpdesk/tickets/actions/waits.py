"""The row of each waiting: begun with its verb, ended by whatever lets the ticket go on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import WAITING_STATES, WaitingFor, WaitReason
from helpdesk.tickets.wait_models import TicketWait


@dataclass(frozen=True, kw_only=True)
class Party:
    """A third party: what people call it, and which contact of a company it is (None: none that we know)."""

    name: str = ""
    contact_id: int | None = None


NOBODY_NAMED = Party()


def begin_wait(ticket: Ticket, row: EventRow, reason: str, about: WaitReason, party: Party) -> None:
    """Write the waiting down that this event began."""
    db.session.add(
        TicketWait(
            ticket_id=ticket.id,
            event_id=row.id,
            state=WaitingFor(ticket.state.value),
            about=about,
            reason=reason.strip(),
            party=party.name.strip(),
            contact_id=party.contact_id,
            since=ticket.waiting_since,
            wake_at=ticket.wake_at,
            by_id=row.actor_id,
        )
    )
    db.session.flush()


def end_wait(ticket: Ticket, now: datetime) -> None:
    """Close the row of the waiting that ended with the ticket's last event."""
    ticket.waiting_since = None
    db.session.execute(
        update(TicketWait)
        .where(TicketWait.ticket_id == ticket.id, TicketWait.ended_at.is_(None))
        .values(ended_at=now, ended_seq=ticket.event_seq)
    )


def take_back_waits(ticket: Ticket, voided: tuple[int, ...]) -> None:
    """Waitings that began with these places of the history never were: they end where they began."""
    begun = select(EventRow.id).where(EventRow.ticket_id == ticket.id, EventRow.seq.in_(voided))
    db.session.execute(
        update(TicketWait)
        .where(TicketWait.event_id.in_(begun))
        .values(ended_at=TicketWait.since, ended_seq=ticket.event_seq)
    )
    ticket.waiting_since = None


def wait_on(ticket: Ticket) -> None:
    """A ticket that stands where it waited goes on with that waiting; others have none to go on with."""
    if ticket.state not in WAITING_STATES or ticket.waiting_since is not None:
        return
    latest = (
        select(TicketWait)
        .where(TicketWait.ticket_id == ticket.id, TicketWait.ended_at > TicketWait.since)
        .order_by(TicketWait.id.desc())
        .limit(1)
    )
    wait = db.session.scalars(latest).one_or_none()
    if wait is not None:
        wait.ended_at = wait.ended_seq = None
        ticket.waiting_since, ticket.wake_at = wait.since, wait.wake_at
        db.session.flush()
