"""Who may hold a ticket: seats in teams, owners towards the client, and the way back to former holders."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk.accounts import seats
from helpdesk.accounts.models import Membership, Team
from helpdesk.db import db
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Line


@dataclass(frozen=True)
class Seat:
    """A person's present place in a team."""

    team_id: int
    line: int
    answers_client: bool


def seats_of(person_id: int) -> tuple[Seat, ...]:
    """All present places of the person; empty for the desk itself and for clients."""
    rows = db.session.execute(
        select(Team.id, Team.line, Team.answers_client)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.person_id == person_id, seats.is_current(), seats.can_work())
        .where(Team.retired_at.is_(None))
    )
    return tuple(Seat(team_id, line, answers) for team_id, line, answers in rows)


def is_member(person_id: int, team_id: int) -> bool:
    """Whether the person is in that team now."""
    return any(seat.team_id == team_id for seat in seats_of(person_id))


def become_owner(ticket: Ticket, person_id: int) -> None:
    """The person answers for the ticket towards the client, unless somebody already does."""
    if ticket.owner_id is None:
        ticket.owner_id = person_id


def place(ticket: Ticket, team: Team, assignee_id: int | None, now: datetime) -> None:
    """Put the ticket into the hands of a team; on line 1 that team also answers towards the client."""
    ticket.line, ticket.team_id, ticket.assignee_id = team.line, team.id, assignee_id
    ticket.held_since = now
    if team.line == Line.FIRST:
        ticket.owner_team_id = team.id


def default_team(line: int) -> Team:
    """The team of that line that receives what nobody placed."""
    return db.session.scalars(select(Team).where(Team.line == line, Team.is_default)).one()
