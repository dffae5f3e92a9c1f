"""Who is told when a waiting ended by itself: whoever holds the ticket, with how long it was in vain."""

from helpdesk.accounts import seats
from helpdesk.accounts.models import TeamRole
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.rules import WOKEN
from helpdesk.tickets.events import StateChanged
from helpdesk.tickets.models import Ticket


def tell_woken(event: StateChanged, row: EventRow) -> None:
    """Say it to the assignee, else to the owner, else to the leads of the team; only when its date came."""
    if not event.by_date:
        return
    ticket = db.session.get_one(Ticket, event.ticket_id)
    holder = ticket.assignee_id or ticket.owner_id
    people = (holder,) if holder else seats.person_ids(ticket.team_id, role=TeamRole.LEAD)
    since = event.since.isoformat() if event.since else None
    about = {"state": event.old.value, "since": since}
    at = row.recorded_at
    tell(people, News(kind=WOKEN, ticket_id=ticket.id, event_id=row.id, at=at, payload=about))
