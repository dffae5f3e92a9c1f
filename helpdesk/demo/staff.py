"""Who works at Fernhill, in which team, and in which language."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk.accounts.models import (
    Account,
    Assignment,
    Grant,
    GrantKind,
    Membership,
    Person,
    Team,
    TeamRole,
)
from helpdesk.accounts.people import create_account, create_person
from helpdesk.db import db

DOMAIN = "fernhill.example"


@dataclass(frozen=True, kw_only=True)
class Crew:
    """A team of the demo; the first one of a line receives what nobody placed."""

    key: str
    name: str
    line: int
    is_default: bool = True
    assignment: Assignment = Assignment.MANUAL


@dataclass(frozen=True, kw_only=True)
class Player:
    """Somebody of the cast; `teams` and `leads` are keys of crews."""

    name: str
    language: str = "en"
    zone: str = "Europe/Berlin"
    teams: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    grants: tuple[GrantKind, ...] = ()

    @property
    def email(self) -> str:
        """First and last name at the firm, as everybody's address there."""
        return f"{'.'.join(self.name.lower().split())}@{DOMAIN}"


CREWS = (
    Crew(key="desk", name="Service desk", line=1),
    Crew(key="admins", name="Administrators", line=2),
    Crew(
        key="integrations",
        name="Integrations",
        line=2,
        is_default=False,
        assignment=Assignment.LEAST_LOADED,
    ),
    Crew(key="developers", name="Developers", line=3),
)

CAST = (
    Player(name="Ada Lind", teams=("desk",)),
    Player(name="Tom Okafor", zone="Europe/London", teams=("desk",)),
    Player(name="Nina Volkova", language="ru", teams=("desk",)),
    Player(name="Mira Sato", leads=("desk",)),
    Player(name="Lev Orlov", language="ru", zone="Europe/Moscow", teams=("admins",)),
    Player(name="Priya Nair", zone="Europe/London", teams=("admins", "integrations")),
    Player(name="Marek Dunn", leads=("admins",)),
    Player(name="Jonas Weber", leads=("developers",)),
    Player(name="Elena Petrova", language="ru", teams=("developers",)),
    Player(name="Grace Moreau", zone="Europe/Paris", grants=(GrantKind.MANAGER,)),
    Player(name="Sam Ito", leads=("integrations",), grants=(GrantKind.ADMINISTRATOR,)),
)


def hire(*, since: datetime) -> None:
    """Make teams, people, accounts without passwords, seats and rights."""
    teams = {crew.key: _team(crew, place, since) for place, crew in enumerate(CREWS, start=1)}
    for player in CAST:
        person = create_person(player.name, language=player.language, zone=player.zone, now=since)
        create_account(person, player.email, None, now=since)
        _seat(player, person, teams, since)
    db.session.flush()


def is_demo_account(email: str) -> bool:
    """Whether the account belongs to the cast."""
    return email in {player.email for player in CAST}


def strangers() -> list[str]:
    """Addresses of accounts that are not of the cast: a desk in use has them."""
    return [email for email in db.session.scalars(select(Account.email)) if not is_demo_account(email)]


def _team(crew: Crew, place: int, since: datetime) -> Team:
    team = Team(
        name=crew.name,
        line=crew.line,
        is_default=crew.is_default,
        answers_client=crew.line < 3,
        assignment=crew.assignment,
        position=place,
        created_at=since,
    )
    db.session.add(team)
    db.session.flush()
    return team


def _seat(player: Player, person: Person, teams: dict[str, Team], since: datetime) -> None:
    for keys, role in ((player.teams, TeamRole.MEMBER), (player.leads, TeamRole.LEAD)):
        for key in keys:
            db.session.add(Membership(person_id=person.id, team_id=teams[key].id, role=role, since=since))
    for kind in player.grants:
        db.session.add(Grant(person_id=person.id, kind=kind, since=since))
