"""One clock, or the nearest of several, as a list or a head shows it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LAST_QUARTER = 4
LINE = "line-"


class ChipState(StrEnum):
    """What the silhouette says."""

    RUN = "run"
    RISK = "risk"
    BREACH = "breach"
    PAUSE = "pause"
    MET = "met"
    MISSED = "missed"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """A clock at an instant. Seconds are open seconds of its calendar; `remaining_s` may be negative.

    `phase` is running, paused, stopped, cancelled or idle.
    """

    metric: str
    line: int | None
    phase: str
    target_s: int
    elapsed_s: int
    due_at: datetime | None
    started_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    met: bool | None
    missed_once: bool

    @property
    def remaining_s(self) -> int:
        return self.target_s - self.elapsed_s

    @property
    def share(self) -> float:
        """The part of the target that is left, 0 to 1."""
        return min(1.0, max(0.0, self.remaining_s / self.target_s))

    @property
    def state(self) -> ChipState:
        if self.phase == "stopped" or (self.phase == "idle" and self.breached_at):
            return ChipState.MISSED if self.breached_at else ChipState.MET
        if self.phase in ("cancelled", "idle"):
            return ChipState.NONE
        if self.breached_at:
            return ChipState.BREACH
        if self.phase == "paused":
            return ChipState.PAUSE
        return ChipState.RISK if self.remaining_s * LAST_QUARTER <= self.target_s else ChipState.RUN


def nearest(clocks: Iterable[ClockView]) -> ClockView | None:
    """The clock that matters most: the running one due first, else a paused one with least left, else the
    last
    that stopped. Lines' own clocks do not count.
    """
    own = [clock for clock in clocks if clock.line is None and clock.state is not ChipState.NONE]
    return min(own, key=_rank, default=None)


def _rank(clock: ClockView) -> tuple[int, float]:
    if clock.phase == "running":
        return 0, clock.due_at.timestamp() if clock.due_at else float("inf")
    if clock.phase == "paused":
        return 1, clock.remaining_s
    return 2, -clock.stopped_at.timestamp() if clock.stopped_at else 0.0


def slug_of(metric: str, line: int | None) -> str:
    """The clock's word in an address: resolution, first_response, line-2."""
    return metric if line is None else f"{LINE}{line}"
