"""Doors of tickets: lists, the page of one ticket, every verb, files and search."""

from helpdesk.tickets.views import lists, sidebar
from helpdesk.tickets.views.blueprint import blueprint

sidebar.install()

__all__ = ["blueprint", "lists"]
