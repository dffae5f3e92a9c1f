"""What may be done to a stored message: keep it as it came, try it again, discard it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from helpdesk import __version__, history
from helpdesk.db import db, notify
from helpdesk.errors import RuleViolation
from helpdesk.mail.models import InboundMail, InboundState

LET_IN = "let_in"
RESCANNED = "rescanned"
HELD = "held"
SECOND = "second"
LETS_IN = (LET_IN, SECOND, HELD)
AT_ONCE = 500
OPEN_STATES = (InboundState.QUARANTINED, InboundState.IGNORED)
RETRIED = (*OPEN_STATES, InboundState.DISCARDED)  # whoever discarded the wrong one takes it in after all


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
    looked_before_at: datetime | None = None

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
        "looked_before_at": arrival.looked_before_at,
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


def retry(mail: InboundMail, *, is_second: bool = False, by: int, now: datetime) -> None:
    """Put a message that is no ticket back in front of the door; what kept it out then lets it in now.

    One that only failed is judged anew. A copy `is_second` opens a ticket of its own in its mailbox.
    """
    _check_undecided(mail, RETRIED)
    before = mail.state
    was_kept_out = before is not InboundState.QUARANTINED or mail.reason in LETS_IN
    mail.state, mail.attempts, mail.next_try_at = InboundState.RECEIVED, 0, now
    mail.reason = SECOND if is_second else LET_IN if was_kept_out else None
    mail.error, mail.processed_at, mail.copy_of_id = None, None, None
    _tell_history(mail, before, None, by=by, now=now)
    notify("inbound")


def discard(mail: InboundMail, *, reason: str, by: int, now: datetime) -> None:
    """Say that nobody needs this message; its bytes stay."""
    _check_undecided(mail, OPEN_STATES)
    if not reason.strip():
        raise RuleViolation("Say in a few words why this message is not needed.")
    before = mail.state
    mail.state, mail.reason, mail.processed_at = InboundState.DISCARDED, reason.strip()[:500], now
    _tell_history(mail, before, mail.reason, by=by, now=now)


def retry_these(mail_ids: Sequence[int], *, by: int, now: datetime) -> int:
    """Those of them that are held or ignored; how many."""
    mails = _open_ones(InboundMail.id.in_(mail_ids))
    for mail in mails:
        retry(mail, by=by, now=now)
    return len(mails)


def retry_read_before(version: str | None, *, by: int, now: datetime) -> int:
    """Everything held that an older program could not read; how many.

    `version` is the first one that counts as new, None: the present one.
    """
    held = _open_ones(InboundMail.state == InboundState.QUARANTINED, InboundMail.reason.is_(None))
    new = _number(version or __version__)
    old = [mail for mail in held if _number(mail.read_by or "0") < new]
    for mail in old:
        retry(mail, by=by, now=now)
    return len(old)


def discard_these(mail_ids: Sequence[int], *, reason: str, by: int, now: datetime) -> int:
    """Those of them that are held or ignored; how many. Raises RuleViolation without a reason."""
    mails = _open_ones(InboundMail.id.in_(mail_ids))
    for mail in mails:
        discard(mail, reason=reason, by=by, now=now)
    return len(mails)


def _open_ones(*which: ColumnElement[bool]) -> Sequence[InboundMail]:
    return db.session.scalars(
        select(InboundMail)
        .where(InboundMail.state.in_(OPEN_STATES), *which)
        .order_by(InboundMail.id)
        .limit(AT_ONCE)
        .with_for_update(key_share=True)
    ).all()


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:4])


def _tell_history(
    mail: InboundMail, before: InboundState, reason: str | None, *, by: int, now: datetime
) -> None:
    name = mail.subject or mail.from_email or str(mail.id)
    old: history.Facts = {"state": before.value, "reason": None}
    new: history.Facts = {"state": mail.state.value, "reason": reason}
    history.changed(("inbound_mail", mail.id, name[:200]), old, new, by=by, now=now)


def settle_copy(mail: InboundMail, ticket_id: int, *, now: datetime) -> None:
    """A copy that lay in another mailbox became a ticket of its own there."""
    mail.state, mail.reason, mail.ticket_id = InboundState.PROCESSED, "opened", ticket_id
    mail.error, mail.processed_at = None, now


def _check_undecided(mail: InboundMail, states: tuple[InboundState, ...]) -> None:
    if mail.state not in states:
        raise RuleViolation("Somebody has already decided about this message.")
