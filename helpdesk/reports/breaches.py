"""The deadlines that were missed: which, by how much, who held the ticket, who used up the time, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Person, Team
from helpdesk.clients.models import Company
from helpdesk.clients.words import known_as
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.i18n import gettext, open_hours, overrun
from helpdesk.reports.scope import Scope
from helpdesk.sla.breach_words import CAUSES, clock_name
from helpdesk.sla.chip import ClockView
from helpdesk.sla.models import ClockPhase, SlaClock, SlaFiring
from helpdesk.sla.queries import clocks_of
from helpdesk.tickets.models import EventText, Ticket
from helpdesk.tickets.queries import visible_to

BREACH = 100
PAGE_SIZE = 50
LONGEST = 240  # user units of the bar of shares


class Whose(StrEnum):
    """To whom the deadline was promised: the client, or among ourselves; the value stands in the address."""

    CLIENT = "client"
    LINES = "lines"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which breaches: since when, whose deadlines, of which line that held the ticket, and only those without
    a reason.
    """

    since: datetime
    whose: Whose = Whose.CLIENT
    line: int | None = None
    without_reason: bool = False


@dataclass(frozen=True)
class Totals:
    """What the filters leave, without what was withdrawn: `asked` wait for a reason."""

    count: int
    asked: int


@dataclass(frozen=True)
class Share:
    """How much of the client's time a line had; `x` and `width` place it in the bar."""

    line: int
    words: str
    x: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One line of the list. `over` is empty while it cannot be said any more: the deadline has changed since.

    `counting`: it still grows. `responsible` is the line that used up the time, where that is known.
    """

    id: int
    number: int
    subject: str
    company: str
    clock: str
    at: datetime
    over: str
    counting: bool
    line: int
    team: str
    person: str
    responsible: int | None
    shares: tuple[Share, ...]
    asked: bool
    cause: str
    words: str
    explained_by: str
    withdrawn_at: datetime | None


def breaches(
    actor: Actor, scope: Scope, wanted: Wanted, now: datetime, *, before: int | None = None
) -> list[Breach]:
    """One page, newest first, and one more when there is a next page; `before` is the last id of the page
    before. At most two statements.
    """
    statement = _listed(actor, scope, wanted)
    if before is not None:
        last = aliased(SlaFiring)
        place = select(last.at).where(last.id == before).scalar_subquery()
        statement = statement.where(tuple_(SlaFiring.at, SlaFiring.id) < tuple_(place, before))
    order = (SlaFiring.at.desc(), SlaFiring.id.desc())
    rows = db.session.execute(statement.order_by(*order).limit(PAGE_SIZE + 1)).all()
    running = {row.SlaFiring.ticket_id for row in rows if row.phase is ClockPhase.RUNNING}
    clocks = clocks_of(running, now) if running else {}
    return [_breach(row, clocks.get(row.SlaFiring.ticket_id, ())) for row in rows]


def totals(actor: Actor, scope: Scope, wanted: Wanted) -> Totals:
    """How many there are; one statement."""
    stands = SlaFiring.withdrawn_at.is_(None)
    counted = select(func.count().filter(stands), func.count().filter(stands, *_is_asked()))
    statement = counted.select_from(SlaFiring).join(Ticket, Ticket.id == SlaFiring.ticket_id)
    return Totals(*db.session.execute(statement.where(*meant(actor, scope, wanted))).one())


def _is_asked() -> tuple[ColumnElement[bool], ...]:
    return SlaFiring.asked_at.is_not(None), SlaFiring.explanation_id.is_(None)


def meant(actor: Actor, scope: Scope, wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    """A lead also answers for what his team held at the breach and another has now."""
    teams = () if actor.is_manager else sorted(actor.led_team_ids)
    held = and_(visible_to(actor), SlaFiring.holder_team_id.in_(teams)) if teams else None
    yield SlaFiring.percent == BREACH
    yield SlaFiring.at >= wanted.since
    yield scope.condition if held is None else or_(scope.condition, and_(held, *scope.narrowed))
    if wanted.whose is not Whose.ALL:
        yield SlaFiring.line.is_(None) if wanted.whose is Whose.CLIENT else SlaFiring.line.is_not(None)
    if wanted.line is not None:
        yield SlaFiring.holder_line == wanted.line
    if wanted.without_reason:
        yield and_(*_is_asked(), SlaFiring.withdrawn_at.is_(None))


def _listed(actor: Actor, scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    holder, author = aliased(Person), aliased(Person)
    over_s = (SlaClock.elapsed_s - SlaClock.target_s).label("over_s")
    return (
        select(SlaFiring, Ticket.subject, Company.name.label("company"), Team.name.label("team"))
        .add_columns(holder.name.label("holder"), author.name.label("author"), EventText.text.label("words"))
        .add_columns(SlaClock.phase, over_s)
        .join(Ticket, Ticket.id == SlaFiring.ticket_id)
        .join(Company, Company.id == Ticket.company_id)
        .join(Team, Team.id == SlaFiring.holder_team_id)
        .outerjoin(SlaClock, _is_its_clock())
        .outerjoin(holder, holder.id == SlaFiring.holder_id)
        .outerjoin(EventRow, EventRow.id == SlaFiring.explanation_id)
        .outerjoin(author, author.id == EventRow.actor_id)
        .outerjoin(EventText, EventText.event_id == EventRow.id)
        .where(*meant(actor, scope, wanted))
    )


def _is_its_clock() -> ColumnElement[bool]:
    return and_(
        SlaClock.ticket_id == SlaFiring.ticket_id,
        SlaClock.metric == SlaFiring.metric,
        SlaClock.line.is_not_distinct_from(SlaFiring.line),
        SlaClock.cycle == SlaFiring.cycle,
        SlaClock.epoch == SlaFiring.epoch,
    )


def _breach(row: Any, clocks: Sequence[ClockView]) -> Breach:
    firing: SlaFiring = row.SlaFiring
    shares: Mapping[str, Any] = firing.shares or {}
    is_asked = firing.asked_at is not None and firing.explanation_id is None
    return Breach(
        id=firing.id,
        number=firing.ticket_id,
        subject=row.subject,
        company=row.company,
        clock=clock_name(firing.metric.value, firing.line),
        at=firing.at,
        over=_over(_over_s(row, clocks)),
        counting=row.phase is ClockPhase.RUNNING,
        line=firing.holder_line,
        team=row.team,
        person=known_as(row.holder) if row.holder else "",
        responsible=shares.get("responsible"),
        shares=_shares(shares.get("lines") or {}),
        asked=is_asked and firing.withdrawn_at is None,
        cause=str(CAUSES[firing.cause]) if firing.cause else "",
        words=row.words or "",
        explained_by=known_as(row.author) if row.author else "",
        withdrawn_at=firing.withdrawn_at,
    )


def _over_s(row: Any, clocks: Sequence[ClockView]) -> int | None:
    """Open seconds beyond the target; None once another target holds."""
    firing: SlaFiring = row.SlaFiring
    if row.phase is not ClockPhase.RUNNING:
        return None if row.over_s is None else int(row.over_s)
    mine = (clock for clock in clocks if (clock.metric, clock.line) == (firing.metric.value, firing.line))
    return next((clock.elapsed_s - clock.target_s for clock in mine), None)


def _over(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return gettext("%(span)s over", span=overrun(-seconds))


def _shares(lines: Mapping[str, int]) -> tuple[Share, ...]:
    """Each line's part of the whole, in the order of the lines."""
    whole, x, found = sum(lines.values()) or 1, 0.0, []
    for line, seconds in sorted(lines.items()):
        width = round(LONGEST * seconds / whole, 1)
        words = gettext("line %(line)s: %(span)s", line=line, span=open_hours(seconds))
        found.append(Share(int(line), words, round(x, 1), width))
        x += width
    return tuple(share for share in found if share.width)
