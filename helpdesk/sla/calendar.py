"""Which seconds are open: working hours in a time zone, compiled into intervals that answer by bisection."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from helpdesk.errors import DomainError
from helpdesk.sla.spans import DAY_S, EPOCH, Spans, merged, new_year, shifted, stretches, without, zone_with

Window = tuple[int, int]
Windows = tuple[Window, ...]

DAY_MIN = 1440
FIRST_YEAR, LAST_YEAR = 1900, 2400
RARELY_OPEN_YEARS = (
    41  # a Monday that is 29 February returns within 40 years; what did not open by then never does
)
YEARS_AHEAD = 3
NO_WINDOWS: tuple[Windows, ...] = ((),) * 7


class CalendarError(DomainError):
    """Working hours that cannot be."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """Wall-clock time closed on one `day`, or yearly from `md` to `until_md` (month, day; may wrap).

    `from_min` and `to_min` are minutes of the day; 0 to 1440 is the whole day, of each day of a yearly range.
    """

    day: date | None = None
    md: tuple[int, int] | None = None
    until_md: tuple[int, int] | None = None
    from_min: int = 0
    to_min: int = DAY_MIN

    def __post_init__(self) -> None:
        if (self.day is None) == (self.md is None):
            raise CalendarError("A holiday needs either a date or a day of the year.")
        for month, day in filter(None, (self.md, self.until_md)):
            _check_day_of_year(month, day)
        if not 0 <= self.from_min < self.to_min <= DAY_MIN:
            raise CalendarError(
                "A holiday must end after it starts, at 24:00 at the latest; %(start)s to %(end)s does not.",
                start=clock_face(self.from_min),
                end=clock_face(self.to_min),
            )


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a team works: seven lists of windows (Monday first) in minutes of the wall clock of `zone`.

    A window that ends at or before its start runs over midnight and belongs to its start date. An override
    replaces the windows owned by a date (none: closed). A holiday closes civil time and beats both.
    `rules` is what one release of the tz database said of the zone (a TZif file); empty: what is installed.
    """

    zone: str
    weekly: tuple[Windows, ...]
    overrides: tuple[tuple[date, Windows], ...] = ()
    holidays: tuple[Holiday, ...] = ()
    rules: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if not self.rules:
            zone_named(self.zone)
        if len(self.weekly) != 7:
            raise CalendarError(
                "A week needs seven days of working hours, not %(count)s.", count=len(self.weekly)
            )
        for windows in (*self.weekly, *(windows for _, windows in self.overrides)):
            for window in windows:
                _check_window(*window)


def working_hours(
    zone: str,
    weekly: Iterable[Iterable[Window]],
    overrides: Mapping[date, Iterable[Window]] | None = None,
    holidays: Iterable[Holiday] = (),
    rules: bytes = b"",
) -> WorkingHours:
    """Working hours from any sequences and mappings, in the one order that makes equal hours hash alike."""
    replaced = sorted((day, tuple(sorted(windows))) for day, windows in (overrides or {}).items())
    closed = sorted(set(holidays), key=repr)
    return WorkingHours(zone, tuple(tuple(sorted(w)) for w in weekly), tuple(replaced), tuple(closed), rules)


def check_hours(hours: WorkingHours, since: int) -> None:
    """Refuse hours that never open at or after the instant; raises CalendarError."""
    if open_time(hours, since, since).next_open(since) is None:
        raise CalendarError("These working hours never open: no second would ever count.")


def clock_face(minutes: int) -> str:
    """Minutes of the day as 09:30."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@lru_cache(maxsize=128)
def zone_named(name: str) -> ZoneInfo:
    """The time zone, or CalendarError when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CalendarError("There is no time zone called “%(zone)s”.", zone=name) from None


@dataclass(frozen=True, slots=True, eq=False)
class OpenTime:
    """Open intervals as parallel lists, in POSIX seconds: starts, ends, open seconds before each start.

    The first interval is empty and marks the start of the horizon. A question beyond the horizon is put to a
    longer one, by whole years; before 1900 and after 2400 nothing is open.
    """

    hours: WorkingHours
    from_year: int
    to_year: int
    starts: list[int]
    ends: list[int]
    before: list[int]
    first: int
    last: int

    def counted(self, t: int) -> int:
        """Open seconds from the start of the horizon to `t`; negative before it. Differences are exact."""
        if not self.first <= t <= self.last:
            return self._counted_outside(t)
        i = bisect_right(self.starts, t) - 1
        end = self.ends[i]
        # a conditional, since min() costs a third more
        return self.before[i] + (t if t < end else end) - self.starts[i]  # noqa: FURB136

    def open_seconds(self, a: int, b: int) -> int:
        """Open seconds in [a, b); 0 when b is not after a."""
        return self.counted(b) - self.counted(a) if b > a else 0

    def due(self, a: int, n: int) -> int | None:
        """The earliest instant by which n open seconds have passed since a; None means never."""
        return self.reached(self.counted(a) + n) if n > 0 else a

    def reached(self, count: int) -> int | None:
        """The earliest instant at which `counted` is `count`; None means never."""
        if count <= 0:
            return self._reached_earlier(count)
        if count > self.before[-1] + self.ends[-1] - self.starts[-1]:
            return self._reached_later(count)
        j = bisect_left(self.before, count) - 1
        return self.starts[j] + count - self.before[j]

    def next_open(self, a: int) -> int | None:
        """The first open second at or after a; None means never."""
        last_before_it_ends = self.due(a, 1)
        return None if last_before_it_ends is None else last_before_it_ends - 1

    def is_open(self, t: int) -> bool:
        """Whether second t, that is [t, t+1), is open."""
        return self.counted(t + 1) > self.counted(t)

    def spans(self, a: int, b: int) -> Spans:
        """Open intervals inside [a, b), in order; for drawing."""
        wide = self if self.first <= a and b <= self.last else open_time(self.hours, a, b)
        lo, hi = bisect_right(wide.ends, a), bisect_left(wide.starts, b)
        return [(max(wide.starts[i], a), min(wide.ends[i], b)) for i in range(lo, hi) if wide.ends[i] > a]

    def _counted_outside(self, t: int) -> int:
        year = min(max(_year_of(t), FIRST_YEAR), LAST_YEAR)
        t = min(max(t, new_year(FIRST_YEAR)), new_year(LAST_YEAR + 1))
        if t >= self.first:
            return compile_hours(self.hours, self.from_year, _rounded_up(year)).counted(t)
        earlier = compile_hours(self.hours, _rounded_down(year), self.to_year)
        return earlier.counted(t) - earlier.counted(self.first)

    def _reached_later(self, count: int) -> int | None:
        """Ask a horizon that is longer by whole years, doubling, unless nothing opened for a lifetime."""
        idle_years = (self.last - self.ends[-1]) // (365 * DAY_S)
        if self.to_year >= LAST_YEAR or idle_years >= RARELY_OPEN_YEARS:
            return None
        ahead = min(self.to_year + max(self.to_year - self.from_year, YEARS_AHEAD), LAST_YEAR)
        return compile_hours(self.hours, self.from_year, ahead).reached(count)

    def _reached_earlier(self, count: int) -> int | None:
        if self.from_year <= FIRST_YEAR:
            return self.first if count == 0 else None
        earlier = compile_hours(self.hours, max(self.from_year - 10, FIRST_YEAR), self.to_year)
        return earlier.reached(count + earlier.counted(self.first))


def open_time(hours: WorkingHours, a: int, b: int) -> OpenTime:
    """Compiled hours whose horizon holds [a, b] and some years ahead, rounded so that the cache is shared."""
    from_year = min(max(_rounded_down(_year_of(a)), FIRST_YEAR), LAST_YEAR)
    return compile_hours(hours, from_year, min(_rounded_up(max(_year_of(b), from_year)), LAST_YEAR))


@lru_cache(maxsize=256)
def compile_hours(hours: WorkingHours, from_year: int, to_year: int) -> OpenTime:
    """Open intervals of whole years, both included, in UTC.

    Between two changes of the zone's offset local time is UTC plus a constant, so the local intervals are
    shifted back and clipped to each such stretch; skipped and repeated readings need no rule of their own.
    """
    local = _local_spans(hours, from_year, to_year)
    first, last = new_year(from_year), new_year(to_year + 1)
    utc = merged(shifted(local, stretches(zone_with(hours.zone, hours.rules), from_year, to_year)))
    starts, ends, before, total = [first], [first], [0], 0
    for start, end in utc:
        starts.append(start)
        ends.append(end)
        before.append(total)
        total += end - start
    return OpenTime(hours, from_year, to_year, starts, ends, before, first, last)


def _local_spans(hours: WorkingHours, from_year: int, to_year: int) -> Spans:
    """Wall-clock time inside a window and outside every closure, as if the wall clock were UTC."""
    overrides, closures = dict(hours.overrides), _closures(hours.holidays)
    opened: Spans = []
    closed: Spans = []
    day = date(from_year, 1, 1) - timedelta(days=3)
    while day <= date(to_year + 1, 1, 3):
        midnight = (day - EPOCH).days * DAY_S
        for a, b in overrides.get(day, hours.weekly[day.weekday()]):
            opened.append((midnight + a * 60, midnight + (b if b > a else b + DAY_MIN) * 60))
        for a, b in (*closures.get(day, ()), *closures.get((day.month, day.day), ())):
            closed.append((midnight + a * 60, midnight + b * 60))
        day += timedelta(days=1)
    return list(without(merged(opened), merged(closed)))


def _closures(holidays: Iterable[Holiday]) -> dict[date | tuple[int, int], list[Window]]:
    closures: dict[date | tuple[int, int], list[Window]] = {}
    for holiday in holidays:
        for key in _days_of(holiday):
            closures.setdefault(key, []).append((holiday.from_min, holiday.to_min))
    return closures


def _days_of(holiday: Holiday) -> list[date | tuple[int, int]]:
    if holiday.md is None:
        return [holiday.day] if holiday.day else []
    start, end = holiday.md, holiday.until_md or holiday.md
    days = (date(2024, 1, 1) + timedelta(days=n) for n in range(366))
    keys = ((day.month, day.day) for day in days)
    return [key for key in keys if (start <= key <= end if start <= end else key >= start or key <= end)]


def _year_of(t: int) -> int:
    return 1970 + int(t // 31_556_952)


def _rounded_down(year: int) -> int:
    return max((year - 1) // 5 * 5, FIRST_YEAR)


def _rounded_up(year: int) -> int:
    return min((year + YEARS_AHEAD) // 5 * 5 + 5, LAST_YEAR)


def _check_window(start: int, end: int) -> None:
    if not (0 <= start < DAY_MIN and 0 <= end <= DAY_MIN):
        raise CalendarError(
            "Working hours lie between 00:00 and 24:00; %(start)s to %(end)s does not.",
            start=clock_face(start),
            end=clock_face(end),
        )


def _check_day_of_year(month: int, day: int) -> None:
    try:
        date(2024, month, day)
    except ValueError:
        raise CalendarError("There is no day %(day)s in month %(month)s.", day=day, month=month) from None
