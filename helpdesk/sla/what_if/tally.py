"""Which deadlines of the client a ticket has missed, and what a recompute did to them by team."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, true, tuple_, update

from helpdesk.db import db
from helpdesk.sla.models import SlaFiring
from helpdesk.sla.rules import Metric, TicketClocks
from helpdesk.sla.what_if.models import SlaRecomputeItem
from helpdesk.tickets.models import Ticket

BREACH = 100
Missed = set[tuple[Metric, int]]


def missed_in(clocks: TicketClocks) -> Missed:
    """Metric and cycle of each of the client's clocks that is past its deadline."""
    return {(clock.metric, clock.cycle) for clock in clocks.clocks if clock.line is None and clock.breached}


def withdraw_gone(ticket_id: int, gone: Collection[tuple[Metric, int]], now: datetime) -> None:
    """Mark breaches that stood only by the old terms as withdrawn; nothing is deleted."""
    if gone:
        clocks = [(metric.value, cycle) for metric, cycle in gone]
        db.session.execute(
            update(SlaFiring)
            .where(
                SlaFiring.ticket_id == ticket_id,
                SlaFiring.line.is_(None),
                SlaFiring.percent >= BREACH,
                SlaFiring.withdrawn_at.is_(None),
                tuple_(SlaFiring.metric, SlaFiring.cycle).in_(clocks),
            )
            .values(withdrawn_at=now)
        )


def breaches_by_team(run_id: int, *, after: datetime | None = None) -> dict[int, int]:
    """For each team how many deadlines of its tickets are missed by the recompute, where there are any.

    With `after` only of the tickets that had their turn since then.
    """
    late = SlaRecomputeItem.done_at > after if after is not None else true()
    count = func.sum(SlaRecomputeItem.come)
    rows = db.session.execute(
        select(Ticket.team_id, count.label("come"))
        .join(SlaRecomputeItem, SlaRecomputeItem.ticket_id == Ticket.id)
        .where(SlaRecomputeItem.recompute_id == run_id, late)
        .group_by(Ticket.team_id)
        .having(count > 0)
        .order_by(Ticket.team_id)
    )
    return {row.team_id: int(row.come) for row in rows}
