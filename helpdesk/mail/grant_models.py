"""Tables of how the desk may sign in to a mailbox without a password (OAuth 2.0)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class Provider(StrEnum):
    """Who lets the desk in."""

    MICROSOFT = "microsoft"
    GOOGLE = "google"
    OTHER = "other"


class Flow(StrEnum):
    """Who agrees: a person with the account's password (authorisation code), or the administrator of the
    whole tenant beforehand, so that the desk signs in by itself (client credentials)."""

    PERSON = "person"
    DESK = "desk"


class MailboxGrant(Base):
    """What a provider gave the desk for one mailbox; secrets and tokens are sealed, never shown again.

    `generation` grows with whatever is stored: what was asked for under an older one is thrown away.
    `lease_until` reserves a renewal for one worker, so that a refresh token is never used twice.
    """

    __tablename__ = "mailbox_grant"

    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id"), primary_key=True, autoincrement=False)
    provider: Mapped[Provider]
    flow: Mapped[Flow]
    tenant: Mapped[str | None]
    client_id: Mapped[str]
    client_secret: Mapped[bytes | None]
    authorize_url: Mapped[str | None]
    token_url: Mapped[str | None]
    scope: Mapped[str | None]
    refresh_token: Mapped[bytes | None] = mapped_column(deferred=True)
    access_token: Mapped[bytes | None] = mapped_column(deferred=True)
    issued_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    generation: Mapped[int] = mapped_column(server_default=text("0"))
    lease_until: Mapped[datetime | None]
    needs_sign_in_since: Mapped[datetime | None]
    error: Mapped[str | None]
    signed_in_at: Mapped[datetime | None]
    signed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class MailboxSignIn(Base):
    """A way to the provider's page that somebody went; only who went comes back, once, and in time.

    Of the state only a hash is kept; the PKCE verifier is sealed and forgotten after use.
    """

    __tablename__ = "mailbox_sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state_sha256: Mapped[str] = mapped_column(unique=True)
    verifier: Mapped[bytes | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
