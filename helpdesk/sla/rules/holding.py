"""Whose hands the counted time was in: line, team and person, and what waited for a person. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from helpdesk.sla.rules.history import stretches
from helpdesk.sla.rules.track import Segment
from helpdesk.sla.rules.values import Line


@dataclass(frozen=True, slots=True)
class Holder:
    """The team that has a ticket and who works on it; None: it waits in the team's queue."""

    team: int | None
    person: int | None


NOBODY = Holder(None, None)
Holders = Sequence[tuple[int, Holder]]


@dataclass(frozen=True, slots=True)
class Hand:
    """A stretch of a clock's time in one pair of hands, in open seconds of the clock's calendar."""

    line: Line
    holder: Holder
    from_at: int
    to_at: int
    seconds: int


@dataclass(frozen=True, slots=True)
class LineTime:
    """What one line used of a clock. `queued_s` waited for a person, the rest lies with `people`.

    `budget_s` is what the policy gives the line, None where it gives none; `over_s` is what it used beyond.
    """

    line: Line
    used_s: int
    queued_s: int
    budget_s: int | None
    people: Mapping[int, int]
    teams: Mapping[int, int]

    @property
    def worked_s(self) -> int:
        return self.used_s - self.queued_s

    @property
    def over_s(self) -> int:
        return max(0, self.used_s - self.budget_s) if self.budget_s is not None else 0


def hands(
    segments: Iterable[Segment], lines: Sequence[tuple[int, Line]], holders: Holders
) -> tuple[Hand, ...]:
    """The counted stretches cut wherever line, team or person changed; their seconds add up to the clock."""
    return tuple(_cut(segments, lines, holders or [(0, NOBODY)]))


def _cut(segments: Iterable[Segment], lines: Sequence[tuple[int, Line]], holders: Holders) -> Iterator[Hand]:
    for a, b, open_time in segments:
        for since, until, line in stretches(lines, a, b):
            for start, end, holder in stretches(holders, since, until):
                yield Hand(line, holder, start, end, open_time.open_seconds(start, end))


def by_line(found: Iterable[Hand], budgets: Mapping[Line, int]) -> tuple[LineTime, ...]:
    """What each line used beside its budget: every line that held the ticket or has a budget, in order."""
    found = tuple(found)
    lines = sorted({hand.line for hand in found if hand.seconds} | budgets.keys())
    return tuple(
        _line_time(line, [hand for hand in found if hand.line == line], budgets.get(line)) for line in lines
    )


def _line_time(line: Line, found: Sequence[Hand], budget: int | None) -> LineTime:
    people: dict[int, int] = {}
    teams: dict[int, int] = {}
    for hand in found:
        _add(people, hand.holder.person, hand.seconds)
        _add(teams, hand.holder.team, hand.seconds)
    used = sum(hand.seconds for hand in found)
    return LineTime(line, used, used - sum(people.values()), budget, people, teams)


def _add(sums: dict[int, int], whose: int | None, seconds: int) -> None:
    if whose is not None and seconds:
        sums[whose] = sums.get(whose, 0) + seconds
