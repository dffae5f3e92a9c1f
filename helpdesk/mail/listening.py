"""Listening for new mail, which only makes things faster: each mailbox is looked into every minute anyway."""

import logging
import threading
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from imapclient import IMAPClient
from sqlalchemy import or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import undefer

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.db import db, notify, transaction
from helpdesk.mail.imap import TROUBLE, session
from helpdesk.mail.mailboxes import LONGEST_BACK_OFF, ImapAccess, access_of, back_off
from helpdesk.mail.models import Mailbox

CHANNEL = "mailboxes"
RENEW = timedelta(minutes=9)  # servers hang up after half an hour, routers after ten minutes
LEASE = RENEW + timedelta(minutes=2)
LOOK_S, LOOK_SOON_S = 30.0, 1.0
NEWS = (b"EXISTS", b"RECENT")
log = logging.getLogger(__name__)


class Renewed(Exception):
    """The time is over; the line is dropped rather than talked to, since some servers no longer answer."""


def listen_to_all() -> int:
    """Start a listener for each mailbox that nobody listens to; how many were started."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with transaction():
        free = _claim_free()
    for access in free:
        name = f"listen-{access.mailbox_id}"
        threading.Thread(target=_listen_in_thread, args=(app, access), name=name, daemon=True).start()
    return len(free)


def _claim_free() -> list[ImapAccess]:
    """Mailboxes that answer and have no listener; one process takes each, until its time is over."""
    now = clock.now(db.session)
    free = db.session.scalars(
        select(Mailbox)
        .where(Mailbox.active, Mailbox.imap_host.is_not(None))
        .where(Mailbox.failing_since.is_(None), Mailbox.polled_at.is_not(None))
        .where(or_(Mailbox.listened_until.is_(None), Mailbox.listened_until <= now))
        .options(undefer(Mailbox.imap_secret))
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for mailbox in free:
        mailbox.listened_until = now + LEASE
    return [access_of(mailbox) for mailbox in free]


def _listen_in_thread(app: Flask, access: ImapAccess) -> None:
    """One session, then rest. While the database is away nothing can be written: the claim runs out."""
    with app.app_context():
        try:
            pause = _listen_once(access, app.extensions.setdefault("listening_failed", {}))
            with transaction():
                _rest(access, pause)
        except OperationalError:
            log.warning("listen: mailbox=%d left off: the database is away", access.mailbox_id)
        finally:
            db.session.remove()


def _listen_once(access: ImapAccess, failed: dict[int, int]) -> timedelta:
    """How long to rest after it: not at all when its time is over, longer each time that it failed."""
    try:
        pause = timedelta(0) if listen(access) else LONGEST_BACK_OFF
    except TROUBLE as trouble:
        failed[access.mailbox_id] = failed.get(access.mailbox_id, 0) + 1
        log.info("listen: mailbox=%d broke off: %s", access.mailbox_id, type(trouble).__name__)
        return back_off(failed[access.mailbox_id])
    failed.pop(access.mailbox_id, None)
    return pause


def listen(access: ImapAccess, *, longest: timedelta = RENEW) -> bool:
    """Have the mailbox looked into whenever its server says that something came; False if it never says.

    A line over which nothing is heard any more is dropped and made anew, whatever it looks like.
    """
    with suppress(Renewed), session(access, longest=longest + timedelta(minutes=1)) as server:
        if not server.has_capability("IDLE"):
            return False
        server.select_folder(access.folder, readonly=True)
        server.idle()
        _wait_for_news(server, access, time.monotonic() + longest.total_seconds())
        raise Renewed
    return True


def _wait_for_news(server: IMAPClient, access: ImapAccess, until: float) -> None:
    is_wanted = False
    while (left := until - time.monotonic()) > 0:
        begun, wait = time.monotonic(), min(left, LOOK_SOON_S if is_wanted else LOOK_S)
        heard = server.idle_check(timeout=wait)
        if not heard and time.monotonic() - begun < wait / 2:
            raise ConnectionError("the line is dead")  # readable, and nothing to read
        is_wanted = is_wanted or any(_is_news(one) for one in heard)
        if is_wanted:
            is_wanted = not _call(access)


def _is_news(response: tuple[Any, ...]) -> bool:
    return any(word in NEWS for word in response if isinstance(word, bytes))


def _call(access: ImapAccess) -> bool:
    """Make the mailbox due; False while somebody is looking into it, who may have looked too early."""
    interval = timedelta(seconds=settings().poll_interval_seconds * 1.2)
    with transaction():
        now = clock.now(db.session)
        due: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
            update(Mailbox)
            .where(Mailbox.id == access.mailbox_id, Mailbox.next_poll_at <= now + interval)
            .values(next_poll_at=now)
        )
        notify(CHANNEL)
        return due.rowcount > 0


def _rest(access: ImapAccess, pause: timedelta) -> None:
    until = clock.now(db.session) + pause
    db.session.execute(
        update(Mailbox).where(Mailbox.id == access.mailbox_id).values(listened_until=until if pause else None)
    )
