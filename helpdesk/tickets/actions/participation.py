"""Who may read along although his team does not hold the ticket."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from helpdesk.db import db
from helpdesk.events import EventRow, publish
from helpdesk.tickets.actions.ledger import stamp
from helpdesk.tickets.events import CallJoined
from helpdesk.tickets.models import Participant, Ticket


def add_participant(ticket: Ticket, person_id: int | None, because: str, *, now: datetime) -> None:
    """Let the person read along, again if it had ended; None adds nobody. Part of a verb, so without an
    event.
    """
    if person_id is None:
        return
    row = {"ticket_id": ticket.id, "person_id": person_id, "because": because, "since": now}
    statement = insert(Participant).values(row)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Participant.ticket_id, Participant.person_id], set_={"until": None}
        )
    )


def join_call(ticket: Ticket, call_id: int, *, by: int, now: datetime) -> EventRow:
    """A call was about this ticket: whoever took it takes part from now on.

    A person has spoken to the client, so nobody waits for an answer any more, the first one included.
    """
    add_participant(ticket, by, "call", now=now)
    ticket.first_answered_at, ticket.unanswered_since = ticket.first_answered_at or now, None
    return publish(CallJoined(**stamp(ticket, by, now), call_id=call_id))
