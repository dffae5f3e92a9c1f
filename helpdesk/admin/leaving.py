"""Letting somebody go: open tickets go to colleagues or back to their team's list, in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, or_, select

from helpdesk.accounts import rights, seats
from helpdesk.accounts.models import Account, Person, Team
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.counts import is_open

SHOWN = 5


class Part(StrEnum):
    """What somebody does for a ticket: work on it, or answer for it towards the client."""

    WORKS = "works"
    ANSWERS = "answers"


Pile = tuple[Part, int]


@dataclass(frozen=True)
class Portion:
    """Open tickets of one team that somebody works on, or answers for, and who could take them over."""

    part: Part
    team: Team
    tickets: tuple[Ticket, ...]
    colleagues: tuple[Person, ...]

    @property
    def field(self) -> str:
        return f"{self.part.value}-{self.team.id}"

    @property
    def shown(self) -> tuple[Ticket, ...]:
        return self.tickets[:SHOWN]


def portions(person_id: int) -> list[Portion]:
    """Everything open that the person holds, then what the person owns, by line and team."""
    piles: defaultdict[Pile, list[Ticket]] = defaultdict(list)
    for ticket in _open_tickets(person_id):
        for pile in _piles_of(ticket, person_id):
            piles[pile].append(ticket)
    teams = {team.id: team for team in _teams({team_id for _, team_id in piles})}
    found = [
        Portion(part, teams[team_id], tuple(held), _colleagues(team_id, but=person_id))
        for (part, team_id), held in piles.items()
    ]
    return sorted(found, key=lambda one: (one.part is Part.ANSWERS, one.team.line, one.team.id))


def left_behind(person_id: int, seated: Collection[int]) -> int:
    """How many open tickets the person still works on in teams other than these."""
    held = select(func.count()).select_from(Ticket).where(is_open(), Ticket.assignee_id == person_id)
    return db.session.scalars(held.where(Ticket.team_id.not_in(seated))).one()


def let_go(account: Account, successors: Mapping[Pile, int | None], *, by: int, now: datetime) -> int:
    """Hand everything over and shut the account; how many tickets changed hands.

    `successors` names for each pile of `portions` who takes it over, None for the team's list. Raises
    RuleViolation when a ticket came that the form did not show, and for whoever may not be shut.
    """
    person_id = account.person_id
    if person_id == by:
        raise RuleViolation("You cannot shut your own account. Ask another administrator.")
    rights.keep_an_administrator(person_id)
    rights.lock_account(account)
    held = _open_tickets(person_id)
    for ticket in held:
        tickets.lock(ticket)
        _hand_over(ticket, person_id, successors, by=by, now=now)
    rights.shut(account, by=by, now=now)
    return len(held)


def _hand_over(
    ticket: Ticket, person_id: int, successors: Mapping[Pile, int | None], *, by: int, now: datetime
) -> None:
    for pile in _piles_of(ticket, person_id):
        if pile not in successors:
            raise RuleViolation(
                "Meanwhile another ticket came to this person. Look at the list once more, then decide."
            )
        part, successor = pile[0], successors[pile]
        at = max(now, ticket.last_event_at)
        if part is Part.WORKS:
            tickets.assign(ticket, successor, by=by, now=at)
        else:
            tickets.change_owner(ticket, successor, by=by, now=at)


def _piles_of(ticket: Ticket, person_id: int) -> list[Pile]:
    found: list[Pile] = []
    if ticket.assignee_id == person_id:
        found.append((Part.WORKS, ticket.team_id))
    if ticket.owner_id == person_id:
        found.append((Part.ANSWERS, ticket.owner_team_id))
    return found


def _open_tickets(person_id: int) -> Sequence[Ticket]:
    """By ascending number, which is the order in which everybody locks them."""
    theirs = or_(Ticket.assignee_id == person_id, Ticket.owner_id == person_id)
    return db.session.scalars(select(Ticket).where(is_open(), theirs).order_by(Ticket.id)).all()


def _teams(ids: set[int]) -> Sequence[Team]:
    return db.session.scalars(select(Team).where(Team.id.in_(ids))).all()


def _colleagues(team_id: int, *, but: int) -> tuple[Person, ...]:
    ids = [one for one in seats.person_ids(team_id) if one != but]
    named = select(Person).where(Person.id.in_(ids)).order_by(Person.sort_key, Person.id)
    return tuple(db.session.scalars(named))
