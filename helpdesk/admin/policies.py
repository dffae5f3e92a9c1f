"""What the screens of policies show: who has which, their versions, and how thresholds are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from helpdesk.admin import calendar_words, queries
from helpdesk.admin.calendars import VersionLine, in_turn
from helpdesk.admin.policy_form import Typed
from helpdesk.admin.words import DAYS
from helpdesk.calendars.actions import in_force
from helpdesk.calendars.models import Calendar
from helpdesk.calendars.sheets import sheet_of
from helpdesk.db import db
from helpdesk.sla.days import day_of
from helpdesk.sla.models import Contract, SlaPolicy, SlaPolicyVersion
from helpdesk.sla.sheets import PRIORITIES, PolicySheet

RISK_FROM, BREACH = 75, 100
BAR, ROOM = 720, 120


@dataclass(frozen=True)
class PolicyLine:
    """A policy in the list; `version` is the one in force, `planned` whether another is to come."""

    row: SlaPolicy
    version: SlaPolicyVersion | None
    planned: datetime | None
    companies: int


@dataclass(frozen=True)
class Mark:
    """A threshold on the bar: where it stands, and the open seconds used up by then; 0: not known."""

    percent: int
    x: float
    used_s: int
    left_s: int
    look: str


@dataclass(frozen=True)
class Bar:
    """Thresholds as they are drawn along one priority's solution time."""

    priority: str
    solution_s: int
    marks: tuple[Mark, ...]
    risk_x: float
    breach_x: float


@dataclass(frozen=True)
class Week:
    """The calendar in which most of a policy counts, as it is drawn; `others` are (priority, calendar)."""

    id: int
    name: str
    days: list[list[tuple[int, int]]]
    day_names: tuple[Any, ...]
    words: str
    next: tuple[tuple[date, str], ...]
    others: tuple[tuple[str, str], ...]


def lines(now: datetime) -> list[PolicyLine]:
    """The default policy first, then by name; those put away at the end. Three statements."""
    rows = db.session.scalars(
        select(SlaPolicy).order_by(
            SlaPolicy.retired_at.is_not(None), SlaPolicy.is_default.desc(), SlaPolicy.name
        )
    ).all()
    present: dict[int, SlaPolicyVersion] = {}
    coming: dict[int, datetime] = {}
    in_order = select(SlaPolicyVersion).order_by(SlaPolicyVersion.valid_from, SlaPolicyVersion.n)
    for version in db.session.scalars(in_order):
        if version.valid_from <= now:
            present[version.policy_id] = version
        else:
            coming.setdefault(version.policy_id, version.valid_from)
    signed = companies(now)
    return [PolicyLine(row, present.get(row.id), coming.get(row.id), signed.get(row.id, 0)) for row in rows]


def companies(now: datetime) -> dict[int, int]:
    """How many companies have each policy by a contract that holds now."""
    statement = (
        select(Contract.policy_id, func.count(func.distinct(Contract.company_id)).label("clients"))
        .where(Contract.valid_from <= now, or_(Contract.valid_until.is_(None), Contract.valid_until > now))
        .group_by(Contract.policy_id)
    )
    return {row.policy_id: row.clients for row in db.session.execute(statement)}


def versions(policy_id: int, now: datetime) -> list[VersionLine]:
    """Its versions, the newest first."""
    statement = select(SlaPolicyVersion.n, SlaPolicyVersion.valid_from)
    rows = db.session.execute(statement.where(SlaPolicyVersion.policy_id == policy_id))
    return in_turn([(row.n, row.valid_from) for row in rows], now)


def calendars(also: frozenset[int] = frozenset()) -> list[Calendar]:
    """Calendars in use by name, and those that the policy counts in anyway."""
    usable = or_(Calendar.retired_at.is_(None), Calendar.id.in_(also))
    return list(db.session.scalars(select(Calendar).where(usable).order_by(Calendar.name)))


def week_of(form: Typed, known: Sequence[Calendar], now: datetime) -> Week | None:
    """The week of the form's main calendar, and which priorities count in another one; None without any."""
    names = {one.id: one.name for one in known}
    main = form.calendar_of("")
    found = {one.id: one for one in known}.get(main)
    if found is None:
        return None
    sheet = sheet_of(found, in_force(main, now))
    coming = (one for one in queries.calendars(now, day_of(now)).items() if one[0] == main)
    return Week(
        main,
        found.name,
        calendar_words.days_of(sheet),
        DAYS,
        calendar_words.week_of(sheet),
        next((one.holidays for _, one in coming), ()),
        tuple(
            (priority, names.get(form.calendar_of(priority), ""))
            for priority in PRIORITIES
            if form.calendar_of(priority) != main
        ),
    )


def bar_of(sheet: PolicySheet) -> Bar:
    """The thresholds along the second most urgent solution, as most tickets know it; else the first known."""
    solutions = {priority: sheet.seconds("resolution", priority) or 0 for priority in PRIORITIES}
    known = [priority for priority in ("P2", *PRIORITIES) if solutions[priority]]
    priority = known[0] if known else ""
    solution = solutions.get(priority, 0)
    scale = BAR / max(ROOM, *sheet.thresholds, BREACH)
    marks = tuple(
        Mark(
            percent,
            round(percent * scale, 1),
            solution * percent // BREACH,
            solution - solution * percent // BREACH,
            "breach" if percent >= BREACH else "risk" if percent >= RISK_FROM else "run",
        )
        for percent in sorted(sheet.thresholds)
    )
    return Bar(priority, solution, marks, round(RISK_FROM * scale, 1), round(BREACH * scale, 1))
