"""What is different between two outcomes of one ticket, clock by clock. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from helpdesk.sla.rules.values import REPORTED_ONLY, ClockState, Metric, Phase, TicketClocks

Slot = tuple[Metric, int | None, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """One clock before and after, and what that means; None where there is no such clock."""

    slot: Slot
    effect: str
    before: ClockState | None
    after: ClockState | None


def differences(before: TicketClocks, after: TicketClocks) -> Iterator[Difference]:
    """Every clock whose deadline, target, verdict or existence is not the same."""
    old, new = _clocks(before), _clocks(after)
    for slot in dict.fromkeys([*old, *new]):
        effect = effect_of(old.get(slot), new.get(slot))
        if effect is not None:
            yield Difference(slot, effect, old.get(slot), new.get(slot))


def clocks_in(clocks: TicketClocks) -> int:
    """How many clocks there are to be compared."""
    return len(_clocks(clocks))


def effect_of(before: ClockState | None, after: ClockState | None) -> str | None:
    """What became of a clock, the gravest first; None when nothing did.

    A paused clock has no deadline: it is later when it has more time left.
    """
    missed_before, missed_after = _missed(before), _missed(after)
    if missed_before != missed_after:
        return "come" if missed_after else "go"
    if before is None or after is None:
        return "begins" if before is None else "ends" if after is None else None
    if before.due_at is not None and after.due_at is not None:
        if before.due_at != after.due_at:
            return "earlier" if after.due_at < before.due_at else "later"
    elif before.remaining_s != after.remaining_s:
        return "earlier" if after.remaining_s < before.remaining_s else "later"
    return None if before.target_s == after.target_s else "other"


def _clocks(clocks: TicketClocks) -> dict[Slot, ClockState]:
    return {
        (one.metric, one.line, one.cycle): one
        for one in clocks.clocks
        if one.metric not in REPORTED_ONLY and one.phase is not Phase.CANCELLED
    }


def _missed(clock: ClockState | None) -> bool:
    return clock is not None and clock.breached
