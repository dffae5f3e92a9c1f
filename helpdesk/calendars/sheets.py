"""A stored calendar version as the sheet that people edit, and the sheet as the engine's working hours."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.calendars import rules
from helpdesk.calendars.models import Calendar, CalendarHoliday, CalendarVersion
from helpdesk.calendars.rules import CalendarSheet, ClosedDay, OtherHours, Span
from helpdesk.calendars.zones import rules_of
from helpdesk.db import db
from helpdesk.errors import N_, BadInput
from helpdesk.sla.calendar import CalendarError, Holiday, WorkingHours, check_hours, working_hours

LONGEST_NAME, LONGEST_HOLIDAY = 80, 200  # days of remembrance have long names


def sheet_of(calendar: Calendar, version: CalendarVersion) -> CalendarSheet:
    """What the version says. Four statements unless its parts were read already."""
    whole = _whole(version.id)
    week: list[list[Span]] = [[] for _ in range(7)]
    for window in whole.windows:
        week[window.weekday].append((window.from_min, window.to_min))
    return CalendarSheet(
        calendar.name,
        whole.zone,
        tuple(tuple(sorted(spans)) for spans in week),
        _others(whole),
        tuple(sorted((_closed(row) for row in whole.holidays), key=in_order)),
    )


def hours_in(sheet: CalendarSheet) -> WorkingHours:
    """The sheet as the engine counts it. Raises CalendarError for hours that cannot be."""
    return working_hours(
        sheet.zone,
        sheet.week,
        {other.day: other.spans for other in sheet.others},
        (Holiday(one.day, one.md, one.until_md, *one.span) for one in sheet.closed),
    )


def check(sheet: CalendarSheet, now: datetime) -> None:
    """Refuse a sheet that cannot be; BadInput names the field: name, zone, week-0, other-2, closed-5."""
    if not 1 <= len(sheet.name) <= LONGEST_NAME:
        raise BadInput(N_("A calendar needs a name of at most 80 characters."), "name")
    _check_zone(sheet.zone)
    _check_week(sheet)
    _check_others(sheet)
    _check_closed(sheet)
    _check_opens(sheet, now)


def ordered(sheet: CalendarSheet) -> CalendarSheet:
    """The same sheet in the one order in which equal sheets are equal."""
    others = tuple(sorted(sheet.others, key=lambda other: other.day))
    return replace(sheet, others=others, closed=tuple(sorted(sheet.closed, key=in_order)))


def in_order(one: ClosedDay) -> tuple[bool, date, tuple[int, int], str]:
    """Holidays of every year first, then by date."""
    return one.md is None, one.day or date.min, one.md or (0, 0), one.name


def _check_zone(zone: str) -> None:
    try:
        rules_of(zone)
    except CalendarError as problem:
        raise BadInput(N_("Choose a time zone, such as Europe/Berlin."), "zone") from problem


def _check_week(sheet: CalendarSheet) -> None:
    found = rules.overlapping_in_week(sheet.week)
    if found is None:
        return
    (day, first), (other_day, second) = found
    spans = {"first": rules.shown([first]), "second": rules.shown([second])}
    if day == other_day:
        raise BadInput(N_("%(first)s and %(second)s overlap."), f"week-{day}", **spans)
    sentence = N_("%(first)s of the day before runs over midnight into %(second)s.")
    raise BadInput(sentence, f"week-{other_day}", **spans)


def _check_others(sheet: CalendarSheet) -> None:
    day = rules.twice(other.day for other in sheet.others)
    if day is not None:
        places = [place for place, other in enumerate(sheet.others) if other.day == day]
        raise BadInput(N_("%(day)s stands here twice."), f"other-{places[1]}", day=day.isoformat())
    for place, other in enumerate(sheet.others):
        found = rules.overlapping(other.spans)
        if found is not None:
            first, second = (rules.shown([span]) for span in found)
            field = f"other-{place}"
            raise BadInput(N_("%(first)s and %(second)s overlap."), field, first=first, second=second)


def _check_closed(sheet: CalendarSheet) -> None:
    for place, one in enumerate(sheet.closed):
        if not 1 <= len(one.name) <= LONGEST_HOLIDAY:
            raise BadInput(N_("A holiday needs a name of at most 200 characters."), f"closed-{place}")
        if not 0 <= one.span[0] < one.span[1] <= rules.DAY_MIN:
            sentence = N_("A holiday ends after it starts, at 24:00 at the latest.")
            raise BadInput(sentence, f"closed-{place}")
    found = rules.closed_twice(sheet.closed)
    if found is not None:
        first, second = found
        sentence = N_("%(day)s is closed twice, by “%(first)s” and by “%(second)s”.")
        day = second.day.isoformat() if second.day else ""
        place = max(sheet.closed.index(first), len(sheet.closed) - 1 - sheet.closed[::-1].index(second))
        raise BadInput(sentence, f"closed-{place}", day=day, first=first.name, second=second.name)


def _check_opens(sheet: CalendarSheet, now: datetime) -> None:
    try:
        check_hours(hours_in(sheet), int(now.timestamp()))
    except CalendarError as problem:
        sentence = N_("These hours never open: no second would ever count. Give at least one day some hours.")
        raise BadInput(sentence, "week-0") from problem


def _whole(version_id: int) -> CalendarVersion:
    parts = (CalendarVersion.windows, CalendarVersion.overrides, CalendarVersion.holidays)
    statement = select(CalendarVersion).where(CalendarVersion.id == version_id)
    whole = statement.options(*(selectinload(part) for part in parts))
    return db.session.scalars(whole.execution_options(populate_existing=True)).one()


def _others(version: CalendarVersion) -> tuple[OtherHours, ...]:
    found: defaultdict[date, list[Span]] = defaultdict(list)
    for row in version.overrides:
        spans = found[row.day]
        if row.from_min is not None and row.to_min is not None:
            spans.append((row.from_min, row.to_min))
    return tuple(OtherHours(day, tuple(sorted(spans))) for day, spans in sorted(found.items()))


def _closed(row: CalendarHoliday) -> ClosedDay:
    return ClosedDay(row.name, row.day, _pair(row.from_md), _pair(row.until_md), (row.from_min, row.to_min))


def _pair(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    month, day = text.split("-")
    return int(month), int(day)
