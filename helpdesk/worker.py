"""The timetable of jobs and the process that runs it; any number of these processes may run at once."""

import logging
import math
import os
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
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import clock, firm, heartbeat
from helpdesk.config import Settings
from helpdesk.db import db, end_read, transaction

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # how soon a change of plan, or the wish to stop, is noticed
RECONNECT_SECONDS = 2.0
CONNECT_SECONDS = 2  # libpq takes no less
FINISH_SECONDS = 20.0  # that a run in progress may take when the worker is told to end
AWAY_SECONDS = 0.5  # the same while the database is away
LOOK_AT_END_SECONDS = 0.02
LEAST_SECONDS = 1.0  # between two runs that nobody called for, when what is overdue cannot be done yet


@dataclass(frozen=True)
class Job:
    """Something to do again and again: `run` works inside an app context until nothing is due.

    `every` is the longest wait in seconds; a NOTIFY on `channel` starts it at once. `seconds_to_next` says
    after a run when the next thing is due (None: nothing is), so that it is done at that moment.
    """

    name: str
    run: Callable[[], object]
    every: float
    channel: str | None = None
    seconds_to_next: Callable[[], float | None] | None = None


class Turn:
    """One job of one process: never twice at a time, and a wake-up during a run is not lost."""

    def __init__(self, app: Flask, job: Job) -> None:
        self.job = job
        self._app = app
        self._again = threading.Event()
        self._busy = threading.Lock()
        self._due_at = math.inf  # on the clock of time.monotonic

    def run(self) -> None:
        """Do the job now; while it runs elsewhere in this process, it is done once more afterwards."""
        self._again.set()
        while self._again.is_set() and self._busy.acquire(blocking=False):
            try:
                self._again.clear()
                self._due_at = math.inf
                run_once(self._app, self.job)
                self._due_at = time.monotonic() + seconds_to_next(self._app, self.job)
            finally:
                self._busy.release()

    def is_busy(self) -> bool:
        return self._busy.locked()

    def wait(self) -> float:
        """Seconds until its next thing is due, 0 when it is; infinity while it runs or nothing is to come."""
        return max(0.0, self._due_at - time.monotonic())

    def is_due(self) -> bool:
        """Whether its next thing is due; true once only, for whoever starts it then."""
        if self.wait():
            return False
        self._due_at = math.inf
        return True


def run_once(app: Flask, job: Job) -> None:
    """Do the job and write down that it ended; a failure is logged and noted, never raised."""
    begun = time.monotonic()
    with app.app_context():
        error = _attempt(job)
        _note(job, error)
        db.session.remove()
    log.debug("job %s took %.0f ms", job.name, (time.monotonic() - begun) * 1000)


def seconds_to_next(app: Flask, job: Job) -> float:
    """When the job wants to run again by itself, in seconds; infinity: not before its interval."""
    if job.seconds_to_next is None:
        return math.inf
    with app.app_context():
        try:
            seconds = job.seconds_to_next()
            end_read()
        except SQLAlchemyError:
            log.warning("job %s could not look ahead", job.name)
            return math.inf
        finally:
            db.session.remove()
    return math.inf if seconds is None else max(LEAST_SECONDS, seconds)


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
    """Run the timetable until `stop` is set; a run in progress is finished first, if it can be: without its
    database it could keep nothing, and what breaks off is done again, as after any hard end.
    """
    turns = [Turn(app, job) for job in jobs]
    scheduler = BackgroundScheduler(timezone="UTC")
    for turn in turns:
        scheduler.add_job(
            _start,
            "interval",
            args=(turn,),
            seconds=turn.job.every,
            id=turn.job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    for turn in turns:
        _start(turn)
    has_database = False
    try:
        has_database = _listen(settings, turns, stop)
    finally:
        scheduler.shutdown(wait=True)
        _let_finish(turns, settings, has_database=has_database)


def leave() -> None:
    """End the process at once where threads still wait for something that does not answer."""
    this = threading.current_thread()
    if any(one is not this and not one.daemon for one in threading.enumerate()):
        logging.shutdown()
        os._exit(0)


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


def _let_finish(turns: list[Turn], settings: Settings, *, has_database: bool) -> None:
    """Wait for what runs, as long as there is hope."""
    if not any(turn.is_busy() for turn in turns):
        return
    is_hopeful = has_database and _answers(settings)
    end = time.monotonic() + (FINISH_SECONDS if is_hopeful else AWAY_SECONDS)
    while (busy := [turn.job.name for turn in turns if turn.is_busy()]) and time.monotonic() < end:
        time.sleep(LOOK_AT_END_SECONDS)
    if busy:
        log.warning("left unfinished, to be done again: %s", ", ".join(busy))


def _answers(settings: Settings) -> bool:
    try:
        _connect(settings).close()
    except psycopg2.Error:
        return False
    return True


def _connect(settings: Settings) -> psycopg2.extensions.connection:
    return psycopg2.connect(_plain(settings.database_url or ""), connect_timeout=CONNECT_SECONDS)


def _listen(settings: Settings, turns: list[Turn], stop: threading.Event) -> bool:
    """Wake jobs by NOTIFY; after each (re)connection every listening job runs once, for what was missed.

    Whether the database was there at the end.
    """
    while not stop.is_set():
        try:
            _listen_until_broken(settings, turns, stop)
            return True
        except psycopg2.Error:
            log.warning("the listening connection broke; trying again")
            stop.wait(RECONNECT_SECONDS)
    return False


def _listen_until_broken(settings: Settings, turns: list[Turn], stop: threading.Event) -> None:
    connection = _connect(settings)
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
    """Until somebody calls, until something is due, or a second; then start what is wanted."""
    wait = min([LOOK_SECONDS, *(turn.wait() for turn in turns)])
    heard = _heard(connection) if select.select([connection], [], [], wait)[0] else set()
    for turn in turns:
        if turn.is_due() or turn.job.channel in heard:
            _start(turn)


def _heard(connection: psycopg2.extensions.connection) -> set[str]:
    connection.poll()
    heard = {notice.channel for notice in connection.notifies}
    connection.notifies.clear()
    return heard


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
