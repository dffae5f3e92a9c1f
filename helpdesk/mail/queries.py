"""Reading what came in and how the mailboxes fare."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, text, true
from sqlalchemy.orm import aliased

from helpdesk.db import db
from helpdesk.mail.mailboxes import is_silent
from helpdesk.mail.models import LEFT_OVER, InboundMail, InboundState, Mailbox
from helpdesk.mail.oauth.standing import is_shut_out, needs_sign_in
from helpdesk.mail.probe_models import MailboxProbe
from helpdesk.mail.probing import PATIENCE
from helpdesk.mail.verification import PROVES_AN_ADDRESS

PAGE_SIZE = 50
HELD_STATES = (InboundState.QUARANTINED, InboundState.IGNORED, InboundState.DISCARDED)


def readable(*, by_administrator: bool) -> ColumnElement[bool]:
    """Which messages without a ticket somebody may see: with what proves an address to another service he
    could join it as the firm, so only administrators may.
    """
    return true() if by_administrator else InboundMail.error.is_distinct_from(PROVES_AN_ADDRESS)


def held_counts(seen: ColumnElement[bool]) -> dict[InboundState, int]:
    """How many messages are held, ignored and discarded, of those that are `readable`."""
    rows = db.session.execute(
        select(InboundMail.state, func.count().label("mails"))
        .where(InboundMail.state.in_(HELD_STATES), seen)
        .group_by(InboundMail.state)
    )
    found = {row.state: row.mails for row in rows}
    return {state: found.get(state, 0) for state in HELD_STATES}


def held_page(
    state: InboundState, seen: ColumnElement[bool], *, before: int | None = None
) -> list[InboundMail]:
    """One page, newest first, and one row more when there is a next page; `before` is the last id seen."""
    statement = select(InboundMail).where(InboundMail.state == state, seen)
    if before is not None:
        statement = statement.where(InboundMail.id < before)
    return list(db.session.scalars(statement.order_by(InboundMail.id.desc()).limit(PAGE_SIZE + 1)))


def held_mail(mail_id: int, seen: ColumnElement[bool]) -> InboundMail | None:
    """One message that became no ticket; those on tickets are reached through their ticket only."""
    return db.session.scalar(
        select(InboundMail).where(InboundMail.id == mail_id, InboundMail.state.in_(HELD_STATES), seen)
    )


@dataclass(frozen=True, kw_only=True)
class Probe:
    """The last mail that a mailbox wrote to itself; `seconds` None: it has not come back. `is_lost`: not in
    half an hour.
    """

    sent_at: datetime
    seconds: int | None
    is_lost: bool


@dataclass(frozen=True, kw_only=True)
class MailboxState:
    """How one mailbox fares: `condition` is off, signed_out (somebody has to sign in at its provider), door
    (mail comes by SMTP only), waiting (never polled), well, failing (the last try went wrong) or silent (no
    success for a quarter of an hour). `left_over` messages are stored here, but not marked or moved there
    yet; `move_error` is what the server said to that.
    """

    id: int
    address: str
    name: str
    condition: str
    polled_at: datetime | None
    failing_since: datetime | None
    error: str | None
    waiting: int
    last_mail_at: datetime | None
    left_over: int
    move_error: str | None
    probe: Probe | None = None


def mailbox_states(now: datetime) -> list[MailboxState]:
    """Every mailbox with its condition, its newest message and what of it waits."""
    counted = select(func.count()).where(InboundMail.mailbox_id == Mailbox.id)
    newest = select(InboundMail.received_at).where(InboundMail.mailbox_id == Mailbox.id)
    columns = (
        counted.where(InboundMail.state == InboundState.RECEIVED).scalar_subquery(),
        counted.where(text(LEFT_OVER)).scalar_subquery(),
        newest.order_by(InboundMail.id.desc()).limit(1).scalar_subquery(),
        needs_sign_in(),
        is_silent(now),
        MailboxProbe,
    )
    other = aliased(MailboxProbe)
    last = select(func.max(other.id)).where(other.mailbox_id == Mailbox.id).correlate(Mailbox)
    every = select(Mailbox, *columns).outerjoin(MailboxProbe, MailboxProbe.id == last.scalar_subquery())
    rows = db.session.execute(every.order_by(Mailbox.address))
    return [_state(mailbox, tuple(values), now) for mailbox, *values in rows]


def unread_mailboxes(now: datetime) -> list[str]:
    """Addresses of those in use whose mail does not come in: failing, silent, or in need of a sign-in."""
    is_ill = or_(Mailbox.failing_since.is_not(None), is_silent(now), needs_sign_in())
    return list(
        db.session.scalars(select(Mailbox.address).where(Mailbox.active, is_ill).order_by(Mailbox.address))
    )


def default_mailbox() -> Mailbox | None:
    """The active mailbox from which mail without a ticket leaves: the chosen one, else one with a relay."""
    active = select(Mailbox).where(Mailbox.active)
    order = (is_shut_out(), Mailbox.is_default.desc(), Mailbox.smtp_host.is_(None), Mailbox.id)
    return db.session.scalar(active.order_by(*order).limit(1))


def _state(mailbox: Mailbox, values: tuple[Any, ...], now: datetime) -> MailboxState:
    waiting, left_over, last_mail_at, is_signed_out, is_unheard, probe = values
    return MailboxState(
        id=mailbox.id,
        address=mailbox.address,
        name=mailbox.name,
        condition="signed_out" if is_signed_out and mailbox.active else _condition(mailbox, is_unheard),
        polled_at=mailbox.polled_at,
        failing_since=mailbox.failing_since,
        error=mailbox.error,
        waiting=waiting,
        last_mail_at=last_mail_at,
        left_over=left_over,
        move_error=mailbox.move_error if mailbox.move_to else None,
        probe=_probe(probe, now) if probe is not None and mailbox.probes_daily else None,
    )


def _probe(row: MailboxProbe, now: datetime) -> Probe:
    took = int((row.returned_at - row.sent_at).total_seconds()) if row.returned_at else None
    return Probe(sent_at=row.sent_at, seconds=took, is_lost=took is None and now - row.sent_at >= PATIENCE)


def _condition(mailbox: Mailbox, is_unheard: bool | None) -> str:
    if not mailbox.active:
        return "off"
    if mailbox.imap_host is None:
        return "door"
    if mailbox.failing_since is not None:
        return "failing"
    if is_unheard:
        return "silent"
    return "waiting" if mailbox.polled_at is None else "well"
