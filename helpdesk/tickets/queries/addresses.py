"""Where an answer to the client goes."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, func, select

from helpdesk.clients.models import Contact, ContactAddress
from helpdesk.clients.queries import emails_of
from helpdesk.clients.reach import closed
from helpdesk.db import db
from helpdesk.tickets.addressed import Addressed
from helpdesk.tickets.evidence import UNPROVED
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries.watching import watching
from helpdesk.tickets.rules import Channel, MessageKind

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


def answer_address(ticket: Ticket) -> str | None:
    """Where a person's answer goes: where his last mail asks for it, else as client_address says.

    What the desk writes by itself never goes where a mail asks for it: anybody could point it at anybody.
    """
    return _wished(ticket) or client_address(ticket)


def addressed_now(ticket: Ticket, others: Iterable[str]) -> Addressed:
    """To whom an answer would go at this moment; also whether mail to these others comes back."""
    to = answer_address(ticket) or ""
    watchers = watching(ticket.id) - {to.lower(), *emails_of([ticket.contact_id])}
    shut = frozenset(closed([to, *others, *watchers], by_machine=False))
    return Addressed(
        contact_id=ticket.contact_id,
        to="" if to.lower() in shut else to,
        watching=watchers,
        shut=shut,
    )


def _wished(ticket: Ticket) -> str | None:
    """The Reply-To of his last mail, if it named another address; of one that is not proved false."""
    requester = select(Contact.person_id).where(Contact.id == ticket.contact_id).scalar_subquery()
    recipients = db.session.scalar(
        select(Message.recipients)
        .where(
            Message.ticket_id == ticket.id,
            Message.kind == MessageKind.CLIENT,
            Message.channel == Channel.MAIL,
            Message.author_id == requester,
            ~Message.evidence.contains([UNPROVED]),
            Message.is_machine.is_(False),
            Message.is_unverified.is_(False),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return next(iter((recipients or {}).get(ANSWER_TO, [])), None)


def _last_written_from(ticket: Ticket) -> ColumnElement[str]:
    sender = Message.recipients[WRITTEN_FROM].astext
    return (
        select(sender)
        .where(Message.ticket_id == ticket.id, Message.kind == MessageKind.CLIENT, sender.isnot(None))
        .order_by(Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )
