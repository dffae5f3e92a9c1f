"""All that was read for the dashboard, and the arithmetic on it: sums, shares and trends."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from helpdesk.reports import queries
from helpdesk.reports.periods import Period, Window, age_edges, window
from helpdesk.reports.queries import CURRENT, AnswerRow, HandoverRow, OpenedRow, OpenRow, SolvedRow
from helpdesk.reports.scope import Scope
from helpdesk.tickets.rules import Priority


@dataclass(frozen=True)
class Share:
    """So many of so many; `value` None when there are none at all."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def rest(self) -> int:
        return self.whole - self.part


@dataclass(frozen=True)
class Figures:
    """Everything that was read, with the questions the page asks of it."""

    window: Window
    ages: tuple[datetime, datetime, datetime]
    open: Sequence[OpenRow]
    solved: Sequence[SolvedRow]
    opened: Sequence[OpenedRow]
    answers: Sequence[AnswerRow]
    handovers: Sequence[HandoverRow]

    @property
    def steps(self) -> int:
        """How many points the trends have."""
        return len(self.window.trend) - 1

    @property
    def is_empty(self) -> bool:
        return not (self.open or self.solved or self.opened)

    def open_count(self, line: int | None = None, age: int | None = None) -> int:
        return sum(row.count for row in self.open if line in (None, row.line) and age in (None, row.age))

    def kept(self, when: str, line: int | None = None, priority: Priority | None = None) -> Share:
        """Of the solved tickets that had a deadline, those that kept it."""
        rows = [row for row in self.solved if row.when == when and _is_of(row, line, priority)]
        return _kept(rows)

    def kept_trend(self, line: int | None = None, priority: Priority | None = None) -> list[float]:
        """The same step by step; steps without any are left out."""
        rows = [row for row in self.solved if _is_of(row, line, priority)]
        return _values(_kept(step) for step in self._by_step(rows))

    def first_contact(self, when: str) -> Share:
        return _at_once(row for row in self.solved if row.when == when)

    def first_contact_trend(self) -> list[float]:
        return _values(_at_once(step) for step in self._by_step(self.solved))

    def median_answer(self, when: str) -> float | None:
        """Open seconds; None without an answer."""
        return next((row.median_s for row in self.answers if row.when == when), None)

    def answer_trend(self) -> list[float]:
        found = {row.trend: row.median_s for row in self.answers if row.trend is not None}
        return [found[step] for step in range(1, self.steps + 1) if step in found]

    def returned(self, when: str) -> Share:
        """Given back for each handed up; the first may be more than the second."""
        return Share(self._passed("return", when), self._passed("escalation", when))

    def returned_with_answer(self) -> int:
        return self._passed("answered", CURRENT)

    def returned_trend(self) -> list[float]:
        counts = {(row.way, row.trend): row.count for row in self.handovers if row.trend is not None}
        steps = range(1, self.steps + 1)
        return _values(Share(counts.get(("return", n), 0), counts.get(("escalation", n), 0)) for n in steps)

    def open_trend(self) -> list[float]:
        """How many were open at the end of each step, reckoned backwards from now."""
        count, counts = self.open_count(), []
        came, left = _per_step(self.opened), _per_step(self.solved)
        for step in range(self.steps, 0, -1):
            counts.append(float(count))
            count += left[step] - came[step]
        return counts[::-1]

    def opened_in(self, when: str) -> int:
        return sum(row.count for row in self.opened if row.when == when)

    def solved_in(self, when: str) -> int:
        return sum(row.count for row in self.solved if row.when == when)

    def in_and_out(self) -> list[tuple[int, int]]:
        """What came and what was solved, bar by bar."""
        came, left = _per_bar(self.opened), _per_bar(self.solved)
        return [(came[bar], left[bar]) for bar in range(1, len(self.window.bars))]

    def pairs(self, way: str) -> dict[tuple[int, int], int]:
        """Tickets that went between two lines in the period."""
        return {
            (row.from_line, row.to_line): row.count
            for row in self.handovers
            if row.way == way and row.when == CURRENT and row.from_line and row.to_line
        }

    def reasons(self) -> dict[tuple[str, int], int]:
        """Returns of the period by reason and by the line that gave back; with the answer ones among them."""
        return {
            (row.reason.value, row.from_line): row.count
            for row in self.handovers
            if row.when == CURRENT and row.reason and row.from_line and row.to_line is None
        }

    def _passed(self, way: str, when: str) -> int:
        return sum(
            row.count
            for row in self.handovers
            if row.way == way and row.when == when and row.from_line is None
        )

    def _by_step(self, rows: Iterable[SolvedRow]) -> list[list[SolvedRow]]:
        steps: list[list[SolvedRow]] = [[] for _ in range(self.steps)]
        for row in rows:
            if 1 <= row.trend <= self.steps:
                steps[row.trend - 1].append(row)
        return steps


def read(scope: Scope, period: Period, now: datetime, zone: tzinfo) -> Figures:
    """All figures of the page in five statements."""
    looked_at, ages = window(period, now, zone), age_edges(now, zone)
    return Figures(
        window=looked_at,
        ages=ages,
        open=queries.open_rows(scope, ages, now),
        solved=queries.solved_rows(scope, looked_at),
        opened=queries.opened_rows(scope, looked_at),
        answers=queries.answer_rows(scope, looked_at),
        handovers=queries.handover_rows(scope, looked_at),
    )


def _is_of(row: SolvedRow, line: int | None, priority: Priority | None) -> bool:
    return line in (None, row.line) and priority in (None, row.priority)


def _kept(rows: Iterable[SolvedRow]) -> Share:
    rows = list(rows)
    judged = sum(row.judged for row in rows)
    return Share(judged - sum(row.missed for row in rows), judged)


def _at_once(rows: Iterable[SolvedRow]) -> Share:
    rows = list(rows)
    return Share(sum(row.first_contact for row in rows), sum(row.count for row in rows))


def _values(shares: Iterable[Share]) -> list[float]:
    return [share.value for share in shares if share.value is not None]


def _per_step(rows: Iterable[OpenedRow | SolvedRow]) -> defaultdict[int, int]:
    counts: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        counts[row.trend] += row.count
    return counts


def _per_bar(rows: Iterable[OpenedRow | SolvedRow]) -> defaultdict[int, int]:
    counts: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        counts[row.bar] += row.count
    return counts
