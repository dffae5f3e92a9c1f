"""When mail stands still: a restored or left-behind copy neither fetches nor sends until somebody says so."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import select

from helpdesk import firm
from helpdesk.db import db
from helpdesk.events import Event
from helpdesk.firm import Firm


class Reason(StrEnum):
    """Why nothing goes out: this desk came out of a backup, or it went on elsewhere."""

    RESTORED = "restored"
    MOVED = "moved"


@dataclass(frozen=True)
class Standstill:
    """Since when and why; `backup_made_at` is the instant that a restored copy shows, else None."""

    since: datetime
    reason: Reason
    backup_made_at: datetime | None
    moved_to: str | None


@dataclass(frozen=True, kw_only=True)
class DeskRestored(Event):
    """This desk was made from a backup; all sign-ins of that time ended."""

    kind: ClassVar[str] = "desk.restored"
    backup_made_at: datetime
    sessions_ended: int


@dataclass(frozen=True, kw_only=True)
class DeskMoved(Event):
    """A copy of this desk went on in another database; this one was left behind."""

    kind: ClassVar[str] = "desk.moved"


@dataclass(frozen=True, kw_only=True)
class MailStarted(Event):
    """Mail goes again; of what waited from before the backup, so many were sent and so many dropped."""

    kind: ClassVar[str] = "desk.mail_started"
    waiting_sent: int
    waiting_dropped: int


def begin(
    reason: Reason, *, now: datetime, backup_made_at: datetime | None = None, moved_to: str | None = None
) -> None:
    """Let mail stand still from now on, in the open transaction."""
    row = firm.the_firm()
    row.mail_stopped_at, row.mail_stopped_because = now, reason.value
    row.backup_made_at, row.moved_to = backup_made_at, moved_to
    firm.touched(row)


def end() -> None:
    """Let mail go again, in the open transaction."""
    row = firm.the_firm()
    row.mail_stopped_at = row.mail_stopped_because = row.backup_made_at = row.moved_to = None
    firm.touched(row)


def known() -> Standstill | None:
    """What this process knows from its last look at the firm's row: no statement, for pages."""
    row = firm.chosen()
    if row.get("mail_stopped_at") is None:
        return None
    return Standstill(
        since=row["mail_stopped_at"],
        reason=Reason(row["mail_stopped_because"]),
        backup_made_at=row["backup_made_at"],
        moved_to=row["moved_to"],
    )


def is_on() -> bool:
    """Whether mail stands still at this moment; one statement, for whoever is about to fetch or to send."""
    return db.session.scalar(select(Firm.mail_stopped_at)) is not None
