"""When each job of the workers last ran to its end, as rows that /readyz reads."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, db


class Heartbeat(Base):
    """`beat_at` is the last end of a run; `error` names what failed in it, null after a success."""

    __tablename__ = "heartbeat"

    job: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]
    error: Mapped[str | None]


def beat(job: str, *, now: datetime, error: str | None = None) -> None:
    """Write down that `job` has just ended, in the open transaction."""
    values = {"beat_at": now, "error": error}
    statement = insert(Heartbeat).values(job=job, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["job"], set_=values))
