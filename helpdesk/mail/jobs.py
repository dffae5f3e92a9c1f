"""What the worker does about mail; each function goes on until nothing is due, in any number of processes."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import cast

from flask import Flask, current_app

from helpdesk import clock, standstill
from helpdesk.db import db, transaction
from helpdesk.mail import probing
from helpdesk.mail.fetching import fetch_mailbox
from helpdesk.mail.listening import listen_to_all
from helpdesk.mail.mailboxes import ImapAccess, claim_due, give_back, is_only_one, tell_of_silence
from helpdesk.mail.processing import process_some
from helpdesk.mail.relays import look_after_relays
from helpdesk.mail.routes import routes
from helpdesk.mail.sending import send_next

THREADS = 64  # started only as they are needed
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


def listen_to_mailboxes() -> int:
    """Let servers call when something comes; how many listeners were started."""
    return 0 if _stands_still() else listen_to_all()


def watch_mailboxes() -> int:
    """Tell people of mailboxes that nobody could look into for a while; how many.

    Not at the first run, nor while mail stands still: whoever just begins to look has found nothing yet.
    """
    watched = current_app.extensions.get("mailboxes_watched", False)
    current_app.extensions["mailboxes_watched"] = goes = not _stands_still()
    if not (goes and watched):
        return 0
    with transaction():
        return tell_of_silence(now=clock.now(db.session))


def probe_mailboxes() -> int:
    """Let mailboxes write to themselves once a day, and tell people where none came back; how many."""
    if _stands_still():
        return 0
    with transaction():
        now = clock.now(db.session)
        return probing.write_due(now=now) + probing.tell_of_lost(now=now)


def process_inbound() -> int:
    """Turn every waiting message into what it is; the number of messages taken up."""
    return _until_done(process_some)


def send_outbox() -> int:
    """Send everything that is due, each relay in its own thread: a slow one keeps nobody else waiting."""
    if _stands_still():
        return 0
    relays = _relays()
    if len(relays) <= 1:
        return _until_done(send_next)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with ThreadPoolExecutor(len(relays), thread_name_prefix="smtp") as threads:
        return sum(threads.map(partial(_send_in_thread, app), relays))


def ask_relays() -> int:
    """Knock at the relays that were away, so that what waits goes as soon as they are back."""
    return 0 if _stands_still() else look_after_relays()


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


def _relays() -> list[str]:
    with transaction():
        return sorted({route.relay for route in routes()})


def _send_in_thread(app: Flask, relay: str) -> int:
    with app.app_context():
        return _until_done(partial(send_next, relay))


def _until_done(step: Callable[[], int]) -> int:
    """Step after step until one finds nothing; how much was done in all."""
    if _stands_still():
        return 0
    return sum(iter(step, 0))
