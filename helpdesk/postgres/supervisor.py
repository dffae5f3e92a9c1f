"""Who uses the embedded server: the first command on a data folder starts it, the last one out stops it."""

import fcntl
import logging
import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg2

from helpdesk.postgres import server
from helpdesk.postgres.folder import Folder, PostgresError, prepare
from helpdesk.postgres.roles import Urls, furnish

LOOK_EVERY = 2.0  # seconds
LEAVE_WITHIN = 0.5  # seconds to wait for whoever is starting the server, and so goes on working with it
TRY_EVERY = 0.05

log = logging.getLogger(__name__)


@contextmanager
def embedded(data_dir: Path | str, *, durable: bool = True) -> Iterator[Urls]:
    """The desk's own server, running while the block runs.

    Commands on the same data folder share one server through file locks, which the kernel drops even
    after a hard kill. A forked child leaves everything to its parent. Without `durable` a power cut may
    lose the data: for tests.
    """
    folder, owner = prepare(Path(data_dir)), os.getpid()
    with _open(folder, "postgres.users") as users:
        with _alone(folder):
            _ensure(folder, over=threading.Event(), durable=durable)
            fcntl.flock(users, fcntl.LOCK_SH)
        over = _watch(folder, durable=durable)
        try:
            yield Urls(folder)
        finally:
            if os.getpid() == owner:
                over.set()
                _leave(folder, users)


def is_running(data_dir: Path | str) -> bool:
    """Whether a server answers for this data folder right now, whoever started it."""
    root = Path(data_dir).expanduser().resolve()
    return root.exists() and server.running_pid(Folder(root, root, None)) is not None


def _ensure(folder: Folder, *, over: threading.Event, durable: bool) -> None:
    if server.running_pid(folder) is not None:
        return
    server.make_cluster(folder, durable=durable)
    if server.start(folder, over=over, durable=durable):
        furnish(folder)


def _leave(folder: Folder, users: IO[str]) -> None:
    """The last one out stops the server. Whoever keeps others from it for long is starting it, and stays; it
    may have found us still here, though, and be gone, so there is a second look.
    """
    for within in (LEAVE_WITHIN, 0.0):
        with _alone(folder, within=within) as is_alone:
            fcntl.flock(users, fcntl.LOCK_UN)
            if is_alone:
                return _stop_unless_used(folder, users)
    return None


def _stop_unless_used(folder: Folder, users: IO[str]) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another command still works with it
    server.stop(folder)


def _watch(folder: Folder, *, durable: bool) -> threading.Event:
    """Bring the server back should it die under us; setting the event ends the watch."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY):
            if server.running_pid(folder) is None:
                _revive(folder, over, durable=durable)

    threading.Thread(target=look, name="postgres-watch", daemon=True).start()
    return over


def _revive(folder: Folder, over: threading.Event, *, durable: bool) -> None:
    with _alone(folder):
        if over.is_set() or server.running_pid(folder) is not None or not folder.cluster.exists():
            return
        log.warning("PostgreSQL has ended by itself and is started again.")
        try:
            _ensure(folder, over=over, durable=durable)
        except (PostgresError, psycopg2.Error, OSError):
            log.exception("PostgreSQL did not come back; the next try is in a moment.")


@contextmanager
def _alone(folder: Folder, *, within: float = math.inf) -> Iterator[bool]:
    """Starting and stopping is done by one process at a time; False when it did not get its turn."""
    end = time.monotonic() + within
    with _open(folder, "postgres.lock") as door:
        while not (is_alone := _is_locked(door)) and time.monotonic() < end:
            time.sleep(TRY_EVERY)
        yield is_alone


def _is_locked(door: IO[str]) -> bool:
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(folder: Folder, name: str) -> IO[str]:
    return (folder.root / name).open("a", encoding="ascii")
