"""Which stored messages a worker takes up next, reserved so that no other does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import load_only, undefer

from helpdesk import __version__
from helpdesk.db import db
from helpdesk.errors import N_
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.mail.quarantine import ATTEMPTS, quarantine

TOGETHER, TOGETHER_BYTES = 10, 2 * 1024 * 1024
LEASE, NOT_NOW = timedelta(minutes=5), timedelta(minutes=1)
STOPPED = N_("The program stopped each time while working on this message.")


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A message that is ours for five minutes; `raw` is what the reader gets."""

    mail_id: int
    raw: bytes


def claim(*, now: datetime) -> list[Claimed]:
    """Reserve the oldest ones that are due and count the attempt before it is made; empty: none is due.

    Small ones that were never tried come together; one that failed before, or is big, comes alone.
    """
    due = db.session.scalars(
        select(InboundMail)
        .where(InboundMail.state == InboundState.RECEIVED, InboundMail.next_try_at <= now)
        .where(InboundMail.sha256 != "")
        .order_by(InboundMail.next_try_at, InboundMail.id)
        .options(load_only(InboundMail.id, InboundMail.size, InboundMail.attempts, InboundMail.state))
        .with_for_update(skip_locked=True, key_share=True)
        .limit(TOGETHER)
    ).all()
    for mail in due:
        if mail.attempts >= ATTEMPTS:
            quarantine(mail, STOPPED, now)
    chosen = _together([mail for mail in due if mail.state is InboundState.RECEIVED])
    if not chosen:
        return claim(now=now) if due else []
    for mail in chosen:
        mail.attempts += 1
        mail.next_try_at = now + LEASE
        mail.read_by = __version__
    return _loaded([mail.id for mail in chosen])


def give_back(mail_ids: list[int], *, now: datetime) -> None:
    """Nothing could be tried, through no fault of theirs: the attempt does not count."""
    waiting = (InboundMail.id.in_(mail_ids), InboundMail.state == InboundState.RECEIVED)
    values = {"attempts": InboundMail.attempts - 1, "next_try_at": now + NOT_NOW}
    db.session.execute(update(InboundMail).where(*waiting, InboundMail.attempts > 0).values(values))


def _together(due: list[InboundMail]) -> list[InboundMail]:
    if not due or due[0].attempts:
        return due[:1]
    chosen, size = due[:1], due[0].size
    for mail in due[1:]:
        size += mail.size
        if mail.attempts or size > TOGETHER_BYTES:
            break
        chosen.append(mail)
    return chosen


def _loaded(mail_ids: list[int]) -> list[Claimed]:
    db.session.flush()
    mails = db.session.scalars(
        select(InboundMail)
        .where(InboundMail.id.in_(mail_ids))
        .order_by(InboundMail.id)
        .options(undefer(InboundMail.raw))
        .execution_options(populate_existing=True)
    )
    return [Claimed(mail_id=mail.id, raw=trace_of(mail) + mail.raw) for mail in mails]


def trace_of(mail: InboundMail) -> bytes:
    """What a mail server writes on top at the last step, for messages that came through our own door."""
    path = [] if mail.envelope_from is None else [f"Return-Path: <{mail.envelope_from}>"]
    lines = [*path, *(f"Delivered-To: {to}" for to in mail.envelope_to)]
    return "".join(f"{line}\r\n" for line in lines if line.isprintable()).encode("utf-8", "replace")
