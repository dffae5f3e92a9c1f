"""Doors to the settings: one file a section."""

from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.views import (
    calendars,
    canned_answers,
    catalogue,
    changes,
    firm,
    in_force,
    leaving,
    mail_texts,
    mailboxes,
    overview,
    people,
    rules,
    teams,
)

__all__ = [
    "blueprint",
    "calendars",
    "canned_answers",
    "catalogue",
    "changes",
    "firm",
    "in_force",
    "leaving",
    "mail_texts",
    "mailboxes",
    "overview",
    "people",
    "rules",
    "teams",
]
