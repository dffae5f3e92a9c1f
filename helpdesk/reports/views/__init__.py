"""Doors of reports: the dashboard, the deadlines that were missed, the priorities that were changed."""

from helpdesk.reports.views import breaches, dashboard, priorities
from helpdesk.reports.views.blueprint import blueprint

__all__ = ["blueprint", "breaches", "dashboard", "priorities"]
