"""A day from which something is to hold, as forms ask for it."""

from datetime import date, datetime

from helpdesk.i18n import gettext
from helpdesk.sla.days import start_of


def since_in(typed: str, now: datetime, errors: dict[str, str]) -> datetime | None:
    """The instant at which the day begins; None: from now on. What cannot be is said in `errors`."""
    if not typed.strip():
        return None
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        day = date.max
    if day.year > now.year + 10:
        errors["since"] = gettext("Write the day as 2026-12-01, or leave it empty for now.")
        return None
    since = start_of(day)
    if since <= now:
        errors["since"] = gettext("That day has begun. Choose a later one, or leave it empty for now.")
        return None
    return since
