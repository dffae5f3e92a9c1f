"""Working hours as somebody enters them: read from text, checked against each other, written back. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from helpdesk.errors import N_, BadInput

Span = tuple[int, int]
Spans = tuple[Span, ...]
DAY_MIN = 1440
WEEK_MIN = 7 * DAY_MIN
MOST_WINDOWS, MOST_ROWS, LONGEST_RANGE = 12, 500, 62
WHOLE_DAY: Span = (0, DAY_MIN)
WHOLE_DAY_TEXT = "00:00-24:00"
_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?"
_SPAN = re.compile(rf"^{_CLOCK}\s*(?:-|–|—|to|до)\s*{_CLOCK}$", re.IGNORECASE)


@dataclass(frozen=True)
class OtherHours:
    """What one date has instead of the week's hours; no spans: closed."""

    day: date
    spans: Spans = ()


@dataclass(frozen=True)
class ClosedDay:
    """A holiday: on one `day`, or yearly from `md` to `until_md` (month, day); `span` is what is closed."""

    name: str
    day: date | None = None
    md: Span | None = None
    until_md: Span | None = None
    span: Span = WHOLE_DAY


@dataclass(frozen=True)
class CalendarSheet:
    """All that a calendar says: seven days of spans (Monday first), dates with other hours, holidays.

    A span that ends at or before its start runs over midnight and belongs to its first day.
    """

    name: str
    zone: str
    week: tuple[Spans, ...]
    others: tuple[OtherHours, ...] = ()
    closed: tuple[ClosedDay, ...] = ()


def spans_in(text: str, field: str | None = None) -> Spans:
    """Spans such as 09:00-13:00, 14:00-18:00; none for an empty text. Raises BadInput with a sentence."""
    parts = [part.strip() for part in re.split(r"[,;\n]| и | and ", text) if part.strip()]
    if len(parts) > MOST_WINDOWS:
        raise BadInput(N_("A day takes at most %(count)s spans of hours."), field, count=MOST_WINDOWS)
    return tuple(sorted(_span(part, field) for part in parts))


def shown(spans: Iterable[Span]) -> str:
    """Spans as they are typed: 09:00-13:00, 14:00-18:00."""
    return ", ".join(f"{face(start)}-{face(end)}" for start, end in spans)


def face(minutes: int) -> str:
    """Minutes of the day as 09:30."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def always() -> tuple[Spans, ...]:
    """A week of days and nights."""
    return ((WHOLE_DAY,),) * 7


def weekdays(text: str) -> tuple[Spans, ...]:
    """A week in which Monday to Friday have these hours."""
    spans = spans_in(text)
    return (*(spans for _ in range(5)), (), ())


def overlapping_in_week(week: Sequence[Spans]) -> tuple[tuple[int, Span], tuple[int, Span]] | None:
    """The first two windows of the week that share a minute, each as (weekday, span); None: there are none.

    The week is a circle: what runs over midnight on Sunday meets Monday.
    """
    laid = sorted(
        (day * DAY_MIN + start, day * DAY_MIN + _end(start, end), (day, (start, end)))
        for day, spans in enumerate(week)
        for start, end in spans
    )
    for (_, until, before), (since, _, after) in pairwise(laid):
        if since < until:
            return before, after
    if len(laid) > 1 and laid[-1][1] - WEEK_MIN > laid[0][0]:
        return laid[-1][2], laid[0][2]
    return None


def overlapping(spans: Spans) -> tuple[Span, Span] | None:
    """The first two spans of one date that share a minute."""
    for first, second in pairwise(spans):
        if second[0] < _end(*first):
            return first, second
    return None


def twice(days: Iterable[date]) -> date | None:
    """The first day that stands there more than once."""
    seen: set[date] = set()
    for day in days:
        if day in seen:
            return day
        seen.add(day)
    return None


def closed_twice(closed: Sequence[ClosedDay]) -> tuple[ClosedDay, ClosedDay] | None:
    """Two holidays that close the same part of the same date."""
    dated = sorted((each for each in closed if each.day), key=lambda each: (each.day or date.min, each.span))
    for first, second in pairwise(dated):
        if first.day == second.day and second.span[0] < first.span[1]:
            return first, second
    return None


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last, both included."""
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def working_day_s(week: Sequence[Spans]) -> int:
    """How long an ordinary working day is: what most days have, else the longest; 24 h when none is open."""
    lengths = [sum(_end(start, end) - start for start, end in spans) * 60 for spans in week if spans]
    return max(lengths, key=lambda length: (lengths.count(length), length), default=86_400)


def _end(start: int, end: int) -> int:
    return end if end > start else end + DAY_MIN


def _span(text: str, field: str | None) -> Span:
    found = _SPAN.match(text)
    if found is None:
        raise BadInput(
            N_("“%(text)s” is no span of hours; write them as 09:00-17:00."), field, text=text[:40]
        )
    start_h, start_m, end_h, end_m = (int(part or 0) for part in found.groups())
    start, end = start_h * 60 + start_m, end_h * 60 + end_m
    if start_m > 59 or end_m > 59 or start >= DAY_MIN or end > DAY_MIN:
        raise BadInput(
            N_("“%(text)s” has an hour that no day has; hours go from 00:00 to 24:00."), field, text=text
        )
    if start == end:
        raise BadInput(
            N_("“%(text)s” is empty: it ends when it begins. Around the clock is 00:00-24:00."),
            field,
            text=text,
        )
    return start, end
