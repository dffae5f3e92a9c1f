"""What the routes about strangers' words act on: a message of nobody there, a mail to two mailboxes."""

from dataclasses import replace

from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.tickets import actions
from helpdesk.tickets.models import Message, Ticket
from tests.conftest import NOON
from tests.factories import a_client_message, a_mailbox
from tests.permissions.placed import Maker, Placed


def strayed(make: Maker) -> Maker:
    """The ticket with a message of somebody who is not on it, which also came to another mailbox."""

    def with_stray(relation: str, person: Person | None) -> Placed:
        placed = make(relation, person)
        ticket = db.session.get(Ticket, placed.url["number"])
        if ticket is None:
            return Placed({**placed.url, "message_id": 1, "mail_id": 1}, placed.values)
        message = _stray(ticket)
        return Placed(
            {**placed.url, "message_id": message.id, "mail_id": _copy(ticket, message).id}, placed.values
        )

    return with_stray


def _stray(ticket: Ticket) -> Message:
    contact, now = db.session.get_one(Contact, ticket.contact_id), max(NOON, ticket.last_event_at)
    words = replace(
        a_client_message(contact, "Words"), is_unverified=True, written_from="eve@elsewhere.example"
    )
    return actions.add_client_message(ticket, words, by=contact.person_id, now=now)


def _copy(ticket: Ticket, message: Message) -> InboundMail:
    ticket.mailbox_id = _mailbox("support@fernhill.example").id
    kept = _mail(ticket.mailbox_id)
    message.inbound_mail_id = kept.id
    copy = _mail(_mailbox("sales@fernhill.example").id)
    copy.copy_of_id, copy.state = kept.id, InboundState.IGNORED
    db.session.flush()
    return copy


def _mailbox(address: str) -> Mailbox:
    return db.session.scalar(select(Mailbox).where(Mailbox.address == address)) or a_mailbox(address)


def _mail(mailbox_id: int) -> InboundMail:
    row = InboundMail(
        mailbox_id=mailbox_id, raw=b"x", size=1, sha256="0" * 64, received_at=NOON, next_try_at=NOON
    )
    db.session.add(row)
    db.session.flush()
    return row
