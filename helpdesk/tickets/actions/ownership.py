"""Who answers for a ticket towards the client, when that is given to somebody else."""

from datetime import datetime

from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets.actions.holders import is_member
from helpdesk.tickets.actions.ledger import raise_version, stamp
from helpdesk.tickets.actions.participation import add_participant
from helpdesk.tickets.events import OwnerChanged
from helpdesk.tickets.models import Ticket


def change_owner(ticket: Ticket, person_id: int | None, *, by: int, now: datetime) -> EventRow | None:
    """Let somebody of the team that answers towards the client do so; with None the team as a whole.

    Who answered before may read along. Nothing happens when it is that person already.
    """
    if ticket.owner_id == person_id:
        return None
    if person_id is not None and not is_member(person_id, ticket.owner_team_id):
        raise RuleViolation("Only somebody of the team that answers the client can do that.")
    previous = ticket.owner_id
    ticket.owner_id = person_id
    add_participant(ticket, previous, "former_holder", now=now)
    raise_version(ticket)
    db.session.flush()
    event = OwnerChanged(**stamp(ticket, by, now), person_id=person_id, previous_id=previous)
    return publish(event)
