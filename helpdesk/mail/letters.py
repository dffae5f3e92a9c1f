"""A row of the outbox as a whole mail: sender, threading headers, words and files."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from helpdesk import blobs
from helpdesk.accounts import tokens
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.mail.compose import Kind, Outgoing, OutgoingFile, chain
from helpdesk.mail.headers import Address
from helpdesk.mail.models import Mailbox, MailReference
from helpdesk.mail.tokens import make_marker, newest, reply_address
from helpdesk.notifications.account_letters import LINK
from helpdesk.notifications.models import Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.signing import instance_id, keys
from helpdesk.tickets.models import Attachment, Message
from helpdesk.tickets.queries.addresses import WRITTEN_FROM
from helpdesk.tickets.rules import MessageKind, Visibility


def outgoing_of(mail: Outbox, mailbox: Mailbox, *, now: datetime) -> Outgoing:
    """The mail as it will be sent; its place in the thread is fixed at the first attempt."""
    if mail.attempts <= 1:
        _fix_thread(mail)
    recipients = db.session.scalars(
        select(OutboxRecipient).where(OutboxRecipient.outbox_id == mail.id).order_by(OutboxRecipient.id)
    ).all()
    has_token = bool(mailbox.plus_addressing and mail.reply_token)
    return Outgoing(
        from_name=mailbox.name,
        from_email=mailbox.address,
        to=tuple(Address(one.name, one.email) for one in recipients if one.field == "to"),
        cc=tuple(Address(one.name, one.email) for one in recipients if one.field == "cc"),
        subject=mail.subject,
        text=_text(mail, has_token=has_token, now=now),
        message_id=mail.rfc_message_id,
        sent_at=now,
        instance_id=instance_id(),
        kind=Kind(mail.kind.value),
        reply_to=reply_address(mailbox.address, mail.reply_token or "") if has_token else "",
        in_reply_to=mail.in_reply_to or "",
        references=tuple(mail.references),
        files=_files(mail),
    )


def _text(mail: Outbox, *, has_token: bool, now: datetime) -> str:
    """The words with what is known only while sending: the mark of the thread, or the link of an account."""
    if mail.account_token_id is not None:
        link = settings().base_url + tokens.path_to_send(mail.account_token_id, now=now)
        return mail.body.replace(LINK, link)
    return mail.body if has_token or mail.ticket_id is None else f"{mail.body}\n{_marker(mail)}\n"


def _fix_thread(mail: Outbox) -> None:
    """In-Reply-To is the last mail before this one of whom it goes to; References the chain that led to it.

    What was said with third parties never shows up in the client's mail, nor his in theirs.
    """
    known = db.session.scalars(
        select(MailReference)
        .outerjoin(Message, Message.id == MailReference.message_id)
        .where(MailReference.ticket_id == mail.ticket_id, MailReference.created_at <= mail.created_at)
        .where(MailReference.rfc_message_id != mail.rfc_message_id, _same_talk(mail))
        .order_by(MailReference.created_at, MailReference.message_id, MailReference.ours)
    ).all()
    if not known:
        return
    parent = next((one for one in reversed(known) if not one.ours), known[-1])
    before = tuple(one.rfc_message_id for one in known[: known.index(parent)])
    mail.in_reply_to = parent.rfc_message_id
    mail.references = list(chain(before, parent.rfc_message_id))


def _same_talk(mail: Outbox) -> ColumnElement[bool]:
    """The references that belong to the talk with the same side: the client's, or that one third party's."""
    about = db.session.get(Message, mail.message_id) if mail.message_id else None
    if about is None or about.kind is not MessageKind.FORWARD:
        return or_(Message.id.is_(None), Message.visibility == Visibility.PUBLIC)
    to = about.recipients["to"]
    return or_(
        and_(Message.kind == MessageKind.FORWARD, Message.recipients["to"] == to),
        and_(Message.kind == MessageKind.THIRD_PARTY, Message.recipients[WRITTEN_FROM].astext.in_(to)),
    )


def _marker(mail: Outbox) -> str:
    version, key = newest(keys())
    return make_marker(key, mail.ticket_id or 0, mail.message_id or 0, version)


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
    return tuple(OutgoingFile(one.name, one.content_type, _content(one.sha256)) for one in found)


def _content(sha256: str) -> bytes:
    with blobs.open_blob(sha256) as file:
        return file.read()


def remember(mail: Outbox) -> None:
    """Our own id stands for this ticket from now on."""
    known = db.session.get(MailReference, mail.rfc_message_id)
    if mail.ticket_id is None or known is not None:
        return
    db.session.add(
        MailReference(
            rfc_message_id=mail.rfc_message_id,
            ticket_id=mail.ticket_id,
            message_id=mail.message_id,
            ours=True,
            created_at=mail.created_at,
        )
    )
