"""The table of imports: each file with what its columns mean, what was found in it, and how far it got."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.carriage.cargo import Cargo
from helpdesk.db import Base


class RunState(StrEnum):
    """How far an import got. Mapped and running ones wait for the worker, or it is at them."""

    UPLOADED = "uploaded"
    MAPPED = "mapped"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ImportRun(Base):
    """One file. `content` goes when it is done or was left lying; `mapping` has a field or null per column.

    `progress` counts rows that were checked and, beyond `row_count`, rows that were written; the worker
    writes it from a connection of its own, so that it is seen while nothing else of the import is.
    """

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cargo: Mapped[Cargo]
    state: Mapped[RunState]
    file_name: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    encoding: Mapped[str] = mapped_column(server_default="")
    headers: Mapped[list[Any]]
    preview: Mapped[list[Any]]
    row_count: Mapped[int]
    mapping: Mapped[list[Any] | None]
    options: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    progress: Mapped[int] = mapped_column(server_default=text("0"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    counts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    faults: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    wrong_rows: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"), deferred=True)
    failure: Mapped[str] = mapped_column(server_default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    cancel_asked_at: Mapped[datetime | None]
