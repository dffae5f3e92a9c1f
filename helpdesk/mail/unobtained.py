"""Messages that a server lists and cannot hand over: asked for again, and held when it never can."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from helpdesk.db import db, notify
from helpdesk.errors import N_
from helpdesk.mail.actions import Arrival
from helpdesk.mail.copying import Listed
from helpdesk.mail.mailboxes import ImapAccess
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.mail.quarantine import ATTEMPTS, DELAYS, quarantine

NOT_HANDED_OVER = N_("The mail server lists this message and does not hand it over.")
AT_ONCE = 50


def note(access: ImapAccess, mail: Listed, said: str, *, now: datetime) -> None:
    """Keep a row for it, so that nothing is skipped in silence; after the last try people are told."""
    row = db.session.scalar(select(InboundMail).where(*_this(access, mail.uid)).with_for_update())
    if row is None:
        row = _new(access, mail, now)
    row.attempts += 1
    row.error = " ".join(said.replace("\x00", "").split())[:500] or None
    if row.attempts >= ATTEMPTS:
        quarantine(row, NOT_HANDED_OVER, now)
    else:
        row.next_try_at = now + DELAYS[row.attempts - 1]


def due(access: ImapAccess, *, now: datetime) -> list[int]:
    """The numbers to ask for again."""
    waiting = select(InboundMail.uid).where(
        InboundMail.mailbox_id == access.mailbox_id,
        InboundMail.folder == access.folder,
        InboundMail.uidvalidity == access.uidvalidity,
        InboundMail.state == InboundState.RECEIVED,
        InboundMail.sha256 == "",
        InboundMail.next_try_at <= now,
    )
    return [uid for uid in db.session.scalars(waiting.order_by(InboundMail.uid).limit(AT_ONCE)) if uid]


def came(access: ImapAccess, arrival: Arrival, *, now: datetime) -> int:
    """The server could do it after all: the row gets its bytes; 1 when it had none."""
    values = {
        "raw": arrival.raw,
        "sha256": arrival.sha256,
        "is_partial": arrival.is_partial,
        "left_behind": list(arrival.left_behind),
        "attempts": 0,
        "error": None,
        "next_try_at": now,
    }
    mine = (*_this(access, arrival.uid or 0), InboundMail.sha256 == "")
    filled = db.session.scalars(update(InboundMail).where(*mine).values(values).returning(InboundMail.id))
    notify("inbound")
    return len(filled.all())


def _new(access: ImapAccess, mail: Listed, now: datetime) -> InboundMail:
    row = InboundMail(
        mailbox_id=access.mailbox_id,
        folder=access.folder,
        uidvalidity=access.uidvalidity,
        uid=mail.uid,
        raw=b"",
        size=mail.size,
        sha256="",
        received_at=min(mail.received_at, now),
        next_try_at=now,
        attempts=0,
    )
    db.session.add(row)
    return row


def _this(access: ImapAccess, uid: int) -> tuple[ColumnElement[bool], ...]:
    return (
        InboundMail.mailbox_id == access.mailbox_id,
        InboundMail.folder == access.folder,
        InboundMail.uidvalidity == access.uidvalidity,
        InboundMail.uid == uid,
    )
