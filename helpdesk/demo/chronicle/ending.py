"""The end of a told ticket: what the sweep would have found, the history's order, and the clock rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from helpdesk.demo.chronicle.crossed import Breaches, shown_at, told_together
from helpdesk.demo.chronicle.news import tell_all
from helpdesk.demo.chronicle.rows import Batch, Row
from helpdesk.demo.chronicle.shape import Happened
from helpdesk.demo.chronicle.standing import Waited
from helpdesk.demo.chronicle.telling import Told
from helpdesk.events import payload_of
from helpdesk.sla.clocks import NEVER, evaluate, moment, slot_of
from helpdesk.sla.events import ThresholdCrossed
from helpdesk.sla.ledger import KINDS, Fact
from helpdesk.sla.models import ClockPhase, Metric
from helpdesk.sla.policies import version_id_of
from helpdesk.sla.rules import ClockState, Phase, TicketClocks
from helpdesk.sla.rules.values import REPORTED_ONLY

RETARGETS = frozenset(
    {"ticket.priority_changed", "ticket.type_changed", "ticket.reopened", "sla.policy_chosen"}
)
FOUND_WITHIN_S = 5


def finish(told: Told, until: datetime) -> Batch:
    """All rows of the ticket as they stand at `until`, with clocks that the sweep has looked after."""
    history = told.happened
    facts = _facts(told, history)
    crossings = _crossings(facts, until)
    merged = _merged(history, _found(told, crossings, history, until))
    _write_events(told, merged)
    _write_clocks(told, merged)
    _write_rest(told, merged)
    tell_all(told, merged, until)
    return told.batch


def _facts(told: Told, history: Sequence[Happened]) -> list[Fact]:
    """The events that clocks depend on, before they have places: their order is enough."""
    return [
        Fact(0, place, one.event.kind, one.event.at, one.event.actor_id, _payload(told, one))
        for place, one in enumerate(history, start=1)
        if one.event.kind in KINDS
    ]


def _payload(told: Told, one: Happened) -> Row:
    """What the event's row will say; read several times, made once."""
    known = told.payloads.get(id(one.event))
    if known is None:
        known = told.payloads[id(one.event)] = payload_of(one.event)
    return known


@dataclass(frozen=True)
class Crossed:
    """A threshold of a clock, and the clock's place among the ticket's clocks."""

    at: datetime
    place: int
    state: ClockState
    percent: int


def _crossings(facts: Sequence[Fact], until: datetime) -> list[Crossed]:
    """Every threshold crossed, also in epochs that a later change has ended; the earliest first."""
    found: dict[tuple[object, ...], Crossed] = {}
    ends = [fact for fact in facts[2:] if fact.kind in RETARGETS]
    parts = [([f for f in facts if f.seq < end.seq], end.at) for end in ends]
    for part, at in [*parts, (list(facts), until)]:
        for place, state in enumerate(_shown(evaluate(part, at))):
            for crossing in state.crossings:
                key = (*slot_of(state), state.epoch, crossing.percent)
                found.setdefault(key, Crossed(_at(crossing.at), place, state, crossing.percent))
    return sorted(found.values(), key=lambda one: one.at)


def _found(
    told: Told, crossings: Sequence[Crossed], history: Sequence[Happened], until: datetime
) -> list[Happened]:
    """The crossings as events, found by a sweep some seconds after; who held the ticket then."""
    sweeps: list[tuple[datetime, Crossed]] = []
    for one in crossings:
        if sweeps and one.at <= sweeps[-1][0]:
            sweeps.append((sweeps[-1][0], one))
            continue
        later = next((each.event.at for each in history if each.event.at > one.at), until)
        after = one.at + timedelta(seconds=told.rng.randint(0, FOUND_WITHIN_S))
        sweeps.append((max(one.at, min(after, later, until)), one))
    sweeps.sort(key=lambda sweep: (sweep[0], sweep[1].place, sweep[1].percent))
    found = [_noted(told, at, one, history) for at, one in sweeps]
    events = [one.event for one in found if isinstance(one.event, ThresholdCrossed)]
    return [
        replace(one, event=told_together(event, events)) for one, event in zip(found, events, strict=True)
    ]


def _noted(told: Told, found_at: datetime, one: Crossed, history: Sequence[Happened]) -> Happened:
    state = one.state
    event = ThresholdCrossed(
        at=one.at,
        found_at=found_at,
        actor_id=told.desk.system_id,
        ticket_id=told.number,
        seq=0,
        metric=Metric(state.metric.value),
        line=state.line,
        cycle=state.cycle,
        epoch=state.epoch,
        percent=one.percent,
        loud=True,
        policy_version_id=version_id_of(state.policy),
    )
    event = shown_at(event, _facts(told, history), history)
    before = [each for each in history if each.event.at <= one.at]
    return Happened(event=event, holder=before[-1].holder, recorded_at=found_at)


def _merged(history: Sequence[Happened], found: Sequence[Happened]) -> list[Happened]:
    """One history in order: what was found at an instant comes after what happened before it was crossed."""
    merged = list(history)
    for one in found:
        place = next((n for n, other in enumerate(merged) if _is_later(other, one)), len(merged))
        merged.insert(place, one)
    return merged


def _is_later(other: Happened, found: Happened) -> bool:
    if isinstance(other.event, ThresholdCrossed):
        return other.recorded_at > found.recorded_at
    return other.event.at > found.event.at


def _write_events(told: Told, merged: Sequence[Happened]) -> None:
    ids: dict[int, int] = {}
    breaches = Breaches(_facts(told, merged))
    for seq, one in enumerate(merged, start=1):
        ids[id(one.event)] = told.ids.next("event_id_seq")
        told.batch.add(
            "event",
            id=ids[id(one.event)],
            ticket_id=told.number,
            seq=seq,
            kind=one.event.kind,
            effective_at=one.event.at,
            recorded_at=one.recorded_at,
            actor_id=one.event.actor_id,
            payload=_payload(told, one),
        )
        if isinstance(one.event, ThresholdCrossed):
            _write_firing(told, one, one.event, breaches.kept(one.event))
    told.ticket.event_seq = len(merged)
    told.event_ids = ids


def _write_firing(told: Told, one: Happened, event: ThresholdCrossed, kept: Row) -> None:
    told.batch.add(
        "sla_firing",
        id=told.ids.next("sla_firing_id_seq"),
        ticket_id=told.number,
        metric=event.metric,
        line=event.line,
        cycle=event.cycle,
        epoch=event.epoch,
        percent=event.percent,
        at=event.at,
        recorded_at=one.recorded_at,
        holder_line=one.holder.line,
        holder_team_id=one.holder.team_id,
        holder_id=one.holder.assignee_id,
        told=True,
        explanation_id=None,
        cause=None,
        **kept,
    )


def _write_clocks(told: Told, merged: Sequence[Happened]) -> None:
    """The rows as the last verb or sweep that moved them left them."""
    facts = _facts(told, merged)
    moved = max(fact.at for fact in facts)
    checkpoint = max([moved, *(e.recorded_at for e in merged if isinstance(e.event, ThresholdCrossed))])
    result = evaluate(facts, checkpoint)
    for state in _shown(result):
        told.batch.add("sla_clock", **_clock_row(told.number, state, facts[-1].seq, checkpoint))
    due = [s.due_at for s in _shown(result) if s.phase is Phase.RUNNING and s.line is None and s.due_at]
    told.ticket.sort_due = _at(min(due)) if due else NEVER
    told.batch.add(
        "ticket_sla",
        ticket_id=told.number,
        policy_version_id=told.promise.policy_version_id,
        contract_id=told.promise.contract_id,
        missed=result.missed,
    )


def _clock_row(ticket_id: int, state: ClockState, seq: int, checkpoint: datetime) -> Row:
    following = state.next_crossing
    return {
        "ticket_id": ticket_id,
        "metric": Metric(state.metric.value),
        "line": state.line,
        "cycle": state.cycle,
        "epoch": state.epoch,
        "policy_version_id": version_id_of(state.policy),
        "calendar_version_id": int(state.calendar),
        "target_s": state.target_s,
        "phase": ClockPhase(state.phase.value),
        "started_at": moment(state.started_at),
        "stopped_at": moment(state.stopped_at),
        "elapsed_s": state.elapsed_s,
        "checkpoint_at": checkpoint,
        "due_at": moment(state.due_at),
        "met": state.met,
        "breached_at": moment(state.breached_at),
        "missed_once": state.missed_once,
        "next_fire_at": moment(following.at) if following else None,
        "next_percent": following.percent if following else None,
        "event_seq": seq,
    }


def _write_rest(told: Told, merged: Sequence[Happened]) -> None:
    batch, ids = told.batch, told.event_ids
    batch.add("ticket", **vars(told.ticket))
    for event, words in told.texts:
        batch.add("event_text", event_id=ids[id(event)], text=words)
    for event, row in told.handovers:
        batch.add("handover", **row, event_id=ids[id(event)])
    for waited in told.waits:
        batch.add("ticket_wait", **waited.row, event_id=ids[id(waited.begun)], **_end_of(waited, merged))
    for row in told.participants.values():
        batch.add("participant", **row)
    for row in told.uses.values():
        batch.add("article_use", **row)
    for person_id, message_id in told.read.items():
        batch.add("read_mark", person_id=person_id, ticket_id=told.number, last_message_id=message_id)
    for event, mail in told.notices:
        mail["key"] = f"resolved:{ids[id(event)]}"


def _end_of(waited: Waited, merged: Sequence[Happened]) -> Row:
    if waited.ended is None:
        return {"ended_at": None, "ended_seq": None}
    seq = next(seq for seq, one in enumerate(merged, start=1) if one.event is waited.ended)
    return {"ended_at": waited.ended.at, "ended_seq": seq}


def _shown(result: TicketClocks) -> list[ClockState]:
    return [state for state in result.clocks if state.metric not in REPORTED_ONLY]


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
