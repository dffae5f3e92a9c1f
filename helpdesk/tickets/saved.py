"""The table of saved views: lists that people, teams or the whole desk keep under a name."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class SavedView(Base):
    """A list under a name. It belongs to a person, to a team, or with neither to everybody.

    `filters` is the query of its address, sort included; who opens it sees through it only what he may see.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        CheckConstraint("person_id is null or team_id is null", name="one_audience"),
        CheckConstraint("name <> ''", name="named"),
        Index("ix_saved_view_person_id", "person_id", "position"),
        Index("ix_saved_view_team_id", "team_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    filters: Mapped[str] = mapped_column(server_default="")
    position: Mapped[int] = mapped_column(server_default=sql("0"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
