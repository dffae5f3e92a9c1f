"""Clocks of tickets for lists, heads and forms, read from the cache and brought up to now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from helpdesk.calendars.hours import hours_of
from helpdesk.db import db
from helpdesk.sla.calendar import WorkingHours, open_time
from helpdesk.sla.chip import ClockView
from helpdesk.sla.clocks import moment
from helpdesk.sla.models import ClockPhase, Contract, SlaClock, SlaPolicy, SlaPolicyVersion
from helpdesk.sla.policies import Choice, choose, policy_of
from helpdesk.sla.rules import Metric
from helpdesk.sla.words import Chip, chip_of

# A list shows hundreds of clocks; as objects they would take twice the time.
_COLUMNS = (
    SlaClock.ticket_id,
    SlaClock.metric,
    SlaClock.line,
    SlaClock.cycle,
    SlaClock.phase,
    SlaClock.calendar_version_id,
    SlaClock.target_s,
    SlaClock.elapsed_s,
    SlaClock.checkpoint_at,
    SlaClock.due_at,
    SlaClock.started_at,
    SlaClock.stopped_at,
    SlaClock.breached_at,
    SlaClock.met,
    SlaClock.missed_once,
)
ORDER = ("first_response", "next_response", "update", "resolution", "ola")


def chips(ticket_ids: Iterable[int], now: datetime) -> dict[int, Chip]:
    """For each ticket the chip of its nearest clock; one statement once the calendars are known."""
    return {ticket_id: chip_of(clocks, now) for ticket_id, clocks in clocks_of(ticket_ids, now).items()}


def clocks_of(ticket_ids: Iterable[int], now: datetime) -> Mapping[int, list[ClockView]]:
    """The present cycle of each clock of each ticket, in the order people read them."""
    rows = db.session.execute(select(*_COLUMNS).where(SlaClock.ticket_id.in_(list(ticket_ids)))).all()
    hours = hours_of({row.calendar_version_id for row in rows if row.calendar_version_id})
    latest: dict[tuple[int, str, int | None], Row[*tuple[Any, ...]]] = {}
    for row in sorted(rows, key=lambda row: row.cycle):
        latest[row.ticket_id, row.metric.value, row.line] = row
    found: defaultdict[int, list[ClockView]] = defaultdict(list)
    for row in sorted(latest.values(), key=lambda row: (ORDER.index(row.metric.value), row.line or 0)):
        found[row.ticket_id].append(_view(row, hours, now))
    return found


def _view(row: Row[*tuple[Any, ...]], hours: Mapping[int, WorkingHours], now: datetime) -> ClockView:
    return ClockView(
        metric=row.metric.value,
        line=row.line,
        phase=row.phase.value,
        target_s=row.target_s,
        elapsed_s=row.elapsed_s + _since(row, hours, now),
        due_at=row.due_at,
        started_at=row.started_at,
        stopped_at=row.stopped_at,
        breached_at=row.breached_at or _overdue(row, now),
        met=row.met,
        missed_once=row.missed_once,
    )


def _since(row: Row[*tuple[Any, ...]], hours: Mapping[int, WorkingHours], now: datetime) -> int:
    """Open seconds since the row was written, for a running clock."""
    if row.phase is not ClockPhase.RUNNING or row.calendar_version_id is None or now <= row.checkpoint_at:
        return 0
    start, end = int(row.checkpoint_at.timestamp()), int(now.timestamp())
    return open_time(hours[row.calendar_version_id], start, end).open_seconds(start, end)


def _overdue(row: Row[*tuple[Any, ...]], now: datetime) -> datetime | None:
    """A breach that no sweep has written down yet is a breach all the same."""
    late = row.phase is ClockPhase.RUNNING and row.due_at is not None and row.due_at < now
    return row.due_at if late else None


@dataclass(frozen=True)
class Forecast:
    """When a ticket opened at `start` would have to be solved, and why; `target_s` in open seconds."""

    due_at: datetime | None
    target_s: int
    policy: str
    contract: str | None


def forecast(company_id: int, priority: str, type_: str, start: datetime) -> Forecast | None:
    """The deadline that the company's policy would give now; None when it promises nothing."""
    choice = choose(company_id, start)
    target = policy_of(choice).target(Metric.RESOLUTION, None, priority, type_) if choice else None
    if choice is None or target is None:
        return None
    hours = hours_of([int(target.calendar)])[int(target.calendar)]
    begun = int(start.timestamp())
    due = moment(open_time(hours, begun, begun + target.seconds).due(begun, target.seconds))
    policy, contract = names_of(choice)
    return Forecast(due, target.seconds, policy, contract)


def names_of(choice: Choice) -> tuple[str, str | None]:
    """What the policy and the contract of a choice are called; None: the default policy, without a
    contract.
    """
    policy = db.session.scalar(
        select(SlaPolicy.name)
        .join(SlaPolicyVersion, SlaPolicyVersion.policy_id == SlaPolicy.id)
        .where(SlaPolicyVersion.id == choice.policy_version_id)
    )
    if choice.contract_id is None:
        return policy or "", None
    return policy or "", db.session.scalar(select(Contract.name).where(Contract.id == choice.contract_id))
