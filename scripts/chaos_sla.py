"""Kills the workers of a desk again and again while its deadlines pass, then looks what was lost or doubled.

Everything is real: an own PostgreSQL, tickets opened while workers sweep, kill -9 at random and at every
named point of the code. The same seed makes the same tickets and the same plan of kills. Ends with 1 when
anything was lost or doubled, or when a named point was never reached.
"""

import argparse
import json
import logging
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from chaos_sla_desk import Stage, change_the_policy, let_mail_go, open_one, program, set_the_stage
from chaos_sla_verdict import Verdict, verdict

from helpdesk import killpoints, schema
from helpdesk.config import Settings, load_settings
from helpdesk.db import db, transaction
from helpdesk.killpoints import Point
from helpdesk.postgres import embedded
from helpdesk.sla.sweep import seconds_to_next
from helpdesk.sla.what_if.models import RecomputeState, SlaRecompute
from helpdesk.timetable import timetable
from helpdesk.worker import run_worker, stop_on_signals

WORKERS, DEADLINES, KILLS, SECONDS = 4, 2000, 40, 60.0
DEADLINES_EACH = 3  # of a ticket: first answer, solution, line 1
LOOK_EVERY = 0.05
SOON = 2.0  # every job comes round that often, since those who died leave it to the next
PATIENCE = 900.0  # beyond the planned end, on a busy machine
GRACE = 300.0  # for those who are to die at a point and have nothing to do any more


@dataclass(frozen=True)
class Wish:
    """How much of everything; the defaults are those of the issue that asks for the proof."""

    seed: int = 1
    deadlines: int = DEADLINES
    kills: int = KILLS
    seconds: float = SECONDS
    workers: int = WORKERS


def plan_of(wish: Wish) -> list[str]:
    """The armed deaths in their order: every named point once, each at one of its first passings.

    What is left of the kills happens at random.
    """
    dice = random.Random(wish.seed)  # noqa: S311  (a plan, no secret)
    points = list(Point)
    dice.shuffle(points)
    return [f"{point}/{dice.randint(1, 2)}" for point in points]


@dataclass
class Pool:
    """The workers: each a process of its own, started again when it died."""

    settings: Settings
    wish: Wish
    plan: list[str] = field(default_factory=list)
    running: dict[int, str | None] = field(default_factory=dict)
    died_at: Counter[str] = field(default_factory=Counter)
    ended_otherwise: list[str] = field(default_factory=list)

    def fill(self) -> None:
        """Start as many as are missing; the next of the plan are armed, but for one that dies at random."""
        while len(self.running) < self.wish.workers:
            to_die = sum(armed is not None for armed in self.running.values())
            armed = self.plan.pop(0) if self.plan and to_die < self.wish.workers - 1 else None
            self.running[self._start(armed)] = armed

    def reap(self) -> None:
        """Notice who died, and at what."""
        for pid in list(self.running):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self._note(self.running.pop(pid), status)

    def kill_one(self, dice: random.Random) -> None:
        """kill -9 for a worker that is not to die elsewhere."""
        free = [pid for pid, armed in self.running.items() if armed is None]
        if free:
            pid = dice.choice(sorted(free))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            del self.running[pid]
            self.died_at["at random"] += 1

    def has_plans(self) -> bool:
        """Whether a worker is still to die at some point."""
        return bool(self.plan) or any(armed is not None for armed in self.running.values())

    def disarm(self) -> list[str]:
        """Kill those that never came to their point; where that was."""
        late = {pid: armed for pid, armed in self.running.items() if armed is not None}
        for pid in late:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            del self.running[pid]
        missed = [armed.partition("/")[0] for armed in (*late.values(), *self.plan) if armed]
        self.plan.clear()
        return missed

    def stop(self) -> None:
        """Let them finish what they do."""
        for pid in self.running:
            os.kill(pid, signal.SIGTERM)
        for pid in self.running:
            os.waitpid(pid, 0)
        self.running.clear()

    def _start(self, armed: str | None) -> int:
        pid = os.fork()
        if pid:
            return pid
        try:
            _be_a_worker(self.settings, armed)
        finally:
            os._exit(1)

    def _note(self, armed: str | None, status: int) -> None:
        died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if armed and died:
            self.died_at[armed.partition("/")[0]] += 1
        else:
            self.ended_otherwise.append(f"a worker ended by itself with status {status}")


def _be_a_worker(settings: Settings, armed: str | None) -> None:
    """As `helpdesk worker`, in a process made from this one, which has imported everything already."""
    if armed:
        killpoints.arm(armed)
    app, stop = program(settings, "worker"), stop_on_signals()
    jobs = [replace(job, every=min(job.every, SOON)) for job in timetable(settings)]
    run_worker(app, jobs, settings, stop=stop)
    os._exit(0)


def chaos(wish: Wish) -> Verdict:
    """The whole run."""
    with _database() as settings:
        app = program(settings, "command")
        with app.app_context():
            stage = set_the_stage(wish.seconds)
            db.session.remove()
            db.engine.dispose()  # the children of a fork must not share a connection
        pool = Pool(settings, wish, plan_of(wish))
        with app.app_context():
            try:
                missed_points = _play(stage, pool, wish)
            finally:
                pool.stop()
            found = verdict(stage, wish.seed, dict(pool.died_at), missed_points, pool.ended_otherwise)
            db.session.remove()
            db.engine.dispose()
    return found


def _play(stage: Stage, pool: Pool, wish: Wish) -> list[str]:
    """Tickets come in for the first half, workers die all the time, deadlines pass until the end."""
    dice, begun = random.Random(wish.seed + 1), time.monotonic()  # noqa: S311
    tickets = -(-wish.deadlines // DEADLINES_EACH)
    at_random = sorted(dice.uniform(0, wish.seconds) for _ in range(max(0, wish.kills - len(pool.plan))))
    opened, changed_at, missed = 0, 0.0, list[str]()
    while (elapsed := time.monotonic() - begun) < wish.seconds + PATIENCE:
        pool.reap()
        pool.fill()
        if at_random and elapsed >= at_random[0]:
            at_random.pop(0)
            pool.kill_one(dice)
        while opened < tickets and opened <= tickets * elapsed / (wish.seconds / 2):
            open_one(stage, dice)
            opened += 1
        if elapsed > wish.seconds + GRACE:
            missed += pool.disarm()
        if elapsed - changed_at > max(1.0, wish.seconds / 12) and pool.has_plans():
            change_the_policy(stage)
            if opened == tickets:
                open_one(stage, dice)  # so that there is something to die at
                let_mail_go()
            changed_at = elapsed
        if opened == tickets and not at_random and not pool.has_plans() and _is_quiet():
            return missed
        time.sleep(LOOK_EVERY)
    return [*missed, "the end: deadlines were still to come"]


def _is_quiet() -> bool:
    """Nothing is to come any more."""
    with transaction():
        running = db.session.query(SlaRecompute).filter(SlaRecompute.state == RecomputeState.RUNNING).count()
        return seconds_to_next() is None and not running


@contextmanager
def _database() -> Iterator[Settings]:
    """A PostgreSQL of this run alone with an empty desk."""
    with TemporaryDirectory(prefix="chaos-sla-") as place:
        Path(place).chmod(0o711)  # PostgreSQL does not run as root, and has to get in
        with embedded(place, durable=False) as urls:
            schema.upgrade(urls.owner, app_url=urls.app)
            settings = load_settings({"HELPDESK_DATA_DIR": place, "HELPDESK_SWEEP_INTERVAL_SECONDS": "1"})
            yield settings.with_database(urls.app, urls.owner)


def main() -> int:
    """Play, print, and say by the exit code whether it went well."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--deadlines", type=int, default=DEADLINES)
    arguments.add_argument("--kills", type=int, default=KILLS)
    arguments.add_argument("--seconds", type=float, default=SECONDS, help="over which deadlines pass")
    arguments.add_argument("--workers", type=int, default=WORKERS)
    arguments.add_argument("--json", action="store_true", help="print one object instead of sentences")
    given = vars(arguments.parse_args())
    as_json = given.pop("json")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a job that is not over yet is no news here
    found = chaos(Wish(**given))
    print(json.dumps(found.plain(), indent=2) if as_json else "\n".join(found.sentences()))
    return 0 if found.is_fine else 1


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
