"""What may be done to a stored message: keep it as it came, try it again, discard it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from helpdesk.db import db, notify
from helpdesk.errors import RuleViolation
from helpdesk.mail.models import InboundMail, InboundState

LET_IN = "let_in"
RESCANNED = "rescanned"
OPEN_STATES = (InboundState.QUARANTINED, InboundState.IGNORED)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One message as a server handed it over; `uid` and its folder are None for the SMTP door.

    `size` is what the server says in bytes, and may be more than was fetched. `received_at` is aware. Of
    one that `is_partial` the files of `left_behind` (name, content_type, size) stayed on the server.
    `reason` RESCANNED: it should have been known already.
    """

    mailbox_id: int
    raw: bytes
    size: int
    received_at: datetime
    envelope_from: str | None = None
    envelope_to: tuple[str, ...] = ()
    folder: str | None = None
    uidvalidity: int | None = None
    uid: int | None = None
    is_partial: bool = False
    left_behind: tuple[dict[str, str | int], ...] = ()
    reason: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


def store(arrival: Arrival, *, now: datetime) -> int | None:
    """Keep the bytes before anybody looks into them; None if the server's message is kept already."""
    stored = store_all([arrival], now=now)
    return stored[0] if stored else None


def store_all(arrivals: Sequence[Arrival], *, now: datetime) -> list[int]:
    """Keep the bytes of several in one statement; the ids of those that were not kept already."""
    if not arrivals:
        return []
    rows = insert(InboundMail).values([_row(arrival, now) for arrival in arrivals])
    stored = db.session.scalars(rows.on_conflict_do_nothing().returning(InboundMail.id))
    kept = list(stored)
    notify("inbound")
    return kept


def _row(arrival: Arrival, now: datetime) -> dict[str, Any]:
    return {
        "mailbox_id": arrival.mailbox_id,
        "folder": arrival.folder,
        "uidvalidity": arrival.uidvalidity,
        "uid": arrival.uid,
        "raw": arrival.raw,
        "size": arrival.size,
        "sha256": arrival.sha256,
        "envelope_from": _clean(arrival.envelope_from),
        "envelope_to": [_clean(one) for one in arrival.envelope_to],
        "received_at": min(arrival.received_at, now),
        "next_try_at": now,
        "is_partial": arrival.is_partial,
        "left_behind": list(arrival.left_behind),
        "reason": arrival.reason,
    }


def _clean(address: str | None) -> str | None:
    """PostgreSQL keeps neither NUL nor half a character, and a bad byte must not stop the fetching."""
    if address is None:
        return None
    return address.replace("\x00", "").encode("utf-8", "replace").decode()


def retry(mail: InboundMail, *, now: datetime) -> None:
    """Put a held or ignored message back in front of the door; what kept it out then lets it in now."""
    _check_held(mail)
    mail.state, mail.attempts, mail.next_try_at = InboundState.RECEIVED, 0, now
    mail.reason, mail.error, mail.processed_at = LET_IN, None, None
    notify("inbound")


def discard(mail: InboundMail, *, reason: str, now: datetime) -> None:
    """Say that nobody needs this message; its bytes stay."""
    _check_held(mail)
    if not reason.strip():
        raise RuleViolation("Say in a few words why this message is not needed.")
    mail.state, mail.reason, mail.processed_at = InboundState.DISCARDED, reason.strip()[:500], now


def _check_held(mail: InboundMail) -> None:
    if mail.state not in OPEN_STATES:
        raise RuleViolation("Somebody has already decided about this message.")
