"""Who is told when a colleague was named in a note: he himself, and the lead when that opens the ticket."""

from sqlalchemy import delete, select

from helpdesk.accounts import seats
from helpdesk.accounts.models import TeamRole
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.models import Notice
from helpdesk.tickets.events import NoteAdded, PersonMentioned
from helpdesk.tickets.models import Ticket

ACCESS_WIDENED = "ticket.access_widened"


def tell_mentioned(event: PersonMentioned, row: EventRow) -> None:
    """Say to the person that he was named; that there is a note at all needs no second notice then."""
    notes = select(EventRow.id).where(
        EventRow.ticket_id == event.ticket_id,
        EventRow.kind == NoteAdded.kind,
        EventRow.payload["message_id"].as_integer() == event.note_id,
    )
    same = delete(Notice).where(Notice.person_id == event.person_id, Notice.event_id.in_(notes))
    db.session.execute(same.execution_options(synchronize_session=False))
    tell((event.person_id,), _news(event, row, event.kind), but=event.actor_id)


def tell_leads_of_access(event: PersonMentioned, row: EventRow) -> None:
    """Let the leads of the holding team know that one person more reads the ticket."""
    if not event.widens:
        return
    ticket = db.session.get_one(Ticket, event.ticket_id)
    leads = seats.person_ids(ticket.team_id, role=TeamRole.LEAD)
    tell(leads, _news(event, row, ACCESS_WIDENED), but=event.actor_id)


def _news(event: PersonMentioned, row: EventRow, kind: str) -> News:
    about = {"message_id": event.note_id, "person_id": event.person_id}
    return News(kind=kind, ticket_id=event.ticket_id, event_id=row.id, at=event.at, payload=about)
