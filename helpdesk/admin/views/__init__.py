"""Doors to the settings: one file a section."""

from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.views import changes, firm, in_force, overview

__all__ = ["blueprint", "changes", "firm", "in_force", "overview"]
