"""What a told ticket showed when a sweep found a crossing: its clock, its priority, who used the time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from helpdesk.demo.chronicle.shape import Happened
from helpdesk.sla import steps
from helpdesk.sla.acts import BREACH
from helpdesk.sla.clocks import evaluate, moment, slot_of
from helpdesk.sla.events import ThresholdCrossed
from helpdesk.sla.ledger import Fact
from helpdesk.sla.rules import ClockState, TicketClocks
from helpdesk.tickets.events import PriorityChanged, TicketOpened

Clock = tuple[object, ...]


def shown_at(event: ThresholdCrossed, facts: Sequence[Fact], history: Sequence[Happened]) -> ThresholdCrossed:
    """The event with what its clock and its ticket showed when it was found."""
    state = _state(_clocks_at(event, facts), event)
    return replace(
        event,
        due_at=moment(state.due_at),
        target_s=state.target_s,
        priority=_priority_at(event.at, history),
    )


def told_together(event: ThresholdCrossed, together: Iterable[ThresholdCrossed]) -> ThresholdCrossed:
    """Of several crossings of one clock found together only the highest is told, to all whom they name."""
    mine = [other.percent for other in together if clock_of(other) == clock_of(event)]
    if event.percent < max(mine):
        return replace(event, loud=False)
    return replace(event, tell=steps.tell_at(event.policy_version_id, event.line, mine))


def clock_of(event: ThresholdCrossed) -> Clock:
    """The same for crossings of one clock that one sweep has found."""
    return event.found_at, event.metric, event.line, event.cycle


class Breaches:
    """What the firings of one ticket keep beside the crossing itself."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self.asked: set[Clock] = set()

    def kept(self, event: ThresholdCrossed) -> dict[str, Any]:
        """Who used up the time, and since when the desk wants to know why: once for a clock."""
        return {"shares": self._shares(event), "asked_at": self._asked_at(event)}

    def _shares(self, event: ThresholdCrossed) -> dict[str, Any] | None:
        if event.percent != BREACH:
            return None
        clocks = _clocks_at(event, self.facts)
        return steps.shares_at(clocks, _state(clocks, event), event.percent)

    def _asked_at(self, event: ThresholdCrossed) -> datetime | None:
        share = (event.metric, event.line, event.cycle, event.percent)
        wanted = steps.asks_at(event.policy_version_id, event.line, event.percent)
        if not wanted or share in self.asked:
            return None
        self.asked.add(share)
        return event.found_at


def _clocks_at(event: ThresholdCrossed, facts: Sequence[Fact]) -> TicketClocks:
    return evaluate([fact for fact in facts if fact.at <= event.at], event.found_at)


def _state(clocks: TicketClocks, event: ThresholdCrossed) -> ClockState:
    slot = (event.metric.value, event.line, event.cycle)
    return next(state for state in clocks.clocks if slot_of(state) == slot)


def _priority_at(at: datetime, history: Sequence[Happened]) -> str:
    told = [one.event for one in history if one.event.at <= at]
    changes = [event.new for event in told if isinstance(event, PriorityChanged)]
    opened = [event.priority for event in told if isinstance(event, TicketOpened)]
    return [*opened, *changes][-1].value
