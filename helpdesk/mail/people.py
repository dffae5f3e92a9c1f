"""The people of a mail: for whom it speaks, whom it names beside us, and where the answer is wanted."""

from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.db import db
from helpdesk.intake import Behalf, Body, IncomingFile, Sender, SenderCheck
from helpdesk.mail.attachments import ParsedAttachment
from helpdesk.mail.authentication import sender_check
from helpdesk.mail.headers import Address
from helpdesk.mail.mailboxes import bare, own_addresses
from helpdesk.mail.models import InboundMail, Mailbox
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.passed_on import PassedOn
from helpdesk.mail.quotes import fold
from helpdesk.mail.sender_models import SenderAct
from helpdesk.mail.senders import is_told

ANSWERS_TO = 3


def check_of(mail: InboundMail, parsed: ParsedMail) -> SenderCheck:
    """What the server of the mailbox it lay in says about the sender."""
    mailbox = db.session.get_one(Mailbox, mail.mailbox_id)
    return sender_check(parsed.authentication_results, mailbox.authserv_id, parsed.from_email, parsed.trace)


def about(sender: Sender, check: SenderCheck, parsed: ParsedMail) -> SenderCheck:
    """A verdict on From proves nobody who is only named in Reply-To: anybody can fill in a form."""
    is_named_only = bare(sender.email) != bare(parsed.from_email)
    return SenderCheck.NONE if check is SenderCheck.PASS and is_named_only else check


def signs_of(check: SenderCheck) -> tuple[str, ...]:
    """The verdict among the evidence; a silent server leaves none."""
    return () if check is SenderCheck.NONE else (f"dmarc={check.value}",)


@dataclass(frozen=True, kw_only=True)
class People:
    """For whom it speaks, who was written to beside us, and where the answer is wanted, if elsewhere.

    `is_ours`: it was written in the name of one of our own mailboxes. `is_aside`: none of our addresses
    stands in To or Cc, so we got a blind copy.
    """

    sender: Sender
    named: tuple[Sender, ...]
    reply_to: tuple[str, ...]
    behalf: Behalf | None
    is_ours: bool
    is_aside: bool


def people_of(parsed: ParsedMail) -> People:
    """Everybody whom the mail names, without our own mailboxes."""
    own = own_addresses()
    is_ours = bare(parsed.from_email) in own
    sender = _sender_of(parsed, own, is_ours=is_ours)
    reply_to = () if parsed.is_list else _others(parsed.reply_to, sender, own)
    return People(
        sender=sender,
        named=_others((*parsed.cc, *parsed.to), sender, own),
        reply_to=tuple(one.email for one in reply_to)[:ANSWERS_TO],
        behalf=_behalf(parsed, own),
        is_ours=is_ours,
        is_aside=not any(bare(one.email) in own for one in (*parsed.to, *parsed.cc)),
    )


def incoming_file(one: ParsedAttachment) -> IncomingFile:
    return IncomingFile(
        name=one.name,
        content_type=one.content_type,
        content=one.content,
        content_id=one.content_id or None,
        inline=one.inline,
    )


def _sender_of(parsed: ParsedMail, own: frozenset[str], *, is_ours: bool) -> Sender:
    """From; of a form server, or a device that writes as one of our mailboxes, whom it names in Reply-To."""
    written = Sender(email=parsed.from_email, name=parsed.from_name)
    if not is_ours and not (parsed.reply_to and is_told(parsed.from_email, SenderAct.TRUST_REPLY_TO)):
        return written
    named = next((one for one in parsed.reply_to if bare(one.email) not in own), None)
    if named is not None:
        return Sender(email=named.email, name=named.name)
    return Sender(name=parsed.from_name) if is_ours else written


def _others(found: Iterable[Address], sender: Sender, own: frozenset[str]) -> tuple[Sender, ...]:
    """Each address once, in order; ours and the sender's are left out."""
    left_out = {*own, bare(sender.email)}
    others = dict[str, Sender]()
    for one in found:
        if bare(one.email) not in left_out:
            others.setdefault(one.email.lower(), Sender(email=one.email.lower(), name=one.name))
    return tuple(others.values())


def _behalf(parsed: ParsedMail, own: frozenset[str]) -> Behalf | None:
    """The mail that was passed on inside this one; what a quoted one had with it are the files around."""
    inside = parsed.passed_on
    if inside is None or parsed.is_too_complex or parsed.is_encrypted:
        return None
    files = inside.files if inside.is_enclosed else parsed.attachments
    return Behalf(
        sender=Sender(email=inside.sender.email, name=inside.sender.name),
        subject=inside.subject,
        body=_body(inside),
        comment=inside.comment.strip(),
        files=tuple(incoming_file(one) for one in files),
        is_sure=inside.is_sure and bare(inside.sender.email) not in own,
    )


def _body(inside: PassedOn) -> Body:
    until = len(fold(inside.text).reply)
    is_folded = 0 < until < len(inside.text)
    return Body(text=inside.text, html=inside.html or None, reply_until=until if is_folded else None)
