"""Where somebody has something unsent: for the mark in lists, and for tidying."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, select

from helpdesk.db import db
from helpdesk.tickets.draft_models import Draft
from helpdesk.tickets.models import Ticket


def drafts_of(person_id: int, ticket_ids: Collection[int]) -> set[int]:
    """Those of the tickets on which the person has an unsent text."""
    own = select(Draft.ticket_id).where(Draft.person_id == person_id, Draft.ticket_id.in_(ticket_ids))
    return set(db.session.scalars(own)) if ticket_ids else set()


def has_draft(person_id: int) -> ColumnElement[bool]:
    """The same as a column beside a ticket, so that a list needs no statement more."""
    return (
        select(Draft.id)
        .where(Draft.person_id == person_id, Draft.ticket_id == Ticket.id)
        .correlate(Ticket)
        .exists()
    )
