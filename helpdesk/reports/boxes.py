"""The boxes of the dashboard as values ready to draw, each figure with the list behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from helpdesk.accounts import faces
from helpdesk.accounts.actor import Actor
from helpdesk.i18n import number, percent
from helpdesk.reports.figures import Figures, Share
from helpdesk.reports.queries import CURRENT
from helpdesk.reports.scope import Scope
from helpdesk.reports.strip import ALL_OPEN, BAD_RETURNS
from helpdesk.sla.queries import chips
from helpdesk.sla.words import Chip
from helpdesk.tickets.filters import Filters, Risk, Verdict
from helpdesk.tickets.queries.counts import is_open
from helpdesk.tickets.queries.lists import Order, TicketRow, listed
from helpdesk.tickets.queries.matching import matching
from helpdesk.tickets.rules import Line, Priority, ReturnReason
from helpdesk.tickets.words import RETURN_REASONS

URGENT_ROWS = 10
GOOD, NEAR = 0.95, 0.90
AGES = 4


@dataclass(frozen=True)
class UrgentRow:
    """A ticket at risk."""

    ticket: TicketRow
    chip: Chip
    initials: str
    tint: int


@dataclass(frozen=True)
class Cell:
    """One share of the attainment table; `words` "none" where nothing was solved."""

    words: str
    of: str
    url: str | None
    tone: str
    trend: Sequence[float]
    missed: int


@dataclass(frozen=True)
class AttainRow:
    """A line with a cell for each priority and one for all; `line` None is the last row."""

    line: int | None
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Bar:
    """One step of what came and what was solved; `height` are pixels up and down."""

    starts: datetime
    came: int
    came_url: str | None
    left: int
    left_url: str | None


@dataclass(frozen=True)
class AgeRow:
    """Open tickets of a line: all, and by age from today to older."""

    line: int
    name: str
    total: int
    url: str | None
    bars: tuple[tuple[int, str | None], ...]


@dataclass(frozen=True)
class PairRow:
    """Tickets handed up from a line to the next, and those that came back."""

    from_line: int
    to_line: int
    count: int
    url: str | None
    returned: int
    returned_url: str | None


@dataclass(frozen=True)
class ReasonRow:
    """A reason for returns with the counts of lines 2 and 3."""

    reason: ReturnReason
    words: str
    by_line: tuple[tuple[int, int], ...]
    url: str | None

    @property
    def count(self) -> int:
        return sum(count for _, count in self.by_line)


def urgent_rows(actor: Actor, scope: Scope, now: datetime) -> list[UrgentRow]:
    """What is breached or due within the hour, first due first; two statements."""
    pressing = matching(Filters(risk=Risk.PRESSING), actor, now)
    page = listed(
        actor, is_open(), scope.condition, *pressing, order=Order.DUE, cursor=None, size=URGENT_ROWS
    )
    clocks = chips([row.number for row in page.rows], now)
    return [
        UrgentRow(
            row, clocks[row.number], faces.initials(row.assignee or ""), faces.tint(row.assignee_id or 0)
        )
        for row in page.rows
    ]


def attainment(figures: Figures, scope: Scope, names: Mapping[int, str]) -> list[AttainRow]:
    """Lines by priorities, and all lines together."""
    lines: list[int | None] = [*Line, None]
    return [
        AttainRow(
            line,
            names.get(line, "") if line else gettext("All lines"),
            tuple(_cell(figures, scope, line, priority) for priority in (*Priority, None)),
        )
        for line in lines
    ]


def _cell(figures: Figures, scope: Scope, line: int | None, priority: Priority | None) -> Cell:
    share = figures.kept(CURRENT, line, priority)
    if share.value is None:
        return Cell(gettext("none"), "", None, "ok", (), 0)
    return Cell(
        percent(share.value, 1 if 0 < share.value < 1 else 0),
        gettext("%(part)s of %(whole)s", part=number(share.part), whole=number(share.whole)),
        judged_url(figures, scope, line, priority, missed=bool(share.rest)),
        tone_of(share),
        figures.kept_trend(line, priority),
        share.rest,
    )


def judged_url(
    figures: Figures, scope: Scope, line: int | None, priority: Priority | None, *, missed: bool
) -> str | None:
    """The solved tickets that missed a deadline, or those that kept all."""
    return scope.finished_url(
        sla=Verdict.MISSED if missed else Verdict.MET,
        reached=line,
        priority=(priority,) if priority else (),
        resolved_from=figures.window.current.start,
    )


def tone_of(share: Share) -> str:
    """Good at 95 %, near from 90 %, bad below."""
    value = 1.0 if share.value is None else share.value
    return "ok" if value >= GOOD else "near" if value >= NEAR else "bad"


def flow(figures: Figures, scope: Scope) -> list[Bar]:
    """What came in and what was solved, step by step."""
    edges = figures.window.bars
    counts = figures.in_and_out()
    return [
        Bar(
            starts=edges[n],
            came=came,
            came_url=scope.finished_url(created_from=edges[n], created_to=edges[n + 1]),
            left=left,
            left_url=scope.finished_url(resolved_from=edges[n], resolved_to=edges[n + 1]),
        )
        for n, (came, left) in enumerate(counts)
    ]


def ages(figures: Figures, scope: Scope) -> list[AgeRow]:
    """Open tickets by line and age, today first."""
    return [
        AgeRow(
            line=line,
            name=gettext("Line %(line)s", line=line),
            total=figures.open_count(line),
            url=scope.url(state=ALL_OPEN, line=(line,)),
            bars=tuple(
                (
                    figures.open_count(line, age),
                    age_url(figures, scope, age, (line,)),
                )
                for age in reversed(range(AGES))
            ),
        )
        for line in map(int, Line)
    ]


def age_url(figures: Figures, scope: Scope, age: int, lines: tuple[int, ...] = ()) -> str | None:
    """Open tickets of an age, 0 the oldest."""
    return scope.url(
        state=ALL_OPEN,
        line=lines,
        created_from=figures.ages[age - 1] if age else None,
        created_to=figures.ages[age] if age < len(figures.ages) else None,
    )


def pairs(figures: Figures, scope: Scope) -> list[PairRow]:
    """From each line to the next; what is nothing opens nothing."""
    start, up, back = figures.window.current.start, figures.pairs("escalation"), figures.pairs("return")
    return [
        PairRow(
            low,
            low + 1,
            count,
            scope.finished_url(escalated_from=start, handed_to=low + 1) if count else None,
            returned,
            returns_url(figures, scope, by=low + 1) if returned else None,
        )
        for low in (1, 2)
        for count, returned in ((up.get((low, low + 1), 0), back.get((low + 1, low), 0)),)
    ]


def reasons(figures: Figures, scope: Scope) -> list[ReasonRow]:
    """Why tickets came back, most frequent first; those with the answer stand apart."""
    found = figures.reasons()
    rows = [
        ReasonRow(
            reason,
            str(RETURN_REASONS[reason]),
            tuple((line, found.get((reason.value, line), 0)) for line in (2, 3)),
            returns_url(figures, scope, reason),
        )
        for reason in BAD_RETURNS
    ]
    return sorted((row for row in rows if row.count), key=lambda row: -row.count)


def answered(figures: Figures, scope: Scope) -> tuple[int, str | None]:
    """How many came back with the answer, and which."""
    count = figures.returned_with_answer()
    return count, returns_url(figures, scope, ReturnReason.ANSWERED) if count else None


def returns_url(figures: Figures, scope: Scope, *only: ReturnReason, by: int | None = None) -> str | None:
    """Tickets given back in the period for these reasons; none given: all but with the answer."""
    return scope.finished_url(
        returned_from=figures.window.current.start, returned_for=only or BAD_RETURNS, returned_by=by
    )
