"""Calendars in words: the hours of a week, how long a day is, which days are free."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext

from helpdesk.admin.words import DAYS, span_words
from helpdesk.calendars.models import CalendarVersion
from helpdesk.calendars.rules import WHOLE_DAY, CalendarSheet, Span, Spans, face, shown, working_day_s
from helpdesk.calendars.year import Month
from helpdesk.i18n import gettext, ngettext

DAYS_LONG: tuple[Any, ...] = (
    lazy_gettext("Monday"),
    lazy_gettext("Tuesday"),
    lazy_gettext("Wednesday"),
    lazy_gettext("Thursday"),
    lazy_gettext("Friday"),
    lazy_gettext("Saturday"),
    lazy_gettext("Sunday"),
)
DAY_MIN = 1440


def week_of(sheet: CalendarSheet) -> str:
    """The week in words: Mon to Fri 08:00 to 18:00, Sat 09:00 to 12:00."""
    return week_words(sheet.week)


def week_of_version(version: CalendarVersion) -> str:
    """The same for a stored version whose windows are read."""
    week: list[list[Span]] = [[] for _ in range(7)]
    for window in version.windows:
        week[window.weekday].append((window.from_min, window.to_min))
    return week_words([tuple(sorted(spans)) for spans in week])


def week_words(week: Sequence[Spans]) -> str:
    """Days with the same hours are said together."""
    if all(spans == (WHOLE_DAY,) for spans in week):
        return gettext("day and night, all week")
    groups: list[tuple[list[int], Spans]] = []
    for day, spans in enumerate(week):
        if spans and groups and groups[-1][0][-1] == day - 1 and groups[-1][1] == spans:
            groups[-1][0].append(day)
        elif spans:
            groups.append(([day], spans))
    return ", ".join(_group(days, spans) for days, spans in groups) or gettext("never open")


def days_of(sheet: CalendarSheet) -> list[list[Span]]:
    """Seven days of open minutes, cut at midnight, for drawing."""
    return days_cut(sheet.week)


def days_cut(week: Sequence[Spans]) -> list[list[Span]]:
    """The same for the hours of a week."""
    cut: list[list[Span]] = [[] for _ in range(7)]
    for day, spans in enumerate(week):
        for start, end in spans:
            if end > start:
                cut[day].append((start, end))
                continue
            cut[day].append((start, DAY_MIN))
            if end:
                cut[(day + 1) % 7].append((0, end))
    return cut


def day_length(sheet: CalendarSheet) -> str:
    """How long an ordinary working day is, which is what one day means in a target."""
    return span_words(working_day_s(sheet.week))


def turned_round(sheet: CalendarSheet) -> str:
    """A sentence about hours that may have been typed the wrong way round; "" when there are none.

    A span that ends before it begins is a night shift, but few nights last longer than half a day.
    """
    for day, spans in enumerate(sheet.week):
        for start, end in spans:
            length = end + DAY_MIN - start
            if end <= start and length > DAY_MIN // 2:
                return gettext(
                    "%(day)s, %(span)s: that runs over midnight and is %(length)s long. "
                    "Is it the wrong way round?",
                    day=DAYS_LONG[day],
                    span=shown([(start, end)]),
                    length=span_words(length * 60),
                )
    return ""


def holidays_in(months: Iterable[Month]) -> str:
    """How many holidays there are in these months."""
    count = sum(day.look in {"holiday", "part"} for month in months for day in month.special)
    return ngettext("%(num)s day", "%(num)s days", count) if count else gettext("none")


def weekday_of(day: date) -> str:
    """Its day of the week: Mon."""
    return str(DAYS[day.weekday()])


def pairs(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes as the options of a choice."""
    return [(code, code) for code in codes]


def _group(days: list[int], spans: Spans) -> str:
    hours = gettext(" and ").join(
        gettext("%(start)s to %(end)s", start=face(start), end=face(end)) for start, end in spans
    )
    if len(days) == 1:
        return f"{DAYS[days[0]]} {hours}"
    return gettext("%(first)s to %(last)s %(hours)s", first=DAYS[days[0]], last=DAYS[days[-1]], hours=hours)
