"""The firm as it stands, read once and kept in memory: who sits where, who may write in, what is promised."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts import seats as seating
from helpdesk.accounts.models import Account, Membership, Person, Team, TeamRole
from helpdesk.accounts.people import system_id
from helpdesk.calendars.hours import hours_of
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.demo.instructions import INSTRUCTIONS
from helpdesk.demo.placing import mailbox_id
from helpdesk.kb.models import ArticleText
from helpdesk.mail.tokens import newest
from helpdesk.notifications.signing import keys
from helpdesk.routing import rules as routing
from helpdesk.routing.queries import active_rules
from helpdesk.sla.calendar import OpenTime, open_time
from helpdesk.sla.policies import Choice, choose, policy_of
from helpdesk.sla.rules import Metric
from helpdesk.tickets.actions.holders import Seat


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Somebody of the desk."""

    id: int
    name: str
    language: str
    seats: tuple[Seat, ...]
    led: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who writes or rings; `emails` and `numbers` in the order they are stored."""

    contact_id: int
    person_id: int
    company_id: int
    name: str
    position: str
    company: str
    language: str
    vip: bool
    is_known: bool
    is_verified: bool
    emails: tuple[str, ...]
    numbers: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A team with those who sit in it."""

    id: int
    name: str
    line: int
    is_default: bool
    agents: tuple[Agent, ...]

    @property
    def leads(self) -> tuple[int, ...]:
        """The persons who lead it."""
        return tuple(agent.id for agent in self.agents if self.id in agent.led)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """All that a ticket of the past needs to know of the present."""

    system_id: int
    mailbox_id: int
    units: dict[int, Unit]
    agents: dict[int, Agent]
    callers: tuple[Caller, ...]
    articles: dict[str, int]
    rules: tuple[routing.Rule, ...]
    zone: str
    signing: tuple[int, bytes]
    _choices: dict[int, Choice | None] = field(default_factory=dict)
    _openings: dict[int, OpenTime] = field(default_factory=dict)

    def default_unit(self, line: int) -> Unit:
        """The team of that line that receives what nobody placed."""
        return next(unit for unit in self.units.values() if unit.line == line and unit.is_default)

    def decide(self, facts: routing.Facts) -> routing.Decision:
        """Where the rules place a request; line and team always filled in."""
        decision = routing.decide(self.rules, facts)
        placement = decision.placement
        unit = self.units.get(placement.team_id or 0) or self.default_unit(placement.line or 1)
        return replace(decision, placement=replace(placement, line=unit.line, team_id=unit.id))

    def choice(self, company_id: int, at: datetime) -> Choice:
        """The promise to that company; its contract does not change. Raises LookupError without one."""
        if company_id not in self._choices:
            self._choices[company_id] = choose(company_id, at)
        found = self._choices[company_id]
        if found is None:
            raise LookupError("The desk has no policy.")
        return found

    def target(self, company_id: int, metric: Metric, priority: str, at: datetime) -> int:
        """Open seconds that the company's policy allows."""
        found = policy_of(self.choice(company_id, at)).target(metric, None, priority, None)
        return found.seconds if found else 86_400

    def hours(self, company_id: int, at: datetime) -> OpenTime:
        """The time in which that company's clocks run; a line of ours may count in another one."""
        choice = self.choice(company_id, at)
        solution = policy_of(choice).target(Metric.RESOLUTION, None, "P2", None)
        version_id = int(solution.calendar) if solution else choice.calendar_version_ids[0]
        if version_id not in self._openings:
            begun = int(at.timestamp())
            self._openings[version_id] = open_time(hours_of([version_id])[version_id], begun, begun)
        return self._openings[version_id]


def read_desk(at: datetime) -> Desk:
    """Read the firm; `at` is when its contracts are looked at."""
    agents = _agents()
    desk = Desk(
        system_id=system_id(),
        mailbox_id=mailbox_id(),
        units=_units(agents),
        agents={agent.id: agent for agent in agents},
        callers=_callers(),
        articles=_articles(),
        rules=active_rules(),
        zone=settings().default_timezone,
        signing=newest(keys()),
    )
    for caller in desk.callers:
        policy_of(desk.choice(caller.company_id, at))
    return desk


def _agents() -> list[Agent]:
    people = db.session.scalars(select(Person).join(Account).order_by(Person.id)).all()
    seats = db.session.execute(
        select(Membership.person_id, Membership.role, Team.id, Team.line, Team.answers_client)
        .join(Team)
        .where(seating.is_current(), seating.can_work())
    ).all()
    return [
        Agent(
            id=person.id,
            name=person.name,
            language=person.language or "en",
            seats=tuple(Seat(s.id, s.line, s.answers_client) for s in seats if s.person_id == person.id),
            led=frozenset(s.id for s in seats if s.person_id == person.id and s.role is TeamRole.LEAD),
        )
        for person in people
    ]


def _units(agents: Iterable[Agent]) -> dict[int, Unit]:
    teams = db.session.scalars(select(Team).where(Team.retired_at.is_(None)).order_by(Team.position)).all()
    return {
        team.id: Unit(
            id=team.id,
            name=team.name,
            line=team.line,
            is_default=team.is_default,
            agents=tuple(a for a in agents if any(seat.team_id == team.id for seat in a.seats)),
        )
        for team in teams
    }


def _callers() -> tuple[Caller, ...]:
    statement = (
        select(Contact)
        .where(Contact.retired_at.is_(None))
        .options(joinedload(Contact.person), joinedload(Contact.company))
        .options(selectinload(Contact.addresses), selectinload(Contact.phones))
        .order_by(Contact.id)
    )
    found = db.session.scalars(statement).all()
    return tuple(_caller(contact) for contact in found if contact.company.kind is not CompanyKind.OWN)


def _caller(contact: Contact) -> Caller:
    return Caller(
        contact_id=contact.id,
        person_id=contact.person_id,
        company_id=contact.company_id,
        name=contact.person.name,
        position=contact.position,
        company=contact.company.name,
        language=contact.person.language or contact.company.language or "en",
        vip=contact.vip or contact.company.vip,
        is_known=contact.company.kind is CompanyKind.CLIENT,
        is_verified=contact.verified_at is not None,
        emails=tuple(address.email for address in contact.addresses),
        numbers=tuple((phone.typed, phone.e164) for phone in contact.phones),
    )


def _articles() -> dict[str, int]:
    """Articles by their keys, found again by the English title."""
    statement = select(ArticleText.title, ArticleText.article_id).where(ArticleText.language == "en")
    ids = {row.title: row.article_id for row in db.session.execute(statement)}
    return {one.key: ids[one.en.title] for one in INSTRUCTIONS if one.en.title in ids}
