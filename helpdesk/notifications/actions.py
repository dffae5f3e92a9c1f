"""Writes of notices and of outgoing mail: rows only, nothing leaves the building here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB

from helpdesk.db import db, notify
from helpdesk.mail.headers import Address
from helpdesk.notifications.letters import Letter
from helpdesk.notifications.models import DeliveryState, Notice, Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.preferences import ways_of
from helpdesk.notifications.rules import Ways, topic_of
from helpdesk.notifications.signing import marks_for
from helpdesk.tickets.models import Ticket

CAP_REACHED = "not sent: the limit of acknowledgements to this address was reached"
TAKEN_BACK = "taken back before it was sent"


@dataclass(frozen=True, kw_only=True)
class Mailing:
    """One mail to write down; `key` makes it unique, `message_id` is the message it is about (None: none)."""

    key: str
    kind: OutboxKind
    letter: Letter
    to: tuple[Address, ...]
    due_at: datetime
    cc: tuple[Address, ...] = ()
    message_id: int | None = None


def queue_mail(ticket: Ticket, mailing: Mailing, *, now: datetime) -> Outbox:
    """Put a mail into the outbox with its own Message-ID and reply token; the same key is the same mail."""
    known = db.session.scalar(select(Outbox).where(Outbox.key == mailing.key))
    if known is not None:
        return known
    marks = marks_for(ticket.id, mailing.message_id)
    mail = Outbox(
        key=mailing.key,
        kind=mailing.kind,
        ticket_id=ticket.id,
        message_id=mailing.message_id,
        mailbox_id=ticket.mailbox_id,
        rfc_message_id=marks.rfc_message_id,
        reply_token=marks.reply_token,
        subject=mailing.letter.subject,
        body=mailing.letter.body,
        language=mailing.letter.language,
        due_at=mailing.due_at,
        created_at=now,
    )
    db.session.add(mail)
    db.session.flush()
    db.session.add_all(_recipients(mail, mailing, now))
    db.session.flush()
    notify("outbox")
    return mail


def _recipients(mail: Outbox, mailing: Mailing, now: datetime) -> Iterable[OutboxRecipient]:
    """Each address once; who is written to openly is not copied too."""
    seen: set[str] = set()
    for field, addresses in (("to", mailing.to), ("cc", mailing.cc)):
        for one in addresses:
            email = one.email.strip().lower()
            if email and email not in seen:
                seen.add(email)
                yield OutboxRecipient(
                    outbox_id=mail.id, email=email, name=one.name, field=field, changed_at=now
                )


def hold_back(mail: Outbox, words: str, *, now: datetime) -> None:
    """Keep the mail as a row that says why it was not sent, so that the ticket shows it."""
    mail.finished_at, mail.error = now, words
    db.session.execute(
        update(OutboxRecipient)
        .where(OutboxRecipient.outbox_id == mail.id)
        .values(state=DeliveryState.FAILED, answer=words, changed_at=now)
    )


def undo(message_id: int, *, now: datetime) -> bool:
    """Take back the mail of a reply, and the notice written with it, while both still wait; False once a
    sender has taken either.
    """
    mails = db.session.scalars(
        select(Outbox)
        .where(Outbox.message_id == message_id, Outbox.kind.in_((OutboxKind.REPLY, OutboxKind.NOTICE)))
        .order_by(Outbox.id)
        .with_for_update(key_share=True)
    ).all()
    if not mails or any(mail.attempts or mail.lease_until or mail.finished_at for mail in mails):
        return False
    for mail in mails:
        hold_back(mail, TAKEN_BACK, now=now)
    return True


def acknowledgements_since(email: str, since: datetime) -> int:
    """How many acknowledgements really went, or will go, to the address."""
    statement = (
        select(func.count())
        .select_from(OutboxRecipient)
        .join(Outbox, Outbox.id == OutboxRecipient.outbox_id)
        .where(Outbox.kind == OutboxKind.ACKNOWLEDGEMENT, Outbox.created_at > since)
        .where(OutboxRecipient.email == email, OutboxRecipient.state != DeliveryState.FAILED)
    )
    return db.session.scalar(statement) or 0


@dataclass(frozen=True, kw_only=True)
class News:
    """What people of the staff should know; `kind` names the sentence, `payload` holds ids and numbers."""

    kind: str
    ticket_id: int | None
    at: datetime
    event_id: int | None = None
    payload: dict[str, Any] | None = None


def tell(people: Iterable[int | None], news: News, *, but: int | None = None) -> None:
    """A notice to each person once for each event, as he wishes to hear of it, and none to whoever did it."""
    wanted = {person for person in people if person is not None and person != but}
    wanted -= _already_told(news)
    ways = ways_of(wanted, topic_of(news.kind, news.payload or {}))
    for person_id in sorted(wanted):
        way = ways[person_id]
        if way.in_desk or way.by_mail:
            db.session.add(_notice(person_id, news, way))
    db.session.flush()


def overtake(news: News, same: tuple[str, ...]) -> None:
    """What was said before of the same ticket and alike in those fields of the payload is old news: read."""
    said = news.payload or {}
    earlier = update(Notice).where(Notice.ticket_id == news.ticket_id, Notice.kind == news.kind)
    alike = [Notice.payload[name].is_not_distinct_from(cast(said.get(name), JSONB)) for name in same]
    unread = Notice.read_at.is_(None)
    db.session.execute(
        earlier.where(unread, *alike).values(read_at=news.at).execution_options(synchronize_session=False)
    )


def _notice(person_id: int, news: News, way: Ways) -> Notice:
    return Notice(
        person_id=person_id,
        kind=news.kind,
        ticket_id=news.ticket_id,
        event_id=news.event_id,
        payload=news.payload or {},
        created_at=news.at,
        in_desk=way.in_desk,
        by_mail=way.by_mail,
    )


def read_on_ticket(person_id: int, ticket_id: int, *, now: datetime) -> None:
    """Whoever opens a ticket knows what happened on it."""
    mine = update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    db.session.execute(mine.where(Notice.ticket_id == ticket_id).values(read_at=now))


def _already_told(news: News) -> set[int]:
    if news.event_id is None:
        return set()
    return set(db.session.scalars(select(Notice.person_id).where(Notice.event_id == news.event_id)))
