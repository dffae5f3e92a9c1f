"""Settings in words: what a routing rule asks and does, how a mailbox fares, when a calendar is open."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext, lazy_gettext, pgettext
from flask_babel.speaklater import LazyString

from helpdesk.accounts.models import Assignment
from helpdesk.admin.queries import CalendarSheet, Names
from helpdesk.i18n import duration
from helpdesk.routing.rules import Conditions, Placement
from helpdesk.sla.calendar import clock_face
from helpdesk.sla.sheets import PolicySheet
from helpdesk.sla.words import NAMES
from helpdesk.tickets.words import CHANNELS, TYPES

WORDS_SHOWN = 3
NAME: Any = LazyString(lambda: pgettext("thing", "Name"))  # people have another word for it in Russian
SENT: Any = LazyString(lambda: pgettext("setting", "Sent"))  # a mail that goes out, not one that has gone
DAYS: tuple[Any, ...] = (
    lazy_gettext("Mon"),
    lazy_gettext("Tue"),
    lazy_gettext("Wed"),
    lazy_gettext("Thu"),
    lazy_gettext("Fri"),
    lazy_gettext("Sat"),
    lazy_gettext("Sun"),
)
METRICS: Mapping[str, Any] = {
    metric: NAMES[metric] for metric in ("first_response", "next_response", "update", "resolution")
}
LANGUAGES: Mapping[str, Any] = {"en": lazy_gettext("English"), "ru": lazy_gettext("Russian")}
ASSIGNMENTS: Mapping[Assignment, Any] = {
    Assignment.MANUAL: lazy_gettext("people take tickets themselves"),
    Assignment.ROUND_ROBIN: lazy_gettext("tickets go round in turn"),
    Assignment.LEAST_LOADED: lazy_gettext("whoever has least gets the next"),
}
CONDITIONS: Mapping[str, tuple[str, Any]] = {
    "off": ("", lazy_gettext("switched off")),
    "door": ("live", lazy_gettext("takes mail at the SMTP door")),
    "waiting": ("", lazy_gettext("not looked at yet")),
    "well": ("live", lazy_gettext("works")),
    "silent": ("risk", lazy_gettext("silent")),
    "failing": ("bad", lazy_gettext("fails")),
    "signed_out": ("bad", lazy_gettext("needs sign-in")),
}
PAUSES: Mapping[str, Any] = {
    "waiting_client": lazy_gettext("waiting for the client"),
    "waiting_third_party": lazy_gettext("waiting for a third party"),
}


def asked(conditions: Conditions, names: Names) -> str:
    """What a rule asks, as the end of a sentence that begins with "when"."""
    parts = list(_asked(conditions, names))
    return gettext(" and ").join(parts) if parts else gettext("anything else arrives")


def _asked(asked: Conditions, names: Names) -> Iterator[str]:
    if asked.channels:
        yield gettext("it comes %(how)s", how=_either(str(CHANNELS[channel]) for channel in asked.channels))
    if asked.mailbox_ids:
        yield gettext("it was sent to %(names)s", names=_either(_called(names.mailboxes, asked.mailbox_ids)))
    if asked.company_ids:
        yield gettext("the client is %(names)s", names=_either(_called(names.companies, asked.company_ids)))
    if asked.vip is not None:
        yield gettext("the client is a VIP") if asked.vip else gettext("the client is no VIP")
    if asked.types:
        kinds = _either(str(TYPES[kind]).lower() for kind in asked.types)
        yield gettext("it is called %(kinds)s", kinds=kinds)
    if asked.languages:
        spoken = _either(str(LANGUAGES.get(code, code)) for code in asked.languages)
        yield gettext("it is written in %(languages)s", languages=spoken)
    yield from _asked_when(asked)
    if asked.senders:
        yield gettext("it comes from %(senders)s", senders=_some(asked.senders))
    if asked.words:
        yield gettext("it says %(words)s", words=_some_words(asked.words))


def _asked_when(asked: Conditions) -> Iterator[str]:
    if asked.weekdays:
        yield gettext("it is %(days)s", days=_either(str(DAYS[day]) for day in asked.weekdays))
    if asked.hours:
        start, end = (clock_face(hour * 60) for hour in asked.hours)
        yield gettext("it is between %(start)s and %(end)s", start=start, end=end)


def placed(placement: Placement, names: Names) -> str:
    """What a rule does."""
    parts = list(_placed(placement, names))
    return ", ".join(parts) if parts else gettext("it stays where it would be anyway")


def _placed(placement: Placement, names: Names) -> Iterator[str]:
    if placement.team_id is not None:
        yield gettext("it goes to %(team)s", team=names.teams.get(placement.team_id, "?"))
    elif placement.line is not None:
        yield gettext("it goes to line %(line)s", line=placement.line)
    if placement.priority:
        yield gettext("as %(priority)s", priority=placement.priority.value)
    if placement.type:
        yield gettext("as %(kind)s", kind=str(TYPES[placement.type]).lower())
    if placement.category_id is not None:
        yield gettext("in %(category)s", category=names.categories.get(placement.category_id, "?"))
    if placement.tags:
        yield gettext("tagged %(tags)s", tags=", ".join(placement.tags))


def week(calendar: CalendarSheet) -> str:
    """The week in words: Mon to Fri 08:00 to 18:00, Sat 09:00 to 12:00."""
    groups: list[tuple[list[int], list[tuple[int, int]]]] = []
    for day in range(7):
        windows = calendar.windows_on(day)
        if windows and groups and groups[-1][0][-1] == day - 1 and groups[-1][1] == windows:
            groups[-1][0].append(day)
        elif windows:
            groups.append(([day], windows))
    return ", ".join(_days_and_hours(days, windows) for days, windows in groups) or gettext("never open")


def counted_in(policy: PolicySheet, calendars: Mapping[int, CalendarSheet]) -> str:
    """The calendars of a policy's targets."""
    known = sorted(calendars[one].name for one in policy.calendar_ids if one in calendars)
    return gettext(" and ").join(gettext("“%(name)s”", name=name) for name in known)


def pauses(policy: PolicySheet) -> str:
    """What stops its clocks for a while."""
    return _either(str(PAUSES[state]) for state in policy.pause_states)


def span_words(seconds: int | None) -> str:
    """A target in open hours, since a day of them is not 24 h; nothing where no clock runs."""
    if seconds is None:
        return ""
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours and minutes:
        return gettext("%(hours)s h %(minutes)s", hours=hours, minutes=f"{minutes:02d}")
    return gettext("%(hours)s h", hours=hours) if hours else gettext("%(minutes)s min", minutes=minutes)


def late(at: datetime | None, now: datetime) -> str:
    """How long ago, or to come."""
    if at is None:
        return ""
    if at > now:
        return gettext("in %(span)s", span=duration(at - now))
    return gettext("%(span)s ago", span=duration(now - at))


def _days_and_hours(days: list[int], windows: list[tuple[int, int]]) -> str:
    hours = gettext(" and ").join(
        gettext("%(start)s to %(end)s", start=clock_face(start), end=clock_face(end))
        for start, end in windows
    )
    if len(days) == 1:
        return f"{DAYS[days[0]]} {hours}"
    return gettext("%(first)s to %(last)s %(hours)s", first=DAYS[days[0]], last=DAYS[days[-1]], hours=hours)


def _called(names: Mapping[int, str], ids: Iterable[int]) -> Iterator[str]:
    return (names.get(one, "?") for one in ids)


def _some_words(words: tuple[str, ...]) -> str:
    return _some(tuple(gettext("“%(word)s”", word=word.strip()) for word in words))


def _some(words: tuple[str, ...]) -> str:
    """The first few of them, and how many more."""
    shown = list(words[:WORDS_SHOWN])
    more = len(words) - len(shown)
    if more:
        return gettext("%(words)s or one of %(more)s more", words=", ".join(shown), more=more)
    return _either(shown)


def _either(words: Iterable[str]) -> str:
    return gettext(" or ").join(words)
