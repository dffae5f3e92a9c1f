"""What the settings page shows, read in a fixed number of statements whatever the size of the desk."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from helpdesk.accounts import faces, seats
from helpdesk.accounts.models import Membership, Person, Team, TeamRole
from helpdesk.calendars.hours import versions_in_force
from helpdesk.calendars.models import Calendar, CalendarHoliday, CalendarVersion
from helpdesk.calendars.rules import working_day_s
from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.heartbeat import Heartbeat
from helpdesk.mail.models import Mailbox
from helpdesk.mail.relay_models import RelayState
from helpdesk.notifications.models import Outbox
from helpdesk.routing.editing import in_order
from helpdesk.routing.models import RoutingRule
from helpdesk.sla.models import Contract, SlaPolicy, SlaPolicyVersion
from helpdesk.sla.sheets import PolicySheet, sheets_of
from helpdesk.tickets.queries.catalogue import catalogue

HOLIDAYS_SHOWN = 3


@dataclass(frozen=True)
class Member:
    """Somebody in a team."""

    name: str
    initials: str
    tint: int
    is_lead: bool


@dataclass(frozen=True)
class TeamSheet:
    """A team with its people, leads first."""

    row: Team
    members: tuple[Member, ...]


@dataclass(frozen=True)
class CalendarSheet:
    """A calendar with the version in force and the next days on which it is closed."""

    name: str
    version: CalendarVersion
    holidays: tuple[tuple[date, str], ...]
    holiday_count: int

    @property
    def day_s(self) -> int:
        """How long an ordinary working day is: what one day means in a target."""
        week = [
            tuple((one.from_min, one.to_min) for one in self.version.windows if one.weekday == day)
            for day in range(7)
        ]
        return working_day_s(week)

    def windows_on(self, weekday: int) -> list[tuple[int, int]]:
        """Open minutes of the day, cut at midnight: what runs over it goes on on the next."""
        found = []
        for window in self.version.windows:
            is_overnight = window.to_min <= window.from_min
            if window.weekday == weekday:
                found.append((window.from_min, 1440 if is_overnight else window.to_min))
            if is_overnight and (window.weekday + 1) % 7 == weekday and window.to_min:
                found.append((0, window.to_min))
        return sorted(found)


@dataclass(frozen=True)
class PolicyInForce:
    """A policy with its newest version in force and how many companies have it by contract."""

    row: SlaPolicy
    version: SlaPolicyVersion
    sheet: PolicySheet
    contracts: int


@dataclass(frozen=True)
class Names:
    """What the ids in routing rules are called."""

    teams: Mapping[int, str]
    mailboxes: Mapping[int, str]
    companies: Mapping[int, str]
    categories: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Health:
    """Signs of life; None where there is none."""

    last_beat: datetime | None
    failing_jobs: tuple[tuple[str, str], ...]
    oldest_unsent: datetime | None
    unsent: int
    relay_away_since: datetime | None


def teams() -> list[TeamSheet]:
    """Teams by line with those who are in them now."""
    members: defaultdict[int, list[Member]] = defaultdict(list)
    rows = db.session.execute(
        select(Membership.team_id, Membership.role, Person.id, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(seats.is_current(), seats.can_work())
        .order_by(Membership.role != TeamRole.LEAD, Person.sort_key)
    )
    for row in rows:
        face = faces.initials(row.name), faces.tint(row.id)
        members[row.team_id].append(Member(row.name, *face, row.role is TeamRole.LEAD))
    every = select(Team).where(Team.retired_at.is_(None)).order_by(Team.line, Team.position, Team.id)
    return [TeamSheet(team, tuple(members[team.id])) for team in db.session.scalars(every)]


def next_polls() -> dict[int, datetime | None]:
    """When each mailbox is looked at next."""
    return {row.id: row.next_poll_at for row in db.session.execute(select(Mailbox.id, Mailbox.next_poll_at))}


def rules() -> Sequence[RoutingRule]:
    """All rules in their order, those out of use included."""
    return in_order()


def names_in(rows: Iterable[RoutingRule]) -> Names:
    """The names that these rules need."""
    companies = {one for row in rows for one in row.conditions.get("company_ids", ())}
    return Names(
        teams={row.id: row.name for row in db.session.execute(select(Team.id, Team.name))},
        mailboxes={row.id: row.address for row in db.session.execute(select(Mailbox.id, Mailbox.address))},
        categories=catalogue().names,
        companies={
            row.id: row.name
            for row in db.session.execute(select(Company.id, Company.name).where(Company.id.in_(companies)))
        },
    )


def calendars(now: datetime, today: date) -> dict[int, CalendarSheet]:
    """Calendars in use by id, as they are in force now."""
    rows = db.session.scalars(
        select(Calendar).where(Calendar.retired_at.is_(None)).order_by(Calendar.name)
    ).all()
    in_force = versions_in_force([row.id for row in rows], now)
    versions = {version.id: version for version in _versions(in_force.values())}
    return {
        row.id: CalendarSheet(
            row.name,
            versions[in_force[row.id]],
            _next_holidays(versions[in_force[row.id]].holidays, today),
            len(versions[in_force[row.id]].holidays),
        )
        for row in rows
        if row.id in in_force
    }


def policies(now: datetime) -> list[PolicyInForce]:
    """Policies in use by name, the default one last; each with its version in force. Four statements."""
    present: dict[int, tuple[SlaPolicy, SlaPolicyVersion]] = {}
    rows = db.session.execute(
        select(SlaPolicy, SlaPolicyVersion)
        .join(SlaPolicyVersion, SlaPolicyVersion.policy_id == SlaPolicy.id)
        .where(SlaPolicy.retired_at.is_(None), SlaPolicyVersion.valid_from <= now)
        .order_by(SlaPolicy.is_default, SlaPolicy.name, SlaPolicyVersion.valid_from, SlaPolicyVersion.n)
    )
    for policy, version in rows:
        present[policy.id] = (policy, version)
    signed = db.session.execute(
        select(Contract.policy_id, func.count(func.distinct(Contract.company_id)).label("clients"))
        .where(Contract.valid_from <= now, or_(Contract.valid_until.is_(None), Contract.valid_until > now))
        .group_by(Contract.policy_id)
    )
    contracts = {row.policy_id: row.clients for row in signed}
    sheets = sheets_of(list(present.values()))
    return [
        PolicyInForce(policy, version, sheets[version.id], contracts.get(policy.id, 0))
        for policy, version in present.values()
    ]


def health() -> Health:
    """Whether the worker lives, and what has not been sent."""
    beats = db.session.scalars(select(Heartbeat).order_by(Heartbeat.job)).all()
    since = func.coalesce(Outbox.waiting_since, Outbox.due_at)
    away = select(func.min(RelayState.failing_since)).scalar_subquery()
    oldest, count, away_since = db.session.execute(
        select(func.min(since), func.count(), away).where(Outbox.finished_at.is_(None))
    ).one()
    return Health(
        last_beat=max((beat.beat_at for beat in beats), default=None),
        failing_jobs=tuple((beat.job, beat.error) for beat in beats if beat.error),
        oldest_unsent=oldest,
        unsent=count,
        relay_away_since=away_since,
    )


def _versions(ids: Iterable[int]) -> Iterable[CalendarVersion]:
    parts = (CalendarVersion.windows, CalendarVersion.overrides, CalendarVersion.holidays)
    statement = select(CalendarVersion).where(CalendarVersion.id.in_(list(ids)))
    return db.session.scalars(statement.options(*(selectinload(part) for part in parts)))


def next_holidays(version_id: int, today: date) -> tuple[tuple[date, str], ...]:
    """The holidays that come next by that version of a calendar. One statement."""
    rows = select(CalendarHoliday).where(CalendarHoliday.version_id == version_id)
    return _next_holidays(db.session.scalars(rows), today)


def _next_holidays(rows: Iterable[CalendarHoliday], today: date) -> tuple[tuple[date, str], ...]:
    days = sorted((_next_day(row, today), row.name) for row in rows)
    return tuple((day, name) for day, name in days if day >= today)[:HOLIDAYS_SHOWN]


def _next_day(row: CalendarHoliday, today: date) -> date:
    """The day itself, or when a yearly one comes next; 29 February in common years counts as 1 March."""
    if row.day is not None:
        return row.day
    month, day = (int(part) for part in (row.from_md or "01-01").split("-"))
    coming = (_day_of(year, month, day) for year in (today.year, today.year + 1))
    return next((each for each in coming if each >= today), today)


def _day_of(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month + 1, 1)
