"""The table of settings screens: where each stands, what it is for, and what its fields are called."""

from collections.abc import Mapping
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
    """

    name: Any
    fields: Mapping[str, Any]
    endpoint: str
    argument: str | None = None

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


SECTIONS: tuple[Section, ...] = (
    Section(
        "firm",
        "system",
        "admin.firm",
        lazy_gettext("Firm"),
        lazy_gettext("Name, language, time zone and country of the firm, and the mark in mail subjects."),
        {
            "firm": Kind(
                lazy_gettext("Firm"),
                {
                    "name": lazy_gettext("Name"),
                    "ticket_prefix": lazy_gettext("Mark in mail subjects"),
                    "language": lazy_gettext("Language"),
                    "zone": lazy_gettext("Time zone"),
                    "country": lazy_gettext("Country"),
                },
                "admin.firm",
            )
        },
    ),
    Section(
        "changes",
        "system",
        "admin.changes",
        lazy_gettext("History"),
        lazy_gettext("Who changed which setting, when, and what it was before."),
    ),
    Section(
        "in_force",
        "system",
        "admin.in_force",
        lazy_gettext("All in force"),
        lazy_gettext("Mailboxes, teams, rules, policies and calendars on one page, to read or to print."),
    ),
)


def kinds() -> dict[str, Kind]:
    """Every kind of thing that has a history, by its code."""
    return {code: kind for section in SECTIONS for code, kind in section.kinds.items()}
