"""Doors of reports: the dashboard, and the deadlines that were missed."""

from helpdesk.reports.views import breaches, dashboard
from helpdesk.reports.views.blueprint import blueprint

__all__ = ["blueprint", "breaches", "dashboard"]
