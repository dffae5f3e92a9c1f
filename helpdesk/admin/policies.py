"""What the screens of policies show: who has which, their versions, and how thresholds are drawn."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Person
from helpdesk.admin import calendar_words, queries
from helpdesk.admin.calendars import VersionLine, in_turn
from helpdesk.admin.policy_form import Typed
from helpdesk.admin.words import DAYS
from helpdesk.calendars.hours import hours_of
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.calendars.rules import working_day_s
from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.sla.acts import Scope
from helpdesk.sla.calendar import WorkingHours
from helpdesk.sla.days import day_of
from helpdesk.sla.models import Contract, SlaPolicy, SlaPolicyVersion, TicketSla
from helpdesk.sla.sheets import PRIORITIES, PolicySheet
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.lists import ListPage, Order, listed
from helpdesk.tickets.queries.visibility import visible_to

RISK_FROM, BREACH = 75, 100
BAR, ROOM = 720, 120


@dataclass(frozen=True)
class PolicyLine:
    """A policy in the list; `version` is the one in force, `planned` whether another is to come."""

    row: SlaPolicy
    version: SlaPolicyVersion | None
    planned: datetime | None
    companies: int
    open_tickets: int


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


@dataclass(frozen=True)
class Edition:
    """A version and who made it."""

    version: SlaPolicyVersion
    author: str


@dataclass(frozen=True)
class CameBy:
    """How many open tickets came to a version through a contract; None: no contract, so by default."""

    contract_id: int | None
    name: str | None
    company: str | None
    many: int


@dataclass(frozen=True)
class CalendarBook:
    """Calendars that may be chosen, each with its hours and the version that is in force."""

    calendars: tuple[Calendar, ...]
    hours: Mapping[int, WorkingHours]
    versions: Mapping[int, int]

    @property
    def names(self) -> dict[int, str]:
        """What they are called."""
        return {one.id: one.name for one in self.calendars}

    @property
    def days(self) -> dict[int, int]:
        """For each the seconds of an ordinary working day: what one day means in its targets."""
        return {calendar_id: working_day_s(hours.weekly) for calendar_id, hours in self.hours.items()}


def lines(now: datetime) -> list[PolicyLine]:
    """The default policy first, then by name; those put away at the end. Four statements."""
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
    signed, running = companies(now), _open_by_policy()
    return [
        PolicyLine(
            row, present.get(row.id), coming.get(row.id), signed.get(row.id, 0), running.get(row.id, 0)
        )
        for row in rows
    ]


def companies(now: datetime) -> dict[int, int]:
    """How many companies have each policy by a contract that holds now."""
    statement = (
        select(Contract.policy_id, func.count(func.distinct(Contract.company_id)).label("clients"))
        .where(Contract.valid_from <= now, or_(Contract.valid_until.is_(None), Contract.valid_until > now))
        .group_by(Contract.policy_id)
    )
    return {row.policy_id: row.clients for row in db.session.execute(statement)}


def _open_by_policy() -> dict[int, int]:
    statement = (
        select(SlaPolicyVersion.policy_id, func.count().label("many"))
        .join(TicketSla, TicketSla.policy_version_id == SlaPolicyVersion.id)
        .join(Ticket, Ticket.id == TicketSla.ticket_id)
        .where(Ticket.resolved_at.is_(None))
        .group_by(SlaPolicyVersion.policy_id)
    )
    return {row.policy_id: row.many for row in db.session.execute(statement)}


def editions(policy_id: int) -> list[Edition]:
    """Its versions with their authors, the newest first. One statement."""
    rows = db.session.execute(
        select(SlaPolicyVersion, Person.name)
        .join(Person, Person.id == SlaPolicyVersion.created_by_id)
        .where(SlaPolicyVersion.policy_id == policy_id)
        .order_by(SlaPolicyVersion.valid_from.desc(), SlaPolicyVersion.n.desc())
    )
    return [Edition(version, author) for version, author in rows]


def version_lines(known: Sequence[Edition], now: datetime) -> list[VersionLine]:
    """When each of them holds, the newest first."""
    return in_turn([(one.version.n, one.version.valid_from) for one in known], now)


def in_force(known: Sequence[Edition], now: datetime) -> SlaPolicyVersion:
    """The one that holds now."""
    return next(one.version for one in known if one.version.valid_from <= now)


def open_tickets(policy_id: int) -> dict[int, int]:
    """How many open tickets run under each version of the policy, by the version's id. One statement."""
    statement = (
        select(TicketSla.policy_version_id, func.count().label("many"))
        .join(SlaPolicyVersion, SlaPolicyVersion.id == TicketSla.policy_version_id)
        .join(Ticket, Ticket.id == TicketSla.ticket_id)
        .where(SlaPolicyVersion.policy_id == policy_id, Ticket.resolved_at.is_(None))
        .group_by(TicketSla.policy_version_id)
    )
    return {row.policy_version_id: row.many for row in db.session.execute(statement)}


def tickets_under(version_id: int, actor: Actor) -> ListPage:
    """The open tickets under that version that whoever asks may see, most urgent first. One statement."""
    mine = select(TicketSla.ticket_id).where(TicketSla.policy_version_id == version_id)
    wanted = (Ticket.id.in_(mine), Ticket.resolved_at.is_(None), visible_to(actor))
    return listed(actor, *wanted, order=Order.DUE, cursor=None)


def came_by(version_id: int) -> list[CameBy]:
    """Through which contracts its open tickets came to it, None for the default policy. One statement."""
    statement = (
        select(Contract.id, Contract.name, Company.name.label("company"), func.count().label("many"))
        .select_from(TicketSla)
        .join(Ticket, Ticket.id == TicketSla.ticket_id)
        .outerjoin(Contract, Contract.id == TicketSla.contract_id)
        .outerjoin(Company, Company.id == Contract.company_id)
        .where(TicketSla.policy_version_id == version_id, Ticket.resolved_at.is_(None))
        .group_by(Contract.id, Contract.name, Company.name)
        .order_by(func.count().desc(), Company.name)
    )
    return [CameBy(row.id, row.name, row.company, row.many) for row in db.session.execute(statement)]


def calendar_book(also: Collection[int], now: datetime) -> CalendarBook:
    """Calendars in use, and those that the policy counts in anyway. One statement once hours are known."""
    newest = (
        select(CalendarVersion.id)
        .where(CalendarVersion.calendar_id == Calendar.id, CalendarVersion.effective_from <= now)
        .order_by(CalendarVersion.effective_from.desc(), CalendarVersion.n.desc())
        .limit(1)
        .scalar_subquery()
    )
    usable = or_(Calendar.retired_at.is_(None), Calendar.id.in_(list(also)))
    rows = db.session.execute(select(Calendar, newest).where(usable).order_by(Calendar.name)).all()
    hours = hours_of(version_id for _, version_id in rows if version_id)
    return CalendarBook(
        tuple(calendar for calendar, _ in rows),
        {calendar.id: hours[version_id] for calendar, version_id in rows if version_id},
        {calendar.id: version_id for calendar, version_id in rows if version_id},
    )


def week_of(form: Typed, book: CalendarBook, now: datetime) -> Week | None:
    """The week of the form's main calendar, and what counts in another one; None without any."""
    main = form.calendar_of_row("")
    hours = book.hours.get(main)
    if hours is None:
        return None
    names = book.names
    priorities = [(one, form.calendar_of_row(one)) for one in PRIORITIES]
    return Week(
        main,
        names[main],
        calendar_words.days_cut(hours.weekly),
        DAYS,
        calendar_words.week_words(hours.weekly),
        queries.next_holidays(book.versions[main], day_of(now)),
        tuple((one, names.get(chosen, "")) for one, chosen in priorities if chosen != main),
    )


def bar_of(sheet: PolicySheet) -> Bar:
    """The thresholds along the second most urgent solution, as most tickets know it; else the first known."""
    solutions = {priority: sheet.seconds("resolution", priority) or 0 for priority in PRIORITIES}
    known = [priority for priority in ("P2", *PRIORITIES) if solutions[priority]]
    priority = known[0] if known else ""
    solution = solutions.get(priority, 0)
    percents = sorted({step.percent for step in sheet.steps if step.scope == Scope.CLIENT} | {BREACH})
    scale = BAR / max(ROOM, *percents)
    marks = tuple(
        Mark(
            percent,
            round(percent * scale, 1),
            solution * percent // BREACH,
            solution - solution * percent // BREACH,
            "breach" if percent >= BREACH else "risk" if percent >= RISK_FROM else "run",
        )
        for percent in percents
    )
    return Bar(priority, solution, marks, round(RISK_FROM * scale, 1), round(BREACH * scale, 1))
