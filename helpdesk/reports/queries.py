"""The figures themselves: a handful of grouped statements, each bounded by time on an indexed column."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, and_, case, cast, distinct, func, literal, select, true, tuple_
from sqlalchemy.sql.elements import ColumnElement

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Team
from helpdesk.clients.models import Company, CompanyKind
from helpdesk.db import db
from helpdesk.reports.periods import Span, Window
from helpdesk.reports.scope import Scope
from helpdesk.sla.models import Metric, SlaClock, TicketSla
from helpdesk.tickets.models import Handover, Ticket
from helpdesk.tickets.queries.counts import RISK, is_open, is_request
from helpdesk.tickets.queries.matching import highest_line
from helpdesk.tickets.rules import HandoverKind, Priority, ReturnReason

CURRENT, PREVIOUS, ELSEWHEN = "current", "previous", "elsewhen"
COMPANIES = 500


@dataclass(frozen=True)
class OpenRow:
    """Open tickets of one line and age (0 oldest to 3 today); `nobodys` are pressing and nobody's."""

    line: int
    age: int
    count: int
    breached: int
    pressing: int
    nobodys: int


@dataclass(frozen=True)
class SolvedRow:
    """Solved tickets of one line and priority in one step; bar and trend are numbered from 1.

    `line` is the highest they were on. `judged` had a deadline at all, `missed` of them did not keep one.
    """

    when: str
    bar: int
    trend: int
    line: int
    priority: Priority
    count: int
    judged: int
    missed: int
    first_contact: int


@dataclass(frozen=True)
class OpenedRow:
    """Tickets that came in, in one step."""

    when: str
    bar: int
    trend: int
    count: int


@dataclass(frozen=True)
class AnswerRow:
    """The median first answer in open seconds: of a whole period (`trend` None) or of one step."""

    when: str | None
    trend: int | None
    median_s: float
    count: int


@dataclass(frozen=True)
class HandoverRow:
    """Tickets that passed between lines, each counted once. What is None was not asked apart."""

    way: str
    when: str | None
    trend: int | None
    from_line: int | None
    to_line: int | None
    reason: ReturnReason | None
    count: int


def open_rows(scope: Scope, ages: Sequence[datetime], now: datetime) -> list[OpenRow]:
    """What is open now."""
    age = func.width_bucket(Ticket.created_at, _edges(ages)).label("age")
    pressing = Ticket.sort_due <= now + RISK
    statement = (
        select(
            Ticket.line,
            age,
            func.count(),
            func.count().filter(Ticket.sort_due <= now),
            func.count().filter(pressing),
            func.count().filter(pressing, Ticket.assignee_id.is_(None)),
        )
        .where(is_open(), scope.condition)
        .group_by(Ticket.line, age)
    )
    return [OpenRow(*row) for row in db.session.execute(statement)]


def solved_rows(scope: Scope, window: Window) -> list[SolvedRow]:
    """What was solved since the window begins, without what was thrown away."""
    steps = _steps(Ticket.resolved_at, window)
    line = highest_line().label("highest")
    statement = (
        select(
            *steps,
            line,
            Ticket.priority,
            func.count(),
            func.count(TicketSla.ticket_id),
            func.count().filter(TicketSla.missed),
            func.count().filter(Ticket.first_contact),
        )
        .outerjoin(TicketSla, TicketSla.ticket_id == Ticket.id)
        .where(Ticket.resolved_at >= window.since, is_request(), scope.condition)
        .group_by(*steps, line, Ticket.priority)
    )
    return [SolvedRow(*row) for row in db.session.execute(statement)]


def opened_rows(scope: Scope, window: Window) -> list[OpenedRow]:
    """What came in since the window begins, without what was thrown away."""
    steps = _steps(Ticket.created_at, window)
    statement = (
        select(*steps, func.count())
        .where(Ticket.created_at >= window.since, is_request(), scope.condition)
        .group_by(*steps)
    )
    return [OpenedRow(*row) for row in db.session.execute(statement)]


def answer_rows(scope: Scope, window: Window) -> list[AnswerRow]:
    """First answers since the window begins, by their clock, which counts open hours."""
    when, _, trend = _steps(SlaClock.stopped_at, window)
    statement = (
        select(when, trend, func.percentile_cont(0.5).within_group(SlaClock.elapsed_s), func.count())
        .join(Ticket, Ticket.id == SlaClock.ticket_id)
        .where(
            SlaClock.metric == Metric.FIRST_RESPONSE,
            SlaClock.stopped_at >= window.since,
            Ticket.first_answered_at.is_not(None),
            is_request(),
            scope.condition,
        )
        .group_by(func.grouping_sets(when, trend))
    )
    return [AnswerRow(*row) for row in db.session.execute(statement)]


def handover_rows(scope: Scope, window: Window) -> list[HandoverRow]:
    """Tickets handed up, given back, and given back with the answer, since the window begins."""
    when, _, trend = _steps(Handover.at, window)
    answered = Handover.reason_code == ReturnReason.ANSWERED
    way = case((answered, literal("answered")), else_=Handover.kind).label("way")
    between, why = (Handover.from_line, Handover.to_line), (Handover.from_line, Handover.reason_code)
    sets = [(way, when), (way, trend), (way, when, *between), (way, when, *why)]
    statement = (
        select(
            way, when, trend, Handover.from_line, Handover.to_line, Handover.reason_code,
            func.count(distinct(Handover.ticket_id)),
        )
        .join(Ticket, Ticket.id == Handover.ticket_id)
        .where(Handover.at >= window.since, Handover.kind != HandoverKind.MOVE)
        .where(is_request(), scope.condition)
        .group_by(func.grouping_sets(*(tuple_(*parts) for parts in sets)))
    )  # fmt: skip
    return [HandoverRow(*row) for row in db.session.execute(statement)]


def line_names() -> dict[int, str]:
    """What the default team of each line is called."""
    rows = db.session.execute(select(Team.line, Team.name).where(Team.is_default).order_by(Team.line))
    return {row.line: row.name for row in rows}


def companies(actor: Actor) -> list[tuple[int, str]]:
    """Clients by which figures may be narrowed, in the order of names."""
    limits = actor.manager_company_ids if actor.is_manager else None
    statement = (
        select(Company.id, Company.name)
        .where(Company.kind == CompanyKind.CLIENT)
        .where(Company.id.in_(sorted(limits)) if limits is not None else true())
        .order_by(Company.sort_key, Company.id)
        .limit(COMPANIES)
    )
    return [(row.id, row.name) for row in db.session.execute(statement)]


def has_tickets(scope: Scope) -> bool:
    """Whether there ever was a ticket; asked only where no figure shows one."""
    found = select(Ticket.id).where(scope.condition).limit(1)
    return db.session.scalar(found) is not None


def _steps(at: Any, window: Window) -> tuple[Any, Any, Any]:
    """Which period, which bar and which point of the trend an instant belongs to."""
    when = case((_in(at, window.current), CURRENT), (_in(at, window.previous), PREVIOUS), else_=ELSEWHEN)
    bar, trend = (func.width_bucket(at, _edges(edges)) for edges in (window.bars, window.trend))
    return when.label("when"), bar.label("bar"), trend.label("trend")


def _in(at: Any, span: Span) -> ColumnElement[bool]:
    return and_(at >= span.start, at < span.end if span.end else true())


def _edges(moments: Sequence[datetime]) -> ColumnElement[Any]:
    return cast(list(moments), ARRAY(DateTime(timezone=True)))
