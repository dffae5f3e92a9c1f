"""The server process of one data folder: how it is made, started, recognised and stopped."""

import contextlib
import logging
import os
import pwd
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from helpdesk.postgres.folder import Folder, PostgresError

SUPERUSER = "postgres"
PATIENCE = 600.0  # seconds; recovery after a hard stop may replay much
STOP_WITHIN = 30.0
RETRY_WITHIN = 20.0  # seconds the helpers of a killed server may take to let go of its memory
STILL_LEAVING = ("is still in use", "lock file", "shared memory")
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "log_min_messages": "warning",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

log = logging.getLogger(__name__)


def make_cluster(folder: Folder, *, durable: bool) -> None:
    """Run initdb beside the final place and move it there, so a kill in between leaves nothing half made.

    The built-in C.UTF-8 rules lower-case Russian, which full-text search needs, on any machine.
    """
    if folder.cluster.exists():
        return
    draft = folder.sockets / "new-cluster"
    shutil.rmtree(draft, ignore_errors=True)
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    options += ["--builtin-locale=C.UTF-8", f"--username={SUPERUSER}", "--no-instructions"]
    command = [
        str(folder.binaries / "initdb"),
        *options,
        *([] if durable else ["--no-sync"]),
        "-D",
        str(draft),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_identity(folder))
    if done.returncode:
        raise PostgresError(
            f"PostgreSQL could not make its files in {folder.root}: {_last_line(done.stderr)}"
        )
    draft.rename(folder.cluster)


def start(folder: Folder, *, over: threading.Event, durable: bool) -> bool:
    """Start the server and wait until it answers, however long its recovery takes; False when `over` was set
    before, and whoever stops it finds it starting or not there.
    """
    began = time.monotonic()
    while not over.is_set():
        drop_stale_pid(folder)
        process = _launch(folder, durable=durable)
        if _wait_until_ready(folder, process, over):
            return True
        if over.is_set():
            break
        reason = _tail(folder.log)
        if not any(word in reason for word in STILL_LEAVING) or time.monotonic() - began > RETRY_WITHIN:
            raise PostgresError(f"PostgreSQL did not start: {_last_line(reason)} (see {folder.log})")
        over.wait(0.5)
    return False


def stop(folder: Folder) -> None:
    """End the server and every connection to it; nothing happens when none runs."""
    pid = running_pid(folder)
    if pid is None:
        return
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        if _gone_within(pid, STOP_WITHIN):
            return
    raise PostgresError(f"PostgreSQL (process {pid}) does not stop.")


def running_pid(folder: Folder) -> int | None:
    """The server of this folder, not just any process that has got its number since."""
    pid = _noted_pid(folder)
    if pid is None:
        return None
    _reap(pid)
    try:
        command = psutil.Process(pid).cmdline()
    except psutil.Error:
        return None
    return pid if str(folder.cluster) in command else None


def drop_stale_pid(folder: Folder) -> None:
    """After a hard stop the note may name a stranger, at whose sight PostgreSQL would refuse to start."""
    if running_pid(folder) is None:
        (folder.cluster / "postmaster.pid").unlink(missing_ok=True)


def connect(folder: Folder, *, user: str = SUPERUSER, database: str = "postgres") -> Any:
    """A connection on which every statement stands by itself."""
    connection = psycopg2.connect(host=str(folder.sockets), user=user, dbname=database, connect_timeout=10)
    connection.autocommit = True
    return connection


def _launch(folder: Folder, *, durable: bool) -> "subprocess.Popen[bytes]":
    options = OPTIONS | {"unix_socket_directories": str(folder.sockets)} | ({} if durable else CARELESS)
    command = [str(folder.binaries / "postgres"), "-D", str(folder.cluster)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    with folder.log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,  # Ctrl-C in the terminal is ours to answer
            **_identity(folder),
        )


def _wait_until_ready(folder: Folder, process: "subprocess.Popen[bytes]", over: threading.Event) -> bool:
    """False when the process ended instead, or nobody wants it any more."""
    began, told = time.monotonic(), False
    while process.poll() is None and not over.is_set():
        with contextlib.suppress(psycopg2.OperationalError):
            connect(folder).close()
            return True
        waited = time.monotonic() - began
        if waited > PATIENCE:
            raise PostgresError(f"PostgreSQL did not get ready in {PATIENCE:.0f} seconds (see {folder.log}).")
        if waited > 2 and not told:
            log.info("PostgreSQL is putting its files in order after a hard stop.")
            told = True
        time.sleep(0.02)
    return False


def _gone_within(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while _is_alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _is_alive(pid: int) -> bool:
    """A process that has ended and waits for its starter to notice does not count."""
    _reap(pid)
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _noted_pid(folder: Folder) -> int | None:
    try:
        return int((folder.cluster / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _reap(pid: int) -> None:
    """A server started here stays listed after its end until its starter asks for the result."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _identity(folder: Folder) -> dict[str, Any]:
    """Plain surroundings for the server's programs, and its own user where one is needed."""
    surroundings = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    if folder.user is None:
        return {"env": surroundings}
    group = pwd.getpwnam(folder.user).pw_gid
    return {"env": surroundings, "user": folder.user, "group": group, "extra_groups": []}


def _tail(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")[-4000:] if file.exists() else ""


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return (fatal or lines or ["it said nothing"])[-1].strip()
