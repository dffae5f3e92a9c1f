"""Doors to the settings: one file a section."""

from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.views import catalogue, changes, firm, in_force, mailboxes, overview, rules

__all__ = ["blueprint", "catalogue", "changes", "firm", "in_force", "mailboxes", "overview", "rules"]
