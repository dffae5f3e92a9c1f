"""The next good moments to look at something again: mornings on which the desk is open. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from helpdesk.sla.calendar import OpenTime, WorkingHours, open_time

NIGHT_ENDS, MORNING = time(6), time(9)
LOOK_AHEAD = timedelta(days=30)


class Soon(StrEnum):
    """How people name such a moment."""

    NEXT = "next"  # the next working morning
    AFTER_NEXT = "after_next"  # the one after that
    MONDAY = "monday"
    WEEK = "week"


@dataclass(frozen=True)
class Morning:
    """A moment in POSIX seconds; `is_tomorrow`: on the very next day of the calendar's zone."""

    soon: Soon
    at: int
    is_tomorrow: bool = False


def mornings(hours: WorkingHours, now: int) -> list[Morning]:
    """The next working mornings, the next Monday and the same day in a week; each instant once, in order.

    A day that is closed gives way to the next open one. Round the clock, a morning begins at nine.
    """
    today = datetime.fromtimestamp(now, ZoneInfo(hours.zone)).date()
    spans = open_time(hours, now, now + int(LOOK_AHEAD.total_seconds()))
    first = _morning(spans, today + timedelta(days=1))
    second = _morning(spans, _day(hours, first) + timedelta(days=1)) if first is not None else None
    monday = _morning(spans, today + timedelta(days=7 - today.weekday()))
    week = _morning(spans, today + timedelta(days=7))
    tomorrow = first is not None and _day(hours, first) == today + timedelta(days=1)
    found: dict[int, Morning] = {}
    for soon, at in ((Soon.NEXT, first), (Soon.AFTER_NEXT, second), (Soon.MONDAY, monday), (Soon.WEEK, week)):
        if at is not None:
            found.setdefault(at, Morning(soon, at, is_tomorrow=tomorrow and soon is Soon.NEXT))
    return sorted(found.values(), key=lambda one: one.at)


def _morning(spans: OpenTime, day: date) -> int | None:
    """The first open second of that day or after it, but not in the night."""
    zone = ZoneInfo(spans.hours.zone)
    opens = spans.next_open(int(datetime.combine(day, time(), zone).timestamp()))
    if opens is None:
        return None
    there = datetime.fromtimestamp(opens, zone)
    if there.time() >= NIGHT_ENDS:
        return opens
    return spans.next_open(int(datetime.combine(there.date(), MORNING, zone).timestamp()))


def _day(hours: WorkingHours, at: int) -> date:
    return datetime.fromtimestamp(at, ZoneInfo(hours.zone)).date()
