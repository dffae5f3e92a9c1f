"""Where the ticket stood when: its states and lines over time, and whose seconds were whose."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from helpdesk.sla.rules.track import Segment
from helpdesk.sla.rules.values import DONE, Held, Line, TicketState

T = TypeVar("T")


@dataclass(slots=True)
class History:
    """States and lines with the instants from which they hold, in order."""

    states: list[tuple[int, TicketState]] = field(default_factory=list)
    lines: list[tuple[int, Line]] = field(default_factory=list)

    def line_at(self, t: int) -> Line:
        """The line that holds the ticket at t, everything of that instant included."""
        return self.lines[max(bisect_right(self.lines, t, key=lambda entry: entry[0]) - 1, 0)][1]

    def running(self, a: int, b: int, pauses: frozenset[TicketState]) -> Iterator[tuple[int, int]]:
        """Stretches of [a, b) in which the ticket was open and in none of the pausing states."""
        halted = pauses | DONE
        for start, end, state in stretches(self.states, a, b):
            if state not in halted:
                yield start, end

    def on_line(self, line: Line, a: int, b: int) -> Iterator[tuple[int, int]]:
        """Stretches of [a, b) in which the line held the ticket."""
        return ((start, end) for start, end, holder in stretches(self.lines, a, b) if holder == line)

    def held(self, segments: Iterable[Segment]) -> Iterator[Held]:
        """Counted stretches cut where the ticket changed lines."""
        for a, b, open_time in segments:
            for start, end, line in stretches(self.lines, a, b):
                yield Held(line, start, end, open_time.open_seconds(start, end))


def seconds_by_line(held: Iterable[Held]) -> dict[Line, int]:
    """Open seconds of each line that has any, lines in order."""
    totals: dict[Line, int] = {}
    for stretch in held:
        totals[stretch.line] = totals.get(stretch.line, 0) + stretch.seconds
    return {line: totals[line] for line in sorted(totals) if totals[line]}


def stretches(marks: Sequence[tuple[int, T]], a: int, b: int) -> Iterator[tuple[int, int, T]]:
    """[a, b) cut where a mark begins; the first mark also holds before it."""
    for i, (since, value) in enumerate(marks):
        until = marks[i + 1][0] if i + 1 < len(marks) else b
        start, end = max(since if i else a, a), min(until, b)
        if start < end:
            yield start, end, value
