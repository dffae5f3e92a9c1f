"""A year of a calendar day by day, as it is drawn: when it is open, and which days stand out and why."""

import calendar
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from helpdesk.calendars.rules import CalendarSheet, ClosedDay, face
from helpdesk.calendars.sheets import hours_in
from helpdesk.sla.calendar import OpenTime, open_time, zone_named


@dataclass(frozen=True)
class Day:
    """One date: `look` is open, shut, holiday, part (a holiday that closes a part) or other (other hours)."""

    day: date
    look: str
    hours: str
    names: tuple[str, ...]

    @property
    def stands_out(self) -> bool:
        """Whether it is not simply what the week says."""
        return self.look in {"holiday", "part", "other"}


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday; None where another month's days would stand."""

    number: int
    weeks: tuple[tuple[Day | None, ...], ...]

    @property
    def special(self) -> list[Day]:
        """Its days that stand out, in order."""
        return [day for week in self.weeks for day in week if day is not None and day.stands_out]


def year_of(sheet: CalendarSheet, year: int) -> tuple[Month, ...]:
    """The twelve months of the year as the engine counts them."""
    start, end = _midnight(date(year, 1, 1), sheet.zone), _midnight(date(year + 1, 1, 1), sheet.zone)
    opened = open_time(hours_in(sheet), start, end)
    names = _names(sheet, year)
    others = {other.day for other in sheet.others}
    days = {day: _day(day, sheet, opened, names.get(day, ()), day in others) for day in _dates(year)}
    return tuple(
        Month(
            number,
            tuple(
                tuple(days[day] if day.month == number and day.year == year else None for day in week)
                for week in calendar.Calendar().monthdatescalendar(year, number)
            ),
        )
        for number in range(1, 13)
    )


def _day(day: date, sheet: CalendarSheet, opened: OpenTime, names: tuple[str, ...], is_other: bool) -> Day:
    spans = opened.spans(_midnight(day, sheet.zone), _midnight(day + timedelta(days=1), sheet.zone))
    hours = ", ".join(
        f"{_face(start, day, sheet.zone)}-{_face(end, day, sheet.zone)}" for start, end in spans
    )
    if names:
        return Day(day, "part" if hours else "holiday", hours, names)
    return Day(day, "other" if is_other else "open" if hours else "shut", hours, ())


def _names(sheet: CalendarSheet, year: int) -> dict[date, tuple[str, ...]]:
    found: defaultdict[date, tuple[str, ...]] = defaultdict(tuple)
    for one in sheet.closed:
        for day in _days_of(one, year):
            found[day] += (one.name,)
    return found


def _days_of(one: ClosedDay, year: int) -> Iterator[date]:
    if one.md is None:
        if one.day is not None and one.day.year == year:
            yield one.day
        return
    first, last = one.md, one.until_md or one.md
    for day in _dates(year):
        here = (day.month, day.day)
        if first <= here <= last if first <= last else here >= first or here <= last:
            yield day


def _dates(year: int) -> Iterator[date]:
    return (date(year, 1, 1) + timedelta(days=n) for n in range(366 if calendar.isleap(year) else 365))


def _midnight(day: date, zone: str) -> int:
    return int(datetime.combine(day, time(), zone_named(zone)).timestamp())


def _face(at: int, day: date, zone: str) -> str:
    local = datetime.fromtimestamp(at, UTC).astimezone(zone_named(zone))
    return face(1440 if local.date() > day else local.hour * 60 + local.minute)
