"""`helpdesk seed`: the demo's firm with any number of tickets."""

import random
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import click
from sqlalchemy import select

from helpdesk import clock
from helpdesk.clients.models import Company, CompanyKind
from helpdesk.db import db, transaction
from helpdesk.demo.chronicle.desk import Desk, read_desk
from helpdesk.demo.chronicle.rows import Batch, Ids, take
from helpdesk.demo.companies import CLIENTS
from helpdesk.demo.firm import found_firm
from helpdesk.demo.folder import DemoError
from helpdesk.demo.staff import strangers
from helpdesk.demo.staging.arrivals import arrivals
from helpdesk.demo.staging.writing import Slot, write_ticket

A_DAY = 40
BATCH = 200
LONGEST = timedelta(days=2 * 365)


def seed_tickets(count: int, *, seed: int) -> None:
    """Write `count` tickets into the demo's firm, the same ones for the same `seed`.

    Raises DemoError when the database holds a desk in use.
    """
    _check_own_desk()
    found_firm()
    with transaction():
        until = clock.now(db.session)
        desk, ids = read_desk(until), Ids()
        numbers = take("ticket_number", count)
    slots = _slots(desk, numbers, until, seed)
    begun = time.monotonic()
    with click.progressbar(length=count, label=f"Writing {count:,} tickets", show_pos=True) as bar:
        for place in range(0, count, BATCH):
            part = slots[place : place + BATCH]
            write_slots(desk, ids, part, until)
            bar.update(len(part))
    _say_rate(count, time.monotonic() - begun)


def write_slots(desk: Desk, ids: Ids, slots: Sequence[Slot], until: datetime) -> None:
    """One transaction with all rows of these tickets."""
    with transaction():
        batch = Batch()
        for slot in slots:
            batch.extend(write_ticket(desk, ids, slot, until))
        batch.write()


def _check_own_desk() -> None:
    names = {client.name for client in CLIENTS}
    with transaction():
        foreign = db.session.scalars(
            select(Company.name)
            .where(Company.kind == CompanyKind.CLIENT, Company.name.not_in(names))
            .limit(1)
        ).first()
        people = strangers()
    if people:
        raise DemoError(f"This desk is in use: {people[0]} has an account here. Nothing was written.")
    if foreign:
        raise DemoError(f"This desk is in use: it has the client {foreign}. Nothing was written.")


def _slots(desk: Desk, numbers: Sequence[int], until: datetime, seed: int) -> list[Slot]:
    """The instants, spread over as many days as it takes, at most two years; later days get more then."""
    rng = random.Random(f"seed {seed}")
    days = min(timedelta(days=len(numbers) // A_DAY + 2), LONGEST)
    first = (until - days).date()
    moments: list[datetime] = []
    while len(moments) < len(numbers):
        moments += [at for at in _stretch(rng, first, until, len(numbers), desk.zone) if at < until]
    moments = sorted(rng.sample(moments, len(numbers)))
    return [
        Slot(number=number, at=at, seed=f"{seed} {place}")
        for place, (number, at) in enumerate(zip(numbers, moments, strict=True))
    ]


def _stretch(rng: random.Random, first: date, until: datetime, count: int, zone: str) -> list[datetime]:
    days = max(1, (until.date() - first).days)
    return list(arrivals(rng, first, until.date(), a_day=1.6 * count / days + 1, zone=zone))


def _say_rate(count: int, seconds: float) -> None:
    click.echo(f"{count:,} tickets in {seconds:.1f} s, {count / max(seconds, 0.001):.0f} a second.")
