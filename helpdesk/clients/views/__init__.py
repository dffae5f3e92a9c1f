"""Doors of clients: their lists, the cards of a company and of a contact, and every change made on them."""

from helpdesk.clients.views import companies, company, contact, correcting, making, opening, options, uniting
from helpdesk.clients.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "companies",
    "company",
    "contact",
    "correcting",
    "making",
    "opening",
    "options",
    "uniting",
]
