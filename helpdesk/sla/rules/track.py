"""One clock while a ledger is replayed: how seconds are counted, thresholds crossed and epochs opened."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from helpdesk.sla.calendar import OpenTime
from helpdesk.sla.rules.values import (
    REPORTED_ONLY,
    ClockState,
    Crossing,
    Cycle,
    Figures,
    Key,
    LedgerEntry,
    Line,
    Metric,
    OnChange,
    PastEpoch,
    Phase,
    Step,
)

Segment = tuple[int, int, OpenTime]
ENDLESS = 1 << 62  # later than any instant


@dataclass(frozen=True, slots=True)
class Terms:
    """What a clock counts against: target, calendar, and where both come from."""

    seconds: int
    open: OpenTime
    calendar: Key
    policy: Key
    thresholds: tuple[int, ...]
    forgive: bool

    def same_clock_as(self, other: "Terms") -> bool:
        """Whether changing to the other changes no figure."""
        return self.seconds == other.seconds and self.open is other.open


def needs(terms: Terms) -> tuple[tuple[int, int], ...]:
    """(percent, seconds) of each threshold in order, fractions rounded up; 100 is always among them."""
    return _needs(terms.seconds, terms.thresholds)


@lru_cache(maxsize=4096)
def _needs(seconds: int, thresholds: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    percents = sorted({*thresholds, 100})
    return tuple((percent, -(-seconds * percent // 100)) for percent in percents)


@dataclass(slots=True)
class Track:
    """The working copy of one cycle of one clock.

    Crossings are noted strictly before an instant by `advance`, and at it by `judge`, once all entries of the
    instant have been applied: so a stop on the due second is in time and a pause on it is not.
    """

    metric: Metric
    line: Line | None
    terms: Terms
    started_at: int
    cycle: int = 1
    epoch: int = 1
    phase: Phase = Phase.PAUSED
    elapsed_s: int = 0
    since: int = 0
    since_count: int = 0
    stopped_at: int | None = None
    due: int | None = None
    breached_at: int | None = None
    epoch_from: int = 0
    fires_at: int | None = None  # when a running clock crosses its next threshold; None is not known yet
    segments: list[Segment] = field(default_factory=list)
    crossed: list[tuple[int, int]] = field(default_factory=list)
    needs: tuple[tuple[int, int], ...] = ()
    history: list[int] = field(default_factory=list)
    missed: bool = False  # in an earlier epoch, and not forgiven
    past: tuple[PastEpoch, ...] = ()
    closed: tuple[Cycle, ...] = ()
    steps: list[Step] | None = None
    cause: LedgerEntry | None = None

    def __post_init__(self) -> None:
        self.epoch_from = self.started_at
        self.needs = needs(self.terms) if self.metric not in REPORTED_ONLY else ()

    def elapsed(self, t: int) -> int:
        """Open running seconds up to t, under the calendars in force when they passed."""
        if self.phase is not Phase.RUNNING:
            return self.elapsed_s
        return self.elapsed_s + self.terms.open.counted(t) - self.since_count

    def run(self, t: int) -> None:
        """Count from t on."""
        if self.phase is not Phase.RUNNING:
            is_first = not self.segments and t == self.started_at
            self.phase, self.since, self.since_count = Phase.RUNNING, t, self.terms.open.counted(t)
            self.fires_at = None
            self.note("started" if is_first else "resumed", t)

    def halt(self, t: int, phase: Phase) -> None:
        """Stop counting at t and be in `phase`."""
        if self.phase is not phase:
            self._close_segment(t)
            self.phase = phase
            self.note(phase.value, t)

    def stop(self, t: int) -> None:
        """Stop for good; the due instant shown from now on is where it would have been."""
        if self.phase in (Phase.STOPPED, Phase.CANCELLED):
            return
        self.halt(t, Phase.STOPPED)
        self.stopped_at = t
        if self.due is None:
            self.due = self.terms.open.due(t, self.terms.seconds - self.elapsed_s)

    def leave(self, t: int) -> None:
        """The ticket goes to another line; a clock that is just used up shows when."""
        self.halt(t, Phase.IDLE)
        if self.due is None and self.elapsed_s >= self.terms.seconds:
            self.due = t

    def resume(self, t: int, phase: Phase) -> None:
        """Go on after a stop or after another line held the ticket; a breach stays."""
        self.stopped_at = None
        if self.breached_at is None:
            self.due = None
        self.go(t, phase)

    def go(self, t: int, phase: Phase) -> None:
        """Run, or stand in `phase`."""
        if phase is Phase.RUNNING:
            self.run(t)
        else:
            self.halt(t, phase)

    def advance(self, t: int) -> None:
        """Note the thresholds crossed strictly before t."""
        while self.phase is Phase.RUNNING and self._fires_at() < t:
            self._cross(self.needs[len(self.crossed)][0], self._fires_at())

    def judge(self, t: int) -> None:
        """Note what is crossed at t itself, now that everything that happened at t is known."""
        if self.phase is Phase.RUNNING:
            if (self.fires_at or self._fires_at()) > t:
                return
            self.advance(t)
        elif self.phase is not Phase.PAUSED:
            return
        counted = self.elapsed(t)
        for percent, need in self.needs[len(self.crossed) :]:
            if need > counted:
                return
            self._cross(percent, t)

    def change(self, t: int, terms: Terms, mode: OnChange, *, forgiving: bool = False) -> None:
        """Count against other terms from t on and open a new epoch; the same terms change nothing."""
        if terms is self.terms:
            return
        if terms.same_clock_as(self.terms):
            same = terms.thresholds == self.terms.thresholds
            self.terms = terms if same else replace(terms, thresholds=self.terms.thresholds)
            return
        before = self._figures(t) if self.steps is not None else None
        after = self._recounted(t, terms.open) if mode is OnChange.RETROACTIVE else self.elapsed(t)
        running, phase = self.phase is Phase.RUNNING, self.phase
        self._close_segment(t)
        self._end_epoch(t)
        self.missed &= not forgiving
        self._open_epoch(t, terms)
        self._keep_segments(mode)
        self.elapsed_s = 0 if mode is OnChange.RESTART else after
        if running:
            self.phase, self.since, self.since_count = phase, t, terms.open.counted(t)
        if mode is OnChange.RETROACTIVE and phase is not Phase.IDLE:
            self._cross_in_the_past(t)
        self.note("changed", t, before)

    def is_over(self, t: int) -> bool:
        """Whether the target was used up before t."""
        self.advance(t)
        return self.breached_at is not None

    def count_on(self, t: int, terms: Terms) -> None:
        """Count in other hours of the same target from t on; what was crossed stays where it was crossed."""
        before = self._figures(t) if self.steps is not None else None
        self._close_segment(t)
        self.terms = replace(terms, thresholds=self.terms.thresholds)
        if self.phase is Phase.RUNNING:
            self.since, self.since_count = t, terms.open.counted(t)
        self.note("changed", t, before)

    def backdate(self, t: int, ran: list[tuple[int, int]]) -> None:
        """Count what a clock that begins at t would have counted, had it existed then."""
        self.segments = [(a, b, self.terms.open) for a, b in ran]
        self.elapsed_s, self.epoch_from = self._recounted(t, self.terms.open), t
        self._cross_in_the_past(t)

    def note(self, kind: str, t: int, before: Figures | None = None) -> None:
        """Remember a step for the explanation, if one was asked for."""
        if self.steps is not None:
            cause, shown = self.cause, self._figures(t)
            seq, actor, reason = (cause.seq, cause.actor, cause.reason) if cause else (None, None, None)
            self.steps.append(
                Step(
                    kind,
                    t,
                    shown.elapsed_s,
                    shown.target_s,
                    seq,
                    actor,
                    reason,
                    due_at=shown.due_at,
                    cycle=self.cycle,
                    epoch=self.epoch,
                    before=before,
                )
            )

    def _figures(self, t: int) -> Figures:
        return Figures(self.elapsed(t), self.terms.seconds, self._due_at())

    def next_cycle(self, t: int, terms: Terms) -> "Track":
        """A fresh clock of the same metric that remembers how the earlier ones ended."""
        result = Cycle(self.elapsed_s, self.phase is Phase.STOPPED and self.breached_at is None)
        history = [*self.history, *([] if self.breached_at is None else [self.breached_at])]
        return Track(
            self.metric,
            self.line,
            terms,
            t,
            cycle=self.cycle + 1,
            history=history,
            closed=(*self.closed, result),
            steps=self.steps,
            cause=self.cause,
        )

    def state(self, as_of: int, enforce_from: int) -> ClockState:
        """This clock as a value."""
        elapsed = self.elapsed(as_of)
        decided = None if self.stopped_at is None else True
        return ClockState(
            metric=self.metric,
            line=self.line,
            cycle=self.cycle,
            epoch=self.epoch,
            phase=self.phase,
            policy=self.terms.policy,
            calendar=self.terms.calendar,
            started_at=self.started_at,
            stopped_at=self.stopped_at,
            target_s=self.terms.seconds,
            elapsed_s=elapsed,
            remaining_s=self.terms.seconds - elapsed,
            due_at=self._due_at(),
            met=decided if self.breached_at is None else False,
            breached_at=self.breached_at,
            breach_history=tuple(self.history),
            missed_once=self.breached_at is not None or self.missed,
            next_crossing=self._next_crossing(enforce_from),
            crossings=tuple(Crossing(percent, at, at < enforce_from) for percent, at in self.crossed),
            closed_cycles=self.closed,
            past_epochs=tuple(past.enforced_from(enforce_from) for past in self.past),
        )

    def all_segments(self, as_of: int) -> list[Segment]:
        """Every stretch that counts towards `elapsed`, with the calendar it was counted under."""
        if self.phase is Phase.RUNNING and as_of > self.since:
            return [*self.segments, (self.since, as_of, self.terms.open)]
        return self.segments

    def _due_at(self) -> int | None:
        if self.due is not None or self.phase is not Phase.RUNNING or not self.needs:
            return self.due
        return self._reached(self.terms.seconds)

    def _next_crossing(self, enforce_from: int) -> Crossing | None:
        if self.phase is not Phase.RUNNING or len(self.crossed) == len(self.needs):
            return None
        percent, need = self.needs[len(self.crossed)]
        at = self._reached(need)
        return None if at is None else Crossing(percent, at, at < enforce_from)

    def _reached(self, need: int) -> int | None:
        """When a running clock shows `need`; not before it last began to run."""
        if need <= self.elapsed_s:
            return self.since
        return self.terms.open.reached(self.since_count + need - self.elapsed_s)

    def _fires_at(self) -> int:
        """When this running clock crosses its next threshold, if nothing changes; ENDLESS when never."""
        if self.fires_at is None:
            left = len(self.crossed) < len(self.needs)
            reached = self._reached(self.needs[len(self.crossed)][1]) if left else None
            self.fires_at = ENDLESS if reached is None else reached
        return self.fires_at

    def _cross(self, percent: int, reached: int) -> None:
        self.fires_at = None
        at = max(reached, self.epoch_from)
        self.crossed.append((percent, at))
        if percent == 100:
            self.due, self.breached_at = reached, at
            if self.steps is not None:
                self.steps.append(
                    Step(
                        "breached",
                        at,
                        self.terms.seconds,
                        self.terms.seconds,
                        due_at=reached,
                        cycle=self.cycle,
                        epoch=self.epoch,
                    )
                )

    def _close_segment(self, t: int) -> None:
        self.advance(t)
        self.elapsed_s = self.elapsed(t)
        if self.phase is Phase.RUNNING and t > self.since:
            self.segments.append((self.since, t, self.terms.open))

    def _recounted(self, t: int, open_: OpenTime) -> int:
        return sum(open_.open_seconds(a, b) for a, b, _ in self.all_segments(t))

    def _keep_segments(self, mode: OnChange) -> None:
        if mode is OnChange.RESTART:
            self.segments = []
        elif mode is OnChange.RETROACTIVE:
            self.segments = [(a, b, self.terms.open) for a, b, _ in self.segments]

    def _end_epoch(self, t: int) -> None:
        """Keep what was missed. Terms that came and went within one instant were never judged."""
        if self.epoch_from == t:
            return
        if self.breached_at is not None:
            self.missed = True
            self.history.append(self.breached_at)
        if self.crossed:
            self.past += (self._past_epoch(),)

    def _open_epoch(self, t: int, terms: Terms) -> None:
        self.epoch, self.epoch_from = self.epoch + 1, t
        self.due = self.breached_at = self.fires_at = None
        self.crossed = []
        self.terms = terms
        self.needs = needs(terms) if self.metric not in REPORTED_ONLY else ()

    def _past_epoch(self) -> PastEpoch:
        crossings = tuple(Crossing(percent, at) for percent, at in self.crossed)
        return PastEpoch(self.epoch, self.terms.policy, self.terms.seconds, self.due, crossings)

    def _cross_in_the_past(self, t: int) -> None:
        """Where recounted stretches reach each threshold; the crossing itself carries the change instant."""
        counted = 0
        for a, b, open_ in self.segments:
            there = counted + open_.open_seconds(a, b)
            for percent, need in self.needs[len(self.crossed) :]:
                reached = open_.due(a, need - counted) if need <= there else None
                if reached is None or reached >= t:
                    break
                self._cross(percent, reached)
            counted = there
