"""Why a clock would change: another target, another calendar, or days on which the hours differ. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from helpdesk.sla.calendar import WorkingHours, open_time, zone_named
from helpdesk.sla.rules.values import ClockState
from helpdesk.sla.what_if.comparing import Difference

NAMED = 3
DAY_S = 86_400
AHEAD_S = 400 * DAY_S


@dataclass(frozen=True)
class OtherDays:
    """Dates on which two sets of hours differ, in order, with the instants at which they begin."""

    begins: tuple[int, ...]
    days: tuple[str, ...]

    def within(self, a: int, b: int) -> Sequence[str]:
        """Those that have a part in [a, b)."""
        return self.days[bisect_left(self.begins, a - DAY_S + 1) : bisect_left(self.begins, b)]


def other_days(old: WorkingHours, new: WorkingHours, a: int, b: int) -> OtherDays:
    """The dates from a to b, by the new zone, that are not open at the same instants."""
    zone = zone_named(new.zone)
    before, after = open_time(old, a, b), open_time(new, a, b)
    begins, days = [], []
    day = datetime.fromtimestamp(a, UTC).astimezone(zone).date()
    while (start := _midnight(day, new.zone)) < b:
        end = _midnight(day + timedelta(days=1), new.zone)
        if before.spans(start, end) != after.spans(start, end):
            begins.append(start)
            days.append(day.isoformat())
        day += timedelta(days=1)
    return OtherDays(tuple(begins), tuple(days))


def why(found: Difference, days: OtherDays | None, as_of: int) -> dict[str, Any]:
    """Codes and figures that a page turns into words; seconds are open seconds."""
    before, after = found.before, found.after
    if before is None or after is None:
        return {"target": [before and before.target_s, after and after.target_s]}
    reasons: dict[str, Any] = {}
    if before.target_s != after.target_s:
        reasons["target"] = [before.target_s, after.target_s]
    if before.calendar != after.calendar:
        reasons["calendar"] = [before.calendar, after.calendar]
    if days is not None:
        within = days.within(before.started_at, max(_last(before, as_of), _last(after, as_of)))
        reasons["days"], reasons["day_count"] = list(within[:NAMED]), len(within)
    return reasons or {"rules": True}


def _last(clock: ClockState, as_of: int) -> int:
    """Until when the hours mattered to the clock."""
    until = clock.stopped_at or as_of
    return max(until, clock.due_at or 0) if clock.breached or not clock.stopped_at else clock.due_at or until


def _midnight(day: date, zone: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone_named(zone)).timestamp())
