"""Tables of mailboxes, of every message that came in, and of the ids by which conversations are found
again."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, choice


class Encryption(StrEnum):
    """How a connection to a mail server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class InboundState(StrEnum):
    """What became of a message that came in; no row is ever deleted by the machine."""

    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"


class Mailbox(Base):
    """An address of the desk and the servers behind it. IMAP host null: mail comes only through the SMTP
    door.

    Secrets are sealed with the installation's key. Progress is (uidvalidity, last_uid), never the \\Seen
    flag. The default one sends what belongs to no ticket. `connected_at` is when the present account was
    given, null: at the creation; older mail in it is left alone.
    """

    __tablename__ = "mailbox"
    __table_args__ = (
        CheckConstraint("address = lower(address)", name="address_lower"),
        Index("uq_mailbox_default", "is_default", unique=True, postgresql_where=text("is_default")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    plus_addressing: Mapped[bool] = mapped_column(server_default=text("true"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    signature: Mapped[str] = mapped_column(server_default="")

    imap_host: Mapped[str | None]
    imap_port: Mapped[int | None]
    imap_encryption: Mapped[Encryption] = mapped_column(server_default="tls")
    imap_user: Mapped[str | None]
    imap_secret: Mapped[bytes | None] = mapped_column(deferred=True)
    imap_folder: Mapped[str] = mapped_column(server_default="INBOX")
    uidvalidity: Mapped[int | None]
    last_uid: Mapped[int] = mapped_column(server_default=text("0"))

    smtp_host: Mapped[str | None]
    smtp_port: Mapped[int | None]
    smtp_encryption: Mapped[Encryption] = mapped_column(
        choice(Encryption, "smtp_encryption"), server_default="starttls"
    )
    smtp_user: Mapped[str | None]
    smtp_secret: Mapped[bytes | None] = mapped_column(deferred=True)

    next_poll_at: Mapped[datetime | None]
    polled_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    connected_at: Mapped[datetime | None]


class InboundMail(Base):
    """One message as it came, byte for byte, stored and committed before any server is told.

    `uid` is null for the SMTP door. `fingerprint` is the SHA-256 of (From, Date, body) for the duplicate
    rule.
    """

    __tablename__ = "inbound_mail"
    __table_args__ = (
        UniqueConstraint("mailbox_id", "folder", "uidvalidity", "uid"),
        Index("ix_inbound_mail_waiting", "next_try_at", "id", postgresql_where=text("state = 'received'")),
        Index("ix_inbound_mail_state", "state", "id"),
        Index("ix_inbound_mail_rfc_message_id", "rfc_message_id"),
        Index("ix_inbound_mail_from_email", "from_email", "processed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id"))
    folder: Mapped[str | None]
    uidvalidity: Mapped[int | None]
    uid: Mapped[int | None]
    raw: Mapped[bytes] = mapped_column(deferred=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    envelope_from: Mapped[str | None]
    envelope_to: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    received_at: Mapped[datetime]
    flagged_at: Mapped[datetime | None]
    state: Mapped[InboundState] = mapped_column(server_default="received")
    reason: Mapped[str | None]
    error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_try_at: Mapped[datetime]
    rfc_message_id: Mapped[str | None]
    fingerprint: Mapped[str | None]
    from_email: Mapped[str | None]
    subject: Mapped[str | None]
    evidence: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    processed_at: Mapped[datetime | None]


class MailReference(Base):
    """A Message-ID, ours or foreign, that stands for a message of a ticket:

    Answers to it join that ticket.
    """

    __tablename__ = "mail_reference"

    rfc_message_id: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    ours: Mapped[bool]
    created_at: Mapped[datetime]
