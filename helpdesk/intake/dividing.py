"""A message that goes on as a ticket of its own: split off, or opened once more for another mailbox."""

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import undefer

from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.intake.incoming import Body, Incoming, Sender, Wishes
from helpdesk.intake.opening import open_new
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.evidence import UNPROVED, is_unproved
from helpdesk.tickets.joined import APART
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.queries.addresses import WRITTEN_FROM
from helpdesk.tickets.rules import LinkKind


def split_off(ticket: Ticket, message: Message, *, by: int, now: datetime) -> Ticket:
    """What somebody wrote who is not on the ticket becomes his own; here it stays, and says where it went.

    The ticket is locked. Raises RuleViolation when somebody has decided about the message already.
    """
    tickets.check_stray(ticket, message)
    contact = _author(message) or db.session.get_one(Contact, ticket.contact_id)
    other = open_beside(ticket, message, contact, Wishes(mailbox_id=ticket.mailbox_id), by=by, now=now)
    tickets.note_split(ticket, message, other, by=by, now=now)
    return other


def open_beside(
    ticket: Ticket, message: Message, contact: Contact, wishes: Wishes, *, by: int, now: datetime
) -> Ticket:
    """A new ticket with the same words and files, linked with the one where they stand."""
    incoming = Incoming(
        channel=message.channel,
        sender=Sender(email=str(message.recipients.get(WRITTEN_FROM) or "")),
        subject=_without_number(message.subject, ticket) or ticket.subject,
        body=Body(text=message.text, reply_until=message.reply_until),
        received_at=now,
        wishes=replace(wishes, contact_id=contact.id),
        is_machine=message.is_machine,
    )
    other = open_new(incoming, contact, _same_words(ticket, message), None, by=by, now=now)
    tickets.tie(other, ticket, LinkKind.RELATES, by=by, now=now)
    return other


def _without_number(subject: str, ticket: Ticket) -> str:
    """The subject without the tag of the ticket where it stands, by whatever letters it was known."""
    return re.sub(rf"\s*\[[a-z0-9]{{1,8}}#{ticket.id}\]\s*", " ", subject, flags=re.IGNORECASE).strip()


def _same_words(ticket: Ticket, message: Message) -> tickets.ClientMessage:
    files = db.session.scalars(
        select(Attachment).where(Attachment.message_id == message.id).order_by(Attachment.id)
    )
    whole = select(Message).where(Message.id == message.id).options(undefer(Message.html))
    said = db.session.scalars(whole.execution_options(populate_existing=True)).one()
    return tickets.ClientMessage(
        author_id=said.author_id,
        channel=said.channel,
        subject=said.subject,
        text=said.text,
        html=said.html,
        reply_until=said.reply_until,
        to=tuple(said.recipients.get("to", ())),
        cc=tuple(said.recipients.get("cc", ())),
        written_from=said.recipients.get(WRITTEN_FROM),
        is_machine=said.is_machine,
        evidence=(f"{APART}{ticket.id}", *((UNPROVED,) if is_unproved(said.evidence) else ())),
        inbound_mail_id=said.inbound_mail_id,
        files=tuple(_file(one) for one in files),
    )


def _author(message: Message) -> Contact | None:
    """The contact who wrote it, one of a person's if he has several."""
    found = select(Contact).where(Contact.person_id == message.author_id, Contact.retired_at.is_(None))
    return db.session.scalars(found.order_by(Contact.id).limit(1)).first()


def _file(one: Attachment) -> tickets.NewFile:
    return tickets.NewFile(
        sha256=one.sha256,
        name=one.name,
        content_type=one.content_type,
        size=one.size,
        content_id=one.content_id,
        inline=one.inline,
    )
