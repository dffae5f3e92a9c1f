"""What delivery reports, receipts and complaints change: each recipient's state, his address, who is told."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from helpdesk.accounts import seats
from helpdesk.clients.actions import Returned, note_alive, note_complaint, note_returned
from helpdesk.db import db, notify
from helpdesk.intake import Incoming
from helpdesk.intake.incoming import SenderCheck
from helpdesk.mail.bounces import Bounce
from helpdesk.mail.kinds import BY_PEOPLE, MailKind
from helpdesk.mail.models import InboundMail, MailReference
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.statuses import return_kind
from helpdesk.mail.tokens import Token, read_message_id, read_token
from helpdesk.mail.verp import outbox_id_of
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.signing import keys
from helpdesk.tickets.models import Ticket

RECENT = timedelta(days=7)
WORDS_KEPT = 500
ALIVE = BY_PEOPLE | {MailKind.AWAY}
SENT = frozenset({DeliveryState.ACCEPTED, DeliveryState.DELAYED, DeliveryState.UNCERTAIN})


def note_return(mail: InboundMail, parsed: ParsedMail, *, now: datetime) -> Outbox | None:
    """Write the report onto the mail it is about and tell who works on the ticket; None if nobody can say
    which of our mails, or which of its recipients, it means.
    """
    sent = _mail_of(parsed, now=now)
    if sent is None:
        return None
    recipients = _recipients(sent)
    bounces = parsed.bounces or _unnamed(recipients, parsed)
    touched = [one for bounce in bounces for one in _touch(recipients, bounce, mail, now)]
    _arrived(recipients, parsed.receipts.delivered, now)
    lost = [one for one in touched if one.state is DeliveryState.BOUNCED]
    if lost and sent.ticket_id is not None:
        _tell(sent, len(lost), now)
    return sent if touched else None


def note_receipt(parsed: ParsedMail, *, now: datetime) -> Outbox | None:
    """Write onto the mail when it arrived or was read; None if it is none of ours."""
    sent = _mail_of(parsed, now=now)
    if sent is None:
        return None
    recipients = _recipients(sent)
    _arrived(recipients, parsed.receipts.delivered, now)
    for one in _named(recipients, parsed.receipts.read):
        one.read_at = one.read_at or now
        _prove_arrival(one, now)
    notify("desk", str(sent.ticket_id or ""))
    return sent


def note_complaints(parsed: ParsedMail, *, now: datetime) -> Outbox | None:
    """Nothing automatic goes any more to whoever reported a mail of ours as unwanted. A report about mail
    that is none of ours changes nothing: anybody can write one.
    """
    sent = _mail_of(parsed, now=now)
    if sent is None:
        return None
    recipients = _recipients(sent)
    complained = _named(recipients, parsed.receipts.complained) or _only(recipients)
    for one in complained:
        note_complaint(one.email, now=now)
    return sent


def note_life(incoming: Incoming, *, now: datetime) -> None:
    """Whoever writes can be written to; a sender that is proved to be forged proves nothing."""
    if incoming.mail_kind in ALIVE and incoming.check is not SenderCheck.FAIL and incoming.sender.email:
        note_alive(incoming.sender.email, now=now)


def _mail_of(parsed: ParsedMail, *, now: datetime) -> Outbox | None:
    """By the token it came back to, else by our Message-ID in the report, else by a recent recipient."""
    return _by_token(parsed) or _by_id(parsed) or _by_recipient(parsed, now)


def _by_token(parsed: ParsedMail) -> Outbox | None:
    addresses = (*(one.email for one in parsed.to), *parsed.delivered_to)
    outbox_id = outbox_id_of(addresses, keys())
    if outbox_id is not None:
        return db.session.get(Outbox, outbox_id)
    token = next((mark for mark in (read_token(one, keys()) for one in addresses) if mark), None)
    return _about(token, parsed) if token else None


def _by_id(parsed: ParsedMail) -> Outbox | None:
    """Our own id or the one that a relay gave the mail, stored; or one that we signed, however mangled."""
    ours = select(Outbox).where(Outbox.rfc_message_id.in_(parsed.reported_ids)).order_by(Outbox.id)
    found = db.session.scalar(ours.limit(1))
    if found is not None:
        return found
    signed = (read_message_id(one, keys()) for one in parsed.reported_ids)
    token = next((mark for mark in signed if mark), None)
    return _about(token, parsed) if token else _by_alias(parsed)


def _by_alias(parsed: ParsedMail) -> Outbox | None:
    alias = select(MailReference.message_id).where(
        MailReference.rfc_message_id.in_(parsed.reported_ids), MailReference.ours
    )
    about = select(Outbox).where(Outbox.message_id.in_(alias), Outbox.kind == OutboxKind.REPLY)
    return db.session.scalar(about.order_by(Outbox.id.desc()).limit(1))


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
            not named & {one.email for one in _recipients(mail)},
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


def _recipients(sent: Outbox) -> list[OutboxRecipient]:
    found = select(OutboxRecipient).where(OutboxRecipient.outbox_id == sent.id)
    return list(db.session.scalars(found.order_by(OutboxRecipient.id)))


def _named(recipients: list[OutboxRecipient], emails: Iterable[str]) -> list[OutboxRecipient]:
    wanted = {email.lower() for email in emails}
    return [one for one in recipients if one.email in wanted]


def _only(recipients: list[OutboxRecipient]) -> list[OutboxRecipient]:
    return recipients if len(recipients) == 1 else []


def _unnamed(recipients: list[OutboxRecipient], parsed: ParsedMail) -> tuple[Bounce, ...]:
    """A report without a recipient is about the only one there is."""
    return tuple(Bounce(one.email, "", True, parsed.text[:WORDS_KEPT]) for one in _only(recipients))


def _touch(
    recipients: list[OutboxRecipient], bounce: Bounce, mail: InboundMail, now: datetime
) -> list[OutboxRecipient]:
    """The recipients that the report is about: the one it names, or the only one there is (its address was
    passed on to another).
    """
    touched = _named(recipients, (bounce.recipient,)) or _only(recipients)
    for one in touched:
        _write(one, bounce, now)
        note_returned(
            Returned(
                email=one.email,
                kind=return_kind(bounce.status, bounce.diagnostic, hard=bounce.hard),
                status=bounce.status,
                words=" ".join(bounce.diagnostic.split()),
                outbox_recipient_id=one.id,
                inbound_mail_id=mail.id,
            ),
            now=now,
        )
    return touched


def _write(one: OutboxRecipient, bounce: Bounce, now: datetime) -> None:
    """What came back stays so, whatever a late warning says."""
    if one.state is DeliveryState.BOUNCED and not bounce.hard:
        return
    one.state = DeliveryState.BOUNCED if bounce.hard else DeliveryState.DELAYED
    one.answer = f"{bounce.status} {' '.join(bounce.diagnostic.split())}".strip()[:WORDS_KEPT]
    one.changed_at = now


def _arrived(recipients: list[OutboxRecipient], emails: Iterable[str], now: datetime) -> None:
    for one in _named(recipients, emails):
        one.delivered_at = one.delivered_at or now
        _prove_arrival(one, now)


def _prove_arrival(one: OutboxRecipient, now: datetime) -> None:
    if one.state in SENT and one.state is not DeliveryState.ACCEPTED:
        one.state, one.changed_at = DeliveryState.ACCEPTED, now


def _tell(sent: Outbox, count: int, now: datetime) -> None:
    ticket = db.session.get_one(Ticket, sent.ticket_id)
    news = News(
        kind="mail.bounced",
        ticket_id=ticket.id,
        at=now,
        payload={"outbox_id": sent.id, "recipients": count},
    )
    people = {ticket.owner_id, ticket.assignee_id} - {None}
    tell(people or seats.person_ids(ticket.owner_team_id), news)
    notify("desk", str(ticket.id))
