"""Kills the workers of a desk again and again while mail comes in, then looks what was lost or doubled.

Everything is real: an own PostgreSQL, a Dovecot behind a line that drops in the middle of a message, says BYE
and counts its messages anew, kill -9 at random and at every named point between server and ticket. Waits and
reservations are seconds here. Ends with 1 when anything was lost or doubled, or a named point never reached.
"""

import argparse
import json
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial

from chaos_mail_proxy import Proxy, a_proxy
from chaos_workers import Workers
from mail_desk import Letters, a_database, found, lay_in, open_doors, program
from sqlalchemy import func, select

from helpdesk import clock, killpoints
from helpdesk.accounts.people import system_id
from helpdesk.config import Settings
from helpdesk.db import db, transaction
from helpdesk.demo.placing import ADDRESS
from helpdesk.killpoints import MailPoint
from helpdesk.mail import actions, claiming, fetching, imap, mailboxes, processing, unobtained
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.sla.models import SlaClock
from helpdesk.tickets.models import Message, Ticket
from helpdesk.timetable import timetable
from helpdesk.worker import run_worker, stop_on_signals
from tests.servers import Dovecot, running_dovecot

MAILS, KILLS, WORKERS, RENUMBERINGS = 1000, 40, 3, 4
DONE = "Done"
INTAKE = ("poll_mailboxes", "process_inbound", "watch_mailboxes")
PATIENCE_S, PATIENCE_AT_A_POINT_S = 1800.0, 20.0
LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Wish:
    """How much of everything; the defaults are those of the issue that asks for the proof."""

    seed: int = 1
    mails: int = MAILS
    kills: int = KILLS
    workers: int = WORKERS


@dataclass
class Pool:
    """The workers; all of them are armed with the point at which nobody died yet."""

    workers: Workers

    def fill(self) -> None:
        while len(self.workers.running) < self.workers.wanted:
            self.workers.start(self.aim)

    def reap(self) -> None:
        """A point that was passed: whoever else would die there makes room for one that dies at the next."""
        for point in self.workers.reap():
            if point == self.aim:
                self.workers.plan.pop(0)
                while self.workers.kill_one(random.Random(0), (point,)):  # noqa: S311
                    pass

    @property
    def aim(self) -> str | None:
        """The next of the plan, at which somebody is to die."""
        return self.workers.plan[0] if self.workers.plan else None

    @property
    def deaths(self) -> int:
        return self.workers.died_at.total()

    def kill_one(self, dice: random.Random) -> None:
        """kill -9 for whoever it hits, unless it waits for its point."""
        armed = set(self.workers.running.values())
        self.workers.kill_one(dice, armed - {self.aim} | {None})


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of it; everything that begins with lost, doubled, wrong or points must be empty."""

    seed: int
    mails: int
    kills: dict[str, int]
    lines_cut: int
    byes: int
    renumberings: int
    tickets: int
    held_and_tried_again: int
    lost: list[int]
    doubled: list[int]
    doubled_messages: int
    doubled_on_the_server: int
    wrong_bytes: int
    wrong_without_clocks: int
    points_never_reached: list[str]

    @property
    def is_good(self) -> bool:
        wrong = (self.lost, self.doubled, self.points_never_reached)
        counted = (
            self.doubled_messages,
            self.doubled_on_the_server,
            self.wrong_bytes,
            self.wrong_without_clocks,
        )
        return not any(wrong) and not any(counted)


def plan_of(wish: Wish) -> list[str]:
    """Every named point once, at one of its first passings; the other kills happen at random."""
    dice = random.Random(wish.seed)  # noqa: S311  (a plan, no secret)
    points = list(MailPoint)
    dice.shuffle(points)
    return [f"{point}/{dice.randint(1, 2) if point is not MailPoint.RENUMBERED else 1}" for point in points]


def chaos(wish: Wish) -> Verdict:
    """The whole run."""
    with a_database(durable=False) as settings, running_dovecot() as dovecot:
        app = program(settings, "command")
        with a_proxy(dovecot.host, dovecot.port, wish.seed) as proxy:
            with app.app_context():
                letters = Letters(found(dovecot, wish.mails, port=proxy.port, move_to=DONE), wish.seed)
                open_doors()
                db.session.remove()
                db.engine.dispose()  # the children of a fork must not share a connection
            pool = Pool(Workers(partial(_be_a_worker, settings), wish.workers, plan_of(wish)))
            try:
                with app.app_context():
                    _play(pool, proxy, dovecot, letters, wish)
            finally:
                pool.workers.stop(signal.SIGKILL)
            with app.app_context():
                judged = _verdict(pool, proxy, dovecot, letters, wish)
                db.session.remove()
                db.engine.dispose()
    return judged


def _play(pool: Pool, proxy: Proxy, dovecot: Dovecot, letters: Letters, wish: Wish) -> None:
    """A few letters, a death, and again; twice as long as it takes nothing breaks any more."""
    dice, laid = random.Random(wish.seed + 1), 0  # noqa: S311
    for death in range(wish.kills):
        pool.fill()
        until = wish.mails * (death + 1) // wish.kills
        lay_in(dovecot, map(letters.write, range(laid, until)))
        laid = until
        wants_new = str(pool.aim or "").startswith(MailPoint.RENUMBERED)
        if wants_new or death % max(1, wish.kills // RENUMBERINGS) == 1:
            proxy.epoch += 1
        _wait_for_a_death(pool, dice)
    proxy.is_rough = False
    _until_all_is_taken_in(pool, laid)


def _wait_for_a_death(pool: Pool, dice: random.Random) -> None:
    """Somebody comes to the point of the plan in his time, or dies at random."""
    died, begun, aim = pool.deaths, time.monotonic(), pool.aim
    at_random = begun + (PATIENCE_AT_A_POINT_S if aim else dice.uniform(0.3, 2.0))
    while pool.deaths == died:
        pool.reap()
        if time.monotonic() > at_random:
            pool.kill_one(dice)
            at_random = begun + 2 * PATIENCE_AT_A_POINT_S
        if time.monotonic() > begun + 2 * PATIENCE_AT_A_POINT_S:
            return
        time.sleep(LOOK_EVERY_S)


def _until_all_is_taken_in(pool: Pool, mails: int) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        pool.reap()
        pool.fill()
        if (
            _rows() >= mails
            and not _count(InboundMail, InboundMail.state == InboundState.RECEIVED)
            and _all_moved()
        ):
            return
        time.sleep(1.0)


def _be_a_worker(settings: Settings, armed: str | None) -> None:
    """As `helpdesk worker`, with the jobs between server and ticket."""
    _hurry()
    if armed:
        killpoints.arm(armed)
    app, stop = program(settings, "worker"), stop_on_signals()
    jobs = [replace(job, every=0.5) for job in timetable(settings) if job.name in INTAKE]
    run_worker(app, jobs, settings, stop=stop)


def _hurry() -> None:
    """Minutes become seconds, so that what a dead worker had reserved is free again soon."""
    soon = timedelta(seconds=0.5)
    mailboxes.JOB_BUDGET = imap.JOB_BUDGET = timedelta(seconds=10)
    mailboxes.GRACE = imap.GRACE = timedelta(seconds=2)
    fetching.WORKING_TIME = timedelta(seconds=6)
    mailboxes.FIRST_BACK_OFF, mailboxes.LONGEST_BACK_OFF = soon, 2 * soon
    mailboxes._interval = lambda: soon
    claiming.LEASE = timedelta(seconds=6)
    processing.DELAYS = unobtained.DELAYS = (soon, soon)


def _verdict(pool: Pool, proxy: Proxy, dovecot: Dovecot, letters: Letters, wish: Wish) -> Verdict:
    held = _try_held_again()
    with transaction():
        subjects = Counter(db.session.scalars(select(Ticket.subject)))
        wanted = {number: f"Letter {number} of {wish.seed}" for number in range(wish.mails)}
        told = db.session.execute(
            select(func.count(Message.id))
            .where(Message.inbound_mail_id.is_not(None))
            .group_by(Message.inbound_mail_id)
        ).scalars()
        clocked = select(SlaClock.ticket_id).where(SlaClock.ticket_id == Ticket.id).exists()
        return Verdict(
            seed=wish.seed,
            mails=wish.mails,
            kills=dict(pool.workers.died_at),
            lines_cut=proxy.cut,
            byes=proxy.byes,
            renumberings=proxy.epoch,
            tickets=subjects.total(),
            held_and_tried_again=held,
            lost=[number for number, subject in wanted.items() if not subjects[subject]],
            doubled=[number for number, subject in wanted.items() if subjects[subject] > 1],
            doubled_messages=sum(count - 1 for count in told),
            doubled_on_the_server=_doubled_on(dovecot),
            wrong_bytes=_wrong_bytes(letters, wish),
            wrong_without_clocks=_count(Ticket, ~clocked),
            points_never_reached=sorted({point.value for point in MailPoint} - set(pool.workers.died_at)),
        )


def _try_held_again() -> int:
    """What stood in three killed batches waits for people; they let it in."""
    with transaction():
        held = db.session.scalars(
            select(InboundMail.id).where(InboundMail.state == InboundState.QUARANTINED)
        ).all()
        actions.retry_these(held, by=system_id(), now=clock.now(db.session))
    while processing.process_some():
        pass
    processing.reader.close()
    return len(held)


def _wrong_bytes(letters: Letters, wish: Wish) -> int:
    """The stored bytes are those that were laid in; only the ends of lines are the server's."""
    rows = db.session.execute(
        select(InboundMail.subject, InboundMail.raw).where(InboundMail.state == InboundState.PROCESSED)
    )
    stored = {str(row.subject): row.raw for row in rows}
    letters_of = {f"Letter {number} of {wish.seed}": letters.write(number) for number in range(wish.mails)}
    return sum(_same_ends(stored.get(subject, b"")) != _same_ends(raw) for subject, raw in letters_of.items())


def _same_ends(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").rstrip(b"\n")


def _doubled_on(dovecot: Dovecot) -> int:
    with dovecot.as_user(ADDRESS) as client:
        client.select_folder(DONE)
        ids = Counter(
            data[b"ENVELOPE"].message_id for data in client.fetch(client.search("ALL"), ["ENVELOPE"]).values()
        )
    return sum(count - 1 for count in ids.values())


def _all_moved() -> bool:
    return not _count(InboundMail, InboundMail.moved_at.is_(None))


def _rows() -> int:
    return _count(InboundMail, InboundMail.sha256 != "")


def _count(what: type, *where: object) -> int:
    with transaction():
        return db.session.scalar(select(func.count()).select_from(what).where(*where)) or 0  # type: ignore[arg-type]


def main() -> int:
    """Play, print, and say by the exit code whether it went well."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--mails", type=int, default=MAILS)
    arguments.add_argument("--kills", type=int, default=KILLS)
    wish = Wish(**vars(arguments.parse_args()))
    judged = chaos(wish)
    print(json.dumps(asdict(judged), indent=2))
    return 0 if judged.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
