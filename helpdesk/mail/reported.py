"""Which of our mails a report is about, and whether it proves that its writer held that mail."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select

from helpdesk.clients.return_models import AddressReturn
from helpdesk.db import db
from helpdesk.mail.models import MailReference
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.settling import recipients_of
from helpdesk.mail.tokens import Token, read_message_id, read_token
from helpdesk.mail.verp import outbox_id_of
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.signing import keys

RECENT = timedelta(days=7)
SENT = frozenset({DeliveryState.ACCEPTED, DeliveryState.DELAYED, DeliveryState.UNCERTAIN})


def proved_mail(parsed: ParsedMail) -> Outbox | None:
    """The mail whose signed return path or signed address it came to, or whose own id, which we signed and
    nobody can guess, stands in it.
    """
    return _by_address(parsed) or _by_id(parsed.reported_ids) or _by_signed_id(parsed)


def likely_mail(parsed: ParsedMail, *, now: datetime) -> Outbox | None:
    """The mail that the report seems to mean, though nothing proves it: the id that a relay gave it stands
    there, or an address that we wrote to lately.
    """
    renamed = _renamed(parsed.reported_ids)
    return next((renamed[one] for one in parsed.reported_ids if one in renamed), _by_recipient(parsed, now))


def has_hint(recipient_id: int) -> bool:
    """Whether something was said of this recipient before that still counts."""
    said = (AddressReturn.outbox_recipient_id == recipient_id, AddressReturn.cleared_at.is_(None))
    return bool(db.session.scalar(select(exists().where(*said))))


def _by_address(parsed: ParsedMail) -> Outbox | None:
    addresses = (*(one.email for one in parsed.to), *parsed.delivered_to)
    outbox_id = outbox_id_of(addresses, keys())
    if outbox_id is not None:
        return db.session.get(Outbox, outbox_id)
    token = next((mark for mark in (read_token(one, keys()) for one in addresses) if mark), None)
    return _about(token, parsed) if token else None


def _by_id(ids: Sequence[str]) -> Outbox | None:
    """The first mail that is named: earlier ones of the conversation may stand behind it. Where a relay gave
    it an id that we did not sign, one that we did must stand there too, of the same ticket.
    """
    own = {sent.rfc_message_id: sent for sent in _own(ids)}
    known = _renamed(ids) | own
    named = next((known[one] for one in ids if one in known), None)
    if named is None or named.rfc_message_id in own:
        return named
    signed = {one.ticket_id for one in own.values()} | {one.ticket_id for one in _signed(ids)}
    return named if named.ticket_id in signed else None


def _own(ids: Sequence[str]) -> Sequence[Outbox]:
    return db.session.scalars(select(Outbox).where(Outbox.rfc_message_id.in_(ids))).all() if ids else ()


def _signed(ids: Sequence[str]) -> list[Token]:
    marks = (read_message_id(one, keys()) for one in ids)
    return [mark for mark in marks if mark]


def _by_signed_id(parsed: ParsedMail) -> Outbox | None:
    """By an id that we signed, however mangled."""
    token = next(iter(_signed(parsed.reported_ids)), None)
    return _about(token, parsed) if token else None


def _renamed(ids: Sequence[str]) -> dict[str, Outbox]:
    """Mails by the ids that relays gave them."""
    if not ids:
        return {}
    found = db.session.execute(
        select(MailReference.rfc_message_id, Outbox)
        .join(Outbox, Outbox.message_id == MailReference.message_id)
        .where(MailReference.rfc_message_id.in_(ids), MailReference.ours, Outbox.kind == OutboxKind.REPLY)
        .order_by(Outbox.id)
    )
    return dict(found.all())


def _about(token: Token, parsed: ParsedMail) -> Outbox | None:
    """Several mails may be about one message: the one that the report names, else the one to whom it names,
    else what a person wrote.
    """
    about = select(Outbox).where(Outbox.ticket_id == token.ticket_id, Outbox.message_id == token.message_id)
    mails = db.session.scalars(about.order_by(Outbox.id.desc())).all()
    named = {bounce.recipient.lower() for bounce in parsed.bounces}
    ranked = sorted(
        mails,
        key=lambda mail: (
            mail.rfc_message_id not in parsed.reported_ids,
            not named & {one.email for one in recipients_of(mail)},
            mail.kind is not OutboxKind.REPLY,
        ),
    )
    return ranked[0] if ranked else None


def _by_recipient(parsed: ParsedMail, now: datetime) -> Outbox | None:
    emails = [bounce.recipient.lower() for bounce in parsed.bounces if bounce.recipient]
    if not emails:
        return None
    statement = (
        select(Outbox)
        .join(OutboxRecipient, OutboxRecipient.outbox_id == Outbox.id)
        .where(OutboxRecipient.email.in_(emails), OutboxRecipient.state.in_(SENT))
        .where(OutboxRecipient.changed_at > now - RECENT)
        .where(or_(OutboxRecipient.state != DeliveryState.DELAYED, Outbox.finished_at.isnot(None)))
        .order_by(Outbox.id.desc())
        .limit(1)
    )
    return db.session.scalar(statement)
