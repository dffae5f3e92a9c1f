"""The timetable of jobs and the process that runs it; any number of these processes may run at once."""

import logging
import select
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

import psycopg2
import psycopg2.extensions
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.engine import make_url

from helpdesk import clock, firm, heartbeat
from helpdesk.config import Settings
from helpdesk.db import db, end_read, transaction

log = logging.getLogger(__name__)

LISTEN_SECONDS = 5.0
RECONNECT_SECONDS = 2.0


@dataclass(frozen=True)
class Job:
    """Something to do again and again: `run` works inside an app context until nothing is due.

    `every` is the longest wait in seconds; a NOTIFY on `channel` starts it at once.
    """

    name: str
    run: Callable[[], object]
    every: float
    channel: str | None = None


class Turn:
    """One job of one process: never twice at a time, and a wake-up during a run is not lost."""

    def __init__(self, app: Flask, job: Job) -> None:
        self.job = job
        self._app = app
        self._again = threading.Event()
        self._busy = threading.Lock()

    def run(self) -> None:
        """Do the job now; while it runs elsewhere in this process, it is done once more afterwards."""
        self._again.set()
        while self._again.is_set() and self._busy.acquire(blocking=False):
            try:
                self._again.clear()
                run_once(self._app, self.job)
            finally:
                self._busy.release()


def run_once(app: Flask, job: Job) -> None:
    """Do the job and write down that it ended; a failure is logged and noted, never raised."""
    begun = time.monotonic()
    with app.app_context():
        error = _attempt(job)
        _note(job, error)
        db.session.remove()
    log.debug("job %s took %.0f ms", job.name, (time.monotonic() - begun) * 1000)


def _attempt(job: Job) -> str | None:
    """The name of what went wrong, None when nothing did."""
    try:
        firm.refresh()
        job.run()
    except Exception as error:
        log.exception("job %s failed", job.name)
        with suppress(Exception):
            end_read()
        return type(error).__name__
    return None


def _note(job: Job, error: str | None) -> None:
    try:
        with transaction():
            heartbeat.beat(job.name, now=clock.now(db.session), error=error)
    except Exception:  # noqa: BLE001  (the database may be away; the next run tries again)
        log.warning("job %s could not write its heartbeat", job.name)


def run_worker(app: Flask, jobs: Iterable[Job], settings: Settings, *, stop: threading.Event) -> None:
    """Run the timetable until `stop` is set; a run in progress is finished first."""
    turns = [Turn(app, job) for job in jobs]
    scheduler = BackgroundScheduler(timezone="UTC")
    for turn in turns:
        scheduler.add_job(
            turn.run,
            "interval",
            seconds=turn.job.every,
            id=turn.job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    for turn in turns:
        _start(turn)
    try:
        _listen(settings, turns, stop)
    finally:
        scheduler.shutdown(wait=True)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, note)
    signal.signal(signal.SIGINT, note)
    return stop


def _start(turn: Turn) -> None:
    threading.Thread(target=turn.run, name=turn.job.name, daemon=True).start()


def _listen(settings: Settings, turns: list[Turn], stop: threading.Event) -> None:
    """Wake jobs by NOTIFY; after each (re)connection every listening job runs once, for what was missed."""
    while not stop.is_set():
        try:
            _listen_until_broken(settings, turns, stop)
        except psycopg2.Error:
            log.warning("the listening connection broke; trying again")
            stop.wait(RECONNECT_SECONDS)


def _listen_until_broken(settings: Settings, turns: list[Turn], stop: threading.Event) -> None:
    connection = psycopg2.connect(_plain(settings.database_url or ""), connect_timeout=5)
    try:
        connection.set_session(autocommit=True)
        with connection.cursor() as cursor:
            for channel in sorted({turn.job.channel for turn in turns if turn.job.channel}):
                cursor.execute(f'listen "{channel}"')
        for turn in turns:
            if turn.job.channel:
                _start(turn)
        while not stop.is_set():
            _wait(connection, turns)
    finally:
        connection.close()


def _wait(connection: psycopg2.extensions.connection, turns: list[Turn]) -> None:
    if not select.select([connection], [], [], min(LISTEN_SECONDS, 1.0))[0]:
        return
    connection.poll()
    heard = {notice.channel for notice in connection.notifies}
    connection.notifies.clear()
    for turn in turns:
        if turn.job.channel in heard:
            _start(turn)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
