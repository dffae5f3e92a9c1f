"""Tables of mailboxes, of every message that came in, and of the ids by which conversations are found
again."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.db import Base, choice
from helpdesk.mail.grant_models import MailboxGrant
from helpdesk.mail.kinds import MailKind

WORDS = """to_tsvector('simple',
    left(coalesce(subject, ''), 500) || ' ' || coalesce(from_email, '') || ' '
    || replace(coalesce(from_email, ''), '@', ' '))"""
LEFT_OVER = "uid is not null and (flagged_at is null or (moved_to is not null and moved_at is null))"


class Encryption(StrEnum):
    """How a connection to a mail server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class SignIn(StrEnum):
    """How the desk proves to a mail server who it is."""

    PASSWORD = "password"  # noqa: S105  (the kind, not the word)
    OAUTH = "oauth"


class ListMail(StrEnum):
    """What becomes of mail from mailing lists."""

    TICKET = "ticket"
    IGNORE = "ignore"


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
    flag. The default one sends what belongs to no ticket. With `names_agent` answers say who wrote them.
    `connected_at` is when the present account was given, null: at the creation; older mail in it is left
    alone. While a folder is looked through whose numbers mean nothing to us, `scan_since` is the oldest day
    wanted below the number `scan_until`. `authserv_id` names the server whose verdict on senders is believed
    (RFC 8601), null: nobody's. `rate_per_minute` null: as fast as the relay takes it.
    `move_to` is the folder for what was fetched, null: it stays and is marked as read. Until
    `listened_until` some process listens for new mail. With `probes_daily` it writes to itself once a day.
    """

    __tablename__ = "mailbox"
    __table_args__ = (
        CheckConstraint("address = lower(address)", name="address_lower"),
        CheckConstraint("rate_per_minute > 0", name="rate_positive"),
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
    signature_html: Mapped[str | None]
    names_agent: Mapped[bool] = mapped_column(server_default=text("false"))
    authserv_id: Mapped[str | None]
    list_mail: Mapped[ListMail] = mapped_column(server_default="ticket")
    rate_per_minute: Mapped[int | None]
    probes_daily: Mapped[bool] = mapped_column(server_default=text("false"))

    imap_host: Mapped[str | None]
    imap_port: Mapped[int | None]
    imap_encryption: Mapped[Encryption] = mapped_column(server_default="tls")
    imap_sign_in: Mapped[SignIn] = mapped_column(choice(SignIn, "imap_sign_in"), server_default="password")
    imap_user: Mapped[str | None]
    imap_secret: Mapped[bytes | None] = mapped_column(deferred=True)
    imap_folder: Mapped[str] = mapped_column(server_default="INBOX")
    uidvalidity: Mapped[int | None]
    last_uid: Mapped[int] = mapped_column(server_default=text("0"))
    scan_since: Mapped[date | None]
    scan_until: Mapped[int | None]
    renumbered_at: Mapped[datetime | None]
    move_to: Mapped[str | None]
    move_error: Mapped[str | None]
    move_failures: Mapped[int] = mapped_column(server_default=text("0"))
    next_move_at: Mapped[datetime | None]

    smtp_host: Mapped[str | None]
    smtp_port: Mapped[int | None]
    smtp_encryption: Mapped[Encryption] = mapped_column(
        choice(Encryption, "smtp_encryption"), server_default="starttls"
    )
    smtp_sign_in: Mapped[SignIn] = mapped_column(choice(SignIn, "smtp_sign_in"), server_default="password")
    smtp_user: Mapped[str | None]
    smtp_secret: Mapped[bytes | None] = mapped_column(deferred=True)

    next_poll_at: Mapped[datetime | None]
    polled_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    error: Mapped[str | None]
    silence_told_at: Mapped[datetime | None]
    listened_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    connected_at: Mapped[datetime | None]

    further: Mapped[list["MailboxAddress"]] = relationship(viewonly=True, order_by="MailboxAddress.email")
    grant: Mapped[MailboxGrant | None] = relationship(viewonly=True)


class MailboxAddress(Base):
    """A further address of a mailbox; the one that its answers come from stays `Mailbox.address`."""

    __tablename__ = "mailbox_address"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id"), index=True)
    email: Mapped[str] = mapped_column(unique=True)


class InboundMail(Base):
    """One message as it came, byte for byte, stored and committed before any server is told.

    `uid` is null for the SMTP door. `fingerprint` is the SHA-256 of (From, Date, body) for the duplicate
    rule, and `copy_of_id` the message of which this is a copy. An empty `sha256`: the server could not hand
    the bytes over yet. Of one that `is_partial` the files of
    `left_behind` (name, content_type, size) stayed on the server. `copied_at` is when it was copied into
    the folder `moved_to`, `moved_at` when it had left its own. `read_by` is the version of this program
    that read it last. `looked_before_at` is when its folder was looked through last before it was found
    there: it came into the folder later, however long it had lain elsewhere.
    """

    __tablename__ = "inbound_mail"
    __table_args__ = (
        UniqueConstraint("mailbox_id", "folder", "uidvalidity", "uid"),
        Index("ix_inbound_mail_waiting", "next_try_at", "id", postgresql_where=text("state = 'received'")),
        Index("ix_inbound_mail_state", "state", "id"),
        Index("ix_inbound_mail_rfc_message_id", "rfc_message_id"),
        Index("ix_inbound_mail_from_email", "from_email", "processed_at"),
        Index("ix_inbound_mail_mailbox_id", "mailbox_id", "id"),
        Index("ix_inbound_mail_received_at", "received_at", "id"),
        Index("ix_inbound_mail_words", text(WORDS), postgresql_using="gin"),
        Index("ix_inbound_mail_copy_of_id", "copy_of_id", postgresql_where=text("copy_of_id is not null")),
        Index(
            "ix_inbound_mail_left_over",
            "mailbox_id",
            "uid",
            postgresql_where=text(LEFT_OVER),
        ),
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
    looked_before_at: Mapped[datetime | None]
    flagged_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]
    moved_to: Mapped[str | None]
    is_partial: Mapped[bool] = mapped_column(server_default=text("false"))
    left_behind: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    state: Mapped[InboundState] = mapped_column(server_default="received")
    reason: Mapped[str | None]
    error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_try_at: Mapped[datetime]
    rfc_message_id: Mapped[str | None]
    fingerprint: Mapped[str | None]
    copy_of_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_mail.id"))
    from_email: Mapped[str | None]
    subject: Mapped[str | None]
    mail_kind: Mapped[MailKind | None]
    evidence: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    processed_at: Mapped[datetime | None]
    read_by: Mapped[str | None]


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
