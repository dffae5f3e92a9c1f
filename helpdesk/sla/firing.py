"""Crossings written down, each of them once: as a row, an event, notices, and what the policy does then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.accounts.people import system_id
from helpdesk.db import db, insert_all
from helpdesk.events import publish_all
from helpdesk.killpoints import Point, reached
from helpdesk.sla import rows, steps
from helpdesk.sla.clocks import Passing, Reading, Slot, cached, moment, read, slot_of
from helpdesk.sla.events import ThresholdCrossed
from helpdesk.sla.hands import Hand, Hands, hand_at, hands_of
from helpdesk.sla.histories import Mark, histories_of
from helpdesk.sla.models import Metric, SlaFiring
from helpdesk.sla.policies import version_id_of
from helpdesk.sla.retraction import mark_withdrawn
from helpdesk.sla.rows import Row
from helpdesk.tickets.models import Ticket


@dataclass(frozen=True)
class Claimed:
    """A ticket that this transaction has locked: who holds it, and where its history stands."""

    id: int
    line: int
    team_id: int
    assignee_id: int | None
    priority: str
    event_seq: int
    last_event_at: datetime


@dataclass(frozen=True)
class Found:
    """What a ticket's clocks have newly passed; `quietly`: nobody is told and nothing else follows.

    `hands` is who had the ticket since when; empty when nothing has happened on it since the crossings.
    """

    ticket: Claimed
    reading: Reading
    passed: Sequence[Passing]
    quietly: bool
    hands: Hands = ()

    def is_told(self, passing: Passing) -> bool:
        """Whether this one counts for people, not only for the record."""
        return not (self.quietly or passing.crossing.suppressed)

    def hand_at(self, at: datetime) -> Hand:
        """Who had the ticket when that was crossed."""
        now = Hand(self.ticket.line, self.ticket.team_id, self.ticket.assignee_id)
        return hand_at(self.hands, at) or now

    @property
    def has_moved_on(self) -> bool:
        """Whether something has happened on the ticket since the first of the crossings."""
        last = self.ticket.last_event_at.timestamp()
        return any(passing.crossing.at < last for passing in self.passed)


def fire_all(tickets: Sequence[Claimed], now: datetime, *, quietly: bool = False) -> int:
    """Write down what the clocks of these tickets have crossed, tell of the highest of each, set the next
    firing; how many crossings were new.

    `quietly`: a change of the rules says all that by itself, and what it undoes is withdrawn without a word.
    The tickets are locked, perhaps since after `now` was read. The statements do not grow with the tickets,
    but for those on which a policy acts. Raises LookupError when the clocks of one cannot be computed.
    """
    found = _record(
        _with_hands([_found(ticket, reading, quietly) for ticket, reading in _read(tickets, now)])
    )
    reached(Point.RECORDED)
    events = {one.ticket.id: list(_events(one)) for one in found}
    rows.write([_cached(one, len(events[one.ticket.id])) for one in found])
    reached(Point.WRITTEN)
    publish_all([event for many in events.values() for event in many])
    reached(Point.TOLD)
    if quietly:
        _withdraw_vanished(found, now)
    else:
        _act(events, now)
    return sum(map(len, events.values()))


def _read(tickets: Iterable[Claimed], now: datetime) -> Iterable[tuple[Claimed, Reading]]:
    by_id = {ticket.id: ticket for ticket in tickets}
    for ticket_id, history in histories_of(by_id).items():
        ticket = by_id[ticket_id]
        reading = read(ticket_id, history, max(now, ticket.last_event_at))
        if reading is not None:
            yield ticket, reading


def _found(ticket: Claimed, reading: Reading, quietly: bool) -> Found:
    return Found(ticket, reading, reading.unwritten, quietly)


def _with_hands(found: Sequence[Found]) -> Sequence[Found]:
    hands = hands_of([one.ticket.id for one in found if one.has_moved_on])
    return [replace(one, hands=hands.get(one.ticket.id, ())) for one in found]


def _record(found: Sequence[Found]) -> list[Found]:
    """Each with only what is new; the unique key decides, whoever else is writing."""
    firings = [_firing(one, passing) for one in found for passing in one.passed]
    if not firings:
        return list(found)
    written = insert_all(SlaFiring, firings, "ticket_id", *Mark._fields, skip_known=True)
    new = {(row[0], Mark(*row[1:])) for row in written}
    return [
        replace(one, passed=[passing for passing in one.passed if (one.ticket.id, passing.mark) in new])
        for one in found
    ]


def _firing(one: Found, passing: Passing) -> Row:
    state, percent = passing.state, passing.crossing.percent
    told, is_present = one.is_told(passing), passing.epoch == state.epoch
    is_asked = told and steps.asks_at(version_id_of(passing.policy), state.line, percent)
    at = moment(passing.crossing.at) or one.reading.as_of
    hand = one.hand_at(at)
    return {
        "ticket_id": one.ticket.id,
        "metric": Metric(state.metric.value),
        "line": state.line,
        "cycle": state.cycle,
        "epoch": passing.epoch,
        "percent": percent,
        "at": at,
        "recorded_at": one.reading.as_of,
        "holder_line": hand.line,
        "holder_team_id": hand.team_id,
        "holder_id": hand.person_id,
        "told": told,
        "shares": steps.shares_at(one.reading.clocks, state, percent) if is_present else None,
        "asked_at": one.reading.as_of if is_asked else None,
    }


def _events(one: Found) -> Iterable[ThresholdCrossed]:
    """One notice for the highest new crossing of each clock, however many were missed meanwhile."""
    highest = {slot_of(passing.state): passing for passing in one.passed}
    tell = {slot: _tell(one, slot) for slot in highest}
    for place, passing in enumerate(sorted(one.passed, key=lambda each: each.crossing.at), start=1):
        slot = slot_of(passing.state)
        is_loud = passing is highest[slot] and one.is_told(passing)
        yield _event(one, passing, place, tell[slot] if is_loud else None)


def _tell(one: Found, slot: Slot) -> tuple[str, ...]:
    mine = [passing for passing in one.passed if slot_of(passing.state) == slot]
    aloud = [passing.crossing.percent for passing in mine if one.is_told(passing)]
    return steps.tell_at(version_id_of(mine[-1].policy), mine[-1].state.line, aloud)


def _event(one: Found, passing: Passing, place: int, tell: tuple[str, ...] | None) -> ThresholdCrossed:
    state = passing.state
    return ThresholdCrossed(
        at=moment(passing.crossing.at) or one.reading.as_of,
        found_at=one.reading.as_of,
        actor_id=system_id(),
        ticket_id=one.ticket.id,
        seq=one.ticket.event_seq + place,
        metric=Metric(state.metric.value),
        line=state.line,
        cycle=state.cycle,
        epoch=passing.epoch,
        percent=passing.crossing.percent,
        loud=tell is not None,
        policy_version_id=version_id_of(passing.policy),
        tell=tell or (),
        due_at=moment(passing.due_at),
        target_s=passing.target_s,
        priority=one.ticket.priority,
    )


def _cached(one: Found, new: int) -> rows.Cached:
    """All that was crossed is written down by now, by this sweep or another."""
    settled = Reading(one.ticket.id, one.reading.as_of, one.reading.seq, one.reading.clocks)
    return cached(settled, event_seq=one.ticket.event_seq + new)


def _withdraw_vanished(found: Iterable[Found], now: datetime) -> None:
    """A change that holds since before the last event counts the epochs after it anew."""
    vanished = {one.ticket.id: one.reading.vanished for one in found if one.reading.vanished}
    if vanished:
        mark_withdrawn(vanished, now)


def _act(events: Mapping[int, Sequence[ThresholdCrossed]], now: datetime) -> None:
    for ticket_id, crossed in events.items():
        if crossed and steps.are_due(crossed):
            steps.act(db.session.get_one(Ticket, ticket_id, populate_existing=True), crossed, now)
