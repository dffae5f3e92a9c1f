"""Reading tickets: who may see which, lists in the order of time left, one ticket whole, and search."""

from helpdesk.tickets.queries.counts import LineCount, TeamCount, open_counts
from helpdesk.tickets.queries.visibility import relations, ticket_loader, visible_to

__all__ = ["LineCount", "TeamCount", "open_counts", "relations", "ticket_loader", "visible_to"]
