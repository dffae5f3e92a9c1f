"""How fast mail becomes tickets: from a real Dovecot, by real workers, into a durable PostgreSQL."""

import gc
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psutil
from mail_desk import Letters, a_database, found, lay_in, open_doors, program
from sqlalchemy import func, select, update

from helpdesk.config import Settings
from helpdesk.db import db, transaction
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.sla.models import SlaClock
from helpdesk.tickets.models import Ticket
from helpdesk.timetable import timetable
from helpdesk.worker import run_worker, stop_on_signals
from tests.servers import running_dovecot

MAILS, WARM_UP, WORKERS, CORES = 1000, 40, 2, 2
LIMIT_PER_SECOND, LIMIT_GROWTH = 60.0, 1.25
INTAKE = ("poll_mailboxes", "process_inbound", "sweep")
PATIENCE_S, LOOK_EVERY_S = 170.0, 0.2


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a run cost; CPU seconds are those of everything that it started but the database."""

    mails: int
    seconds: float
    cpu_seconds: float
    half_bytes: int
    end_bytes: int
    tickets: int
    clocks: int

    @property
    def per_second(self) -> float:
        return self.mails / self.seconds

    @property
    def growth(self) -> float:
        return self.end_bytes / self.half_bytes


def run() -> None:
    """Measure and print beside the limits."""
    measured = measure()
    figures = {
        "mails a second, server to tickets with clocks": (measured.per_second, f">= {LIMIT_PER_SECOND:.0f}"),
        "CPU of workers, readers and Dovecot, ms a mail": (1000 * measured.cpu_seconds / measured.mails, ""),
        "workers' memory at the end against half-way": (measured.growth, f"<= {LIMIT_GROWTH}"),
        "workers' memory at the end, MB": (measured.end_bytes / 2**20, ""),
        "tickets": (measured.tickets, f"= {MAILS + WARM_UP}"),
        "clocks": (measured.clocks, "> 0"),
    }
    for name, (value, limit) in figures.items():
        print(json.dumps({"name": name, "value": round(value, 2), "limit": limit}, ensure_ascii=False))


def measure(mails: int = MAILS, workers: int = WORKERS) -> Measured:
    """A few letters to warm up, then the rest, timed from the moment at which the mailbox is opened."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with a_database(durable=True) as settings, running_dovecot() as dovecot:
        app = program(settings, "command")
        with app.app_context():
            letters = Letters(found(dovecot, mails + WARM_UP))
            lay_in(dovecot, map(letters.write, range(WARM_UP)))
            db.session.remove()
            db.engine.dispose()  # the children of a fork must not share a connection
        gc.collect()
        gc.freeze()  # as the command does; a first look at all there is would part it from its parent
        with _workers(settings, workers) as pids, app.app_context():
            open_doors()
            _until(lambda: _taken_in() >= WARM_UP)
            _close_doors()
            lay_in(dovecot, map(letters.write, range(WARM_UP, WARM_UP + mails)))
            result = _timed(mails, pids)
            db.session.remove()
            db.engine.dispose()
    return result


def _timed(mails: int, pids: list[int]) -> Measured:
    cpu, begun = _cpu_seconds(), time.monotonic()
    open_doors()
    _until(lambda: _taken_in() >= WARM_UP + mails // 2)
    half = _memory(pids)
    _until(lambda: _taken_in() >= WARM_UP + mails)
    seconds = time.monotonic() - begun
    with transaction():
        tickets = db.session.scalar(select(func.count()).select_from(Ticket)) or 0
        clocks = db.session.scalar(select(func.count()).select_from(SlaClock)) or 0
    return Measured(
        mails=mails,
        seconds=seconds,
        cpu_seconds=_cpu_seconds() - cpu,
        half_bytes=half,
        end_bytes=_memory(pids),
        tickets=tickets,
        clocks=clocks,
    )


@contextmanager
def _workers(settings: Settings, many: int) -> Iterator[list[int]]:
    pids = [_start(settings) for _ in range(many)]
    try:
        yield pids
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        for pid in pids:
            os.waitpid(pid, 0)


def _start(settings: Settings) -> int:
    """As `helpdesk worker`, with the jobs between server and ticket; the receipts that follow wait."""
    pid = os.fork()
    if pid:
        return pid
    try:
        app, stop = program(settings, "worker"), stop_on_signals()
        jobs = [replace(job, every=min(job.every, 1.0)) for job in timetable(settings) if job.name in INTAKE]
        run_worker(app, jobs, settings, stop=stop)
    finally:
        os._exit(0)


def _taken_in() -> int:
    with transaction():
        done = select(func.count()).where(InboundMail.state != InboundState.RECEIVED)
        return db.session.scalar(done) or 0


def _close_doors() -> None:
    """Nothing more is fetched until the clock runs."""
    with transaction():
        db.session.execute(update(Mailbox).values(active=False))


def _until(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > give_up:
            sys.exit("It takes too long.")
        time.sleep(LOOK_EVERY_S)


def _memory(pids: list[int]) -> int:
    """What the workers and their readers hold for themselves."""
    every = [
        one for pid in pids for one in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
    ]
    return sum(one.memory_full_info().uss for one in every)


def _cpu_seconds() -> float:
    me = psutil.Process()
    every = [me, *me.children(recursive=True)]
    return sum(sum(one.cpu_times()[:4]) for one in every)


if __name__ == "__main__":
    run()
