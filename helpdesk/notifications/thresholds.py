"""Who is told that a share of a target is used up: each clock once for all that was found together."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.accounts import seats
from helpdesk.accounts.models import TeamRole
from helpdesk.accounts.seats import Managing
from helpdesk.db import db
from helpdesk.events import EventRow, TicketEvent
from helpdesk.notifications.actions import News, overtake_all, tell_all
from helpdesk.tickets.models import Ticket

Happened = Sequence[tuple[TicketEvent, EventRow]]
SAME_CLOCK = ("metric", "line")
SAID = ("metric", "percent", "line", "due_at", "target_s", "priority")


@dataclass(frozen=True)
class Holders:
    """Whom a ticket concerns at this moment."""

    team_id: int
    owner_id: int | None
    assignee_id: int | None
    line: int
    company_id: int


@dataclass(frozen=True)
class Circle:
    """Who could be told: the leads and everybody of the teams, and the managers."""

    leads: Mapping[int, Sequence[int]]
    members: Mapping[int, Sequence[int]]
    managers: Sequence[Managing]


def tell_thresholds(happened: Happened) -> None:
    """Say to whomever the policy names how much of a target is used; only of what is loud.

    A person who is several of them hears it once.
    """
    loud = [(event, row) for event, row in happened if row.payload["loud"]]
    holders = _holders({event.ticket_id for event, _ in loud})
    circle = _circle(holders.values(), {act for _, row in loud for act in row.payload["tell"]})
    told = [(_people(row, holders[event.ticket_id], circle), _news(event, row)) for event, row in loud]
    overtake_all(told, SAME_CLOCK)
    tell_all(told)


def _people(row: EventRow, holders: Holders, circle: Circle) -> Set[int | None]:
    return {person for act in row.payload["tell"] for person in WHOM[act](holders, circle)}


def _owner(holders: Holders, _: Circle) -> Iterable[int | None]:
    return (holders.owner_id,)


def _assignee(holders: Holders, circle: Circle) -> Iterable[int | None]:
    """Where nobody works on it, whoever shares out the work."""
    return (holders.assignee_id,) if holders.assignee_id else _leads(holders, circle)


def _leads(holders: Holders, circle: Circle) -> Iterable[int | None]:
    """In a team without a lead everybody, so that it does not fall on deaf ears."""
    return circle.leads[holders.team_id] or circle.members[holders.team_id]


def _managers(holders: Holders, circle: Circle) -> Iterable[int | None]:
    covers = (one for one in circle.managers if one.covers(holders.line, holders.company_id))
    return [one.person_id for one in covers]


WHOM: Mapping[str, Callable[[Holders, Circle], Iterable[int | None]]] = {
    "tell_owner": _owner,
    "tell_assignee": _assignee,
    "tell_lead": _leads,
    "tell_manager": _managers,
}


def _circle(holders: Iterable[Holders], acts: set[str]) -> Circle:
    """Read only as far as somebody of it may be needed."""
    leads = seats.person_ids_by_team({one.team_id for one in holders}, role=TeamRole.LEAD) if acts else {}
    alone = [team_id for team_id, found in leads.items() if not found]
    members = seats.person_ids_by_team(alone) if alone else {}
    return Circle(leads, members, seats.managers() if "tell_manager" in acts else ())


def _news(event: TicketEvent, row: EventRow) -> News:
    return News(
        kind=event.kind,
        ticket_id=event.ticket_id,
        event_id=row.id,
        at=event.at,
        payload={name: row.payload.get(name) for name in SAID},
        found_at=row.recorded_at,
    )


def _holders(ticket_ids: set[int]) -> dict[int, Holders]:
    columns = (Ticket.team_id, Ticket.owner_id, Ticket.assignee_id, Ticket.line, Ticket.company_id)
    rows = db.session.execute(select(Ticket.id, *columns).where(Ticket.id.in_(ticket_ids)))
    return {row[0]: Holders(*row[1:]) for row in rows}
