"""A row of the outbox as a whole mail: sender, threading headers, words and files."""

from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select

from helpdesk import blobs
from helpdesk.accounts.models import Person
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.i18n import gettext
from helpdesk.mail.compose import Kind, Outgoing, OutgoingFile
from helpdesk.mail.dressing import bodies
from helpdesk.mail.headers import Address
from helpdesk.mail.models import Mailbox
from helpdesk.mail.placing import fix_place, root_of, subject_of, topic_of
from helpdesk.mail.tokens import reply_address
from helpdesk.notifications.models import Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.signing import instance_id
from helpdesk.tickets.models import Attachment, Message
from helpdesk.tickets.rules import MessageKind


def outgoing_of(mail: Outbox, mailbox: Mailbox, *, now: datetime) -> Outgoing:
    """The mail as it will be sent; its place in the thread is fixed at the first attempt."""
    if mail.attempts <= 1:
        fix_place(mail)
    recipients = db.session.scalars(
        select(OutboxRecipient).where(OutboxRecipient.outbox_id == mail.id).order_by(OutboxRecipient.id)
    ).all()
    has_token = bool(mailbox.plus_addressing and mail.reply_token)
    words = bodies(mail, now=now)
    return Outgoing(
        from_name=_from_name(mail, mailbox),
        from_email=mailbox.address,
        to=tuple(Address(one.name, one.email) for one in recipients if one.field == "to"),
        cc=tuple(Address(one.name, one.email) for one in recipients if one.field == "cc"),
        subject=subject_of(mail),
        text=words.text,
        html=words.html,
        message_id=mail.rfc_message_id,
        sent_at=now,
        instance_id=instance_id(),
        kind=Kind(mail.kind.value),
        reply_to=reply_address(mailbox.address, mail.reply_token or "") if has_token else "",
        in_reply_to=mail.in_reply_to or "",
        references=tuple(mail.references),
        thread_root=root_of(mail),
        topic=topic_of(mail),
        files=_files(mail),
    )


def _from_name(mail: Outbox, mailbox: Mailbox) -> str:
    """Who the reader sees: the mailbox, or the agent at the firm where the mailbox wants that."""
    about = db.session.get(Message, mail.message_id) if mail.message_id else None
    if not mailbox.names_agent or mail.kind is not OutboxKind.REPLY or about is None:
        return mailbox.name
    agent = db.session.get_one(Person, about.author_id).name
    with force_locale(mail.language):
        return gettext("%(agent)s at %(firm)s", agent=agent, firm=settings().firm_name)


def _files(mail: Outbox) -> tuple[OutgoingFile, ...]:
    """The files of an agent's answer or forward; nothing else is ever attached."""
    if mail.kind is not OutboxKind.REPLY:
        return ()
    found = db.session.scalars(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.id == mail.message_id, Message.kind.in_((MessageKind.REPLY, MessageKind.FORWARD)))
        .order_by(Attachment.id)
    )
    return tuple(
        OutgoingFile(
            name=one.name,
            content_type=one.content_type,
            content=_content(one.sha256),
            content_id=(one.content_id or "") if one.inline else "",
        )
        for one in found
    )


def _content(sha256: str) -> bytes:
    with blobs.open_blob(sha256) as file:
        return file.read()
