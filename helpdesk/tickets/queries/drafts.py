"""Where somebody has something unsent, for the mark in lists."""

from sqlalchemy import ColumnElement, select

from helpdesk.tickets.draft_models import Draft
from helpdesk.tickets.models import Ticket


def has_draft(person_id: int) -> ColumnElement[bool]:
    """Whether the person has an unsent text on the ticket: a column, which costs a list no statement."""
    return (
        select(Draft.id)
        .where(Draft.person_id == person_id, Draft.ticket_id == Ticket.id)
        .correlate(Ticket)
        .exists()
    )
