"""Which time a report looks at: the period, the one before it, and the steps of its charts. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum


class Period(StrEnum):
    """What a person may choose; the value stands in the address."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    SIXTY_DAYS = "60-days"
    TWELVE_MONTHS = "12-months"


@dataclass(frozen=True)
class Span:
    """From `start` until before `end`; None: without end."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Window:
    """A period with the same part of the period before, and the edges of its charts, oldest first.

    n steps have n + 1 edges. `bars` cut the period itself; `trend` also reaches back before it where
    the period is too short to show where things are going.
    """

    current: Span
    previous: Span
    bars: tuple[datetime, ...]
    trend: tuple[datetime, ...]

    @property
    def since(self) -> datetime:
        """The first instant that any of it needs."""
        return min(self.previous.start, self.bars[0], self.trend[0])


def window(period: Period, now: datetime, zone: tzinfo) -> Window:
    """The period that contains `now`, in civil days of `zone`; all instants are UTC."""
    today = now.astimezone(zone).date()
    first, before, bars, trend = _EDGES[period](today)
    start = _midnight(first, zone)
    same_part = _midnight(before, zone) + (now - start)
    hours = [_midnight(today, zone, hour) for hour in range(0, 25, 2)] if period is Period.TODAY else []
    return Window(
        current=Span(start, None),
        previous=Span(_midnight(before, zone), min(same_part, start)),
        bars=tuple(hours or (_midnight(day, zone) for day in bars)),
        trend=tuple(_midnight(day, zone) for day in trend),
    )


Days = list[date]
Edges = tuple[date, date, Days, Days]


def _today(today: date) -> Edges:
    return today, today - timedelta(1), [], _days(today, back=7, on=1)


def _week(today: date) -> Edges:
    monday = today - timedelta(today.weekday())
    return monday, monday - timedelta(7), _days(monday, back=0, on=7), _days(monday, back=7, on=1, step=7)


def _month(today: date) -> Edges:
    first = today.replace(day=1)
    length = (_months_on(first, 1) - first).days
    trend = [_months_on(first, n) for n in range(-5, 2)]
    return first, _months_on(first, -1), _days(first, back=0, on=length), trend


def _sixty_days(today: date) -> Edges:
    first = today - timedelta(59)
    return first, first - timedelta(60), _days(first, back=0, on=60), _days(first, back=0, on=10, step=6)


def _twelve_months(today: date) -> Edges:
    first = _months_on(today.replace(day=1), -11)
    months = [_months_on(first, n) for n in range(13)]
    return first, _months_on(first, -12), months, months


_EDGES = {
    Period.TODAY: _today,
    Period.WEEK: _week,
    Period.MONTH: _month,
    Period.SIXTY_DAYS: _sixty_days,
    Period.TWELVE_MONTHS: _twelve_months,
}


def _days(first: date, *, back: int, on: int, step: int = 1) -> Days:
    return [first + timedelta(n * step) for n in range(-back, on + 1)]


def _months_on(first: date, count: int) -> date:
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def _midnight(day: date, zone: tzinfo, hour: int = 0) -> datetime:
    local = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(hours=hour)
    return local.astimezone(UTC)


def age_edges(now: datetime, zone: tzinfo) -> tuple[datetime, datetime, datetime]:
    """When a ticket must have come in to be a week old, three days old, or of today."""
    today = now.astimezone(zone).date()
    week, three, midnight = (_midnight(today - timedelta(days), zone) for days in (7, 3, 0))
    return week, three, midnight
