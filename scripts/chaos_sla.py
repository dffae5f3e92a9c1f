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
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from chaos_sla_desk import Stage, change_the_policy, let_mail_go, open_one, program, set_the_stage
from chaos_sla_verdict import Verdict, verdict
from chaos_workers import BY_ITSELF, Workers, point_of

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
GRACE = 300.0  # after the last death, for those who are to die at a point and have nothing to do any more


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


def disarm(workers: Workers) -> list[str]:
    """Kill those that never came to their point; where that was."""
    late = {pid: armed for pid, armed in workers.running.items() if armed is not None}
    for pid in late:
        workers.kill(pid)
    missed = [point_of(armed) for armed in (*late.values(), *workers.plan)]
    workers.plan.clear()
    return missed


def has_plans(workers: Workers) -> bool:
    """Whether a worker is still to die at some point."""
    return bool(workers.plan) or any(armed is not None for armed in workers.running.values())


def be_a_worker(settings: Settings, armed: str | None) -> None:
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
        workers = Workers(partial(be_a_worker, settings), wish.workers, plan_of(wish))
        with app.app_context():
            try:
                missed_points = _play(stage, workers, wish)
            finally:
                workers.stop()
            found = verdict(stage, wish.seed, dict(workers.died_at), missed_points, _ended(workers))
            db.session.remove()
            db.engine.dispose()
    return found


def _play(stage: Stage, workers: Workers, wish: Wish) -> list[str]:
    """Tickets come in for the first half, workers die all the time, deadlines pass until the end."""
    dice, begun = random.Random(wish.seed + 1), time.monotonic()  # noqa: S311
    tickets = -(-wish.deadlines // DEADLINES_EACH)
    at_random = sorted(dice.uniform(0, wish.seconds) for _ in range(max(0, wish.kills - len(workers.plan))))
    opened, changed_at, died_at, missed = 0, 0.0, wish.seconds, list[str]()
    while (elapsed := time.monotonic() - begun) < wish.seconds + PATIENCE:
        died_at = max(died_at, elapsed) if workers.reap() else died_at
        workers.fill(at_once=wish.workers - 1)
        if at_random and elapsed >= at_random[0]:
            at_random.pop(0)
            workers.kill_one(dice)
        while opened < tickets and opened <= tickets * elapsed / (wish.seconds / 2):
            open_one(stage, dice)
            opened += 1
        if elapsed > died_at + GRACE:
            missed += disarm(workers)
        if elapsed - changed_at > max(1.0, wish.seconds / 12) and has_plans(workers):
            change_the_policy(stage)
            if opened == tickets:
                open_one(stage, dice)  # so that there is something to die at
                let_mail_go()
            changed_at = elapsed
        if opened == tickets and not at_random and not has_plans(workers) and _is_quiet():
            return missed
        time.sleep(LOOK_EVERY)
    return [*missed, "the end: deadlines were still to come"]


def _ended(workers: Workers) -> list[str]:
    """A worker that dies by itself is a fault, however well the rest went."""
    return ["a worker ended by itself"] * workers.died_at.pop(BY_ITSELF, 0)


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
