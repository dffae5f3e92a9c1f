"""What the steps of a chart are called in the reader's language."""

from collections.abc import Callable
from datetime import datetime

from babel.dates import format_skeleton
from flask_babel import get_locale

from helpdesk.i18n import day
from helpdesk.reports.periods import Period


def step_name(period: Period, start: datetime) -> str:
    """The name of the step that begins at `start`, which is in the zone of the figures."""
    return _NAMES.get(period, _day)(start)


def _day(start: datetime) -> str:
    return day(start.date())


def _hour(start: datetime) -> str:
    return f"{start:%H}:00"


def _weekday(start: datetime) -> str:
    return str(format_skeleton("Ed", start, tzinfo=start.tzinfo, locale=get_locale()))


def _month(start: datetime) -> str:
    return str(format_skeleton("MMM", start, tzinfo=start.tzinfo, locale=get_locale()))


_NAMES: dict[Period, Callable[[datetime], str]] = {
    Period.TODAY: _hour,
    Period.WEEK: _weekday,
    Period.TWELVE_MONTHS: _month,
}
