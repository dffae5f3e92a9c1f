"""Kills the senders of a desk again and again while its answers leave, then looks what was lost or doubled.

Everything is real: an own PostgreSQL, a relay in a process of its own that dies after it took a mail, stalls
after the final dot, puts off and refuses, kill -9 at random and at every named point between the outbox and
the relay. Waits and leases are seconds here, or nobody would see the end of it. Ends with 1 when anything was
lost or doubled, left its order, or when a named point was never reached.
"""

import argparse
import json
import logging
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from chaos_mail_outage import Outage, a_day_without
from chaos_mail_post import Posted, ask_around, write_answers
from chaos_workers import Workers
from mail_desk import program

from helpdesk import killpoints, schema
from helpdesk.config import Settings, load_settings
from helpdesk.db import db, transaction
from helpdesk.killpoints import SendPoint
from helpdesk.mail import relay, relays, sending, settling, turns
from helpdesk.notifications.models import Outbox
from helpdesk.postgres import embedded
from helpdesk.timetable import timetable
from helpdesk.worker import run_worker, stop_on_signals
from tests.servers import free_port

WORKERS, REPLIES, KILLS, TICKETS = 4, 1000, 40, 100
SENDERS = ("send_outbox", "ask_relays")
LOOK_EVERY = 0.05
PATIENCE = 1800.0
SHORT_LEASE = timedelta(seconds=6)
AFTER_THE_DOT_S = 2.0  # less than the relay's stall
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 3))


@dataclass(frozen=True)
class Wish:
    """How much of everything; the defaults are those of the issue that asks for the proof."""

    seed: int = 1
    replies: int = REPLIES
    kills: int = KILLS
    workers: int = WORKERS


@dataclass
class Relay:
    """The sink behind the desk, in a process of its own; it dies after it took a mail, and comes again."""

    port: int
    seed: int
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0

    def see_to_it(self) -> None:
        """Start it if it is not there."""
        if self.process is None or self.process.poll() is not None:
            self.deaths += self.process is not None
            self.process = subprocess.Popen(self._command())

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)

    def _command(self) -> list[str]:
        script = str(Path(__file__).with_name("chaos_mail_sink.py"))
        options = ["--port", str(self.port), "--seed", str(self.seed), "--log", str(self.log)]
        return [sys.executable, script, *options]


def _be_a_sender(settings: Settings, armed: str | None) -> None:
    """As `helpdesk worker`, with nothing but the outbox to look after, and with seconds for minutes."""
    turns.LEASE = sending.LEASE = SHORT_LEASE
    settling.DELAYS = DELAYS
    relays.WAITS, relays.LEASE = (timedelta(seconds=1),), timedelta(seconds=5)
    relay.AFTER_THE_DOT_S = AFTER_THE_DOT_S
    if armed:
        killpoints.arm(armed)
    app, stop = program(settings, "worker"), stop_on_signals()
    jobs = [replace(job, every=1.0) for job in timetable(settings) if job.name in SENDERS]
    run_worker(app, jobs, settings, stop=stop)
    os._exit(0)


def plan_of(wish: Wish) -> list[str]:
    """The armed deaths in their order: every named point several times; the rest happens at random."""
    dice = random.Random(wish.seed)  # noqa: S311  (a plan, no secret)
    points = list(SendPoint) * max(1, wish.kills // (2 * len(SendPoint)))
    dice.shuffle(points)
    return [f"{point}/{dice.randint(1, 9)}" for point in points][: wish.kills]


def chaos(wish: Wish) -> Posted:
    """The whole run: answers leave while senders and the relay die."""
    with _desk() as (settings, place, port):
        app = program(settings, "command")
        sink = Relay(port, wish.seed, place / "relay.log")
        senders = Workers(partial(_be_a_sender, settings), wish.workers, plan_of(wish))
        with app.app_context():
            write_answers(wish.seed, wish.replies, TICKETS)
            db.session.remove()
            db.engine.dispose()  # the children of a fork must not share a connection
            try:
                _play(senders, sink, wish)
            finally:
                senders.stop()
                sink.stop()
            found = ask_around(sink.log, wish.seed)
            db.session.remove()
            db.engine.dispose()
    missed = sorted({str(point) for point in SendPoint} - set(senders.died_at))
    return replace(found, kills=dict(senders.died_at), missed=missed, relay_deaths=sink.deaths)


def _play(senders: Workers, sink: Relay, wish: Wish) -> None:
    """Until everything has left or is settled and the last kill is done."""
    dice, begun = random.Random(wish.seed + 1), time.monotonic()  # noqa: S311
    at_random = wish.kills - len(senders.plan)
    left, killed_at = wish.replies, begun
    while time.monotonic() - begun < PATIENCE:
        senders.reap()
        sink.see_to_it()
        senders.fill(at_once=1)
        if left == 0:
            return
        if at_random and time.monotonic() - killed_at > 0.7 and senders.kill_one(dice):
            at_random, killed_at = at_random - 1, time.monotonic()
        left = _left()
        time.sleep(LOOK_EVERY)


def _left() -> int:
    with transaction():
        return db.session.query(Outbox.id).filter(Outbox.finished_at.is_(None)).count()


@contextmanager
def _desk() -> Iterator[tuple[Settings, Path, int]]:
    """A PostgreSQL of this run alone with an empty desk, and where its relay will be."""
    with TemporaryDirectory(prefix="chaos-mail-") as place:
        Path(place).chmod(0o711)  # PostgreSQL does not run as root, and has to get in
        with embedded(place, durable=False) as urls:
            schema.upgrade(urls.owner, app_url=urls.app)
            port = free_port()
            relay_url = f"smtp://127.0.0.1:{port}"
            settings = load_settings({"HELPDESK_DATA_DIR": place, "HELPDESK_SMTP_URL": relay_url})
            yield settings.with_database(urls.app, urls.owner), Path(place), port


def outage(seed: int) -> Outage:
    """A day in which the relay is away, an hour before it and what comes after, in simulated time."""
    with _desk() as (settings, _, port):
        app = program(settings, "command")
        with app.app_context():
            found = a_day_without(port, seed)
            db.session.remove()
            db.engine.dispose()
    return found


def main() -> int:
    """Play both, print, and say by the exit code whether it went well."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--replies", type=int, default=REPLIES)
    arguments.add_argument("--kills", type=int, default=KILLS)
    arguments.add_argument("--workers", type=int, default=WORKERS)
    arguments.add_argument("--json", action="store_true", help="print one object instead of sentences")
    given = vars(arguments.parse_args())
    as_json = given.pop("json")
    logging.disable(logging.WARNING)  # trouble is what this is about
    posted, away = chaos(Wish(**given)), outage(given["seed"])
    if as_json:
        print(json.dumps({"kills": posted.plain(), "outage": away.plain()}, indent=2))
    else:
        print("\n".join([*posted.sentences(), *away.sentences()]))
    return 0 if posted.is_fine and away.is_fine else 1


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
