"""Where an answer to the client goes."""

from sqlalchemy import ColumnElement, func, select

from helpdesk.clients.models import ContactAddress
from helpdesk.db import db
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import MessageKind

WRITTEN_FROM = "from"  # in a client's message, beside "to" and "cc"
ANSWER_TO = "reply_to"  # there as well: the addresses at which he wants his answer instead


def client_address(ticket: Ticket) -> str | None:
    """The address that the contact last wrote from on this ticket, else his first; bounced ones come last.

    None when the contact has no address at all.
    """
    statement = (
        select(ContactAddress.email)
        .where(ContactAddress.contact_id == ticket.contact_id)
        .order_by(
            ContactAddress.undeliverable_at.isnot(None),
            func.coalesce(ContactAddress.email == _last_written_from(ticket), False).desc(),
            ContactAddress.id,
        )
        .limit(1)
    )
    return db.session.scalar(statement)


def _last_written_from(ticket: Ticket) -> ColumnElement[str]:
    sender = Message.recipients[WRITTEN_FROM].astext
    return (
        select(sender)
        .where(Message.ticket_id == ticket.id, Message.kind == MessageKind.CLIENT, sender.isnot(None))
        .order_by(Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )
