"""Places at which a test lets a process die, to prove that nothing is lost or doubled there.

Nothing ever happens at them unless a test names one, by `arm` or in the environment of the process.
"""

import os
import signal
from enum import StrEnum


class Point(StrEnum):
    """Every such place, in the words of the test's report."""

    CLAIMED = "sweep: tickets claimed"
    RECORDED = "sweep: crossings recorded"
    WRITTEN = "sweep: clocks written"
    TOLD = "sweep: notices queued"
    DONE = "steps: verb done"
    ACTED = "steps: acts kept"
    BEFORE_COMMIT = "sweep: before commit"
    AFTER_COMMIT = "sweep: after commit"
    LISTED = "recompute: tickets listed"
    FOLLOWED = "recompute: tickets followed"
    UNIT_KEPT = "recompute: after commit"
    FINISHED = "recompute: end published"
    QUEUED = "outbox: mail queued"


VARIABLE = "DESK_DIES_AT"  # "sweep: crossings recorded/3": at the third passing


class _Armed:
    point: str | None = None
    passings_left: int = 0


def arm(wanted: str) -> None:
    """Let this process die at that point, at its nth passing: "point/n"."""
    point, _, nth = wanted.partition("/")
    _Armed.point, _Armed.passings_left = Point(point).value, int(nth or 1)


def reached(point: Point) -> None:
    """The process has come to this place; where a test wants it, it dies here as by kill -9."""
    if _Armed.point is None or point != _Armed.point:
        return
    _Armed.passings_left -= 1
    if _Armed.passings_left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


if os.environ.get(VARIABLE):
    arm(os.environ[VARIABLE])
