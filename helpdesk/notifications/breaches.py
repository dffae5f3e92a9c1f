"""Who hears that the desk could not do what a policy wanted."""

from helpdesk.accounts import seats
from helpdesk.accounts.models import TeamRole
from helpdesk.db import db
from helpdesk.events import EventRow, TicketEvent
from helpdesk.notifications.actions import News, tell
from helpdesk.tickets.models import Ticket

SAID = ("metric", "percent", "line", "act")


def tell_refused(event: TicketEvent, row: EventRow) -> None:
    """Say to the leads of the holding team, without any to all of it, that now a person has to act."""
    ticket = db.session.get_one(Ticket, event.ticket_id)
    people = seats.person_ids(ticket.team_id, role=TeamRole.LEAD) or seats.person_ids(ticket.team_id)
    said = {name: row.payload.get(name) for name in SAID}
    tell(people, News(kind=event.kind, ticket_id=ticket.id, event_id=row.id, at=event.at, payload=said))
