"""The signed-in person with the rights of this moment, read in one statement, never kept between requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from helpdesk import firm
from helpdesk.accounts import faces
from helpdesk.accounts.models import (
    Account,
    Grant,
    GrantKind,
    Membership,
    Person,
    Team,
    TeamRole,
    Theme,
)
from helpdesk.accounts.permissions import Relation
from helpdesk.clock import process_time
from helpdesk.db import db


@dataclass(frozen=True)
class TeamSeat:
    """A person's place in a team."""

    team_id: int
    line: int
    role: TeamRole
    answers_client: bool
    name: str = ""


@dataclass(frozen=True)
class Actor:
    """Who asks. `manager_lines` and `manager_company_ids` limit a manager's scope; None means all."""

    person_id: int
    account_id: int
    name: str
    email: str
    language: str | None = None
    zone: str | None = None
    theme: Theme = Theme.AUTO
    teams: tuple[TeamSeat, ...] = ()
    is_manager: bool = False
    manager_lines: frozenset[int] | None = frozenset()
    manager_company_ids: frozenset[int] | None = frozenset()
    is_administrator: bool = False

    @property
    def is_signed_in(self) -> bool:
        return self.account_id != 0

    @property
    def is_agent(self) -> bool:
        return bool(self.teams)

    @property
    def is_lead(self) -> bool:
        return bool(self.led_team_ids)

    @property
    def team_ids(self) -> frozenset[int]:
        return frozenset(seat.team_id for seat in self.teams)

    @property
    def led_team_ids(self) -> frozenset[int]:
        return frozenset(seat.team_id for seat in self.teams if seat.role is TeamRole.LEAD)

    @property
    def lines(self) -> frozenset[int]:
        return frozenset(seat.line for seat in self.teams)

    @property
    def initials(self) -> str:
        return faces.initials(self.name)

    @property
    def tint(self) -> int:
        return faces.tint(self.person_id)

    @property
    def relations(self) -> frozenset[Relation]:
        """How the person stands to the desk as a whole, apart from any one thing."""
        stands = {
            Relation.AGENT: self.is_agent,
            Relation.LINE_1: 1 in self.lines,
            Relation.LINE_2: 2 in self.lines,
            Relation.LINE_3: 3 in self.lines,
            Relation.LEAD: self.is_lead,
            Relation.MANAGER: self.is_manager,
            Relation.ADMINISTRATOR: self.is_administrator,
        }
        return frozenset(relation for relation, holds in stands.items() if holds)


anonymous = Actor(person_id=0, account_id=0, name="", email="")


def actor_of(person_id: int) -> Actor:
    """The person's rights now. Raises LookupError when there is no such account."""
    row = db.session.execute(selected(process_time()).where(Person.id == person_id)).one_or_none()
    if row is None:
        raise LookupError(f"Person {person_id} has no account.")
    return from_row(row)


def selected(now: datetime) -> Select[Any]:
    """The columns that `from_row` reads, from account and person; rights are those in force at `now`."""
    return (
        select(
            Person.id.label("person_id"),
            Account.id.label("account_id"),
            Person.name,
            Account.email,
            Person.language,
            Person.zone,
            Account.theme,
            _seats(now).label("seats"),
            _grants(now).label("grants"),
            firm.version_now().label("firm_version"),
        )
        .select_from(Account)
        .join(Person, Person.id == Account.person_id)
    )


def from_row(row: Row[Any]) -> Actor:
    """The actor of one row of `selected`; the firm's own choices are looked at by the way."""
    firm.expect(row.firm_version)
    grants: Sequence[Mapping[str, Any]] = row.grants
    scopes = [grant for grant in grants if grant["kind"] == GrantKind.MANAGER]
    return Actor(
        person_id=row.person_id,
        account_id=row.account_id,
        name=row.name,
        email=row.email,
        language=row.language,
        zone=row.zone,
        theme=row.theme,
        teams=tuple(_seat(seat) for seat in row.seats),
        is_manager=bool(scopes),
        manager_lines=_scope([grant["lines"] for grant in scopes]),
        manager_company_ids=_scope([grant["company_ids"] for grant in scopes]),
        is_administrator=any(grant["kind"] == GrantKind.ADMINISTRATOR for grant in grants),
    )


def _seat(seat: Mapping[str, Any]) -> TeamSeat:
    return TeamSeat(
        seat["team_id"], seat["line"], TeamRole(seat["role"]), seat["answers_client"], seat["name"]
    )


def _scope(limits: Sequence[Sequence[int] | None]) -> frozenset[int] | None:
    """All that any of the grants allows; one grant without a limit allows everything (None)."""
    known = [limit for limit in limits if limit is not None]
    return frozenset(item for limit in known for item in limit) if len(known) == len(limits) else None


def _seats(now: datetime) -> ScalarSelect[Any]:
    seat = func.jsonb_build_object(
        "team_id", Team.id,
        "line", Team.line,
        "role", Membership.role,
        "answers_client", Team.answers_client,
        "name", Team.name,
    )  # fmt: skip
    return (
        select(_listed(aggregate_order_by(seat, Team.line, Team.position, Team.id)))
        .select_from(Membership)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.person_id == Person.id, Team.retired_at.is_(None))
        .where(_in_force(Membership.since, Membership.until, now))
        .correlate(Person)
        .scalar_subquery()
    )


def _grants(now: datetime) -> ScalarSelect[Any]:
    grant = func.jsonb_build_object(
        "kind", Grant.kind, "lines", Grant.lines, "company_ids", Grant.company_ids
    )
    return (
        select(_listed(grant))
        .where(Grant.person_id == Person.id, _in_force(Grant.since, Grant.until, now))
        .correlate(Person)
        .scalar_subquery()
    )


def _listed(value: Any) -> ColumnElement[Any]:
    return func.coalesce(func.jsonb_agg(value), func.jsonb_build_array())


def _in_force(
    since: InstrumentedAttribute[datetime], until: InstrumentedAttribute[datetime | None], now: datetime
) -> ColumnElement[bool]:
    return (since <= now) & or_(until.is_(None), until > now)
