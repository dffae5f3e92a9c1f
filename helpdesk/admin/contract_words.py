"""What a change of contract does to open tickets, in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from helpdesk.i18n import gettext

Cards = list[tuple[str, str, str, None]]
OPEN_TICKETS: Mapping[str, Any] = {
    "new": lazy_gettext("stay as they are"),
    "onward": lazy_gettext("follow from then on"),
    "retroactive": lazy_gettext("are counted anew"),
}


def said(field: str, value: Any) -> Any:
    """A value of the history in words where it is kept as a code."""
    return OPEN_TICKETS.get(value, value) if field == "open_tickets" and isinstance(value, str) else value


def open_ticket_cards() -> Cards:
    """The choice of what happens to tickets that are open, each with what it means."""
    return [
        (
            "new",
            gettext("They stay as they are"),
            gettext("Only tickets opened from then on are concerned."),
            None,
        ),
        (
            "onward",
            gettext("They follow from then on"),
            gettext("What was counted so far stays; the new deadline is reckoned from there."),
            None,
        ),
        (
            "retroactive",
            gettext("They are counted anew"),
            gettext("As if it had held from the beginning of each. Needs a reason below."),
            None,
        ),
    ]
