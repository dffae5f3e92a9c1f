"""A read mail as the value that intake takes: its sender, words, files, and the tickets it points to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.beforehand import Asked, surely_not
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.intake import Body, Incoming, IncomingFile, Wishes
from helpdesk.mail.actions import LETS_IN, SECOND
from helpdesk.mail.mailboxes import bare, mailbox_of, mailboxes_of, own_addresses
from helpdesk.mail.models import InboundMail, Mailbox
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.people import about, check_of, incoming_file, people_of, signs_of
from helpdesk.mail.pointing import pointers_of, wrong_marks
from helpdesk.mail.wording import body_of, keeps_original
from helpdesk.tickets.past import LATEST_ENTRY
from helpdesk.tickets.rules import LEFT_BEHIND, Channel

LATE = timedelta(minutes=15)


def incoming_of(mail: InboundMail, parsed: ParsedMail, *, now: datetime) -> Incoming:
    """Everything that the message says, as values; nothing of the mail library goes further in."""
    own = own_addresses()
    people = people_of(parsed)
    check = about(people.sender, check_of(mail, parsed), parsed)
    wishes = _wishes(mail, parsed, now)
    return Incoming(
        channel=Channel.MAIL,
        sender=people.sender,
        subject=parsed.subject,
        body=_body(mail, parsed, wishes.language, now),
        received_at=mail.received_at,
        answers=() if mail.reason == SECOND else pointers_of(parsed),
        attachments=_files(mail, parsed),
        wishes=wishes,
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
        mail_kind=parsed.kind,
        evidence=(*_signs(mail, parsed), *signs_of(check)),
        inbound_mail_id=mail.id,
    )


def _body(mail: InboundMail, parsed: ParsedMail, language: str | None, now: datetime) -> Body:
    """The words; a mail that lay somewhere before it was taken in says when it came."""
    body = body_of(parsed, language or settings().default_language)
    if now - mail.received_at < LATE:
        return body
    came = {"kind": "came_earlier", "at": mail.received_at.isoformat()}
    return replace(body, remarks=(*body.remarks, came))


def _files(mail: InboundMail, parsed: ParsedMail) -> tuple[IncomingFile, ...]:
    kept = (one for one in parsed.attachments if one.content or not mail.is_partial)
    files = tuple(incoming_file(one) for one in kept)
    if not keeps_original(parsed):
        return files
    original = IncomingFile(name="original.eml", content_type="message/rfc822", content=mail.raw)
    return (original, *files) if parsed.text.strip() else (original,)


def _wishes(mail: InboundMail, parsed: ParsedMail, now: datetime) -> Wishes:
    """The mailbox that owns the mail: the first of ours in To, then Cc, then where it was delivered."""
    addresses = (*(one.email for one in (*parsed.to, *parsed.cc)), *parsed.delivered_to)
    owner = None if mail.reason == SECOND else mailbox_of(addresses)
    mailbox = owner or db.session.get_one(Mailbox, mail.mailbox_id)
    return Wishes(
        mailbox_id=mailbox.id,
        default_team_id=mailbox.team_id,
        language=mailbox.language,
        began_at=_reached_at(mail, now),
    )


def _reached_at(mail: InboundMail, now: datetime) -> datetime | None:
    """When it reached its mailbox, where it lay there for a while: from then on the client waits. At the most
    seven days ago, and not before the mailbox was ours, nor before a look that did not find it; what people
    kept out begins when they let it in.
    """
    if mail.reason in LETS_IN or now - mail.received_at < LATE:
        return None
    mailbox = db.session.get_one(Mailbox, mail.mailbox_id)
    ours_since = mailbox.connected_at or mailbox.created_at
    return max(mail.received_at, mail.looked_before_at or ours_since, ours_since, now - LATEST_ENTRY)


def _signs(mail: InboundMail, parsed: ParsedMail) -> tuple[str, ...]:
    cut = tuple(f"{LEFT_BEHIND}{_described(one)}" for one in mail.left_behind) if mail.is_partial else ()
    reused = ("reused Message-ID",) if _is_reused(mail, parsed) else ()
    return (*parsed.evidence, *cut, *reused, *wrong_marks(mail.id, parsed))


def _described(file: Mapping[str, str | int]) -> str:
    return f"{file['name']}, {max(1, round(int(file['size']) / 1024 / 1024)):,} MB"


def _is_reused(mail: InboundMail, parsed: ParsedMail) -> bool:
    if surely_not(Asked.SAME_ID, parsed.message_id):
        return False
    same = select(InboundMail.id).where(
        InboundMail.rfc_message_id == parsed.message_id,
        InboundMail.id != mail.id,
        InboundMail.fingerprint != parsed.fingerprint,
    )
    return db.session.scalar(same.limit(1)) is not None
