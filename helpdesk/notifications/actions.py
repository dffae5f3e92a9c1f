"""Writes of notices and of outgoing mail: rows only, nothing leaves the building here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Text, bindparam, column, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.sql.selectable import TableValuedAlias

from helpdesk.db import db, insert_all, notify
from helpdesk.errors import N_
from helpdesk.mail.headers import Address
from helpdesk.notifications.letters import Letter
from helpdesk.notifications.models import DeliveryState, Notice, Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.preferences import Rest, rests_of, ways_of
from helpdesk.notifications.rules import WAITING, Topic, Ways, is_urgent, topic_of, visible_from
from helpdesk.notifications.signing import marks_for
from helpdesk.tickets.models import Ticket

TAKEN_BACK = N_("taken back before it was sent")


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
    marks = marks_for(ticket.id, mailing.message_id)
    row = insert(Outbox).values(
        key=mailing.key,
        kind=mailing.kind,
        ticket_id=ticket.id,
        message_id=mailing.message_id,
        mailbox_id=ticket.mailbox_id,
        rfc_message_id=marks.rfc_message_id,
        reply_token=marks.reply_token,
        subject=mailing.letter.subject,
        body=mailing.letter.body,
        body_html=mailing.letter.html,
        language=mailing.letter.language,
        due_at=mailing.due_at,
        created_at=now,
    )
    mail: Outbox | None = db.session.scalar(
        row.on_conflict_do_nothing(index_elements=[Outbox.key]).returning(Outbox)
    )
    if mail is None:
        return db.session.scalars(select(Outbox).where(Outbox.key == mailing.key)).one()
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


@dataclass(frozen=True, kw_only=True)
class News:
    """What people of the staff should know; `kind` names the sentence, `payload` holds ids and numbers.

    `found_at` is when the desk learnt of it, None: as it happened.
    """

    kind: str
    ticket_id: int | None
    at: datetime
    event_id: int | None = None
    payload: dict[str, Any] | None = None
    found_at: datetime | None = None


def tell(people: Iterable[int | None], news: News, *, but: int | None = None) -> None:
    """A notice to each person once for each event, as he wishes to hear of it, and none to whoever did it."""
    tell_all([(people, news)], but=but)


def tell_all(told: Iterable[tuple[Iterable[int | None], News]], *, but: int | None = None) -> None:
    """Tell each circle of people its news; the statements do not grow with the news."""
    circles = [({one for one in people if one is not None and one != but}, news) for people, news in told]
    ways, rests = _ways(circles), _rests(circles)
    notices = [
        _notice(person_id, news, ways[topic_of(news.kind, news.payload or {})][person_id])
        | {"visible_from": _visible_from(rests.get(person_id), news)}
        for people, news in circles
        for person_id in sorted(people)
    ]
    wanted = [notice for notice in notices if notice["in_desk"] or notice["by_mail"]]
    known = _already_told({notice["event_id"] for notice in wanted})
    new = [notice for notice in wanted if (notice["person_id"], notice["event_id"]) not in known]
    if new:
        insert_all(Notice, new)


def _ways(circles: Iterable[tuple[set[int], News]]) -> dict[Topic, dict[int, Ways]]:
    people = defaultdict[Topic, set[int]](set)
    for circle, news in circles:
        people[topic_of(news.kind, news.payload or {})] |= circle
    return {topic: ways_of(frozenset(many), topic) for topic, many in people.items()}


def _rests(circles: Iterable[tuple[set[int], News]]) -> dict[int, Rest]:
    """The quiet hours of whoever is to hear of deadlines."""
    waiting = [people for people, news in circles if topic_of(news.kind, news.payload or {}) in WAITING]
    return rests_of(set[int]().union(*waiting))


def _visible_from(rest: Rest | None, news: News) -> datetime | None:
    if rest is None:
        return None
    payload, now = news.payload or {}, news.found_at or news.at
    topic, urgent = topic_of(news.kind, payload), is_urgent(news.kind, payload)
    return visible_from(rest.hours, topic, zone=rest.zone, now=now, urgent=urgent)


def overtake(people: Iterable[int | None], news: News, same: tuple[str, ...]) -> None:
    """What these people were told before of the same ticket and alike in those fields of the payload is old
    news to them: read.
    """
    overtake_all([(people, news)], same)


def overtake_all(many: Sequence[tuple[Iterable[int | None], News]], same: tuple[str, ...]) -> None:
    """What any of these news make old is read now, in one statement; only for whoever hears the later one.

    A notice that its reader is just marking as read is left to him: nobody waits for anybody here.
    """
    if not many:
        return
    later = _recordset(many)
    alike = [Notice.payload[name].is_not_distinct_from(later.c.payload[name]) for name in same]
    alike.append(later.c.people.contains(func.to_jsonb(Notice.person_id)))
    unread = (Notice.read_at.is_(None), Notice.ticket_id == later.c.ticket_id, Notice.kind == later.c.kind)
    free = select(Notice.id, later.c.at).where(*unread, *alike).order_by(Notice.id)
    old = free.with_for_update(of=Notice, key_share=True, skip_locked=True).cte("old")
    db.session.execute(
        update(Notice)
        .where(Notice.id == old.c.id)
        .values(read_at=old.c.at)
        .execution_options(synchronize_session=False)
    )


def _recordset(many: Iterable[tuple[Iterable[int | None], News]]) -> TableValuedAlias:
    """News with those who hear them as a table of the statement."""
    rows = [
        {
            "ticket_id": one.ticket_id,
            "kind": one.kind,
            "at": one.at.isoformat(),
            "payload": one.payload or {},
            "people": [person for person in people if person is not None],
        }
        for people, one in many
    ]
    columns = (
        column("ticket_id", BigInteger),
        column("kind", Text),
        column("at", DateTime(timezone=True)),
        column("payload", JSONB),
        column("people", JSONB),
    )
    given = func.jsonb_to_recordset(bindparam("given", rows, type_=JSONB))
    return given.table_valued(*columns, name="later").render_derived(with_types=True)


def _notice(person_id: int, news: News, way: Ways) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "kind": news.kind,
        "ticket_id": news.ticket_id,
        "event_id": news.event_id,
        "payload": news.payload or {},
        "created_at": news.at,
        "in_desk": way.in_desk,
        "by_mail": way.by_mail,
    }


def read_on_ticket(person_id: int, ticket_id: int, *, now: datetime) -> None:
    """Whoever opens a ticket knows what happened on it."""
    mine = update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    db.session.execute(mine.where(Notice.ticket_id == ticket_id).values(read_at=now))


def _already_told(event_ids: set[int | None]) -> set[tuple[int, int | None]]:
    """Who has heard of which of these events, as pairs of person and event."""
    events = event_ids - {None}
    if not events:
        return set()
    told = select(Notice.person_id, Notice.event_id).where(Notice.event_id.in_(events))
    return {(person_id, event_id) for person_id, event_id in db.session.execute(told)}
