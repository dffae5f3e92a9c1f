"""Who is told that a share of a target is used up: each clock once for all that was found together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.accounts import seats
from helpdesk.accounts.models import TeamRole
from helpdesk.db import db
from helpdesk.events import EventRow, TicketEvent
from helpdesk.notifications.actions import News, overtake_all, tell_all
from helpdesk.tickets.models import Ticket

Happened = Sequence[tuple[TicketEvent, EventRow]]
SAME_CLOCK = ("metric", "line")


@dataclass(frozen=True)
class Holders:
    """Whom a ticket concerns at this moment."""

    team_id: int
    owner_id: int | None
    assignee_id: int | None


def tell_thresholds(happened: Happened) -> None:
    """Say to owner, assignee and the team's leads how much of a target is used; only of what is loud."""
    loud = [(event, row) for event, row in happened if row.payload["loud"]]
    holders = _holders({event.ticket_id for event, _ in loud})
    leads = seats.person_ids_by_team({one.team_id for one in holders.values()}, role=TeamRole.LEAD)
    told = [(_people(holders[event.ticket_id], leads), _news(event, row)) for event, row in loud]
    overtake_all([news for _, news in told], SAME_CLOCK)
    tell_all(told)


def _people(holders: Holders, leads: Mapping[int, Sequence[int]]) -> Iterable[int | None]:
    return (holders.owner_id, holders.assignee_id, *leads[holders.team_id])


def _news(event: TicketEvent, row: EventRow) -> News:
    used = {name: row.payload.get(name) for name in ("metric", "percent", "line")}
    return News(kind=event.kind, ticket_id=event.ticket_id, event_id=row.id, at=event.at, payload=used)


def _holders(ticket_ids: set[int]) -> dict[int, Holders]:
    columns = (Ticket.id, Ticket.team_id, Ticket.owner_id, Ticket.assignee_id)
    rows = db.session.execute(select(*columns).where(Ticket.id.in_(ticket_ids)))
    return {row.id: Holders(row.team_id, row.owner_id, row.assignee_id) for row in rows}
