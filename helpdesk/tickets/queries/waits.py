"""What a list says of a ticket that waits: for whom, why, since when, and how often it has waited."""

from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import WAITING_STATES
from helpdesk.tickets.wait_models import TicketWait


def waiting_facts() -> Any:
    """One value of a statement over tickets; null, and not looked up, for one that does not wait."""
    counted = aliased(TicketWait)
    times = (
        select(func.count())
        .where(
            counted.ticket_id == Ticket.id,
            counted.ended_at.is_(None) | (counted.ended_at > counted.since),
        )
        .correlate(Ticket)
        .scalar_subquery()
    )
    facts = func.jsonb_build_object(
        "party", TicketWait.party, "reason", TicketWait.reason, "since", TicketWait.since, "times", times
    )
    current = (
        select(facts)
        .where(TicketWait.ticket_id == Ticket.id, TicketWait.ended_at.is_(None))
        .correlate(Ticket)
        .scalar_subquery()
    )
    return case((Ticket.state.in_(WAITING_STATES), current)).label("waits")
