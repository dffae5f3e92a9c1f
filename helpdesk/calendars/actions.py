"""Making calendars: a change is a new version, since tickets go on counting in the one they began with."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, select

from helpdesk import history
from helpdesk.calendars import public, zones
from helpdesk.calendars.hours import versions_in_force
from helpdesk.calendars.models import (
    Calendar,
    CalendarHoliday,
    CalendarOverride,
    CalendarVersion,
    CalendarWindow,
)
from helpdesk.calendars.rules import CalendarSheet, ClosedDay, OtherHours, shown, weekdays
from helpdesk.calendars.sheets import check, ordered, sheet_of
from helpdesk.db import db
from helpdesk.errors import N_, RuleViolation
from helpdesk.history import Facts

KIND = "calendar"
DAY_FIELDS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NameTaken(RuleViolation):
    """There is another calendar of that name."""


def starter_sheet(
    name: str,
    zone: str,
    *,
    hours: str = "09:00-17:00",
    country: str = "",
    region: str = "",
    years: Iterable[int] = (),
    language: str = "en",
) -> CalendarSheet:
    """A first calendar: the same hours from Monday to Friday, closed on the country's public holidays.

    `hours` as people type them ("09:00-13:00, 14:00-18:00"; "" leaves the week closed and is refused later).
    Raises BadInput when the hours cannot be read. Give the result to `create_calendar`.
    """
    closed = public.days(country, region, years, language)
    return CalendarSheet(
        name, zone, weekdays(hours), closed=tuple(ClosedDay(words, day=day) for day, words in closed)
    )


def create_calendar(sheet: CalendarSheet, *, by: int, now: datetime, why: str = "") -> Calendar:
    """A new calendar with its first version, in force from now on.

    Raises BadInput (its `field` names the place) when the sheet cannot be, NameTaken when another one has
    the name.
    """
    check(sheet, now)
    sheet = ordered(sheet)
    _check_name(sheet.name, 0)
    calendar = Calendar(name=sheet.name, zone=sheet.zone, created_at=now)
    db.session.add(calendar)
    db.session.flush()
    write_version(calendar, sheet, since=now, by=by, now=now)
    facts = {**week_facts(sheet), "others": _others(sheet), "holidays": _closed(sheet), **_why(why)}
    history.changed((KIND, calendar.id, sheet.name), None, facts, by=by, now=now)
    return calendar


def change_calendar(
    calendar: Calendar,
    sheet: CalendarSheet,
    *,
    by: int,
    now: datetime,
    since: datetime | None = None,
    why: str = "",
    also: Facts | None = None,
) -> bool:
    """Let this sheet hold from now, or from `since` later, as a new version; False when nothing is different.

    Tickets opened before then keep counting in the version they began with until somebody lets them follow. A
    new name holds at once.
    `also` goes into the same entry of the history. Raises as `create_calendar`. The row of the calendar is
    to be locked by the caller.
    """
    check(sheet, now)
    sheet = ordered(sheet)
    _check_name(sheet.name, calendar.id)
    before = sheet_of(calendar, in_force(calendar.id, now))
    if before == sheet:
        return False
    calendar.name, calendar.zone = sheet.name, sheet.zone
    if replace(before, name=sheet.name) != sheet:
        write_version(calendar, sheet, since=max(since or now, now), by=by, now=now)
    _tell(calendar, before, sheet, since=since, also={**(also or {}), **_why(why)}, by=by, now=now)
    return True


def retire(calendar: Calendar, used_by: Sequence[str], *, by: int, now: datetime) -> None:
    """Put the calendar away. `used_by` names the policies whose targets count in it: then it stays."""
    if used_by:
        raise RuleViolation(
            N_("Targets of %(policies)s count in these hours. Give them another calendar first."),
            policies=", ".join(f"“{name}”" for name in used_by),
        )
    if calendar.retired_at is None:
        calendar.retired_at = now
        history.changed((KIND, calendar.id, calendar.name), {"in_use": True}, None, by=by, now=now)


def restore(calendar: Calendar, *, by: int, now: datetime) -> None:
    """Take it back into use."""
    if calendar.retired_at is not None:
        calendar.retired_at = None
        before, after = {"in_use": False}, {"in_use": True}
        history.changed((KIND, calendar.id, calendar.name), before, after, by=by, now=now)


def withdraw(calendar: Calendar, version: CalendarVersion, *, by: int, now: datetime) -> None:
    """Take back a version that is still to come, so that no ticket can have counted in it."""
    if version.calendar_id != calendar.id or version.effective_from <= now:
        raise RuleViolation(N_("This version holds already; change the calendar instead."))
    for part in (CalendarWindow, CalendarOverride, CalendarHoliday):
        db.session.execute(delete(part).where(part.version_id == version.id))
    db.session.execute(delete(CalendarVersion).where(CalendarVersion.id == version.id))
    planned = {"planned": version.effective_from.date().isoformat()}
    history.changed((KIND, calendar.id, calendar.name), planned, {"planned": None}, by=by, now=now)


def write_version(
    calendar: Calendar, sheet: CalendarSheet, *, since: datetime, by: int, now: datetime
) -> CalendarVersion:
    """The next version of the calendar, by the rules that the installed tz database has for its zone."""
    content = repr((sheet.zone, sheet.week, sheet.others, sheet.closed, zones.release()))
    version = CalendarVersion(
        calendar_id=calendar.id,
        n=_next_number(calendar.id),
        zone=sheet.zone,
        effective_from=since,
        hash=hashlib.sha256(content.encode()).hexdigest(),
        created_at=now,
        created_by_id=by,
        zone_edition_id=zones.edition_of(sheet.zone, now).id,
        windows=[
            CalendarWindow(weekday=day, from_min=start, to_min=end)
            for day, spans in enumerate(sheet.week)
            for start, end in spans
        ],
        overrides=[row for other in sheet.others for row in _override(other)],
        holidays=[_holiday(one) for one in sheet.closed],
    )
    db.session.add(version)
    db.session.flush()
    return version


def in_force(calendar_id: int, now: datetime) -> CalendarVersion:
    """The version that holds now."""
    version_id = versions_in_force([calendar_id], now)[calendar_id]
    return db.session.get_one(CalendarVersion, version_id)


def week_facts(sheet: CalendarSheet) -> dict[str, history.Value]:
    """Name, zone and the hours of each day, as the history keeps them."""
    days = {field: shown(spans) or None for field, spans in zip(DAY_FIELDS, sheet.week, strict=True)}
    return {"name": sheet.name, "zone": sheet.zone, **days}


def facts_between(before: CalendarSheet, after: CalendarSheet) -> tuple[Facts, Facts]:
    """Both as the history keeps them; of long lists only what went and what came."""
    old, new = dict(week_facts(before)), dict(week_facts(after))
    for field, lister in (("others", _others), ("holidays", _closed)):
        was, now_is = lister(before), lister(after)
        old[field] = [each for each in was if each not in now_is]
        new[field] = [each for each in now_is if each not in was]
    return old, new


def _tell(
    calendar: Calendar,
    before: CalendarSheet,
    after: CalendarSheet,
    *,
    since: datetime | None,
    also: Facts,
    by: int,
    now: datetime,
) -> None:
    old, new = facts_between(before, after)
    later = {"since": since.date().isoformat()} if since and since > now else {}
    facts: Facts = {**new, **later, **also}
    history.changed((KIND, calendar.id, calendar.name), old, facts, by=by, now=now)


def _why(why: str) -> dict[str, str]:
    return {"why": why} if why else {}


def _others(sheet: CalendarSheet) -> list[str]:
    return [f"{other.day.isoformat()} {shown(other.spans) or '–'}" for other in sheet.others]


def _closed(sheet: CalendarSheet) -> list[str]:
    return [f"{said(one)} {one.name}" for one in sheet.closed]


def said(one: ClosedDay) -> str:
    """The day of a holiday: 2026-12-24, or 12-24 to 01-01 every year."""
    if one.day is not None:
        return one.day.isoformat()
    first = month_day(one.md)
    return f"{first}…{month_day(one.until_md)}" if one.until_md else str(first)


def month_day(md: tuple[int, int] | None) -> str | None:
    """A day of every year as it is stored: 12-24."""
    return f"{md[0]:02d}-{md[1]:02d}" if md else None


def _check_name(name: str, own_id: int) -> None:
    same = select(Calendar.id).where(func.lower(Calendar.name) == name.lower(), Calendar.id != own_id)
    if db.session.scalar(same):
        raise NameTaken(N_("There is another calendar called “%(name)s”."), name=name)


def _next_number(calendar_id: int) -> int:
    highest = select(func.max(CalendarVersion.n)).where(CalendarVersion.calendar_id == calendar_id)
    return (db.session.scalar(highest) or 0) + 1


def _override(other: OtherHours) -> list[CalendarOverride]:
    if not other.spans:
        return [CalendarOverride(day=other.day)]
    return [CalendarOverride(day=other.day, from_min=start, to_min=end) for start, end in other.spans]


def _holiday(one: ClosedDay) -> CalendarHoliday:
    return CalendarHoliday(
        name=one.name,
        day=one.day,
        from_md=month_day(one.md),
        until_md=month_day(one.until_md),
        from_min=one.span[0],
        to_min=one.span[1],
    )
