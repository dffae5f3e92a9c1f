"""Doors of a person's notices: the list, the panel under the bell, and what one wishes to hear."""

from helpdesk.notifications.views import notices, wishes
from helpdesk.notifications.views.blueprint import blueprint

__all__ = ["blueprint", "notices", "wishes"]
