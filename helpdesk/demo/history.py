"""Sixty days of the demo's past, up to now; and the days since, when it is started again later."""

import random
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import click
from sqlalchemy import select

from helpdesk import clock
from helpdesk.accounts.people import system_id
from helpdesk.db import db, transaction
from helpdesk.demo.chronicle.desk import Desk, read_desk
from helpdesk.demo.chronicle.rows import Batch, Ids, take
from helpdesk.demo.staging.arrivals import arrivals
from helpdesk.demo.staging.carrying import carry_on, untouched
from helpdesk.demo.staging.oddities import noted_call
from helpdesk.demo.staging.present import present
from helpdesk.demo.staging.writing import Slot, write_ticket
from helpdesk.events import EventRow
from helpdesk.tickets.models import Ticket

DAYS = 60
A_DAY = 18
CALLS_A_DAY = 2
UNKNOWN = (23, 64)
GAP = timedelta(hours=6)
BATCH = 40
KIND = "demo.history_planned"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A stretch of the past as it was decided once: its numbers, so that it can be resumed."""

    since: datetime
    until: datetime
    numbers: tuple[int, ...]


def write_history(*, stop: threading.Event) -> None:
    """Write what happened until now, the newest first; ends early when `stop` is set."""
    desk, ids = _read(), Ids()
    with transaction():
        plans = [*_plans()]
        if not plans or clock.now(db.session) - plans[-1].until > GAP:
            plans.append(_make_plan(desk, ids, plans))
    for plan in plans:
        _write_plan(desk, ids, plan, stop)
    if len(plans) > 1 and not stop.is_set():
        _carry_on(desk, plans, stop)


def _read() -> Desk:
    with transaction():
        return read_desk(clock.now(db.session))


def _plans() -> Iterable[Plan]:
    for row in db.session.scalars(select(EventRow).where(EventRow.kind == KIND).order_by(EventRow.id)):
        yield Plan(
            since=datetime.fromisoformat(row.payload["since"]),
            until=datetime.fromisoformat(row.payload["until"]),
            numbers=tuple(row.payload["numbers"]),
        )


def _make_plan(desk: Desk, ids: Ids, before: Sequence[Plan]) -> Plan:
    """Decide the stretch, take its numbers, and keep both; calls without a ticket are written at once."""
    until = clock.now(db.session)
    since = before[-1].until if before else until - timedelta(days=DAYS)
    count = len(_moments(desk, since, until))
    plan = Plan(since=since, until=until, numbers=tuple(take("ticket_number", count)))
    payload = {
        "v": 1,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "numbers": list(plan.numbers),
    }
    db.session.add(
        EventRow(kind=KIND, effective_at=until, recorded_at=until, actor_id=system_id(), payload=payload)
    )
    _write_calls(desk, ids, plan)
    return plan


def _write_calls(desk: Desk, ids: Ids, plan: Plan) -> None:
    rng, batch = random.Random(f"calls {plan.since}"), Batch()
    for at in arrivals(rng, plan.since.date(), plan.until.date(), a_day=CALLS_A_DAY, zone=desk.zone):
        if plan.since < at <= plan.until:
            batch.extend(noted_call(desk, ids, rng, at))
    batch.write()


def _moments(desk: Desk, since: datetime, until: datetime) -> list[Slot]:
    """Every ticket of the stretch in order, still without its number."""
    rng = random.Random(f"history {since.date()}")
    days = arrivals(rng, since.date(), until.date(), a_day=A_DAY, zone=desk.zone)
    usual = [Slot(number=0, at=at, seed="") for at in days if since < at <= until]
    particular = [Slot(number=0, at=at, seed="", change=c) for at, c in present(desk, rng, until)]
    unknown = [
        Slot(number=0, at=until - timedelta(minutes=minutes), seed="", is_stranger=True)
        for minutes in UNKNOWN
    ]
    return sorted([*usual, *particular, *unknown], key=lambda slot: slot.at)


def _slots(desk: Desk, plan: Plan) -> list[Slot]:
    """The plan's numbers with their moments; after an upgrade that draws more or fewer moments, the pairs
    there are.
    """
    moments = _moments(desk, plan.since, plan.until)
    return [
        replace(slot, number=number, seed=f"history {number}")
        for number, slot in zip(plan.numbers, moments, strict=False)
    ]


def _carry_on(desk: Desk, plans: Sequence[Plan], stop: threading.Event) -> None:
    """What was open when the demo ended has gone on too."""
    numbers = [number for plan in plans[:-1] for number in plan.numbers]
    with transaction():
        waiting = untouched(numbers, plans[-1].since)
    for ticket_id in waiting:
        if stop.is_set():
            return
        with transaction():
            carry_on(desk, ticket_id, since=plans[-1].since, until=plans[-1].until)


def _write_plan(desk: Desk, ids: Ids, plan: Plan, stop: threading.Event) -> None:
    with transaction():
        written = set(db.session.scalars(select(Ticket.id).where(Ticket.id.in_(plan.numbers))))
    if len(written) == len(plan.numbers):
        return
    missing = [slot for slot in reversed(_slots(desk, plan)) if slot.number not in written]
    days = max(1, (plan.until - plan.since).days)
    label = f"Writing {days} days of history"
    with click.progressbar(length=len(missing), label=label, show_pos=True) as bar:
        for place in range(0, len(missing), BATCH):
            part = missing[place : place + BATCH]
            if stop.is_set():
                return
            _write(desk, ids, part, plan.until)
            bar.update(len(part))


def _write(desk: Desk, ids: Ids, slots: Iterable[Slot], until: datetime) -> None:
    with transaction():
        batch = Batch()
        for slot in slots:
            batch.extend(write_ticket(desk, ids, slot, until))
        batch.write()
