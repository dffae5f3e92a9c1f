"""Table of what the desk was told about senders of mail."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class SenderAct(StrEnum):
    """What is done differently for mail of a sender."""

    TRUST_REPLY_TO = "trust_reply_to"
    NOT_SPAM = "not_spam"
    EXTERNAL_ID = "external_id"


class SenderRule(Base):
    """One thing to do for mail of `pattern`: an address, or "@" and a domain.

    `expression` is a regular expression with one group that finds the number of another system's ticket in
    the subject, only for that act.
    """

    __tablename__ = "sender_rule"
    __table_args__ = (
        CheckConstraint("pattern = lower(pattern)", name="pattern_lower"),
        CheckConstraint("(act = 'external_id') = (expression is not null)", name="expression_for_ids"),
        Index(
            "uq_sender_rule_once",
            "pattern",
            "act",
            sql("coalesce(expression, '')"),
            unique=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pattern: Mapped[str]
    act: Mapped[SenderAct]
    expression: Mapped[str | None]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
