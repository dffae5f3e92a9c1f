"""Languages and zones of the viewer, and how times, spans and numbers are written for them."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import flask_babel
from babel import Locale
from babel.dates import format_date, format_skeleton
from flask import Flask, has_request_context, request
from flask_babel import get_locale, get_timezone

from helpdesk.clock import process_time
from helpdesk.errors import DomainError

LANGUAGES = ("en", "ru")
MINUTE, HOUR, DAY = 60, 3600, 86400
MANY_DAYS = 10
LEAST_DAYS = 2
_MEASURE = re.compile(r"\b\d+ (?:h|min|d|ч|мин|д)\b(?: \d\d\b)?")  # units as our languages write them

babel = flask_babel.Babel()


def install(
    app: Flask,
    *,
    language: Callable[[], str | None],
    zone: Callable[[], str | None],
    default_language: Callable[[], str],
    default_zone: Callable[[], str],
) -> None:
    """Let pages speak the viewer's language: the profile's, else the browser's, else the default."""

    def choose_language() -> str:
        chosen = language() if has_request_context() else None
        return chosen if chosen in LANGUAGES else browser_language(default_language())

    babel.init_app(
        app,
        locale_selector=choose_language,
        timezone_selector=lambda: (zone() if has_request_context() else None) or default_zone(),
    )
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["page_language"] = page_language


def gettext(sentence: str, **values: object) -> str:
    """The sentence in the viewer's language (Flask-Babel's own, with types)."""
    return str(flask_babel.gettext(sentence, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The sentence in the right plural form, with `num` in it."""
    return str(flask_babel.ngettext(one, many, num, **values))


def told(error: DomainError) -> str:
    """What the error says, in the viewer's language."""
    return gettext(error.sentence, **error.values) if error.sentence else ""


def browser_language(default: str) -> str:
    """The first language of the browser that we speak."""
    if not has_request_context():
        return default
    return request.accept_languages.best_match(LANGUAGES, default) or default


def page_language() -> str:
    """The language of this page: en or ru."""
    return str(get_locale() or "en").split("_")[0]


def viewer_zone() -> ZoneInfo:
    """The viewer's time zone.

    Never Babel's own: with pytz installed that is one which `replace(tzinfo=...)` reads as local mean time.
    """
    return ZoneInfo(str(get_timezone()))


def duration(span: timedelta | float) -> str:
    """A span in at most two units, rounded down: 18 min, 2 h 10, 1 d 4 h. A number means seconds."""
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    seconds = abs(seconds)
    if seconds >= DAY:
        days, hours = seconds // DAY, seconds % DAY // HOUR
        if hours == 0:
            return gettext("%(days)s d", days=days)
        return gettext("%(days)s d %(hours)s h", days=days, hours=hours)
    if seconds >= HOUR:
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        if minutes == 0:
            return gettext("%(hours)s h", hours=hours)
        return gettext("%(hours)s h %(minutes)s", hours=hours, minutes=f"{minutes:02d}")
    return gettext("%(minutes)s min", minutes=seconds // MINUTE)


def open_hours(seconds: float) -> str:
    """Open hours, never days, for how long a day is open is another matter: 18 min, 2 h 10, 27 h, 124 h 05.

    Rounded down; what is less than a minute and not nothing says so.
    """
    seconds = abs(int(seconds))
    if 0 < seconds < MINUTE:
        return gettext("under 1 min")
    hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
    if hours < DAY // HOUR:
        return duration(seconds)
    if minutes == 0:
        return gettext("%(hours)s h", hours=hours)
    return gettext("%(hours)s h %(minutes)s", hours=hours, minutes=f"{minutes:02d}")


def overrun(remaining_s: int) -> str:
    """Open hours beyond a missed deadline; what was missed in the night lies no open second beyond it."""
    return open_hours(max(1, -remaining_s))


def working_days(seconds: int, day_s: int) -> str:
    """A target: whole days of a calendar whose day is `day_s` long with their hours, 3 working days (24 h);
    else hours.
    """
    days, rest = divmod(seconds, day_s)
    if rest or days < LEAST_DAYS:
        return open_hours(seconds)
    if day_s == DAY:
        return ngettext(
            "%(num)s day (%(hours)s)", "%(num)s days (%(hours)s)", days, hours=open_hours(seconds)
        )
    return ngettext(
        "%(num)s working day (%(hours)s)",
        "%(num)s working days (%(hours)s)",
        days,
        hours=open_hours(seconds),
    )


def unbroken(words: str) -> str:
    """The words with each number kept on one line with its unit: 2 h 10, 18 min."""
    return _MEASURE.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), words)


def age(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, in the words of `duration`, from ten days on in days; None is this process's clock."""
    past = (now or process_time()) - moment
    return duration(timedelta(days=past.days) if past.days >= MANY_DAYS else past)


def time(moment: datetime) -> str:
    """The time of day in the viewer's zone: 14:05."""
    return str(flask_babel.format_datetime(moment, "HH:mm"))


def day(moment: datetime | date) -> str:
    """The day in the viewer's zone: Nov 22, with the year when it is not this one."""
    local = moment.astimezone(viewer_zone()).date() if isinstance(moment, datetime) else moment
    skeleton = "MMMd" if local.year == _today().year else "yMMMd"
    midnight = datetime(local.year, local.month, local.day, tzinfo=viewer_zone())
    return str(format_skeleton(skeleton, midnight, tzinfo=viewer_zone(), locale=get_locale()))


def moment(at: datetime) -> str:
    """Day and time as people say them: today 14:05, yesterday 09:30, Nov 22, 14:05."""
    days = (_today() - at.astimezone(viewer_zone()).date()).days
    if days == 0:
        return gettext("today %(time)s", time=time(at))
    if days == 1:
        return gettext("yesterday %(time)s", time=time(at))
    return gettext("%(day)s, %(time)s", day=day(at), time=time(at))


def moment_in(zone: tzinfo, at: datetime) -> str:
    """Day and time for somebody who is not the viewer, as in a letter: Wed, Mar 4, 14:05."""
    there = at.astimezone(zone)
    return f"{format_skeleton('MMMEd', there, tzinfo=zone, locale=get_locale())}, {there:%H:%M}"


def full_moment(at: datetime) -> str:
    """Everything, for a hint: Sunday, 22 November 2026, 14:05."""
    local = at.astimezone(viewer_zone())
    return f"{format_date(local, 'full', locale=get_locale())}, {time(at)}"


def number(value: float) -> str:
    """A number with the separators of the language."""
    return str(flask_babel.format_decimal(value))


def percent(share: float | None, digits: int = 0) -> str:
    """A share between 0 and 1 as percent; a dash for None."""
    if share is None:
        return "–"
    pattern = Locale.parse(page_language()).percent_formats[None].pattern
    pattern = pattern.replace("0", "0." + "0" * digits, 1) if digits else pattern
    return str(flask_babel.format_percent(share, pattern))


def _today() -> date:
    return process_time().astimezone(viewer_zone()).date()


FILTERS: dict[str, Callable[..., str]] = {
    "age": age,
    "duration": duration,
    "open_hours": open_hours,
    "unbroken": unbroken,
    "time": time,
    "day": day,
    "moment": moment,
    "full_moment": full_moment,
    "number": number,
    "percent": percent,
}
