"""Doors of tickets: lists, the page of one ticket, every verb, what one writes, files and search."""

from helpdesk.tickets.views import (
    breaches,
    bulk,
    client,
    clocks,
    drafts,
    files,
    instructions,
    links,
    lists,
    lowering,
    mentions,
    merging,
    news,
    page,
    saved,
    search,
    senders,
    sidebar,
    suggesting,
    uploads,
    verbs,
    withdrawal,
)
from helpdesk.tickets.views.blueprint import blueprint

sidebar.install()

__all__ = [
    "blueprint",
    "breaches",
    "bulk",
    "client",
    "clocks",
    "drafts",
    "files",
    "instructions",
    "links",
    "lists",
    "lowering",
    "mentions",
    "merging",
    "news",
    "page",
    "saved",
    "search",
    "senders",
    "suggesting",
    "uploads",
    "verbs",
    "withdrawal",
]
