"""Tying two tickets together and taking the tie away; both histories say so."""

from datetime import datetime

from sqlalchemy import func, select

from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import publish
from helpdesk.tickets.actions.ledger import stamp
from helpdesk.tickets.link_events import TicketLinked, TicketUnlinked
from helpdesk.tickets.models import Ticket, TicketLink
from helpdesk.tickets.rules import LinkKind

BOTH_WAYS = frozenset({LinkKind.RELATES})


def link(ticket: Ticket, other: Ticket, kind: LinkKind, *, by: int, now: datetime) -> TicketLink:
    """Say what the ticket is to the other one. Both must be locked. Raises RuleViolation when they are one,
    or already tied.
    """
    if ticket.id == other.id:
        raise RuleViolation("A ticket cannot be linked with itself.")
    if _between(ticket, other) is not None:
        raise RuleViolation("These two are already linked. Take that link away first.")
    first, second = (ticket, other) if kind not in BOTH_WAYS or ticket.id < other.id else (other, ticket)
    row = TicketLink(kind=kind, from_id=first.id, to_id=second.id, by_id=by, created_at=now)
    db.session.add(row)
    db.session.flush()
    for one, its_other in ((first, second), (second, first)):
        fact = TicketLinked(
            **stamp(one, by, now), link=kind, other_id=its_other.id, is_from=one.id == row.from_id
        )
        publish(fact)
    return row


def tie(ticket: Ticket, other: Ticket, kind: LinkKind, *, by: int, now: datetime) -> TicketLink:
    """Note on a ticket that was just opened what it has to do with another one, which stays as it is."""
    row = TicketLink(kind=kind, from_id=ticket.id, to_id=other.id, by_id=by, created_at=now)
    db.session.add(row)
    db.session.flush()
    publish(TicketLinked(**stamp(ticket, by, now), link=kind, other_id=other.id, is_from=True))
    return row


def unlink(row: TicketLink, ticket: Ticket, other: Ticket, *, by: int, now: datetime) -> None:
    """Take the link between these two away; both must be locked."""
    db.session.delete(row)
    db.session.flush()
    for one, its_other in ((ticket, other), (other, ticket)):
        fact = TicketUnlinked(
            **stamp(one, by, now), link=row.kind, other_id=its_other.id, is_from=one.id == row.from_id
        )
        publish(fact)


def _between(one: Ticket, other: Ticket) -> int | None:
    low, high = sorted((one.id, other.id))
    statement = select(TicketLink.id).where(
        func.least(TicketLink.from_id, TicketLink.to_id) == low,
        func.greatest(TicketLink.from_id, TicketLink.to_id) == high,
    )
    return db.session.scalar(statement)
