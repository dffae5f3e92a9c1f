"""Who else gets what we answer on a ticket, and who was proposed for it."""

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.clients.rules import address
from helpdesk.db import db
from helpdesk.tickets.watch_models import TicketWatcher
from helpdesk.tickets.watch_rules import WatchState


def watching(ticket_id: int) -> frozenset[str]:
    """The addresses that watch it, lower-case."""
    query = select(TicketWatcher.email).where(
        TicketWatcher.ticket_id == ticket_id, TicketWatcher.state == WatchState.WATCHING
    )
    return frozenset(db.session.scalars(query))


def proposed(ticket_id: int) -> Sequence[TicketWatcher]:
    """Whom a mail named in Cc, and nobody has decided about yet; the oldest first."""
    query = select(TicketWatcher).where(
        TicketWatcher.ticket_id == ticket_id, TicketWatcher.state == WatchState.PROPOSED
    )
    return db.session.scalars(query.order_by(TicketWatcher.id)).all()


def known_on(ticket_id: int, emails: Sequence[str]) -> dict[str, TicketWatcher]:
    """What was decided or proposed about these addresses already, by address."""
    query = select(TicketWatcher).where(
        TicketWatcher.ticket_id == ticket_id, TicketWatcher.email.in_([address(one) for one in emails])
    )
    return {row.email: row for row in db.session.scalars(query)}
