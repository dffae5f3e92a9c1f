"""A read mail as the value that intake takes: its sender, words, files, and the tickets it points to."""

from datetime import datetime

from sqlalchemy import select

from helpdesk.db import db
from helpdesk.intake import Body, Incoming, IncomingFile, Wishes
from helpdesk.mail.mailboxes import bare, mailbox_of, mailboxes_of, own_addresses
from helpdesk.mail.models import InboundMail, Mailbox
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.people import check_of, incoming_file, people_of, signs_of
from helpdesk.mail.pointing import pointers_of, wrong_marks
from helpdesk.tickets.rules import Channel

TOO_COMPLEX = "This message is too complex to be shown. Please open the attached original."
ENCRYPTED = "This message is encrypted. Please open the attached original."


def incoming_of(mail: InboundMail, parsed: ParsedMail, *, now: datetime) -> Incoming:
    """Everything that the message says, as values; nothing of the mail library goes further in."""
    own = own_addresses()
    people, check = people_of(parsed), check_of(mail, parsed)
    body = _body(parsed)
    return Incoming(
        channel=Channel.MAIL,
        sender=people.sender,
        subject=parsed.subject,
        body=body,
        received_at=mail.received_at,
        answers=pointers_of(parsed),
        attachments=_files(mail, parsed, body),
        wishes=_wishes(mail, parsed),
        mailboxes=mailboxes_of(one.email for one in (*parsed.to, *parsed.cc)),
        to=tuple(one.email for one in parsed.to if bare(one.email) not in own),
        cc=tuple(one.email for one in parsed.cc if bare(one.email) not in own),
        named=people.named,
        reply_to=people.reply_to,
        check=check,
        behalf=people.behalf,
        is_aside=people.is_aside,
        is_machine=parsed.is_auto or parsed.is_list or people.is_ours,
        is_away_note=parsed.is_out_of_office,
        evidence=(*_signs(mail, parsed), *signs_of(check)),
        inbound_mail_id=mail.id,
    )


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
    return tuple(incoming_file(one) for one in parsed.attachments)


def _wishes(mail: InboundMail, parsed: ParsedMail) -> Wishes:
    """The mailbox that owns the mail: the first of ours in To, then Cc, then where it was delivered."""
    addresses = (*(one.email for one in (*parsed.to, *parsed.cc)), *parsed.delivered_to)
    mailbox = mailbox_of(addresses) or db.session.get_one(Mailbox, mail.mailbox_id)
    return Wishes(mailbox_id=mailbox.id, default_team_id=mailbox.team_id, language=mailbox.language)


def _signs(mail: InboundMail, parsed: ParsedMail) -> tuple[str, ...]:
    cut = (f"only {len(mail.raw)} of {mail.size} bytes were fetched",) if mail.size > len(mail.raw) else ()
    reused = ("reused Message-ID",) if _is_reused(mail, parsed) else ()
    return (*parsed.evidence, *cut, *reused, *wrong_marks(mail.id, parsed))


def _is_reused(mail: InboundMail, parsed: ParsedMail) -> bool:
    same = select(InboundMail.id).where(
        InboundMail.rfc_message_id == parsed.message_id,
        InboundMail.id != mail.id,
        InboundMail.fingerprint != parsed.fingerprint,
    )
    return db.session.scalar(same.limit(1)) is not None
