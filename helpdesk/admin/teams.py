"""Reading teams for the settings: by line, with their people, and what still holds on to one."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from helpdesk.accounts import faces, seats
from helpdesk.accounts.models import Account, Membership, Person, Team, TeamRole
from helpdesk.db import db
from helpdesk.i18n import gettext, ngettext
from helpdesk.mail.models import Mailbox
from helpdesk.routing.models import RoutingRule
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.counts import is_open


@dataclass(frozen=True)
class Seated:
    """Somebody in a team, as its page shows."""

    id: int
    name: str
    initials: str
    tint: int
    is_lead: bool
    is_waiting: bool


@dataclass(frozen=True)
class TeamRow:
    """One line of the list of teams."""

    team: Team
    people: tuple[Seated, ...]
    open_tickets: int


def lines() -> dict[int, list[TeamRow]]:
    """The teams in use of each line, also of a line that has none."""
    people, held = _people(), _open_counts()
    found: dict[int, list[TeamRow]] = {1: [], 2: [], 3: []}
    for team in _teams(retired=False):
        found[team.line].append(TeamRow(team, tuple(people[team.id]), held.get(team.id, 0)))
    return found


def retired() -> Sequence[Team]:
    """Teams that are out of use."""
    return _teams(retired=True)


def people_of(team_id: int) -> tuple[Seated, ...]:
    """Who sits in the team, leads first; those who are invited and have not come in yet included."""
    return tuple(_people(team_id)[team_id])


def fingerprint(team: Team) -> str:
    """A mark of everything that the sheet of a team shows, so that a stale form is noticed."""
    parts = (team.name, team.answers_client, team.assignment, team.is_default, team.retired_at)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def holds(team: Team) -> list[str]:
    """What keeps the team from being retired, in sentences; empty when it may go."""
    return [
        sentence
        for sentence in (_default(team), _tickets(team), *_rules(team), *_mailboxes(team))
        if sentence
    ]


def _default(team: Team) -> str:
    if not team.is_default:
        return ""
    return gettext(
        "It takes what nobody placed on line %(line)s. Choose another team for that.", line=team.line
    )


def _tickets(team: Team) -> str:
    theirs = or_(Ticket.team_id == team.id, Ticket.owner_team_id == team.id)
    count = db.session.scalar(select(func.count()).select_from(Ticket).where(is_open(), theirs)) or 0
    if not count:
        return ""
    return ngettext(
        "It holds or answers for %(num)s open ticket. Move it first.",
        "It holds or answers for %(num)s open tickets. Move them first.",
        count,
    )


def _rules(team: Team) -> list[str]:
    points = RoutingRule.placement["team_id"].as_integer() == team.id
    named = select(RoutingRule.name).where(points, RoutingRule.retired_at.is_(None))
    names = db.session.scalars(named.order_by(RoutingRule.position))
    return [gettext("The rule “%(name)s” places tickets here.", name=name) for name in names]


def _mailboxes(team: Team) -> list[str]:
    theirs = select(Mailbox.address).where(Mailbox.team_id == team.id).order_by(Mailbox.address)
    return [gettext("Mail to %(address)s comes here.", address=one) for one in db.session.scalars(theirs)]


def _teams(*, retired: bool) -> Sequence[Team]:
    is_retired = Team.retired_at.is_not(None)
    every = select(Team).where(is_retired if retired else ~is_retired)
    return db.session.scalars(every.order_by(Team.line, Team.position, Team.id)).all()


def _open_counts() -> Mapping[int, int]:
    counted = select(Ticket.team_id, func.count().label("tickets")).where(is_open()).group_by(Ticket.team_id)
    return {row.team_id: row.tickets for row in db.session.execute(counted)}


def _people(team_id: int | None = None) -> defaultdict[int, list[Seated]]:
    statement = (
        select(Membership.team_id, Membership.role, Person.id, Person.name, Account.invited_at)
        .join(Person, Person.id == Membership.person_id)
        .join(Account, Account.person_id == Person.id)
        .where(seats.is_current(), Account.disabled_at.is_(None))
        .order_by(Membership.role != TeamRole.LEAD, Person.sort_key, Person.id)
    )
    if team_id is not None:
        statement = statement.where(Membership.team_id == team_id)
    found: defaultdict[int, list[Seated]] = defaultdict(list)
    for row in db.session.execute(statement):
        face = faces.initials(row.name), faces.tint(row.id)
        is_lead, is_waiting = row.role is TeamRole.LEAD, row.invited_at is not None
        found[row.team_id].append(Seated(row.id, row.name, *face, is_lead, is_waiting))
    return found
