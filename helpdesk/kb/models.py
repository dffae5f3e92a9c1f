"""Tables of articles, their texts per language and version, and each use with its outcome."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.db import Base


class Audience(StrEnum):
    """Who may read an article."""

    STAFF = "staff"
    CLIENTS = "clients"


class ArticleState(StrEnum):
    """Whether an article is offered."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Outcome(StrEnum):
    """What came of using an article on a ticket."""

    LINKED = "linked"
    SOLVED = "solved"
    DID_NOT_HELP = "did_not_help"


class Article(Base):
    """An instruction; its texts live in `article_text`. `section` is a plain subject area name."""

    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    audience: Mapped[Audience]
    state: Mapped[ArticleState] = mapped_column(server_default="draft")
    section: Mapped[str] = mapped_column(server_default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    texts: Mapped[list["ArticleText"]] = relationship(lazy="raise", back_populates="article")


class ArticleText(Base):
    """One language of an article in one version; the highest version is current. Body is plain text:
    blank lines part paragraphs, lines starting "1. " are steps, "- " are points, "## " headings.

    The Russian configuration sends Latin words to the English stemmer; `words` is for half-typed words.
    """

    __tablename__ = "article_text"
    __table_args__ = (
        UniqueConstraint("article_id", "language", "version"),
        Index("ix_article_text_stems", "stems", postgresql_using="gin"),
        Index("ix_article_text_words", "words", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    language: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(server_default="")
    body: Mapped[str]
    is_current: Mapped[bool]
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    stems: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('russian', title), 'A') || setweight(to_tsvector('russian', summary), 'B')"
            " || setweight(to_tsvector('russian', left(body, 200000)), 'C')",
            persisted=True,
        ),
        deferred=True,
    )
    words: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', summary), 'B')"
            " || setweight(to_tsvector('simple', left(body, 200000)), 'C')",
            persisted=True,
        ),
        deferred=True,
    )

    article: Mapped[Article] = relationship(lazy="raise", back_populates="texts")


class ArticleUse(Base):
    """An article used on a ticket, by whom and with what outcome."""

    __tablename__ = "article_use"
    __table_args__ = (UniqueConstraint("article_id", "ticket_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[Outcome]
    at: Mapped[datetime]
