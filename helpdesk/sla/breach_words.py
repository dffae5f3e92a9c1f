"""Why deadlines are missed, as people choose it from a list."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext

from helpdesk.sla.models import BreachCause
from helpdesk.sla.words import NAMES

CAUSES: Mapping[BreachCause, object] = {
    BreachCause.BUSY: lazy_gettext("More work than people"),
    BreachCause.HARD: lazy_gettext("Harder than it looked"),
    BreachCause.UNNOTICED: lazy_gettext("Nobody saw it in time"),
    BreachCause.WRONG_LINE: lazy_gettext("It lay with the wrong team"),
    BreachCause.OUTSIDE: lazy_gettext("Others let us wait"),
    BreachCause.UNFIT: lazy_gettext("The deadline does not fit such work"),
    BreachCause.OTHER: lazy_gettext("Something else"),
}


def clock_name(metric: str, line: int | None) -> str:
    """What people call the clock of a firing."""
    if line is not None:
        return gettext("Line %(line)s", line=line)
    return str(NAMES[metric])
