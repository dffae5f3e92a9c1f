"""What the worker does about mail; each function goes on until nothing is due, in any number of processes."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from flask import Flask, current_app

from helpdesk import clock, standstill
from helpdesk.db import db, transaction
from helpdesk.mail.fetching import fetch_mailbox
from helpdesk.mail.mailboxes import ImapAccess, claim_due, is_only_one
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
    due = list(iter(_claim, None))
    if len(due) <= 1 and _only_one():
        return sum(fetch_mailbox(access) for access in due)
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
        return claim_due(now=clock.now(db.session))


def _fetch_in_thread(app: Flask, access: ImapAccess) -> int:
    with app.app_context():
        return fetch_mailbox(access)


def _until_done(step: Callable[[], bool]) -> int:
    if _stands_still():
        return 0
    count = 0
    while step():
        count += 1
    return count
