"""Tables of people, sign-in accounts, teams on lines, rights, sessions and repeated forms."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.db import Base


class PersonKind(StrEnum):
    """Who acts: a human being or the desk itself."""

    HUMAN = "human"
    SYSTEM = "system"


class TeamRole(StrEnum):
    """What a person is in a team."""

    MEMBER = "member"
    LEAD = "lead"


class GrantKind(StrEnum):
    """Rights that do not come from a team."""

    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Assignment(StrEnum):
    """How a team shares out what arrives."""

    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"


class TokenPurpose(StrEnum):
    """What a link in a mail may be used for; one for each purpose and account is good at a time."""

    INVITATION = "invitation"
    RESET = "reset"
    ADDRESS = "address"


class Theme(StrEnum):
    """Which colours a person wants."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Person(Base):
    """Identity only:

    Every author and actor column points here. `sort_key` is the name case-folded, ё as е.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("uq_person_system", "kind", unique=True, postgresql_where=text("kind = 'system'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PersonKind]
    name: Mapped[str]
    sort_key: Mapped[str]
    language: Mapped[str | None]
    zone: Mapped[str | None]
    created_at: Mapped[datetime]

    account: Mapped["Account | None"] = relationship(back_populates="person", lazy="raise")


class Account(Base):
    """A sign-in. `email` is lower-case; `password_hash` is argon2id, null until the person has chosen one.

    `signature` stands under the person's answers, `signature_html` is its form, null: none; `phone` is what
    it may name.
    `invited_at` is null as soon as the person came in; until then nobody can act for the account and no
    ticket goes to it.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    theme: Mapped[Theme] = mapped_column(server_default="auto")
    signature: Mapped[str] = mapped_column(server_default="")
    signature_html: Mapped[str | None]
    phone: Mapped[str] = mapped_column(server_default="")
    invited_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="account", lazy="joined", innerjoin=True)


class AccountToken(Base):
    """A link that somebody may use once. `digest` is the SHA-256 of its secret.

    `sealed` is the secret under the installation's key, there only until the mail with the link has left.
    `email` is where the link goes; `old_email` what a confirmed address replaces. `ended_at` is when a newer
    link, or the person who sent it, made it worthless.
    """

    __tablename__ = "account_token"
    __table_args__ = (
        Index(
            "uq_account_token_live",
            "account_id",
            "purpose",
            unique=True,
            postgresql_where=text("used_at is null and ended_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    purpose: Mapped[TokenPurpose]
    digest: Mapped[bytes] = mapped_column(unique=True)
    sealed: Mapped[bytes | None] = mapped_column(deferred=True)
    email: Mapped[str]
    old_email: Mapped[str | None]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="raise")


class ResetRequest(Base):
    """Somebody asked for a new password; a job looks up who it is, so strangers wait no shorter."""

    __tablename__ = "reset_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[datetime]


class Team(Base):
    """A team stands on one line; every line has one default team, which receives what nobody placed."""

    __tablename__ = "team"
    __table_args__ = (
        CheckConstraint("line between 1 and 3", name="line"),
        Index("uq_team_default_line", "line", unique=True, postgresql_where=text("is_default")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    line: Mapped[int] = mapped_column(SmallInteger)
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    answers_client: Mapped[bool]
    assignment: Mapped[Assignment] = mapped_column(server_default="manual")
    round_robin_after_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    position: Mapped[int] = mapped_column(server_default=text("0"))
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Membership(Base):
    """A person in a team, from an instant until another; `until` null means still."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_person_id_team_id_current",
            "person_id",
            "team_id",
            unique=True,
            postgresql_where=text("until is null"),
        ),
        Index("ix_membership_team_id", "team_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    role: Mapped[TeamRole] = mapped_column(server_default="member")
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
    team: Mapped[Team] = relationship(lazy="raise")


class Grant(Base):
    """A right beside teams. For a manager `lines` and `company_ids` limit the scope; null means all."""

    __tablename__ = "grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[GrantKind]
    lines: Mapped[list[Any] | None]
    company_ids: Mapped[list[Any] | None]
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class WebSession(Base):
    """A signed-in browser. Only the SHA-256 of its id is kept; `ended_at` ends it at once."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    id_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[dict[str, Any]]
    user_agent: Mapped[str | None]
    address: Mapped[str | None]
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="raise")


class FormReceipt(Base):
    """The answer that a form got, so that a double click, back or a retry does nothing twice."""

    __tablename__ = "form_receipt"
    __table_args__ = (UniqueConstraint("person_id", "token"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token: Mapped[uuid.UUID]
    location: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class RateBucket(Base):
    """How often something was tried in a window of time; `key` is a digest, never an address in clear."""

    __tablename__ = "rate_bucket"

    key: Mapped[str] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    hits: Mapped[int]
