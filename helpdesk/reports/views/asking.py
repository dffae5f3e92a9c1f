"""What the address of a report asks for: a period and a client, the same on every page."""

from collections.abc import Callable, Mapping

from flask import abort, request
from flask_babel import gettext

from helpdesk.errors import BadInput
from helpdesk.reports.periods import Period

Tabs = list[tuple[str, str, None, bool]]


def period_asked(usual: Period = Period.WEEK) -> Period:
    """The chosen period. Raises BadInput for one that there is not."""
    try:
        return Period(request.args.get("period") or usual)
    except ValueError:
        raise BadInput(gettext("There is no such period: choose one of the tabs."), "period") from None


def company_asked(known: Mapping[int, str]) -> int | None:
    """The chosen client; 404 for one that is not among those the person may choose."""
    typed = request.args.get("company", "")
    if not typed:
        return None
    if not typed.isdecimal() or int(typed) not in known:
        abort(404)
    return int(typed)


def period_tabs(chosen: Period, url: Callable[[Period], str]) -> Tabs:
    """The periods as tabs."""
    names = {
        Period.TODAY: gettext("Today"),
        Period.WEEK: gettext("This week"),
        Period.MONTH: gettext("This month"),
        Period.SIXTY_DAYS: gettext("60 days"),
        Period.TWELVE_MONTHS: gettext("12 months"),
    }
    return [(name, url(period), None, period is chosen) for period, name in names.items()]
