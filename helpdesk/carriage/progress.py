"""How far an import is, written from a connection of its own so that it is seen before anything is kept."""

from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from sqlalchemy import Engine, text

from helpdesk.db import db

EVERY_SECONDS = 0.3


class Stopped(Exception):
    """Somebody asked to stop before anything was kept."""


@dataclass
class Progress:
    """Of one import; `offset` is what an earlier part of the work counted."""

    run_id: int
    offset: int = 0
    _told_at: float = field(default_factory=monotonic)

    def __call__(self, done: int) -> None:
        """Say how far it is, at most three times a second. Raises Stopped when somebody asked for it."""
        if monotonic() - self._told_at < EVERY_SECONDS:
            return
        self._told_at = monotonic()
        asked = _alone(
            "update import_run set progress = :done where id = :id returning cancel_asked_at is not null",
            id=self.run_id,
            done=self.offset + done,
        )
        if asked:
            raise Stopped


def begin(run_id: int) -> int:
    """Note that somebody is at it; how many times somebody began, this one counted."""
    sql = "update import_run set progress = 0, attempts = attempts + 1 where id = :id returning attempts"
    return int(_alone(sql, id=run_id) or 1)  # nobody else sees a row that is not committed yet


def _alone(sql: str, **values: int) -> Any:
    """One statement in a transaction of its own, whatever the session is at."""
    engine: Engine = db.engine.engine
    with engine.begin() as connection:
        return connection.execute(text(sql), values).scalar_one_or_none()
