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


class MailPoint(StrEnum):
    """The places between a mail server and a ticket."""

    COPIED = "fetch: bytes copied"
    STORED = "fetch: stored, before commit"
    KEPT = "fetch: after commit"
    FLAGGED = "fetch: flagged on the server"
    TWINNED = "move: copied on the server"
    MOVED = "move: moved on the server"
    RENUMBERED = "fetch: new numbers kept"
    TAKEN = "intake: message claimed"
    READ = "intake: message read"
    APPLIED = "intake: before commit"
    DONE = "intake: after commit"


class SendPoint(StrEnum):
    """The places between the outbox and a relay."""

    CLAIMED = "send: mail claimed"
    COMPOSED = "send: mail composed"
    HANDED_OVER = "send: before the final dot"
    ANSWERED = "send: relay answered"
    RECORDED = "send: before commit"


VARIABLE = "DESK_DIES_AT"  # "sweep: crossings recorded/3": at the third passing


class _Armed:
    point: str | None = None
    passings_left: int = 0


def arm(wanted: str) -> None:
    """Let this process die at that point, at its nth passing: "point/n"."""
    point, _, nth = wanted.partition("/")
    known = {one.value for kind in (Point, MailPoint, SendPoint) for one in kind}
    if point not in known:
        raise ValueError(point)
    _Armed.point, _Armed.passings_left = point, int(nth or 1)


def reached(point: StrEnum) -> None:
    """The process has come to this place; where a test wants it, it dies here as by kill -9."""
    if _Armed.point is None or point != _Armed.point:
        return
    _Armed.passings_left -= 1
    if _Armed.passings_left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


if os.environ.get(VARIABLE):
    arm(os.environ[VARIABLE])
