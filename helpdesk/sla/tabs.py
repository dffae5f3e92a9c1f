"""The clocks of a ticket beside the one that is explained: their names, their state, and where each is."""

from dataclasses import dataclass

from helpdesk.sla.chip import LINE, ClockView, slug_of
from helpdesk.sla.clocks import moment
from helpdesk.sla.rules import ClockState, Metric
from helpdesk.sla.telling import Slot, Telling
from helpdesk.sla.words import name_of, say

ORDER = ("first_response", "next_response", "update", "resolution", "ola")


@dataclass(frozen=True)
class Tab:
    """One clock: the word in its address, its name, what it says, and whether it is the one shown."""

    slug: str
    name: str
    state: str
    words: str
    share: float
    is_here: bool


def slot_named(slug: str, cycle: int | None = None) -> Slot | None:
    """The clock of that word; None when there is no such one."""
    if slug.startswith(LINE):
        number = slug.removeprefix(LINE)
        return Slot(Metric.OLA, int(number), cycle) if number in ("1", "2", "3") else None
    return Slot(Metric(slug), None, cycle) if slug in ORDER[:-1] else None


def tabs_of(told: Telling) -> tuple[Tab, ...]:
    """The present cycle of each clock, in the order people read them."""
    now = moment(told.now)
    here = told.found.clock
    found = []
    for clock in _present(told):
        view = view_of(clock)
        found.append(
            Tab(
                slug=slug_of(clock.metric.value, clock.line),
                name=name_of(view),
                state=view.state.value,
                words=say(view, now) if now is not None else "",
                share=view.share,
                is_here=(clock.metric, clock.line) == (here.metric, here.line),
            )
        )
    return tuple(found)


def _present(told: Telling) -> list[ClockState]:
    latest: dict[tuple[str, int | None], ClockState] = {}
    for clock in sorted(told.found.all.clocks, key=lambda clock: clock.cycle):
        if clock.metric.value in ORDER:
            latest[clock.metric.value, clock.line] = clock
    return sorted(latest.values(), key=lambda clock: (ORDER.index(clock.metric.value), clock.line or 0))


def cycles_of(told: Telling) -> tuple[tuple[int, bool], ...]:
    """The cycles of this clock and which is shown; () when it has but one."""
    here = told.found.clock
    every = sorted(
        clock.cycle
        for clock in told.found.all.clocks
        if (clock.metric, clock.line) == (here.metric, here.line)
    )
    return tuple((cycle, cycle == here.cycle) for cycle in every) if len(every) > 1 else ()


def view_of(clock: ClockState) -> ClockView:
    """The clock as chips see it."""
    return ClockView(
        metric=clock.metric.value,
        line=clock.line,
        phase=clock.phase.value,
        target_s=clock.target_s,
        elapsed_s=clock.elapsed_s,
        due_at=moment(clock.due_at),
        started_at=moment(clock.started_at),
        stopped_at=moment(clock.stopped_at),
        breached_at=moment(clock.breached_at),
        met=clock.met,
        missed_once=clock.missed_once,
    )
