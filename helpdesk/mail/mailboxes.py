"""Which mailboxes there are, whose turn it is to be looked at, and how they fare."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, or_, select, update
from sqlalchemy.orm import undefer

from helpdesk.config import settings
from helpdesk.db import asked_once, db
from helpdesk.errors import N_, BadInput
from helpdesk.mail.models import Encryption, Mailbox, MailboxAddress, SignIn
from helpdesk.mail.watchers import watchers
from helpdesk.notifications.actions import News, tell
from helpdesk.secrets_box import unseal

FIRST_BACK_OFF = timedelta(minutes=1)
SILENT = timedelta(minutes=15)
JOB_BUDGET = timedelta(minutes=5)
GRACE = timedelta(seconds=15)  # how long before the end of its time a visit begins nothing any more
LONGEST_BACK_OFF = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class ImapAccess:
    """All that a fetch needs to know, so that no transaction is open while it talks to the server."""

    mailbox_id: int
    host: str
    port: int
    encryption: Encryption
    user: str
    password: str
    folder: str
    uidvalidity: int | None
    last_uid: int
    move_to: str | None = None
    may_move: bool = True
    sign_in: SignIn = SignIn.PASSWORD
    reserved_until: datetime | None = None
    polled_at: datetime | None = None


def claim_due(*, now: datetime) -> ImapAccess | None:
    """The mailbox that waited longest, reserved for five minutes; None if none is due."""
    mailbox = db.session.scalar(
        select(Mailbox)
        .where(Mailbox.active, Mailbox.imap_host.is_not(None))
        .where(or_(Mailbox.next_poll_at.is_(None), Mailbox.next_poll_at <= now))
        .order_by(Mailbox.next_poll_at.asc().nulls_first(), Mailbox.id)
        .options(undefer(Mailbox.imap_secret))
        .with_for_update(skip_locked=True, key_share=True)
        .limit(1)
    )
    if mailbox is None:
        return None
    mailbox.next_poll_at = now + JOB_BUDGET
    return access_of(mailbox, now=now)


def give_back(mailbox_ids: Iterable[int], *, now: datetime) -> None:
    """These were reserved for a look that could not be ended: they are due at once, not when it runs out."""
    reserved = Mailbox.id.in_(list(mailbox_ids)) & (Mailbox.next_poll_at > now)
    db.session.execute(update(Mailbox).where(reserved).values(next_poll_at=now))


def is_only_one() -> bool:
    """Whether no more than one mailbox is fetched at all, so that nobody waits for a slow server."""
    fetched = select(Mailbox.id).where(Mailbox.active, Mailbox.imap_host.is_not(None))
    return len(db.session.scalars(fetched.limit(2)).all()) < 2


def access_of(mailbox: Mailbox, *, now: datetime | None = None) -> ImapAccess:
    """Everything a visit needs; without `now` a refused move is tried again whatever the time."""
    secret = mailbox.imap_secret
    return ImapAccess(
        mailbox_id=mailbox.id,
        host=mailbox.imap_host or "",
        port=mailbox.imap_port or (993 if mailbox.imap_encryption is Encryption.TLS else 143),
        encryption=mailbox.imap_encryption,
        user=mailbox.imap_user or mailbox.address,
        password=unseal(secret).decode() if secret else "",
        folder=mailbox.imap_folder,
        uidvalidity=mailbox.uidvalidity,
        last_uid=mailbox.last_uid,
        move_to=mailbox.move_to,
        sign_in=mailbox.imap_sign_in,
        may_move=now is None or mailbox.next_move_at is None or mailbox.next_move_at <= now,
        reserved_until=mailbox.next_poll_at if now else None,
        polled_at=mailbox.polled_at,
    )


def is_still_ours(access: ImapAccess, *, now: datetime) -> bool:
    """Whether nobody else can be in the mailbox, now and for a moment to come: no visit overtook this one."""
    if access.reserved_until is None:
        return True
    until = db.session.scalar(select(Mailbox.next_poll_at).where(Mailbox.id == access.mailbox_id))
    return until == access.reserved_until and now + GRACE < access.reserved_until


def note_success(mailbox_id: int, *, is_complete: bool = True, now: datetime) -> None:
    """The mailbox answered: forget its troubles and look again after the usual interval, or go on at once."""
    mailbox = db.session.get_one(Mailbox, mailbox_id)
    mailbox.next_poll_at = now + _interval() if is_complete else now
    mailbox.polled_at = now if is_complete else mailbox.polled_at
    mailbox.failures, mailbox.failing_since, mailbox.error = 0, None, None
    mailbox.silence_told_at = None if is_complete else mailbox.silence_told_at


def note_failure(mailbox_id: int, sentence: str, *, now: datetime) -> None:
    """Keep what went wrong where people see it, and wait 1, 2, 4 ... at most 15 minutes."""
    mailbox = db.session.get_one(Mailbox, mailbox_id)
    mailbox.failures += 1
    mailbox.failing_since = mailbox.failing_since or now
    mailbox.error = sentence[:500]
    mailbox.next_poll_at = now + back_off(mailbox.failures)


def tell_of_silence(*, now: datetime) -> int:
    """Say once of each mailbox that nobody could look into it for a quarter of an hour; how many."""
    silent = db.session.scalars(
        select(Mailbox)
        .where(is_silent(now), Mailbox.silence_told_at.is_(None))
        .order_by(Mailbox.id)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for mailbox in silent:
        mailbox.silence_told_at = now
        tell(watchers(), News(kind="mail.mailbox_failing", ticket_id=None, at=now))
    return len(silent)


def is_silent(now: datetime) -> ColumnElement[bool]:
    """Whether a mailbox in use was not looked into with success for a quarter of an hour, whatever the cause:
    a server that is away, one that hangs, a job that never came round, or one that dies over it each time.
    """
    interval = timedelta(seconds=settings().poll_interval_seconds)
    long_ago = now - SILENT
    looked = func.coalesce(Mailbox.polled_at, Mailbox.connected_at, Mailbox.created_at)
    return and_(
        Mailbox.active,
        Mailbox.imap_host.is_not(None),
        or_(
            Mailbox.failing_since <= long_ago,
            Mailbox.next_poll_at <= long_ago,
            Mailbox.polled_at <= now - max(SILENT, 2 * interval),
            looked <= long_ago - JOB_BUDGET - interval,
        ),
    )


def _interval() -> timedelta:
    """The usual wait, a little more or less each time, so that many mailboxes do not ask all at once."""
    return timedelta(seconds=settings().poll_interval_seconds * random.uniform(0.9, 1.1))  # noqa: S311


def back_off(failures: int) -> timedelta:
    doubled: int = 1 << min(failures - 1, 10)
    return min(FIRST_BACK_OFF * doubled, LONGEST_BACK_OFF)


@asked_once
def mailbox_of(addresses: tuple[str, ...]) -> Mailbox | None:
    """The mailbox of the first address that is ours, with or without a plus part; None if none is."""
    wanted = [bare(address) for address in addresses]
    every = _every_address().subquery()
    rows = db.session.execute(
        select(every.c.email, Mailbox)
        .join(Mailbox, Mailbox.id == every.c.mailbox_id)
        .where(every.c.email.in_(wanted))
    )
    found = {row.email: row.Mailbox for row in rows}
    return next((found[address] for address in wanted if address in found), None)


def mailboxes_of(addresses: Iterable[str]) -> tuple[int, ...]:
    """The mailboxes among the addresses, each once."""
    return _mailboxes_among(frozenset(bare(address) for address in addresses))


@asked_once
def _mailboxes_among(wanted: frozenset[str]) -> tuple[int, ...]:
    every = _every_address().subquery()
    rows = select(every.c.mailbox_id).where(every.c.email.in_(wanted)).distinct()
    return tuple(db.session.scalars(rows.order_by(every.c.mailbox_id)))


@asked_once
def own_addresses() -> frozenset[str]:
    """Every address of ours: those that answers come from, and the further ones."""
    return frozenset(db.session.scalars(select(_every_address().subquery().c.email)))


def _every_address() -> CompoundSelect[str, int]:
    main = select(Mailbox.address.label("email"), Mailbox.id.label("mailbox_id"))
    return main.union_all(select(MailboxAddress.email, MailboxAddress.mailbox_id))


def refuse_own(email: str, field: str) -> None:
    """Nobody is reached at a mailbox of the desk: what is sent there becomes a ticket that others read.

    Raises BadInput at the field.
    """
    if mailbox_of((email,)):
        sentence = N_("%(email)s is a mailbox of this desk: what is sent there becomes a ticket.")
        raise BadInput(sentence, field, email=email)


def bare(address: str) -> str:
    """The address in lower case without what follows a plus sign in its local part (RFC 5233)."""
    local, at, domain = address.strip().lower().rpartition("@")
    return local.partition("+")[0] + at + domain
