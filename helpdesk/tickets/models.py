"""Tables of tickets, messages, attachments, handovers and who takes part."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Sequence,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from helpdesk.accounts.models import Person, Team
from helpdesk.clients.models import Company, Contact
from helpdesk.db import Base
from helpdesk.mail.kinds import MailKind
from helpdesk.tickets.rules import (
    Channel,
    DiscardReason,
    HandoverKind,
    Impact,
    LinkKind,
    MessageKind,
    Priority,
    ReturnReason,
    State,
    TicketType,
    Urgency,
    Visibility,
)

ticket_number = Sequence("ticket_number", start=1001, metadata=Base.metadata)

_OPEN = "state not in ('resolved', 'closed')"


def _vector(language: str, text: str) -> Any:
    """The words of a text to search in; "simple" keeps them whole, for half-typed ones."""
    return mapped_column(
        TSVECTOR, Computed(f"to_tsvector('{language}', {text})", persisted=True), deferred=True
    )


class Category(Base):
    """What a ticket is about, one of a short list that the firm keeps; retired ones are no longer offered."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(server_default=sql("0"))
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Tag(Base):
    """A tag that is offered where tags are typed; tickets carry tags as words, these and others."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Ticket(Base):
    """One request of one client. `id` is the number people say; it is never used again.

    `owner_*` is line 1 towards the client, `team`/`assignee` hold the work now. `sort_due` is the nearest
    deadline of the running clocks, 'infinity' when none runs. `event_seq` is the place of the last event in
    the ticket's history.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint("line between 1 and 3", name="line"),
        CheckConstraint("(discarded_at is null) = (discard_reason is null)", name="discarded_with_reason"),
        CheckConstraint("(state in ('resolved', 'closed')) = (resolved_at is not null)", name="resolved_at"),
        Index("ix_ticket_team_due_open", "team_id", "sort_due", "id", postgresql_where=sql(_OPEN)),
        Index("ix_ticket_line_due_open", "line", "sort_due", "id", postgresql_where=sql(_OPEN)),
        Index("ix_ticket_assignee_due_open", "assignee_id", "sort_due", "id", postgresql_where=sql(_OPEN)),
        Index("ix_ticket_owner_due_open", "owner_id", "sort_due", "id", postgresql_where=sql(_OPEN)),
        Index(
            "ix_ticket_owner_team_due_open", "owner_team_id", "sort_due", "id", postgresql_where=sql(_OPEN)
        ),
        Index("ix_ticket_category_due_open", "category_id", "sort_due", "id", postgresql_where=sql(_OPEN)),
        Index("ix_ticket_due_open", "sort_due", "id", postgresql_where=sql(_OPEN)),
        Index("ix_ticket_team_resolved", "team_id", "resolved_at", "id"),
        Index("ix_ticket_contact_id", "contact_id", "id"),
        Index("ix_ticket_company_id", "company_id", "id"),
        Index("ix_ticket_created_at", "created_at", "id"),
        Index(
            "ix_ticket_merged_into_id", "merged_into_id", postgresql_where=sql("merged_into_id is not null")
        ),
        Index("ix_ticket_resolved_at", "resolved_at", "id"),
        Index("ix_ticket_stems", "stems", postgresql_using="gin"),
        Index("ix_ticket_words", "words", postgresql_using="gin"),
        Index("ix_ticket_tags", "tags", postgresql_using="gin"),
        Index("ix_ticket_active_at", "active_at", "id"),
        Index("ix_ticket_wake_at", "wake_at", "id", postgresql_where=sql("wake_at is not null")),
        {"postgresql_with": {"fillfactor": 80}},
    )

    id: Mapped[int] = mapped_column(
        ticket_number, server_default=ticket_number.next_value(), primary_key=True
    )
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    version: Mapped[int] = mapped_column(server_default=sql("1"))
    subject: Mapped[str]
    channel: Mapped[Channel]
    type: Mapped[TicketType]
    state: Mapped[State]
    priority: Mapped[Priority]
    impact: Mapped[Impact | None]
    urgency: Mapped[Urgency | None]
    language: Mapped[str]
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=sql("'{}'"))

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailbox.id"))

    line: Mapped[int] = mapped_column(SmallInteger)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    owner_team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    held_since: Mapped[datetime]
    handover_count: Mapped[int] = mapped_column(server_default=sql("0"))
    return_count: Mapped[int] = mapped_column(server_default=sql("0"))

    opened_by_machine: Mapped[bool] = mapped_column(server_default=sql("false"))
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]
    unanswered_since: Mapped[datetime | None]
    first_answered_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    wake_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    resolution: Mapped[str] = mapped_column(server_default="")
    first_contact: Mapped[bool] = mapped_column(server_default=sql("false"))
    reopen_count: Mapped[int] = mapped_column(server_default=sql("0"))
    client_message_count: Mapped[int] = mapped_column(server_default=sql("0"))
    discarded_at: Mapped[datetime | None]
    discard_reason: Mapped[DiscardReason | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))

    sort_due: Mapped[datetime] = mapped_column(server_default=sql("'infinity'"))
    event_seq: Mapped[int] = mapped_column(server_default=sql("0"))
    last_event_at: Mapped[datetime]
    last_message_id: Mapped[int | None]
    preview: Mapped[str] = mapped_column(server_default="")
    stems: Mapped[str] = _vector("russian", "left(subject, 2000)")
    words: Mapped[str] = _vector("simple", "translate(left(subject, 2000), 'ёЁ', 'еЕ')")

    company: Mapped[Company] = relationship(lazy="raise")
    contact: Mapped[Contact] = relationship(lazy="raise")
    team: Mapped[Team] = relationship(lazy="raise", foreign_keys=[team_id])
    owner_team: Mapped[Team] = relationship(lazy="raise", foreign_keys=[owner_team_id])
    assignee: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[assignee_id])
    owner: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[owner_id])

    # Verbs on properties and places raise the version themselves; a message or a clock makes no form stale.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012


class Message(Base):
    """Something said on a ticket. `text` is what people read; `html` is raw HTML of a mail, cleaned only at
    display.

    `reply_until` is the length of the new words in `text`; what follows is quoted history or a signature,
    folded. `recipients` lists what a reply was addressed to: {"to": [...], "cc": [...]}. `other_text`: the
    words of the HTML where they are others than `text`. `remarks`: what a reader is told above the words,
    each {"kind": ...} with its values.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(
            "kind not in ('note', 'forward', 'third_party') or visibility = 'internal'",
            name="inside_internal",
        ),
        CheckConstraint("kind <> 'reply' or visibility = 'public'", name="reply_public"),
        Index("ix_message_ticket_id", "ticket_id", "id"),
        Index("ix_message_stems", "stems", postgresql_using="gin"),
        Index("ix_message_words", "words", postgresql_using="gin"),
        Index(
            "ix_message_inbound_mail_id",
            "inbound_mail_id",
            postgresql_where=sql("inbound_mail_id is not null"),
        ),
        Index("ix_message_call_id", "call_id", postgresql_where=sql("call_id is not null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[MessageKind]
    visibility: Mapped[Visibility]
    channel: Mapped[Channel]
    subject: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str]
    html: Mapped[str | None] = mapped_column(deferred=True)
    has_html: Mapped[bool] = mapped_column(server_default=sql("false"))
    reply_until: Mapped[int | None]
    recipients: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    is_machine: Mapped[bool] = mapped_column(server_default=sql("false"))
    is_unverified: Mapped[bool] = mapped_column(server_default=sql("false"))
    mail_kind: Mapped[MailKind | None]
    evidence: Mapped[list[Any]] = mapped_column(server_default=sql("'[]'"))
    inbound_mail_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_mail.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    created_at: Mapped[datetime]
    other_text: Mapped[str] = mapped_column(server_default="", deferred=True)
    remarks: Mapped[list[Any]] = mapped_column(server_default=sql("'[]'"))
    stems: Mapped[str] = _vector("russian", "left(text || ' ' || other_text, 200000)")
    words: Mapped[str] = _vector("simple", "translate(left(text || ' ' || other_text, 200000), 'ёЁ', 'еЕ')")

    author: Mapped[Person] = relationship(lazy="raise")
    attachments: Mapped[list["Attachment"]] = relationship(lazy="raise", order_by="Attachment.id")


class Attachment(Base):
    """A file of a message;

    Its bytes are the blob of that SHA-256. `inline`: the mail's HTML shows it itself. `is_repeated`: the same
    picture came with two earlier messages of this sender, so it is his signature's.
    """

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    sha256: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    content_id: Mapped[str | None]
    inline: Mapped[bool] = mapped_column(server_default=sql("false"))
    is_repeated: Mapped[bool] = mapped_column(server_default=sql("false"))


class Handover(Base):
    """A move between teams with its card (escalation) or its reason (return).

    `held_s`: seconds at the giver.
    """

    __tablename__ = "handover"
    __table_args__ = (
        Index("ix_handover_ticket_id", "ticket_id", "id"),
        Index("ix_handover_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    kind: Mapped[HandoverKind]
    from_line: Mapped[int] = mapped_column(SmallInteger)
    from_team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    from_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_line: Mapped[int] = mapped_column(SmallInteger)
    to_team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    held_s: Mapped[int]
    symptom: Mapped[str] = mapped_column(server_default="")
    asked: Mapped[str] = mapped_column(server_default="")
    tried: Mapped[str] = mapped_column(server_default="")
    configuration: Mapped[str] = mapped_column(server_default="")
    reason_code: Mapped[ReturnReason | None]
    reason: Mapped[str] = mapped_column(server_default="")

    by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[by_id])
    from_team: Mapped[Team] = relationship(lazy="raise", foreign_keys=[from_team_id])
    to_team: Mapped[Team] = relationship(lazy="raise", foreign_keys=[to_team_id])


class Participant(Base):
    """Somebody who may read a ticket although his team does not hold it: former holder, caller's operator,
    mentioned.

    It ends 30 days after the ticket closes, unless `until` ends it before.
    """

    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("ticket_id", "person_id"),
        Index("ix_participant_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    because: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class TicketLink(Base):
    """What one ticket is to another; it reads from `from_id` to `to_id` ("blocks"). One link for a pair."""

    __tablename__ = "ticket_link"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="two_tickets"),
        Index(
            "uq_ticket_link_pair",
            sql("least(from_id, to_id)"),
            sql("greatest(from_id, to_id)"),
            unique=True,
        ),
        Index("ix_ticket_link_from_id", "from_id"),
        Index("ix_ticket_link_to_id", "to_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LinkKind]
    from_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class EventText(Base):
    """The words that belong to an event: the reason for waiting, for a lowered priority, for discarding."""

    __tablename__ = "event_text"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    text: Mapped[str]


class ReadMark(Base):
    """How far a person has read a ticket."""

    __tablename__ = "read_mark"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    last_message_id: Mapped[int]
