"""The clock rows of a ticket: a cache of the ledger's replay, rewritten whenever the ledger grows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, text

from helpdesk.calendars.hours import hours_of
from helpdesk.db import db
from helpdesk.sla.calendar import WorkingHours
from helpdesk.sla.ledger import Fact, calendars_in, choices_in, facts_of, ledger_of
from helpdesk.sla.models import ClockPhase, Metric, SlaClock, TicketSla
from helpdesk.sla.policies import policy_of, version_id_of
from helpdesk.sla.rules import ClockState, Crossing, Phase, PolicyVersion, TicketClocks, replay
from helpdesk.sla.rules.values import REPORTED_ONLY, Key
from helpdesk.tickets.models import Ticket

INFINITY = text("'infinity'::timestamptz")
NEVER = datetime.max.replace(tzinfo=UTC)  # how the driver reads infinity
Slot = tuple[str, int | None, int]


@dataclass(frozen=True)
class Refreshed:
    """What a refresh found: the replay itself, and for each clock what was crossed but not yet recorded."""

    clocks: TicketClocks
    pending: dict[Slot, tuple[Crossing, ...]]


def refresh(ticket: Ticket, now: datetime, *, recorded: bool = False) -> Refreshed | None:
    """Replay the ticket's ledger up to `now`, rewrite its clock rows and the deadline it is sorted by.

    A threshold crossed but not yet recorded stays due for the sweep; `recorded` says that the caller has just
    recorded them all. None when the desk has no policy, and so no clocks.
    """
    facts = facts_of(ticket.id)
    if not choices_in(facts):
        return None
    result = evaluate(facts, now)
    rows = {_slot_of(row): row for row in _rows(ticket.id)}
    pending = {}
    for state in _shown(result):
        row = rows.get(slot_of(state))
        waiting = () if recorded else _pending(state, row)
        _write(row or _new(ticket, state), state, waiting, seq=facts[-1].seq, now=now)
        if waiting:
            pending[slot_of(state)] = waiting
    _sort(ticket, result)
    return Refreshed(result, pending)


def evaluate(facts: Sequence[Fact], as_of: datetime) -> TicketClocks:
    """Every clock of the ticket whose facts these are, at an instant; reads nothing but cached versions."""
    choices = choices_in(facts)
    policies: dict[Key, PolicyVersion] = {choice.key: policy_of(choice) for choice in choices}
    calendars: dict[Key, WorkingHours] = dict(hours_of(calendars_in(facts)).items())
    return replay(ledger_of(facts), policies, calendars, int(as_of.timestamp()))


def slot_of(state: ClockState) -> Slot:
    """What names a clock within its ticket."""
    return state.metric.value, state.line, state.cycle


def moment(seconds: int | None) -> datetime | None:
    """POSIX seconds as aware UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _slot_of(row: SlaClock) -> Slot:
    return row.metric.value, row.line, row.cycle


def _rows(ticket_id: int) -> Sequence[SlaClock]:
    return db.session.scalars(select(SlaClock).where(SlaClock.ticket_id == ticket_id)).all()


def _shown(result: TicketClocks) -> list[ClockState]:
    return [state for state in result.clocks if state.metric not in REPORTED_ONLY]


def _pending(state: ClockState, row: SlaClock | None) -> tuple[Crossing, ...]:
    """Crossings of the present epoch that no sweep has recorded: those from the row's next percent on."""
    least = 0
    if row is not None and row.epoch == state.epoch:
        if row.next_percent is None:
            return ()
        least = row.next_percent
    return tuple(crossing for crossing in state.crossings if crossing.percent >= least)


def _new(ticket: Ticket, state: ClockState) -> SlaClock:
    row = SlaClock(ticket_id=ticket.id, metric=Metric(state.metric.value), line=state.line, cycle=state.cycle)
    db.session.add(row)
    return row


def _write(
    row: SlaClock, state: ClockState, pending: tuple[Crossing, ...], *, seq: int, now: datetime
) -> None:
    following = pending[0] if pending else state.next_crossing
    row.epoch = state.epoch
    row.policy_version_id = version_id_of(state.policy)
    row.calendar_version_id = int(state.calendar)
    row.target_s = state.target_s
    row.phase = ClockPhase(state.phase.value)
    row.started_at = moment(state.started_at)
    row.stopped_at = moment(state.stopped_at)
    row.elapsed_s = state.elapsed_s
    row.checkpoint_at = now
    row.due_at = moment(state.due_at)
    row.met = state.met
    row.breached_at = moment(state.breached_at)
    row.missed_once = state.missed_once
    row.next_fire_at = moment(following.at) if following else None
    row.next_percent = following.percent if following else None
    row.event_seq = seq


def _sort(ticket: Ticket, result: TicketClocks) -> None:
    running = [
        state.due_at
        for state in _shown(result)
        if state.phase is Phase.RUNNING and state.line is None and state.due_at is not None
    ]
    due = moment(min(running)) if running else None
    if due is None and ticket.sort_due != NEVER:
        ticket.sort_due = INFINITY  # type: ignore[assignment]  # a literal that only PostgreSQL has
    elif due is not None:
        ticket.sort_due = due
    sla = db.session.get(TicketSla, ticket.id)
    if sla is not None and sla.missed != result.missed:
        sla.missed = result.missed
