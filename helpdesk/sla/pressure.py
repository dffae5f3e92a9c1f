"""How far the client's clocks of a ticket are, and what another priority would make of its deadlines."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from helpdesk.db import db
from helpdesk.sla.chip import ClockView
from helpdesk.sla.clocks import evaluate, moment, shown
from helpdesk.sla.histories import histories_of
from helpdesk.sla.ledger import Fact, choices_in
from helpdesk.sla.models import SlaPolicyVersion, TicketSla
from helpdesk.sla.queries import clocks_of
from helpdesk.sla.rules import ClockState, Phase
from helpdesk.tickets.clock_use import ClockUse
from helpdesk.tickets.rules import Priority

LIVE = ("running", "paused")


@dataclass(frozen=True)
class Moved:
    """A client's clock before and after; the deadlines are None while it stands still."""

    metric: str
    due_before: datetime | None
    due_after: datetime | None
    target_after_s: int
    is_missed: bool


@dataclass(frozen=True)
class Outlook:
    """What a priority would do. `forgives`: a miss would be out of the figures, which the policy allows."""

    moved: tuple[Moved, ...]
    use: ClockUse | None
    is_missed: bool
    forgives: bool


def use_of(ticket_id: int, now: datetime) -> ClockUse | None:
    """The fullest of the client's clocks that are not over; None where there is none."""
    live = [
        clock
        for clock in clocks_of([ticket_id], now).get(ticket_id, [])
        if clock.line is None and clock.phase in LIVE
    ]
    if not live:
        return None
    return ClockUse(
        percent=max(map(_percent, live)), breached=any(clock.breached_at is not None for clock in live)
    )


def _percent(clock: ClockView) -> int:
    """Rounded up, so that a little more than 90 is more than 90; 100 only once all of it is used."""
    if clock.elapsed_s >= clock.target_s:
        return clock.elapsed_s * 100 // clock.target_s
    return min(99, -(-clock.elapsed_s * 100 // clock.target_s))


def outlook(ticket_id: int, priority: Priority, by: int, now: datetime) -> Outlook | None:
    """The same ledger with one more change, replayed to now; None where nothing is promised."""
    facts = list(histories_of((ticket_id,))[ticket_id].facts)
    if not choices_in(facts):
        return None
    change = Fact(0, facts[-1].seq + 1, "ticket.priority_changed", now, by, {"new": priority.value})
    before, after = evaluate(facts, now), evaluate([*facts, change], now)
    known = {(state.metric, state.cycle): state for state in shown(before) if state.line is None}
    moved = tuple(
        _moved(known[state.metric, state.cycle], state)
        for state in shown(after)
        if state.line is None and state.phase in (Phase.RUNNING, Phase.PAUSED)
        if (state.metric, state.cycle) in known
    )
    use = use_of(ticket_id, now)
    forgives = before.missed and bool(db.session.scalar(_forgives(ticket_id)))
    return Outlook(moved, use, is_missed=before.missed, forgives=forgives)


def _moved(before: ClockState, after: ClockState) -> Moved:
    return Moved(
        metric=after.metric.value,
        due_before=moment(before.due_at),
        due_after=moment(after.due_at),
        target_after_s=after.target_s,
        is_missed=before.missed_once,
    )


def _forgives(ticket_id: int) -> Select[bool]:
    return (
        select(SlaPolicyVersion.forgive)
        .join(TicketSla, TicketSla.policy_version_id == SlaPolicyVersion.id)
        .where(TicketSla.ticket_id == ticket_id)
    )
