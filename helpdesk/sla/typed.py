"""Spans of time as people type them ("30 min", "1 h 30", "2 d"), read to seconds and written back. Pure."""

import re

from helpdesk.errors import N_, BadInput

MINUTE, HOUR, DAY = 60, 3600, 86_400
LONGEST = 366 * DAY
_UNITS = {
    "d": "day",
    "day": "day",
    "days": "day",
    "д": "day",
    "дн": "day",
    "день": "day",
    "дня": "day",
    "дней": "day",
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
    "hour": "hour",
    "hours": "hour",
    "ч": "hour",
    "час": "hour",
    "часа": "hour",
    "часов": "hour",
    "m": "minute",
    "min": "minute",
    "mins": "minute",
    "minute": "minute",
    "minutes": "minute",
    "м": "minute",
    "мин": "minute",
    "минута": "minute",
    "минуты": "minute",
    "минут": "minute",
}
_SIZES = {"hour": HOUR, "minute": MINUTE}
_SMALLER = {"day": "hour", "hour": "minute"}
_PART = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([^\W\d_]*)\.?", re.UNICODE)
_FACE = re.compile(r"^(\d{1,4}):([0-5]\d)$")


def seconds_in(text: str, day_s: int = DAY, field: str | None = None) -> int | None:
    """The seconds that the text says, a day being `day_s` long; None for an empty text.

    A number after an hour or day without a unit counts the next smaller one: 1 h 30 is an hour and a half.
    Raises BadInput with a sentence for what cannot be read, for nothing at all and for more than a year.
    """
    typed = " ".join(text.split()).casefold()
    if not typed:
        return None
    seconds = _by_face(typed) or _by_parts(typed, day_s)
    if seconds is None:
        raise BadInput(
            N_("“%(text)s” is no span of time; write it as 30 min, 1 h 30 or 2 d."),
            field,
            text=text.strip()[:40],
        )
    if not MINUTE <= seconds <= LONGEST:
        sentence = N_("“%(text)s” cannot be meant: a target is between a minute and a year.")
        raise BadInput(sentence, field, text=text.strip()[:40])
    return seconds


def written(seconds: int, day_s: int = DAY) -> str:
    """The span in signs of every keyboard, read back to the same seconds: 45 min, 1 h 30, 2 d."""
    days, hours, minutes = parts_of(seconds, day_s)
    if days:
        return f"{days} d"
    if hours and minutes:
        return f"{hours} h {minutes:02d}"
    return f"{hours} h" if hours else f"{minutes} min"


def parts_of(seconds: int, day_s: int = DAY) -> tuple[int, int, int]:
    """Whole days when it is nothing but days, else hours and minutes."""
    if seconds and seconds % day_s == 0:
        return seconds // day_s, 0, 0
    return 0, seconds // HOUR, seconds % HOUR // MINUTE


def _by_face(typed: str) -> int | None:
    found = _FACE.match(typed)
    return int(found[1]) * HOUR + int(found[2]) * MINUTE if found else None


def _by_parts(typed: str, day_s: int) -> int | None:
    total, place, before = 0.0, 0, ""
    while place < len(typed):
        found = _PART.match(typed, place)
        if found is None:
            return None
        unit = _UNITS.get(found[2]) if found[2] else _SMALLER.get(before)
        if unit is None or (unit == before):
            return None
        total += float(found[1].replace(",", ".")) * (day_s if unit == "day" else _SIZES[unit])
        place, before = found.end(), unit
    return round(total / MINUTE) * MINUTE
