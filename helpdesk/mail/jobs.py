"""What the worker does about mail; each function goes on until nothing is due, in any number of processes."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import cast

from flask import Flask, current_app

from helpdesk import clock, standstill
from helpdesk.db import db, transaction
from helpdesk.mail.fetching import fetch_mailbox
from helpdesk.mail.mailboxes import ImapAccess, claim_due, give_back, is_only_one
from helpdesk.mail.processing import process_next
from helpdesk.mail.sending import send_next

THREADS = 8
LOOK_AGAIN_S = 1.0


def poll_mailboxes() -> int:
    """Look into every mailbox that is due, each in its own thread: a dead server stops only itself.

    While one hangs, the others are looked into again and again as they fall due.
    """
    if _stands_still():
        return 0
    _give_back()
    due = list(iter(_claim, None))
    if len(due) <= 1 and _only_one():
        return sum(_fetch(access) for access in due)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    count, running = 0, set[Future[int]]()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="imap") as threads:
        while due or running:
            running |= {threads.submit(_fetch_in_thread, app, access) for access in due}
            done, running = wait(running, timeout=LOOK_AGAIN_S, return_when=FIRST_COMPLETED)
            count += sum(one.result() for one in done)
            due = list(iter(_claim, None)) if running else []
    return count


def process_inbound() -> int:
    """Turn every waiting message into what it is; the number of messages taken up."""
    return _until_done(process_next)


def send_outbox() -> int:
    """Send everything that is due; the number of mails tried."""
    return _until_done(send_next)


def _stands_still() -> bool:
    with transaction():
        return standstill.is_on()


def _only_one() -> bool:
    with transaction():
        return is_only_one()


def _claim() -> ImapAccess | None:
    with transaction():
        access = claim_due(now=clock.now(db.session))
    if access is not None:
        _reserved().add(access.mailbox_id)
    return access


def _fetch_in_thread(app: Flask, access: ImapAccess) -> int:
    with app.app_context():
        return _fetch(access)


def _fetch(access: ImapAccess) -> int:
    count = fetch_mailbox(access)
    _reserved().discard(access.mailbox_id)
    return count


def _give_back() -> None:
    """When the database went away in the middle of a look, the mailbox need not wait for its time to end."""
    left = _reserved()
    if left:
        with transaction():
            give_back(left, now=clock.now(db.session))
        left.clear()


def _reserved() -> set[int]:
    """The mailboxes that this process is looking into; between two runs, those it could not end."""
    return cast("set[int]", current_app.extensions.setdefault("mailboxes_reserved", set[int]()))


def _until_done(step: Callable[[], bool]) -> int:
    if _stands_still():
        return 0
    count = 0
    while step():
        count += 1
    return count
