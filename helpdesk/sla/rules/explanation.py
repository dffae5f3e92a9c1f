"""Why a clock shows what it shows: its facts in order, in figures that a page turns into sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from helpdesk.sla.calendar import WorkingHours
from helpdesk.sla.rules.blame import blame_at
from helpdesk.sla.rules.holding import Hand, Holders, LineTime, by_line, hands
from helpdesk.sla.rules.replay import Replay, run
from helpdesk.sla.rules.track import Track
from helpdesk.sla.rules.values import (
    Blame,
    ClockState,
    Held,
    Key,
    LedgerEntry,
    Line,
    Metric,
    OnChange,
    PolicyVersion,
    Step,
    TicketClocks,
)

LINES = (1, 2, 3)


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
    """Everything behind one cycle of one clock.

    `thresholds` are percents with the seconds at which they are crossed; `steps` and `pauses` are of this
    cycle; `hands` is its counted time by line, team and person, whose seconds add up to the clock; `lines`
    sums them beside each line's budget. `blame` is of the breach that stands, for the client's solution only.
    `all` are all clocks of the ticket.
    """

    clock: ClockState
    priority: str
    type: str | None
    line: Line
    on_change: OnChange
    forgives: bool
    thresholds: tuple[tuple[int, int], ...]
    steps: tuple[Step, ...]
    pauses: tuple[Pause, ...]
    hands: tuple[Hand, ...]
    lines: tuple[LineTime, ...]
    blame: Blame | None
    all: TicketClocks

    @property
    def held(self) -> tuple[Held, ...]:
        """The same time by line alone."""
        return tuple(Held(one.line, one.from_at, one.to_at, one.seconds) for one in self.hands)

    @property
    def seconds_by_line(self) -> Mapping[Line, int]:
        return {one.line: one.used_s for one in self.lines if one.used_s}


def explain(
    ledger: Iterable[LedgerEntry],
    policies: Mapping[Key, PolicyVersion],
    calendars: Mapping[Key, WorkingHours],
    as_of: int,
    *,
    metric: Metric = Metric.RESOLUTION,
    line: Line | None = None,
    cycle: int | None = None,
    holders: Holders = (),
) -> Explanation | None:
    """Why the clock stands where it stands at `as_of`; None when the ticket has no such clock.

    `cycle` None is the present one. `holders` are teams and people with the instants from which they held
    the ticket.
    """
    machine = run(ledger, policies, calendars, as_of, noting=True)
    track = _track(machine, metric, line, cycle)
    if track is None:
        return None
    policy = machine.policy_in_force()
    steps = tuple(sorted((step for step in track.steps or () if step.cycle == track.cycle), key=_place))
    found = hands(track.all_segments(as_of), machine.history.lines, holders)
    budgets = _budgets(machine) if metric is Metric.RESOLUTION else {}
    return Explanation(
        clock=track.state(as_of, machine.enforce_from),
        priority=machine.priority,
        type=machine.type,
        line=machine.line,
        on_change=policy.on_change,
        forgives=policy.forgive,
        thresholds=track.needs,
        steps=steps,
        pauses=pauses_of(steps),
        hands=found,
        lines=by_line(found, budgets),
        blame=blame_at(track, machine.history, budgets) if metric is Metric.RESOLUTION else None,
        all=machine.result(as_of),
    )


def _place(step: Step) -> tuple[int, int, bool]:
    """What a change makes overdue at once is overdue because of it, and so comes after it."""
    return step.at, step.epoch, step.kind == "breached"


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


def _track(machine: Replay, metric: Metric, line: Line | None, cycle: int | None) -> Track | None:
    """That cycle of the clock, by default its last."""
    every = [
        track
        for track in (*machine.ended, *machine.tracks.values())
        if track.metric is metric and track.line == line and cycle in (None, track.cycle)
    ]
    return max(every, key=lambda track: track.cycle, default=None)


def _budgets(machine: Replay) -> dict[Line, int]:
    """What each line may use: by its clock where it has one, else by the policy in force."""
    named = {line: machine.terms((Metric.OLA, line)) for line in LINES}
    return {line: terms.seconds for line, terms in named.items() if terms} | machine.budgets()
