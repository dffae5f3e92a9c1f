"""Tables of notices inside the desk and of outgoing mail with its state per recipient."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.db import Base
from helpdesk.notifications.rules import MailWhen, Topic


class OutboxKind(StrEnum):
    """What a mail is; replies written by people go before everything else."""

    REPLY = "reply"
    ACKNOWLEDGEMENT = "acknowledgement"
    NOTICE = "notice"


class DeliveryState(StrEnum):
    """What is known about one recipient's copy."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELAYED = "delayed"
    BOUNCED = "bounced"
    UNCERTAIN = "uncertain"
    FAILED = "failed"


class Notice(Base):
    """Something a person of the staff should know; `kind` names the sentence, `payload` fills it.

    `in_desk` and `by_mail` are what the person wished when it was written; `mailed_at`: a mail took it.
    `visible_from` is the end of his quiet hours for what was to wait for it, None: at once.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_person_id_id", "person_id", "id"),
        Index(
            "ix_notice_unread",
            "person_id",
            "ticket_id",
            postgresql_where=text("read_at is null and in_desk"),
        ),
        Index(
            "ix_notice_waiting",
            "person_id",
            postgresql_where=text("by_mail and mailed_at is null and read_at is null"),
        ),
        Index("ix_notice_unread_of_ticket", "ticket_id", postgresql_where=text("read_at is null")),
        Index("ix_notice_mailed", "person_id", "mailed_at", postgresql_where=text("mailed_at is not null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    in_desk: Mapped[bool] = mapped_column(server_default=text("true"))
    by_mail: Mapped[bool] = mapped_column(server_default=text("false"))
    mailed_at: Mapped[datetime | None]
    visible_from: Mapped[datetime | None]


class NotificationPreference(Base):
    """Where a person wants to hear of a topic; a missing row is the topic's default."""

    __tablename__ = "notification_preference"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    topic: Mapped[Topic] = mapped_column(primary_key=True)
    in_desk: Mapped[bool]
    by_mail: Mapped[bool]


class NotificationHours(Base):
    """When notices may leave as mail; a missing row is the default.

    The quiet hours begin on the weekdays of `quiet_days` (0 is Monday) at `quiet_from` and last until
    `quiet_until`, in minutes of the person's own day; both None: none. With `quiet_outside` these are the
    hours in which he works, and all others are quiet.
    """

    __tablename__ = "notification_hours"
    __table_args__ = (
        CheckConstraint("(quiet_from is null) = (quiet_until is null)", name="quiet_both"),
        CheckConstraint("quiet_from between 0 and 1439", name="quiet_from"),
        CheckConstraint("quiet_until between 0 and 1439", name="quiet_until"),
        CheckConstraint("away_minutes between 1 and 1440", name="away_minutes"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    mail_when: Mapped[MailWhen]
    away_minutes: Mapped[int]
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    quiet_days: Mapped[list[Any]]
    breach_passes: Mapped[bool]
    quiet_outside: Mapped[bool] = mapped_column(server_default=text("false"))
    p1_passes: Mapped[bool] = mapped_column(server_default=text("true"))
    muted_until: Mapped[datetime | None]


class Outbox(Base):
    """One mail to go out, written in the transaction of what caused it. Its Message-ID is fixed here, so a
    retry is the same mail; `key` makes it unique. Nothing is sent before `due_at`; `lease_until` marks a
    running attempt. `account_token_id` names the link that is put into the text only while it is sent.

    `waiting_since` is when it should have left and could not; with `waits_for_relay` the relay itself was
    away. `relay_id` is what the relay calls the mail, where it says so.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "kind", "due_at", "id", postgresql_where=text("finished_at is null")),
        Index("ix_outbox_ticket_id", "ticket_id"),
        Index("ix_outbox_acknowledged", "created_at", postgresql_where=text("kind = 'acknowledgement'")),
        Index("ix_outbox_tried_at", "tried_at", postgresql_where=text("tried_at is not null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[OutboxKind]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailbox.id"))
    rfc_message_id: Mapped[str] = mapped_column(unique=True)
    in_reply_to: Mapped[str | None]
    references: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    reply_token: Mapped[str | None]
    account_token_id: Mapped[int | None] = mapped_column(ForeignKey("account_token.id"))
    subject: Mapped[str]
    body: Mapped[str]
    body_html: Mapped[str | None] = mapped_column(deferred=True)
    language: Mapped[str]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    lease_until: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    waits_for_relay: Mapped[bool] = mapped_column(server_default=text("false"))
    relay_id: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]

    recipients: Mapped[list["OutboxRecipient"]] = relationship(
        lazy="raise", order_by="OutboxRecipient.id", back_populates="outbox"
    )


class OutboxRecipient(Base):
    """One address of a mail and what became of it; `answer` is the relay's own words."""

    __tablename__ = "outbox_recipient"
    __table_args__ = (
        Index(
            "ix_outbox_recipient_not_there",
            "state",
            "outbox_id",
            postgresql_where=text("state <> 'accepted'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), index=True)
    email: Mapped[str] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(server_default="")
    field: Mapped[str] = mapped_column(server_default="to")
    state: Mapped[DeliveryState] = mapped_column(server_default="queued")
    answer: Mapped[str | None]
    changed_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]

    outbox: Mapped[Outbox] = relationship(lazy="raise", back_populates="recipients")


class MailText(Base):
    """The administrator's own words for an occasion in a language; mailbox null: for every mailbox."""

    __tablename__ = "mail_text"
    __table_args__ = (
        Index(
            "uq_mail_text_place",
            "occasion",
            "language",
            "mailbox_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occasion: Mapped[str]
    language: Mapped[str]
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailbox.id"))
    body: Mapped[str]
    changed_at: Mapped[datetime]


class MailOccasionOff(Base):
    """An occasion on which the desk keeps silent."""

    __tablename__ = "mail_occasion_off"

    occasion: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
