"""Where an outgoing mail stands in its conversation: what it answers, the chain before it, and its marks."""

from sqlalchemy import ColumnElement, and_, or_, select

from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.mail.compose import FORBIDDEN, chain
from helpdesk.mail.models import InboundMail, MailReference
from helpdesk.mail.threading import base_subject, with_subject_tag, without_subject_tag
from helpdesk.mail.tokens import make_marker, make_message_id, newest, without_markers
from helpdesk.notifications.models import Outbox
from helpdesk.notifications.signing import id_domain, keys
from helpdesk.tickets.models import Message
from helpdesk.tickets.queries.addresses import WRITTEN_FROM
from helpdesk.tickets.rules import MessageKind, Visibility

ROOT = "thread"
SUBJECT_LENGTH = 200


def fix_place(mail: Outbox) -> None:
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
    ids = [one.rfc_message_id for one in known]
    theirs = [one.rfc_message_id for one in known if not one.ours] or _began_with(mail)
    if not ids and not theirs:
        return
    parent = (theirs or ids)[-1]
    mail.in_reply_to = parent
    before = tuple(ids[: ids.index(parent)]) if parent in ids else ()
    mail.references = list(chain(before, parent))


def _began_with(mail: Outbox) -> list[str]:
    """The mail that a ticket was split off with: its id stays with the ticket where it came in."""
    if _is_forward(mail):
        return []
    began = (
        select(InboundMail.rfc_message_id)
        .join(Message, Message.inbound_mail_id == InboundMail.id)
        .where(Message.ticket_id == mail.ticket_id, Message.visibility == Visibility.PUBLIC)
        .where(InboundMail.rfc_message_id.is_not(None))
    )
    return [one for one in db.session.scalars(began.order_by(Message.id).limit(1)) if one]


def root_of(mail: Outbox) -> str:
    """The signed id that stands first in References: the same in every mail to the client's side, so that
    nothing forks where a relay writes its own Message-ID; a third party's names the mail that asked him.
    """
    if mail.ticket_id is None:
        return ""
    about = (mail.message_id or 0) if _is_forward(mail) else 0
    version, key = newest(keys())
    return make_message_id(key, mail.ticket_id, about, version, domain=id_domain(), unique=ROOT)


def subject_of(mail: Outbox) -> str:
    """The subject of what it answers, with our tag, even if the ticket is called otherwise by now: programs
    that file by subject would part the conversation. A subject that only says the number stays so.
    """
    if not topic(mail.subject, mail):
        return mail.subject
    parent = db.session.get(MailReference, mail.in_reply_to) if mail.in_reply_to else None
    about = db.session.get(Message, parent.message_id) if parent and parent.message_id else None
    if parent is None or parent.ours or about is None or parent.ticket_id != mail.ticket_id:
        return mail.subject
    theirs = topic(about.subject, mail)[:SUBJECT_LENGTH]
    is_same = not theirs or theirs.casefold() == topic(mail.subject, mail).casefold()
    return mail.subject if is_same else with_subject_tag(theirs, settings().ticket_prefix, parent.ticket_id)


def topic_of(mail: Outbox) -> str:
    """The subject as the client wrote it: Outlook files by it, and our tag would part one talk in two."""
    return topic(subject_of(mail), mail)


def topic(subject: str, mail: Outbox) -> str:
    """A subject of the mail's ticket without our tag and without prefixes; "" without a ticket."""
    if mail.ticket_id is None:
        return ""
    plain = base_subject(FORBIDDEN.sub(" ", subject))
    return base_subject(without_subject_tag(plain, settings().ticket_prefix, mail.ticket_id))


def marked(text: str, mail: Outbox) -> str:
    """The words with the mark of this mail at their foot, for programs that keep nothing but the words; marks
    of mails that are quoted go.
    """
    if mail.ticket_id is None:
        return text
    return f"{without_markers(text).rstrip()}\n\n{marker_of(mail)}\n"


def marker_of(mail: Outbox) -> str:
    """The mark itself: signed, for this mail only."""
    version, key = newest(keys())
    return make_marker(key, mail.ticket_id or 0, mail.message_id or 0, version)


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


def _is_forward(mail: Outbox) -> bool:
    about = db.session.get(Message, mail.message_id) if mail.message_id else None
    return about is not None and about.kind is MessageKind.FORWARD
