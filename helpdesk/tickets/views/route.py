"""The way of a ticket through the lines, with the time that each of them held it."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext

from helpdesk.i18n import duration
from helpdesk.tickets.views.reading import Happened


def hops(
    history: Iterable[Happened], line: int, team: str, *, since: datetime, until: datetime, is_over: bool
) -> list[tuple[int, str, bool]]:
    """The way through the lines with the time at each; the last one is where the ticket is now, or where it
    ended.
    """
    passed = [event.passed for event in history if event.passed]
    past = [(one.from_line, duration(one.held_s), False) for one in passed]
    span = duration(max(0.0, (until - since).total_seconds()))
    words = gettext("%(team)s, %(span)s", team=team, span=span)
    here = words if is_over else gettext("%(team)s, %(span)s now", team=team, span=span)
    return [*past[-4:], (line, here, not is_over)]
