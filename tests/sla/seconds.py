"""A calendar of a case file asked second by second: the definition itself, written without the engine."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Given = Mapping[str, Any]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FAR = 40 * 86400


class Calendar:
    """One calendar of a case file, asked second by second."""

    def __init__(self, given: Given) -> None:
        self.given, self.zone = given, ZoneInfo(given["tz"])
        self.known: dict[int, bool] = {}

    def is_open(self, t: int) -> bool:
        """Whether the wall clock at t reads inside a window and outside every closure."""
        if t not in self.known:
            wall = datetime.fromtimestamp(t, self.zone)
            second = wall.hour * 3600 + wall.minute * 60 + wall.second
            self.known[t] = self._in_window(wall.date(), second) and not self._is_closed(wall.date(), second)
        return self.known[t]

    def elapsed(self, a: int, b: int) -> int:
        """Open seconds in [a, b), counted one by one."""
        return sum(self.is_open(t) for t in range(a, b))

    def due(self, a: int, n: int) -> int | None:
        """The first instant by which n open seconds have passed; None when not within forty days."""
        t = a
        while n > 0 and t < a + FAR:
            if t % 60 == 0 and not self.is_open(t):
                t += 60  # no window and no zone of today begins or ends within a minute
            else:
                n -= self.is_open(t)
                t += 1
        return t if n <= 0 else None

    def _in_window(self, day: date, second: int) -> bool:
        own = any(a <= second and (second < b or b <= a) for a, b in self._windows(day))
        return own or any(b <= a and second < b for a, b in self._windows(day - timedelta(days=1)))

    def _windows(self, day: date) -> Iterator[tuple[int, int]]:
        overrides = self.given.get("overrides", {})
        weekly = self.given.get("weekly", {}).get(DAYS[day.weekday()], ())
        for a, b in overrides.get(day.isoformat(), weekly):
            yield _seconds(a), _seconds(b)

    def _is_closed(self, day: date, second: int) -> bool:
        return any(
            _covers(holiday, day)
            and _seconds(holiday.get("from", "00:00")) <= second < _seconds(holiday.get("to", "24:00"))
            for holiday in self.given.get("holidays", ())
        )


def _covers(holiday: Given, day: date) -> bool:
    if "date" in holiday:
        return str(holiday["date"]) == day.isoformat()
    start, end, at = holiday["md"], holiday.get("until_md", holiday["md"]), day.strftime("%m-%d")
    return bool(start <= at <= end if start <= end else at >= start or at <= end)


def _seconds(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60
