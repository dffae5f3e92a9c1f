"""The facts of many tickets, read together."""

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.sla.ledger import KINDS, Fact


def facts_of_many(ticket_ids: Sequence[int]) -> dict[int, list[Fact]]:
    """The events of each ticket that clocks depend on, in order; one statement."""
    columns = (
        EventRow.ticket_id,
        EventRow.id,
        EventRow.seq,
        EventRow.kind,
        EventRow.effective_at,
        EventRow.actor_id,
        EventRow.payload,
    )
    statement = select(*columns).where(EventRow.ticket_id.in_(ticket_ids), EventRow.kind.in_(KINDS))
    found: dict[int, list[Fact]] = {}
    for ticket_id, *fact in db.session.execute(statement.order_by(EventRow.ticket_id, EventRow.seq)):
        found.setdefault(ticket_id, []).append(Fact(*fact))
    return found
