"""Why a clock shows what it shows: its facts in order, in figures that a page turns into sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from helpdesk.sla.calendar import WorkingHours
from helpdesk.sla.rules.replay import run
from helpdesk.sla.rules.values import (
    ClockState,
    Held,
    Key,
    LedgerEntry,
    Line,
    Metric,
    PolicyVersion,
    Step,
)


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause with who began it and why; `until` None means it still lasts."""

    since: int
    until: int | None
    actor: int | None
    reason: Key | None
    seq: int | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything behind one clock: its present figures, priority and type, steps, pauses, and who held it.

    `held` and `seconds_by_line` are the client's time by line, on the contract calendar.
    """

    clock: ClockState
    priority: str
    type: str | None
    steps: tuple[Step, ...]
    pauses: tuple[Pause, ...]
    held: tuple[Held, ...]
    seconds_by_line: Mapping[Line, int]


def explain(
    ledger: Iterable[LedgerEntry],
    policies: Mapping[Key, PolicyVersion],
    calendars: Mapping[Key, WorkingHours],
    as_of: int,
    *,
    metric: Metric = Metric.RESOLUTION,
    line: Line | None = None,
) -> Explanation | None:
    """Why the clock stands where it stands at `as_of`; None when the ticket has no such clock."""
    machine = run(ledger, policies, calendars, as_of, noting=True)
    clocks = machine.result(as_of)
    clock = clocks.current(metric, line)
    if clock is None:
        return None
    steps = tuple(sorted(machine.tracks[metric, line].steps or (), key=lambda step: step.at))
    return Explanation(
        clock, machine.priority, machine.type, steps, pauses_of(steps), clocks.held, clocks.attribution
    )


def pauses_of(steps: Iterable[Step]) -> tuple[Pause, ...]:
    """Each pause among the steps, ended by whatever came next but a change of terms or a breach."""
    pauses: list[Pause] = []
    began: Step | None = None
    for step in steps:
        if step.kind in ("changed", "breached"):
            continue
        if began is not None:
            pauses.append(Pause(began.at, step.at, began.actor, began.reason, began.seq))
        began = step if step.kind == "paused" else None
    if began is not None:
        pauses.append(Pause(began.at, None, began.actor, began.reason, began.seq))
    return tuple(pauses)
