"""Doors of tickets: lists, the page of one ticket, every verb, files and search."""

from helpdesk.tickets.views import files, lists, page, search, sidebar, verbs, withdrawal
from helpdesk.tickets.views.blueprint import blueprint

sidebar.install()

__all__ = ["blueprint", "files", "lists", "page", "search", "verbs", "withdrawal"]
