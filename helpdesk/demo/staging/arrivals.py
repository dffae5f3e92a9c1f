"""When requests come in: by weekday and hour, as desks know it."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = (1.25, 1.1, 1.0, 1.0, 0.85, 0.16, 0.12)
HOURS = (1, 1, 1, 1, 1, 2, 5, 14, 34, 46, 44, 36, 24, 30, 38, 34, 28, 18, 9, 6, 4, 3, 2, 1)


def arrivals(rng: random.Random, first: date, last: date, *, a_day: float, zone: str) -> Iterator[datetime]:
    """Instants in order from the first to the last day, both included; `a_day` on a usual day."""
    day = first
    while day <= last:
        expected = a_day * WEEKDAYS[day.weekday()]
        count = max(0, round(rng.gauss(expected, expected**0.5 / 1.5)))
        yield from sorted(_moment(rng, day, zone) for _ in range(count))
        day += timedelta(days=1)


def _moment(rng: random.Random, day: date, zone: str) -> datetime:
    hour = rng.choices(range(24), HOURS)[0]
    clock = time(hour, rng.randint(0, 59), rng.randint(0, 59), tzinfo=ZoneInfo(zone))
    return datetime.combine(day, clock).astimezone(UTC)
