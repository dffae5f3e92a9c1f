"""Reading a person's notices."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_

from helpdesk.accounts.actor import Actor
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.notifications.models import Notice
from helpdesk.notifications.rules import Topic, topic_of
from helpdesk.notifications.words import sentence
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visible_to

PAGE_SIZE = 50
LIMIT = 1000


@dataclass(frozen=True, kw_only=True)
class NoticeRow:
    """One line of the list; `subject` is None where the person may not see the ticket any more.

    `message_id` is the message that it is about, where there is one.
    """

    id: int
    words: str
    kind: str
    ticket_id: int | None
    subject: str | None
    at: datetime
    is_new: bool
    message_id: int | None = None
    topic: Topic = Topic.NOTED


def notices_of(actor: Actor, *, before: int | None = None, size: int = PAGE_SIZE) -> list[NoticeRow]:
    """One page, newest first, and one row more when there is a next page. One statement.

    `before` is the id of the last notice of the page before; None: the first page.
    """
    seen = and_(Ticket.id == Notice.ticket_id, visible_to(actor))
    statement = select(Notice, Ticket.subject).outerjoin(Ticket, seen)
    statement = statement.where(Notice.person_id == actor.person_id, Notice.in_desk, is_visible())
    if before is not None:
        place = select(Notice.created_at).where(Notice.id == before).scalar_subquery()
        statement = statement.where(tuple_(Notice.created_at, Notice.id) < tuple_(place, before))
    statement = statement.order_by(Notice.created_at.desc(), Notice.id.desc())
    rows = db.session.execute(statement.limit(size + 1))
    return [_row(notice, subject) for notice, subject in rows]


def is_unread(person_id: int) -> ColumnElement[bool]:
    """Whether a notice is that person's, shown on the pages, and was not read yet, for counting."""
    return and_(is_news(person_id), is_visible())


def is_news(person_id: int) -> ColumnElement[bool]:
    """The same, also while it waits for the end of quiet hours: whoever opens the ticket has seen it."""
    return and_(Notice.person_id == person_id, Notice.read_at.is_(None), Notice.in_desk)


def is_visible() -> ColumnElement[bool]:
    """Whether a notice waits for no end of quiet hours any more."""
    return or_(Notice.visible_from.is_(None), Notice.visible_from <= process_time())


def newest(person_id: int) -> int:
    """The number of the person's last notice, 0 without any: what came later was not seen yet."""
    return (
        db.session.scalar(select(func.max(Notice.id)).where(Notice.person_id == person_id, is_visible())) or 0
    )


def unread_count(person_id: int) -> int:
    """How many notices wait, counted no further than LIMIT; one statement."""
    some = select(literal(1)).where(is_unread(person_id)).limit(LIMIT).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _row(notice: Notice, subject: str | None) -> NoticeRow:
    return NoticeRow(
        id=notice.id,
        words=sentence(notice.kind, notice.payload),
        kind=notice.kind,
        ticket_id=notice.ticket_id,
        subject=subject,
        at=notice.created_at,
        is_new=notice.read_at is None,
        message_id=notice.payload.get("message_id"),
        topic=topic_of(notice.kind, notice.payload),
    )
