"""A read mail as the value that intake takes: its sender, words, files, and the tickets it points to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.intake import Body, Incoming, IncomingFile, Pointer, Receipt, Sender, Wishes
from helpdesk.mail.mailboxes import bare, mailbox_of, own_addresses
from helpdesk.mail.models import InboundMail, Mailbox, MailReference
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.threading import Evidence, Proof, evidence
from helpdesk.notifications.models import Outbox
from helpdesk.notifications.signing import keys
from helpdesk.tickets.rules import Channel

POINTERS = 60
TOO_COMPLEX = "This message is too complex to be shown. Please open the attached original."
ENCRYPTED = "This message is encrypted. Please open the attached original."


def incoming_of(mail: InboundMail, parsed: ParsedMail, *, now: datetime) -> Incoming:
    """Everything that the message says, as values; nothing of the mail library goes further in."""
    own = own_addresses()
    is_own_address = bare(parsed.from_email) in own
    body = _body(parsed)
    return Incoming(
        channel=Channel.MAIL,
        sender=_sender(parsed, is_own_address=is_own_address),
        subject=parsed.subject,
        body=body,
        received_at=mail.received_at,
        answers=pointers_of(parsed),
        attachments=_files(mail, parsed, body),
        wishes=_wishes(mail, parsed),
        to=tuple(one.email for one in parsed.to if bare(one.email) not in own),
        cc=tuple(one.email for one in parsed.cc if bare(one.email) not in own),
        is_machine=parsed.is_auto or parsed.is_list or is_own_address,
        is_away_note=parsed.is_out_of_office,
        evidence=_signs(mail, parsed),
        inbound_mail_id=mail.id,
    )


def pointers_of(parsed: ParsedMail) -> tuple[Pointer, ...]:
    """Tickets that the mail points to, in the order of trust."""
    found = evidence(parsed, keys(), settings().ticket_prefix)[:POINTERS]
    stored = _stored(tuple(one.message_id for one in found if one.kind is Proof.STORED_MESSAGE_ID))
    pairs = ((one, _place(one, stored)) for one in found)
    return tuple(
        Pointer(
            ticket_id=place.ticket_id, code=one.kind.value, is_signed=one.is_signed, message_id=place.answers
        )
        for one, place in pairs
        if place is not None
    )


@dataclass(frozen=True)
class _Place:
    """A ticket, and the message on it that is answered (None: not known)."""

    ticket_id: int
    answers: int | None = None


def _place(one: Evidence, stored: dict[str, _Place]) -> _Place | None:
    if one.token:
        return _Place(one.token.ticket_id, one.token.message_id or None)
    return _Place(one.number) if one.number else stored.get(one.message_id)


def _stored(message_ids: tuple[str, ...]) -> dict[str, _Place]:
    """Tickets by the ids of mails that came in, or went out, before."""
    if not message_ids:
        return {}
    rows = [
        row
        for table in (Outbox, MailReference)
        for row in db.session.execute(
            select(table.rfc_message_id, table.ticket_id, table.message_id).where(
                table.rfc_message_id.in_(message_ids)
            )
        )
    ]
    return {own_id: _Place(ticket_id, message_id) for own_id, ticket_id, message_id in rows if ticket_id}


def remember_id(message_id: str, receipt: Receipt, *, now: datetime) -> None:
    """From now on an answer to this mail belongs to the same ticket; a reused id stays where it was."""
    row = insert(MailReference).values(
        rfc_message_id=message_id,
        ticket_id=receipt.ticket_id,
        message_id=receipt.message_id,
        ours=False,
        created_at=now,
    )
    db.session.execute(row.on_conflict_do_nothing())


def _sender(parsed: ParsedMail, *, is_own_address: bool) -> Sender:
    """From; a device or form that writes as one of our own mailboxes stands for whom it names in Reply-To."""
    if not is_own_address:
        return Sender(email=parsed.from_email, name=parsed.from_name)
    named = next((one for one in parsed.reply_to if bare(one.email) not in own_addresses()), None)
    return Sender(email=named.email, name=named.name) if named else Sender(name=parsed.from_name)


def _body(parsed: ParsedMail) -> Body:
    if parsed.is_too_complex:
        return Body(text=TOO_COMPLEX)
    if parsed.is_encrypted and not parsed.text.strip():
        return Body(text=ENCRYPTED)
    until = parsed.reply_until
    is_folded = 0 < until < len(parsed.text)
    return Body(text=parsed.text, html=parsed.html or None, reply_until=until if is_folded else None)


def _files(mail: InboundMail, parsed: ParsedMail, body: Body) -> tuple[IncomingFile, ...]:
    if body.text in {TOO_COMPLEX, ENCRYPTED}:
        return (IncomingFile(name="original.eml", content_type="message/rfc822", content=mail.raw),)
    return tuple(
        IncomingFile(
            name=one.name,
            content_type=one.content_type,
            content=one.content,
            content_id=one.content_id or None,
            inline=one.inline,
        )
        for one in parsed.attachments
    )


def _wishes(mail: InboundMail, parsed: ParsedMail) -> Wishes:
    """The mailbox that owns the mail: the first of ours in To, then Cc, then where it was delivered."""
    addresses = (*(one.email for one in (*parsed.to, *parsed.cc)), *parsed.delivered_to)
    mailbox = mailbox_of(addresses) or db.session.get_one(Mailbox, mail.mailbox_id)
    return Wishes(mailbox_id=mailbox.id, default_team_id=mailbox.team_id, language=mailbox.language)


def _signs(mail: InboundMail, parsed: ParsedMail) -> tuple[str, ...]:
    cut = (f"only {len(mail.raw)} of {mail.size} bytes were fetched",) if mail.size > len(mail.raw) else ()
    reused = ("reused Message-ID",) if _is_reused(mail, parsed) else ()
    return (*parsed.evidence, *cut, *reused)


def _is_reused(mail: InboundMail, parsed: ParsedMail) -> bool:
    same = select(InboundMail.id).where(
        InboundMail.rfc_message_id == parsed.message_id,
        InboundMail.id != mail.id,
        InboundMail.fingerprint != parsed.fingerprint,
    )
    return db.session.scalar(same.limit(1)) is not None
