"""Instants of clocks in words, in the reader's zone: when something is due as one says it on the phone."""

from datetime import datetime

from babel.dates import format_date
from flask_babel import get_locale, gettext

from helpdesk.i18n import day, viewer_zone
from helpdesk.i18n import time as clock_time

DAYS_OF_WEEK = 7


def local(t: int) -> datetime:
    """An instant in the reader's zone."""
    return datetime.fromtimestamp(t, viewer_zone())


def when(t: int, now: int) -> str:
    """Yesterday, today or tomorrow 14:20; Tuesday 14:20 within the week to come; else Nov 22, 14:20."""
    at = local(t)
    days = (at.date() - local(now).date()).days
    if days in (-1, 0, 1):
        near = {
            -1: gettext("yesterday %(time)s", time=clock_time(at)),
            0: gettext("today %(time)s", time=clock_time(at)),
            1: gettext("tomorrow %(time)s", time=clock_time(at)),
        }
        return near[days]
    if 0 < days < DAYS_OF_WEEK:
        return gettext("%(day)s %(time)s", day=weekday(at), time=clock_time(at))
    return gettext("%(day)s, %(time)s", day=day(at), time=clock_time(at))


def weekday(at: datetime) -> str:
    """The whole name of the day of the week, as it stands within a sentence."""
    return str(format_date(at, "EEEE", locale=get_locale()))
