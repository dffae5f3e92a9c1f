"""Doors of instructions: reading, writing, and what is offered while somebody types."""

from helpdesk.kb.views import offering, reading, writing
from helpdesk.kb.views.blueprint import blueprint

__all__ = ["blueprint", "offering", "reading", "writing"]
