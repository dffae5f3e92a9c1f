"""What a delivery report changes: the recipient's state, the address that is dead, and who is told."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from helpdesk.clients.models import ContactAddress
from helpdesk.db import db, notify
from helpdesk.mail.bounces import Bounce
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.tokens import read_message_id, read_token
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxRecipient
from helpdesk.notifications.signing import keys
from helpdesk.tickets.models import Ticket

RECENT = timedelta(days=7)
DEAD_ADDRESS = ("5.1.", "5.2.1", "5.4.4")


def note_return(parsed: ParsedMail, *, now: datetime) -> Outbox | None:
    """Write the report onto the mail it is about and tell who works on the ticket; None if it is not ours."""
    mail = _mail_of(parsed, now=now)
    if mail is None:
        return None
    touched = [one for bounce in parsed.bounces for one in _touch(mail, bounce, now)]
    if touched and mail.ticket_id is not None:
        _tell(mail, len(touched), now)
    return mail


def _mail_of(parsed: ParsedMail, *, now: datetime) -> Outbox | None:
    """By our Message-ID in the report, else by the token it came back to, else by a recent recipient."""
    ids = select(Outbox).where(Outbox.rfc_message_id.in_(parsed.reported_ids))
    return db.session.scalar(ids.limit(1)) or _by_token(parsed) or _by_recipient(parsed, now)


def _by_token(parsed: ParsedMail) -> Outbox | None:
    addresses = (*(one.email for one in parsed.to), *parsed.delivered_to)
    marks = [read_token(address, keys()) for address in addresses]
    marks += [read_message_id(one, keys()) for one in parsed.reported_ids]
    token = next((mark for mark in marks if mark), None)
    if token is None:
        return None
    about = select(Outbox).where(Outbox.ticket_id == token.ticket_id, Outbox.message_id == token.message_id)
    return db.session.scalar(about.order_by(Outbox.id.desc()).limit(1))


def _by_recipient(parsed: ParsedMail, now: datetime) -> Outbox | None:
    emails = [bounce.recipient.lower() for bounce in parsed.bounces if bounce.recipient]
    statement = (
        select(Outbox)
        .join(OutboxRecipient, OutboxRecipient.outbox_id == Outbox.id)
        .where(OutboxRecipient.email.in_(emails), OutboxRecipient.state == DeliveryState.ACCEPTED)
        .where(OutboxRecipient.changed_at > now - RECENT)
        .order_by(Outbox.id.desc())
        .limit(1)
    )
    return db.session.scalar(statement) if emails else None


def _touch(mail: Outbox, bounce: Bounce, now: datetime) -> list[OutboxRecipient]:
    """The recipients that the report is about: the one it names, or the only one there is."""
    recipients = db.session.scalars(select(OutboxRecipient).where(OutboxRecipient.outbox_id == mail.id)).all()
    email = bounce.recipient.lower()
    named = [one for one in recipients if one.email == email]
    touched = named or (list(recipients) if len(recipients) == 1 else [])
    for one in touched:
        one.state = DeliveryState.BOUNCED if bounce.hard else DeliveryState.DELAYED
        one.answer = f"{bounce.status} {bounce.diagnostic}".strip()[:500]
        one.changed_at = now
        if bounce.hard and bounce.status.startswith(DEAD_ADDRESS):
            _mark_dead(one.email, now)
    return touched if bounce.hard else []


def _mark_dead(email: str, now: datetime) -> None:
    db.session.execute(
        update(ContactAddress)
        .where(ContactAddress.email == email, ContactAddress.undeliverable_at.is_(None))
        .values(undeliverable_at=now)
    )


def _tell(mail: Outbox, count: int, now: datetime) -> None:
    ticket = db.session.get_one(Ticket, mail.ticket_id)
    news = News(
        kind="mail.bounced",
        ticket_id=ticket.id,
        at=now,
        payload={"outbox_id": mail.id, "recipients": count},
    )
    tell((ticket.owner_id, ticket.assignee_id), news)
    notify("desk", str(ticket.id))
