"""Doors to the settings: one file a section."""

from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.views import (
    calendars,
    canned_answers,
    catalogue,
    changes,
    firm,
    in_force,
    mail_texts,
    mailboxes,
    overview,
    rules,
)

__all__ = [
    "blueprint",
    "calendars",
    "canned_answers",
    "catalogue",
    "changes",
    "firm",
    "in_force",
    "mail_texts",
    "mailboxes",
    "overview",
    "rules",
]
