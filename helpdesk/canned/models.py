"""The table of canned answers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import Team
from helpdesk.db import Base


class CannedAnswer(Base):
    """A text for many answers. `team_id` null: for every team. `shortcut` is what one types after `::`.
    `html` is the form of the words, null: none; `text` says the same plainly.

    A retired one is offered to nobody and keeps its history.
    """

    __tablename__ = "canned_answer"
    __table_args__ = (
        CheckConstraint("shortcut = lower(shortcut)", name="shortcut_lower"),
        Index(
            "uq_canned_answer_shortcut_in_use",
            "shortcut",
            "language",
            "team_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sql("retired_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    shortcut: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]
    html: Mapped[str | None]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    version: Mapped[int] = mapped_column(server_default=sql("1"))
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    team: Mapped[Team | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
