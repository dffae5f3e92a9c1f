"""The roles of the guide and the checks of the desk in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

ROLES: Mapping[str, tuple[Any, Any]] = {
    "operator": (
        lazy_gettext("Operator"),
        lazy_gettext("Line 1: calls, mail, solving by instruction, handing up."),
    ),
    "engineer": (
        lazy_gettext("Engineer"),
        lazy_gettext("Lines 2 and 3: what comes up, consulting, returning, waiting."),
    ),
    "lead": (lazy_gettext("Lead"), lazy_gettext("A team: its list, its people, its ready texts.")),
    "manager": (lazy_gettext("Manager"), lazy_gettext("Figures, deadlines and what to make of them.")),
    "administrator": (
        lazy_gettext("Administrator"),
        lazy_gettext("Setting up, people, mail, rules, policies, backup."),
    ),
}
CHECKS: Mapping[str, Any] = {
    "database": lazy_gettext("Database"),
    "migrations": lazy_gettext("Shape of the database"),
    "worker": lazy_gettext("Worker"),
    "jobs": lazy_gettext("Its jobs"),
    "outgoing_mail": lazy_gettext("Outgoing mail"),
    "mailboxes": lazy_gettext("Mailboxes"),
}
