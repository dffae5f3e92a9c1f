"""What pages say of a waiting: for whom, since when, until when, and how often it has happened."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_skeleton
from flask_babel import get_locale, gettext, ngettext

from helpdesk.i18n import day, duration, moment, moment_in, viewer_zone
from helpdesk.tickets.rules import State

Facts = Mapping[str, Any]


def past_waits(rows: Sequence[Facts], now: datetime) -> str:
    """How often and how long it has waited in all, so that nobody parks it for ever; "" for never."""
    if not rows:
        return ""
    span = sum((_end(row, now) - datetime.fromisoformat(row["since"]) for row in rows), timedelta())
    words = ngettext(
        "It has waited once, %(span)s in all.",
        "It has waited %(num)s times, %(span)s in all.",
        len(rows),
        span=duration(span),
    )
    most = max(Counter(row["reason"].casefold() for row in rows).values())
    if most == 1:
        return words
    again = ngettext("%(num)s time for the same.", "%(num)s times for the same.", most)
    return f"{words} {again}"


def soon_words(at: datetime, now: datetime) -> str:
    """A moment to come in short: Mon 09:00 within a week, else the day."""
    if at - now >= timedelta(days=6):
        return day(at)
    return str(format_skeleton("EHm", at, tzinfo=viewer_zone(), locale=get_locale()))


def waits_words(state: State, party: str, wake_at: datetime | None, since: datetime | None = None) -> str:
    """For whom it waits and until when, and with `since` from when on."""
    until = gettext("until %(moment)s", moment=moment_in(viewer_zone(), wake_at)) if wake_at else ""
    begun = gettext("since %(moment)s", moment=moment(since)) if since else ""
    if state is State.WAITING_CLIENT:
        whom = gettext("Waits for the client")
    else:
        whom = gettext("Waits for %(party)s", party=party) if party else gettext("Waits for a third party")
    return " ".join(part for part in (whom, begun, until) if part)


def _end(row: Facts, now: datetime) -> datetime:
    return datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else now
