"""Clients in words: the desk's own names in the reader's language, and what points to somebody."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from helpdesk.clients.suggestions import Reason

# What the first migration, intake and calls write in English. No client company can have such a name, for a
# second one is refused.
OWN_NAMES: Mapping[str, Any] = {
    "Unknown client": lazy_gettext("Unknown client"),
    "Our firm": lazy_gettext("Our firm"),
    "Helpdesk": lazy_gettext("Helpdesk"),
    "Unknown sender": lazy_gettext("Unknown sender"),
    "Unknown caller": lazy_gettext("Unknown caller"),
}
REASONS: Mapping[Reason, Any] = {
    Reason.PHONE: lazy_gettext("same number"),
    Reason.ADDRESS: lazy_gettext("address in the text"),
    Reason.DOMAIN: lazy_gettext("same mail domain"),
    Reason.NAME: lazy_gettext("same name"),
    Reason.RANG: lazy_gettext("rang from this number"),
    Reason.SIGNED: lazy_gettext("company named in the text"),
}
LANGUAGE_NAMES = {"en": "English", "ru": "Русский"}


def known_as(name: str) -> str:
    """The name of a company or person as the reader calls it: the desk's own ones in his language."""
    return str(OWN_NAMES[name]) if name in OWN_NAMES else name
