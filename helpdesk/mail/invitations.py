"""What an invitation (iCalendar, RFC 5545) says in a line: title, when, where, organiser. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from helpdesk.mail.charset import clean_text
from helpdesk.mail.headers import one_line

FOLDED = re.compile(r"\r?\n[ \t]")
LINE = re.compile(r'^([A-Za-z-]+)((?:;[A-Za-z-]+=(?:"[^"]*"|[^;:"]*))*):(.*)$', re.DOTALL)
PARAMETER = re.compile(r';([A-Za-z-]+)=("[^"]*"|[^;:"]*)')
ESCAPES = {"\\n": " ", "\\N": " ", "\\,": ",", "\\;": ";", "\\\\": "\\"}
YEARS = range(1970, 2200)  # no appointment stands at the ends of the calendar, where zones cannot be reckoned
LIMIT = 200
LARGEST = 1_000_000
DURATION = re.compile(r"^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")
# How Outlook calls the zones that it writes most.
WINDOWS_ZONES = {
    "Russian Standard Time": "Europe/Moscow",
    "W. Europe Standard Time": "Europe/Berlin",
    "Central Europe Standard Time": "Europe/Budapest",
    "Central European Standard Time": "Europe/Warsaw",
    "Romance Standard Time": "Europe/Paris",
    "GMT Standard Time": "Europe/London",
    "E. Europe Standard Time": "Europe/Chisinau",
    "FLE Standard Time": "Europe/Kyiv",
    "GTB Standard Time": "Europe/Bucharest",
    "Turkey Standard Time": "Europe/Istanbul",
    "Ekaterinburg Standard Time": "Asia/Yekaterinburg",
    "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver",
    "Pacific Standard Time": "America/Los_Angeles",
    "China Standard Time": "Asia/Shanghai",
    "Tokyo Standard Time": "Asia/Tokyo",
    "India Standard Time": "Asia/Kolkata",
    "AUS Eastern Standard Time": "Australia/Sydney",
    "UTC": "UTC",
}


@dataclass(frozen=True, slots=True)
class Invitation:
    """One appointment. `start` and `end` are ISO: a date, an instant in UTC, or a time with no known zone."""

    method: str
    title: str
    start: str
    end: str
    place: str
    organiser: str


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    parameters: dict[str, str]
    value: str


def read_invitation(text: str) -> Invitation | None:
    """The first appointment of a calendar; None if there is none."""
    method, event = "", dict[str, _Property]()
    is_inside = False
    for one in _properties(clean_text(text[:LARGEST])):
        if one.name == "METHOD":
            method = one.value.strip().upper()
        elif one.name in {"BEGIN", "END"} and one.value.strip().upper() == "VEVENT":
            if one.name == "END":
                return _invitation(method, event)
            is_inside = True
        elif is_inside:
            event.setdefault(one.name, one)
    return None


def _properties(text: str) -> Iterator[_Property]:
    for line in FOLDED.sub("", text).split("\n"):
        found = LINE.match(line)
        if found:
            parameters = {key.upper(): value.strip('"') for key, value in PARAMETER.findall(found[2])}
            yield _Property(found[1].upper(), parameters, found[3])


def _invitation(method: str, event: dict[str, _Property]) -> Invitation:
    start = _moment(event.get("DTSTART"))
    return Invitation(
        method=method[:20],
        title=_words(event.get("SUMMARY")),
        start=start.isoformat() if start else "",
        end=_end(start, event),
        place=_words(event.get("LOCATION")),
        organiser=_organiser(event.get("ORGANIZER")),
    )


def _words(one: _Property | None) -> str:
    value = one.value if one else ""
    return one_line(re.sub(r"\\.", lambda found: ESCAPES.get(found[0], found[0][1:]), value))[:LIMIT]


def _organiser(one: _Property | None) -> str:
    if one is None:
        return ""
    address = re.sub(r"^mailto:", "", one.value.strip(), flags=re.IGNORECASE)
    return one_line(one.parameters.get("CN") or address)[:LIMIT]


def _end(start: date | None, event: dict[str, _Property]) -> str:
    end = _moment(event.get("DTEND"))
    length = DURATION.match(event["DURATION"].value.strip()) if "DURATION" in event else None
    if end is None and start is not None and length is not None:
        weeks, days, hours, minutes, seconds = (int(number[:6] or 0) for number in length.groups(""))
        span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        try:
            end = start + span
        except OverflowError:
            return ""
    return end.isoformat() if end and end.year in YEARS else ""


def _moment(one: _Property | None) -> date | None:
    value = one.value.strip() if one else ""
    for form, is_day in (("%Y%m%dT%H%M%SZ", False), ("%Y%m%dT%H%M%S", False), ("%Y%m%d", True)):
        try:
            found = datetime.strptime(value, form)  # noqa: DTZ007 - the zone is named beside it
        except ValueError:
            continue
        if found.year not in YEARS:
            return None
        if is_day:
            return found.date()
        return _in_utc(found, "UTC" if value.endswith("Z") else one.parameters.get("TZID", "") if one else "")
    return None


def _in_utc(local: datetime, zone: str) -> datetime:
    try:
        return (
            local.replace(tzinfo=ZoneInfo(WINDOWS_ZONES.get(zone, zone))).astimezone(UTC) if zone else local
        )
    except (ValueError, OSError, OverflowError, KeyError):
        return local
