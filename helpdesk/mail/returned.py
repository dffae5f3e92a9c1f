"""What delivery reports, receipts and complaints change: each recipient's state, his address, who is told."""

from collections.abc import Iterable
from datetime import datetime

from helpdesk.accounts import seats
from helpdesk.clients.actions import Returned, note_alive, note_complaint, note_returned
from helpdesk.clients.rules import ReturnKind
from helpdesk.db import db, notify
from helpdesk.intake import Incoming
from helpdesk.intake.incoming import SenderCheck
from helpdesk.mail.bounces import Bounce
from helpdesk.mail.kinds import BY_PEOPLE, MailKind
from helpdesk.mail.models import InboundMail
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.reported import SENT, has_hint, likely_mail, proved_mail
from helpdesk.mail.settling import recipients_of
from helpdesk.mail.statuses import return_kind
from helpdesk.mail.undelivered import take_up_again
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxRecipient
from helpdesk.tickets.models import Ticket

WORDS_KEPT = 500
ALIVE = BY_PEOPLE | {MailKind.AWAY}


def note_return(mail: InboundMail, parsed: ParsedMail, *, now: datetime) -> Outbox | None:
    """Write the report onto the mail it is about and tell who works on the ticket; None if it does not prove
    which of our mails, and which of its recipients, it means.
    """
    sent = proved_mail(parsed)
    if sent is None:
        return None
    recipients = recipients_of(sent)
    bounces = parsed.bounces or _unnamed(recipients, parsed)
    touched = [one for bounce in bounces for one in _touch(recipients, bounce, mail, now)]
    _arrived(recipients, parsed.receipts.delivered, now)
    lost = [one for one in touched if one.state is DeliveryState.BOUNCED]
    if lost and sent.ticket_id is not None:
        _tell(sent, "mail.bounced", len(lost), now)
        take_up_again(sent.id, now=now)
    return sent if touched else None


def note_hint(mail: InboundMail, parsed: ParsedMail, *, now: datetime) -> Outbox | None:
    """What a report says that proves nothing: anybody can write one, so it shuts no address and changes no
    state. It is shown on the ticket, and told the first time; None if it is about none of our recipients.
    """
    sent = likely_mail(parsed, now=now)
    if sent is None:
        return None
    lost, recipients = [said for said in parsed.bounces if said.hard], recipients_of(sent)
    pairs = [(one, said) for said in lost for one in _named(recipients, (said.recipient,))]
    is_news = not any(has_hint(one.id) for one, _ in pairs)
    for one, said in pairs:
        note_returned(_hint(one, said, mail), now=now)
    if pairs and is_news and sent.ticket_id is not None:
        _tell(sent, "mail.perhaps_bounced", len(pairs), now)
    return sent if pairs else None


def note_receipt(parsed: ParsedMail, *, now: datetime) -> Outbox | None:
    """Write onto the mail when it arrived or was read; None if it is none of ours."""
    sent = proved_mail(parsed)
    if sent is None:
        return None
    recipients = recipients_of(sent)
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
    sent = proved_mail(parsed)
    if sent is None:
        return None
    recipients = recipients_of(sent)
    complained = _named(recipients, parsed.receipts.complained) or _only(recipients)
    for one in complained:
        note_complaint(one.email, now=now)
    return sent


def note_life(incoming: Incoming, *, now: datetime) -> None:
    """Whoever writes can be written to; a sender that is proved to be forged proves nothing."""
    if incoming.mail_kind in ALIVE and incoming.check is not SenderCheck.FAIL and incoming.sender.email:
        note_alive(incoming.sender.email, now=now)


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
        kind = return_kind(bounce.status, bounce.diagnostic, hard=bounce.hard)
        note_returned(_come_back(one, bounce, kind, mail), now=now)
    return touched


def _hint(one: OutboxRecipient, bounce: Bounce, mail: InboundMail) -> Returned:
    return _come_back(one, bounce, ReturnKind.DELAYED, mail)  # the kind that never counts


def _come_back(one: OutboxRecipient, bounce: Bounce, kind: ReturnKind, mail: InboundMail) -> Returned:
    return Returned(
        email=one.email,
        kind=kind,
        status=bounce.status,
        words=" ".join(bounce.diagnostic.split()),
        outbox_recipient_id=one.id,
        inbound_mail_id=mail.id,
    )


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


def _tell(sent: Outbox, kind: str, count: int, now: datetime) -> None:
    ticket = db.session.get_one(Ticket, sent.ticket_id)
    news = News(
        kind=kind,
        ticket_id=ticket.id,
        at=now,
        payload={"outbox_id": sent.id, "recipients": count},
    )
    people = {ticket.owner_id, ticket.assignee_id} - {None}
    tell(people or seats.person_ids(ticket.owner_team_id), news)
    notify("desk", str(ticket.id))
