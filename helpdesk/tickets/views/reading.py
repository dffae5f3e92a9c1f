"""Everything that the page of one ticket shows, read in few statements whatever its length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ScalarSelect, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from helpdesk.accounts import seats
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Membership, Person, Team
from helpdesk.clients.models import ContactAddress, ContactPhone
from helpdesk.clients.words import known_as
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.kb.models import ArticleText, ArticleUse
from helpdesk.notifications.models import Notice, Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.queries import is_unread
from helpdesk.routing.models import RoutingDecision
from helpdesk.tickets.models import Attachment, EventText, Handover, Message, ReadMark, Ticket
from helpdesk.tickets.queries import visible_to
from helpdesk.tickets.queries.counts import is_open
from helpdesk.tickets.queries.linked import tied_to
from helpdesk.tickets.rules import Channel, HandoverKind, MessageKind, ReturnReason
from helpdesk.tickets.views.unsent import unsent

OTHERS = 8
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """A message with its author, files and what became of each copy; `files` and `copies` as the rows say."""

    id: int
    kind: MessageKind
    author_id: int
    author: str
    channel: Channel
    text: str
    reply_until: int | None
    has_html: bool
    recipients: Facts
    is_machine: bool
    is_unverified: bool
    inbound_mail_id: int | None
    created_at: datetime
    files: Sequence[Facts]
    copies: Sequence[Facts]

    @property
    def new_words(self) -> str:
        return self.text[: self.reply_until].strip()

    @property
    def quoted(self) -> str:
        return self.text[self.reply_until :].strip() if self.reply_until is not None else ""


@dataclass(frozen=True)
class Passed:
    """A hand-over with the names of both teams."""

    kind: HandoverKind
    from_line: int
    from_team: str
    to_line: int
    to_team: str
    held_s: int
    symptom: str
    asked: str
    tried: str
    configuration: str
    reason_code: ReturnReason | None
    reason: str


@dataclass(frozen=True)
class Happened:
    """One event with its actor, its words, the person it is about, and the hand-over it made."""

    seq: int
    kind: str
    at: datetime
    actor_id: int
    actor: str
    payload: Facts
    words: str
    about: str | None
    passed: Passed | None


@dataclass(frozen=True)
class Around:
    """What stands beside the conversation, as plain rows."""

    addresses: Sequence[Facts]
    phones: Sequence[Facts]
    routing: Facts | None
    articles: Sequence[Facts]
    unsent: Facts
    teams: Sequence[Facts]
    members: Sequence[Facts]
    others: Sequence[Facts]
    read_until: int
    tied: Facts
    has_news: bool


def said_on(ticket_id: int, *, after: int = 0) -> dict[int, Said]:
    """The messages by id, oldest first; one statement."""
    rows = db.session.execute(
        select(
            Message.id,
            Message.kind,
            Message.author_id,
            Person.name.label("author"),
            Message.channel,
            Message.text,
            Message.reply_until,
            Message.has_html,
            Message.recipients,
            Message.is_machine,
            Message.is_unverified,
            Message.inbound_mail_id,
            Message.created_at,
            _files(),
            _copies(),
        )
        .join(Person, Person.id == Message.author_id)
        .where(Message.ticket_id == ticket_id, Message.id > after)
        .order_by(Message.id)
    )
    return {row.id: replace(Said(*row), author=known_as(row.author)) for row in rows}


def happened_on(ticket_id: int, *, after: int = 0) -> list[Happened]:
    """The history in order; one statement."""
    actor, about = aliased(Person), aliased(Person)
    source, target = aliased(Team), aliased(Team)
    about_id = cast(
        func.coalesce(EventRow.payload["assignee_id"].astext, EventRow.payload["person_id"].astext),
        BigInteger,
    )
    rows = db.session.execute(
        select(EventRow, actor.name, func.coalesce(EventText.text, ""), about.name, Handover)
        .add_columns(source.name, target.name)
        .join(actor, actor.id == EventRow.actor_id)
        .outerjoin(EventText, EventText.event_id == EventRow.id)
        .outerjoin(about, about.id == about_id)
        .outerjoin(Handover, Handover.event_id == EventRow.id)
        .outerjoin(source, source.id == Handover.from_team_id)
        .outerjoin(target, target.id == Handover.to_team_id)
        .where(EventRow.ticket_id == ticket_id, EventRow.seq > after)
        .order_by(EventRow.seq)
    )
    return [
        Happened(
            seq=event.seq or 0,
            kind=event.kind,
            at=event.effective_at,
            actor_id=event.actor_id,
            actor=known_as(actor_name),
            payload=event.payload,
            words=words,
            about=about_name,
            passed=_passed(handover, from_team, to_team) if handover else None,
        )
        for event, actor_name, words, about_name, handover, from_team, to_team in rows
    ]


def around(ticket: Ticket, actor: Actor, language: str) -> Around:
    """Addresses, teams, other tickets and the rest in one statement."""
    row = db.session.execute(
        select(
            _rows(
                ContactAddress, ("email", "undeliverable_at"), ContactAddress.contact_id == ticket.contact_id
            ),
            _rows(ContactPhone, ("typed", "e164"), ContactPhone.contact_id == ticket.contact_id),
            _routing(ticket.id),
            _articles(ticket.id, language),
            unsent(ticket, actor.person_id),
            _rows(Team, ("id", "name", "line", "is_default"), Team.retired_at.is_(None)),
            _members(ticket.team_id),
            _others(ticket, actor),
            _read_until(ticket.id, actor.person_id),
            tied_to(ticket, actor),
            select(Notice.id).where(is_unread(actor.person_id), Notice.ticket_id == ticket.id).exists(),
        )
    ).one()
    return Around(*row)


def _passed(row: Handover, from_team: str, to_team: str) -> Passed:
    return Passed(
        kind=row.kind,
        from_line=row.from_line,
        from_team=from_team,
        to_line=row.to_line,
        to_team=to_team,
        held_s=row.held_s,
        symptom=row.symptom,
        asked=row.asked,
        tried=row.tried,
        configuration=row.configuration,
        reason_code=row.reason_code,
        reason=row.reason,
    )


def _object(table: Any, names: Sequence[str]) -> Any:
    return func.jsonb_build_object(*(part for name in names for part in (name, getattr(table, name))))


def _listed(value: Any, order: Any) -> Any:
    return func.coalesce(func.jsonb_agg(aggregate_order_by(value, order)), func.jsonb_build_array())


def _rows(table: Any, names: Sequence[str], *conditions: Any) -> ScalarSelect[Any]:
    return select(_listed(_object(table, names), table.id)).where(*conditions).scalar_subquery()


def _files() -> ScalarSelect[Any]:
    names = ("name", "size", "inline", "content_id", "content_type")
    file = _object(Attachment, names).op("||")(
        func.jsonb_build_object("public_id", func.cast(Attachment.public_id, Message.text.type))
    )
    return (
        select(_listed(file, Attachment.id))
        .where(Attachment.message_id == Message.id)
        .correlate(Message)
        .scalar_subquery()
    )


def _copies() -> ScalarSelect[Any]:
    return (
        select(_listed(_object(OutboxRecipient, ("email", "field", "state", "answer")), OutboxRecipient.id))
        .join(Outbox, Outbox.id == OutboxRecipient.outbox_id)
        .where(Outbox.message_id == Message.id, Outbox.kind == OutboxKind.REPLY)
        .correlate(Message)
        .scalar_subquery()
    )


def _routing(ticket_id: int) -> ScalarSelect[Any]:
    return (
        select(_object(RoutingDecision, ("rule_name", "because", "placement")))
        .where(RoutingDecision.ticket_id == ticket_id)
        .order_by(RoutingDecision.id)
        .limit(1)
        .scalar_subquery()
    )


def _articles(ticket_id: int, language: str) -> ScalarSelect[Any]:
    """The used instructions, each under its title in the reader's language where there is one."""
    title = (
        select(ArticleText.title)
        .where(ArticleText.article_id == ArticleUse.article_id, ArticleText.is_current)
        .order_by(ArticleText.language != language, ArticleText.id)
        .limit(1)
        .correlate(ArticleUse)
        .scalar_subquery()
    )
    use = func.jsonb_build_object("id", ArticleUse.article_id, "title", title, "outcome", ArticleUse.outcome)
    return select(_listed(use, ArticleUse.id)).where(ArticleUse.ticket_id == ticket_id).scalar_subquery()


def _members(team_id: int) -> ScalarSelect[Any]:
    return (
        select(_listed(_object(Person, ("id", "name")), Person.sort_key))
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.team_id == team_id, seats.is_current(), seats.can_work())
        .scalar_subquery()
    )


def _others(ticket: Ticket, actor: Actor) -> ScalarSelect[Any]:
    """Other open tickets of the contact, as far as the reader may see them."""
    some = (
        select(Ticket.id, Ticket.subject, Ticket.line)
        .where(is_open(), Ticket.contact_id == ticket.contact_id, Ticket.id != ticket.id, visible_to(actor))
        .order_by(Ticket.sort_due, Ticket.id)
        .limit(OTHERS)
        .subquery()
    )
    row = func.jsonb_build_object("id", some.c.id, "subject", some.c.subject, "line", some.c.line)
    return select(_listed(row, some.c.id)).scalar_subquery()


def _read_until(ticket_id: int, person_id: int) -> ScalarSelect[Any]:
    last = func.coalesce(func.max(ReadMark.last_message_id), 0)
    return (
        select(last).where(ReadMark.ticket_id == ticket_id, ReadMark.person_id == person_id).scalar_subquery()
    )
