"""A question that reached nobody is not waited for: its ticket comes back to whoever works on it."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from helpdesk.accounts.people import system_id
from helpdesk.db import db
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State

LOST = (DeliveryState.BOUNCED, DeliveryState.FAILED)


def take_up_again(outbox_id: int, *, now: datetime) -> None:
    """End the waiting for the client if the last answer to him is this mail, and it reached none of those to
    whom it was written; his clock goes on from now, and what was paused stays paused.
    """
    ticket = db.session.scalar(_waiting_in_vain(outbox_id))
    if ticket is None:
        return
    tickets.lock(ticket)
    if db.session.scalar(_waiting_in_vain(outbox_id)) is not None:
        tickets.resume(ticket, by=system_id(), now=max(now, ticket.last_event_at), in_vain=True)


def _waiting_in_vain(outbox_id: int) -> Select[Ticket]:
    later = aliased(Outbox)
    newer = select(later.id).where(
        later.ticket_id == Outbox.ticket_id, later.kind == OutboxKind.REPLY, later.id > Outbox.id
    )
    is_it = (Outbox.id == outbox_id, Outbox.kind == OutboxKind.REPLY, Outbox.finished_at.is_not(None))
    waiting = select(Ticket).join(Outbox, Outbox.ticket_id == Ticket.id)
    return waiting.where(
        *is_it,
        Ticket.state == State.WAITING_CLIENT,
        ~newer.exists(),
        ~_addressed(OutboxRecipient.state.not_in(LOST)),
    )


def _addressed(state: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether somebody to whom it was written, not only copied, is in that state."""
    mine = (OutboxRecipient.outbox_id == Outbox.id, OutboxRecipient.field == "to")
    return select(OutboxRecipient.id).where(*mine, state).exists()
