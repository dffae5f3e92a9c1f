"""The clock rows of a ticket: a cache of the ledger's replay, rewritten whenever the ledger grows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm.attributes import set_committed_value

from helpdesk.calendars.hours import hours_of
from helpdesk.sla import rows
from helpdesk.sla.calendar import WorkingHours
from helpdesk.sla.histories import History, Mark, histories_of
from helpdesk.sla.ledger import Fact, calendars_in, choices_in, ledger_of
from helpdesk.sla.policies import policy_of, version_id_of
from helpdesk.sla.rows import Cached, Row
from helpdesk.sla.rules import ClockState, Crossing, Phase, PolicyVersion, TicketClocks, replay
from helpdesk.sla.rules.values import REPORTED_ONLY, Key
from helpdesk.tickets.models import Ticket

NEVER = datetime.max.replace(tzinfo=UTC)  # how the driver reads infinity
Slot = tuple[str, int | None, int]


@dataclass(frozen=True)
class Passing:
    """A threshold that a clock has passed, perhaps under other terms than its present ones."""

    state: ClockState
    epoch: int
    policy: Key
    target_s: int
    due_at: int | None
    crossing: Crossing

    @property
    def mark(self) -> Mark:
        """The name under which it is written down."""
        return Mark(*slot_of(self.state), self.epoch, self.crossing.percent)


@dataclass(frozen=True)
class Reading:
    """A ticket's clocks at an instant, by the ledger up to `seq`.

    `unwritten` is what was crossed and not written down yet, the highest of each clock last. `vanished` is
    what was written down although this ledger does not have it: the past, or the very second of the firing,
    came out otherwise.
    """

    ticket_id: int
    as_of: datetime
    seq: int
    clocks: TicketClocks
    unwritten: Sequence[Passing] = ()
    vanished: frozenset[Mark] = frozenset()


def refresh(ticket: Ticket, now: datetime) -> Reading | None:
    """Replay the ticket's ledger up to `now`, rewrite its clock rows and the deadline it is sorted by; two
    statements.

    A threshold that was crossed and not written down yet stays due for the sweep. None when the desk has no
    policy, and so no clocks.
    """
    reading = read(ticket.id, histories_of((ticket.id,))[ticket.id], now)
    if reading is not None:
        rows.write([cached(reading)])
        set_committed_value(ticket, "sort_due", _sort_due(reading.clocks) or NEVER)
    return reading


def read(ticket_id: int, history: History, now: datetime) -> Reading | None:
    """What the clocks show at `now` by this history; None without a policy."""
    if not choices_in(history.facts):
        return None
    clocks = evaluate(history.facts, now)
    unwritten = tuple(passing for state in shown(clocks) for passing in _unwritten(state, history))
    vanished = frozenset(history.marks - standing(clocks))
    return Reading(ticket_id, now, history.facts[-1].seq, clocks, unwritten, vanished)


def evaluate(facts: Sequence[Fact], as_of: datetime) -> TicketClocks:
    """Every clock of the ticket whose facts these are, at an instant; reads nothing but cached versions."""
    choices = choices_in(facts)
    policies: dict[Key, PolicyVersion] = {choice.key: policy_of(choice) for choice in choices}
    calendars: dict[Key, WorkingHours] = dict(hours_of(calendars_in(facts)).items())
    return replay(ledger_of(facts), policies, calendars, int(as_of.timestamp()))


def cached(reading: Reading, *, event_seq: int | None = None) -> Cached:
    """What the cache is to hold of this reading."""
    waiting = _first_by_slot(reading.unwritten)
    return Cached(
        ticket_id=reading.ticket_id,
        clocks=[_row(state, waiting, reading) for state in shown(reading.clocks)],
        sort_due=_sort_due(reading.clocks),
        missed=reading.clocks.missed,
        event_seq=event_seq,
    )


def standing(clocks: TicketClocks) -> frozenset[Mark]:
    """Every crossing that the ledger has, also those under earlier terms."""
    return frozenset(
        Mark(*slot_of(state), epoch, crossing.percent)
        for state in shown(clocks)
        for epoch, crossings in (
            *((past.epoch, past.crossings) for past in state.past_epochs),
            (state.epoch, state.crossings),
        )
        for crossing in crossings
    )


def shown(clocks: TicketClocks) -> list[ClockState]:
    """The clocks that have rows; the others are for reports only."""
    return [state for state in clocks.clocks if state.metric not in REPORTED_ONLY]


def slot_of(state: ClockState) -> Slot:
    """What names a clock within its ticket."""
    return state.metric.value, state.line, state.cycle


def moment(seconds: int | None) -> datetime | None:
    """POSIX seconds as aware UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _unwritten(state: ClockState, history: History) -> Iterator[Passing]:
    """Earlier epochs first. What was withdrawn of those is over; of the present one it may come again."""
    for past in state.past_epochs:
        for crossing in past.crossings:
            passing = Passing(state, past.epoch, past.policy, past.target_s, past.due_at, crossing)
            if passing.mark not in history.marks and passing.mark not in history.withdrawn:
                yield _in_turn(passing, history)
    for crossing in state.crossings:
        passing = Passing(state, state.epoch, state.policy, state.target_s, state.due_at, crossing)
        if passing.mark not in history.marks:
            yield _in_turn(passing, history)


def _in_turn(passing: Passing, history: History) -> Passing:
    """Nobody is told of less after he was told of more: a policy may get a lower threshold later."""
    mine = passing.mark
    is_late = any(mark[:4] == mine[:4] and mark.percent > mine.percent for mark in history.marks)
    return replace(passing, crossing=replace(passing.crossing, suppressed=True)) if is_late else passing


def _first_by_slot(unwritten: Iterable[Passing]) -> Mapping[Slot, Crossing]:
    first: dict[Slot, Crossing] = {}
    for passing in unwritten:
        first.setdefault(slot_of(passing.state), passing.crossing)
    return first


def _row(state: ClockState, waiting: Mapping[Slot, Crossing], reading: Reading) -> Row:
    following = waiting.get(slot_of(state)) or state.next_crossing
    return {
        "ticket_id": reading.ticket_id,
        "metric": state.metric.value,
        "line": state.line,
        "cycle": state.cycle,
        "epoch": state.epoch,
        "policy_version_id": version_id_of(state.policy),
        "calendar_version_id": int(state.calendar),
        "target_s": state.target_s,
        "phase": state.phase.value,
        "started_at": moment(state.started_at),
        "stopped_at": moment(state.stopped_at),
        "elapsed_s": state.elapsed_s,
        "checkpoint_at": reading.as_of,
        "due_at": moment(state.due_at),
        "met": state.met,
        "breached_at": moment(state.breached_at),
        "missed_once": state.missed_once,
        "next_fire_at": moment(following.at) if following else None,
        "next_percent": following.percent if following else None,
        "event_seq": reading.seq,
    }


def _sort_due(clocks: TicketClocks) -> datetime | None:
    running = [
        state.due_at
        for state in shown(clocks)
        if state.phase is Phase.RUNNING and state.line is None and state.due_at is not None
    ]
    return moment(min(running)) if running else None
