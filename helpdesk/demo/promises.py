"""What Fernhill promises its clients: working hours, policies with their targets, and contracts."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

import holidays

from helpdesk.accounts.people import system_id
from helpdesk.calendars.models import Calendar, CalendarHoliday, CalendarVersion, CalendarWindow
from helpdesk.db import db
from helpdesk.sla.acts import DEFAULT_STEPS, Act, Scope, Step, percents
from helpdesk.sla.models import Contract, Metric, SlaPolicy, SlaPolicyStep, SlaPolicyVersion, SlaTarget
from helpdesk.tickets.rules import Priority

HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Working hours; `windows` in minutes of the day hold on `days` (0 is Monday).

    `land` and `part` name whose public holidays close the day; "" for none.
    """

    key: str
    name: str
    zone: str
    days: range
    windows: tuple[tuple[int, int], ...]
    land: str = ""
    part: str | None = None


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A policy: open hours for P1 to P4 by metric, then the budget of each line.

    `updates` may be empty. `by_type` are other solution times for one type and priority, `own_hours` the
    hours of lines that count in other ones.
    """

    key: str
    name: str
    hours: str
    first: tuple[float, ...]
    following: tuple[float, ...]
    solution: tuple[float, ...]
    lines: dict[int, tuple[float, ...]]
    updates: tuple[float, ...] = ()
    by_type: tuple[tuple[str, str, float], ...] = ()
    own_hours: dict[int, str] = field(default_factory=dict)
    steps: frozenset[Step] = DEFAULT_STEPS
    overlap_allowed: bool = True
    is_default: bool = False


WEEK = range(5)
HOURS = (
    Hours(
        key="berlin",
        name="Office hours, Berlin",
        zone="Europe/Berlin",
        days=WEEK,
        windows=((8 * 60, 18 * 60),),
        land="DE",
        part="BE",
    ),
    Hours(
        key="london",
        name="Split day, London",
        zone="Europe/London",
        days=WEEK,
        windows=((8 * 60 + 30, 12 * 60 + 30), (13 * 60 + 30, 17 * 60 + 30)),
        land="GB",
        part="ENG",
    ),
    Hours(
        key="moscow",
        name="Office hours, Moscow",
        zone="Europe/Moscow",
        days=WEEK,
        windows=((9 * 60, 18 * 60),),
        land="RU",
    ),
    Hours(key="always", name="Round the clock", zone="Europe/Berlin", days=range(7), windows=((0, 24 * 60),)),
)

PROMISES = (
    Promise(
        key="standard",
        name="Standard",
        hours="berlin",
        first=(1, 2, 8, 16),
        following=(1, 4, 8, 16),
        solution=(8, 16, 40, 80),
        lines={1: (5, 11, 28, 56), 2: (5, 10, 24, 48), 3: (5, 10, 26, 52)},
        by_type=(("P3", "defect", 80), ("P4", "defect", 160)),
        is_default=True,
    ),
    Promise(
        key="care",
        name="Care Plus",
        hours="london",
        first=(0.5, 1, 4, 8),
        following=(1, 2, 4, 8),
        solution=(4, 8, 24, 48),
        lines={1: (3, 6, 17, 34), 2: (2.5, 5, 15, 30), 3: (2.5, 5, 16, 32)},
        updates=(2, 6, 16, 32),
    ),
    Promise(
        key="moscow",
        name="Care Plus Moscow",
        hours="moscow",
        first=(0.5, 1, 4, 9),
        following=(1, 2, 4, 9),
        solution=(4, 9, 27, 54),
        lines={1: (3, 6, 19, 38), 2: (2.5, 5.5, 17, 34), 3: (2.5, 6, 18, 36)},
        steps=DEFAULT_STEPS | {Step("client", 90, "raise_priority"), Step("line", 120, "tell_manager")},
        overlap_allowed=False,
    ),
    Promise(
        key="clock",
        name="Round the clock",
        hours="always",
        first=(0.25, 0.5, 2, 8),
        following=(0.5, 1, 4, 12),
        solution=(4, 8, 36, 96),
        lines={1: (3, 6, 26, 68), 2: (2.5, 5, 22, 60), 3: (2.5, 5.5, 24, 64)},
        own_hours={3: "berlin"},
    ),
)


def promise(*, since: datetime, years: range) -> dict[str, SlaPolicy]:
    """Make calendars with the holidays of those years, and policies; gives policies by key."""
    calendars = {hours.key: _calendar(hours, since, years) for hours in HOURS}
    return {each.key: _policy(each, calendars, since) for each in PROMISES}


def sign(company_id: int, policy: SlaPolicy, name: str, *, since: datetime) -> None:
    """An open-ended contract."""
    db.session.add(Contract(company_id=company_id, policy_id=policy.id, name=name, valid_from=since))


def _calendar(hours: Hours, since: datetime, years: range) -> Calendar:
    calendar = Calendar(name=hours.name, zone=hours.zone, created_at=since)
    db.session.add(calendar)
    db.session.flush()
    closed = _holidays(hours, years)
    content = f"{hours.zone} {hours.days} {hours.windows} {[(h.day, h.name) for h in closed]}"
    db.session.add(
        CalendarVersion(
            calendar_id=calendar.id,
            n=1,
            zone=hours.zone,
            effective_from=since,
            hash=hashlib.sha256(content.encode()).hexdigest(),
            created_at=since,
            created_by_id=system_id(),
            windows=[
                CalendarWindow(weekday=day, from_min=start, to_min=end)
                for day in hours.days
                for start, end in hours.windows
            ],
            holidays=closed,
        )
    )
    db.session.flush()
    return calendar


def _holidays(hours: Hours, years: range) -> list[CalendarHoliday]:
    if not hours.land:
        return []
    found = holidays.country_holidays(hours.land, subdiv=hours.part, years=years, language="en_US")
    return [
        CalendarHoliday(name=name, day=day, from_min=0, to_min=24 * 60) for day, name in sorted(found.items())
    ]


def _policy(promised: Promise, calendars: dict[str, Calendar], since: datetime) -> SlaPolicy:
    calendar = calendars[promised.hours]
    own = {line: calendars[key].id for line, key in promised.own_hours.items()}
    policy = SlaPolicy(name=promised.name, is_default=promised.is_default, created_at=since)
    db.session.add(policy)
    db.session.flush()
    version = SlaPolicyVersion(
        policy_id=policy.id,
        n=1,
        valid_from=since,
        pause_states=["waiting_client", "waiting_third_party"],
        created_by_id=system_id(),
        overlap_allowed=promised.overlap_allowed,
        thresholds=list(percents((), promised.steps)),
        steps=[
            SlaPolicyStep(scope=Scope(step.scope), percent=step.percent, act=Act(step.act))
            for step in sorted(promised.steps)
        ],
        targets=[
            *_client_targets(promised, calendar.id),
            *_type_targets(promised, calendar.id),
            *_line_targets(promised, calendar.id, own),
        ],
    )
    db.session.add(version)
    db.session.flush()
    return policy


def _client_targets(promised: Promise, calendar_id: int) -> list[SlaTarget]:
    tables = {
        Metric.FIRST_RESPONSE: promised.first,
        Metric.NEXT_RESPONSE: promised.following,
        Metric.UPDATE: promised.updates,
        Metric.RESOLUTION: promised.solution,
    }
    return [
        SlaTarget(metric=metric, priority=priority, seconds=int(hours * HOUR), calendar_id=calendar_id)
        for metric, table in tables.items()
        if table
        for priority, hours in zip(Priority, table, strict=True)
    ]


def _type_targets(promised: Promise, calendar_id: int) -> list[SlaTarget]:
    return [
        SlaTarget(
            metric=Metric.RESOLUTION,
            priority=priority,
            type=type_,
            seconds=int(hours * HOUR),
            calendar_id=calendar_id,
        )
        for priority, type_, hours in promised.by_type
    ]


def _line_targets(promised: Promise, calendar_id: int, own: dict[int, int]) -> list[SlaTarget]:
    return [
        SlaTarget(
            metric=Metric.OLA,
            line=line,
            priority=priority,
            seconds=int(hours * HOUR),
            calendar_id=own.get(line, calendar_id),
        )
        for line, table in promised.lines.items()
        for priority, hours in zip(Priority, table, strict=True)
    ]
