"""Who uses the embedded server: the first command on a data folder starts it, the last one out stops it."""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg2

from helpdesk.postgres import server
from helpdesk.postgres.folder import Folder, PostgresError, prepare
from helpdesk.postgres.roles import Urls, furnish

LOOK_EVERY = 2.0  # seconds

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
            _ensure(folder, durable=durable)
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


def _ensure(folder: Folder, *, durable: bool) -> None:
    if server.running_pid(folder) is not None:
        return
    server.make_cluster(folder, durable=durable)
    server.start(folder, durable=durable)
    furnish(folder)


def _leave(folder: Folder, users: IO[str]) -> None:
    with _alone(folder):
        fcntl.flock(users, fcntl.LOCK_UN)
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
            _ensure(folder, durable=durable)
        except (PostgresError, psycopg2.Error, OSError):
            log.exception("PostgreSQL did not come back; the next try is in a moment.")


@contextmanager
def _alone(folder: Folder) -> Iterator[None]:
    """Starting and stopping is done by one process at a time."""
    with _open(folder, "postgres.lock") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def _open(folder: Folder, name: str) -> IO[str]:
    return (folder.root / name).open("a", encoding="ascii")
