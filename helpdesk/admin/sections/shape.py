"""What an entry of the settings is made of: its group, its place, and the words of its history."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, url_for
from flask_babel import lazy_gettext

from helpdesk.accounts.permissions import Permission

GROUPS: Mapping[str, Any] = {
    "service": lazy_gettext("Service"),
    "desk": lazy_gettext("Desk"),
    "channels": lazy_gettext("Channels"),
    "people": lazy_gettext("People"),
    "system": lazy_gettext("This installation"),
}


@dataclass(frozen=True)
class Kind:
    """A kind of thing that has a history: its name, its fields in words, and the route that shows one.

    `endpoint` takes the thing's id as `argument`; without an argument it stands for the only one there is.
    `say` puts one value of a field into words where the history keeps a code; `forms` names for each field of
    HTML the field of its words, for people read the two as one.
    """

    name: Any
    fields: Mapping[str, Any]
    endpoint: str
    argument: str | None = None
    say: Callable[[str, Any], Any] | None = None
    forms: Mapping[str, str] = field(default_factory=dict)

    def url(self, thing_id: int) -> str | None:
        """Where the thing is shown; None where this desk has no such place."""
        if self.endpoint not in current_app.view_functions:
            return None
        values: dict[str, Any] = {self.argument: thing_id} if self.argument else {}
        return url_for(self.endpoint, **values)


@dataclass(frozen=True)
class Section:
    """One entry of the settings' navigation; `says` is one sentence on what it is for, searched as well."""

    code: str
    group: str
    endpoint: str
    name: Any
    says: Any
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    permission: Permission = Permission.SETTINGS_READ
