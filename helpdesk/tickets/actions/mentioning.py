"""Naming a colleague in a note: he is told, and reads along from then on."""

from datetime import datetime

from helpdesk.events import EventRow, publish
from helpdesk.tickets.actions.ledger import stamp
from helpdesk.tickets.actions.participation import add_participant
from helpdesk.tickets.events import PersonMentioned
from helpdesk.tickets.models import Message, Ticket


def mention(
    ticket: Ticket, note: Message, person_id: int, *, widens: bool, by: int, now: datetime
) -> EventRow:
    """Let the person know of the note and take part; `widens`: he could not see the ticket until now."""
    add_participant(ticket, person_id, "mentioned", now=now)
    return publish(
        PersonMentioned(**stamp(ticket, by, now), note_id=note.id, person_id=person_id, widens=widens)
    )
