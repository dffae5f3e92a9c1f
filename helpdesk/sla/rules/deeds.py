"""Which acts of a policy follow from crossings, and which of them make no sense any more. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helpdesk.sla.acts import Act, Scope, Step

TELLING = (Act.TELL_OWNER, Act.TELL_ASSIGNEE, Act.TELL_LEAD, Act.TELL_MANAGER)
DOING = (Act.RAISE_PRIORITY, Act.ESCALATE)
LAST_LINE = 3


class Outcome(StrEnum):
    """What became of an act; all but done and refused say why it had become pointless."""

    DONE = "done"
    REFUSED = "refused"
    BEFORE = "before"
    TOO_LATE = "too_late"
    MOVED_SINCE = "moved_since"
    RAISED_SINCE = "raised_since"
    TOGETHER = "together"
    HIGHEST = "highest"
    LAST_LINE = "last_line"


@dataclass(frozen=True, kw_only=True)
class Crossed:
    """A threshold that was newly written down. `runs`: its clock still counts."""

    percent: int
    at: datetime
    runs: bool


@dataclass(frozen=True, kw_only=True)
class Held:
    """Where the ticket stands now; `is_top`: nothing is more urgent. `raised_at` is when the desk itself last
    raised the priority, before this sweep looked at the ticket; None: never.
    """

    line: int
    since: datetime
    is_top: bool
    raised_at: datetime | None = None


def steps_at(steps: Iterable[Step], line: int | None, percents: Iterable[int]) -> frozenset[Step]:
    """The steps for these shares of a clock; `line` None is a clock of the client."""
    scope, wanted = Scope.CLIENT if line is None else Scope.LINE, set(percents)
    return frozenset(step for step in steps if step.scope == scope and step.percent in wanted)


def told_at(steps: Iterable[Step], line: int | None, percents: Iterable[int]) -> tuple[str, ...]:
    """Who hears of crossings found together: everybody whom any of them names, once, of the highest."""
    acts = {step.act for step in steps_at(steps, line, percents)}
    return tuple(act.value for act in TELLING if act in acts)


def outcome_of(act: Act, one: Crossed, together: Sequence[Crossed], held: Held) -> Outcome | None:
    """Why there is no sense in the act any more, None when there is.

    `together` are all crossings of the clock at which the policy wants that act and which were found at once;
    after an outage these may be several, and old. Decided so:

    - A clock that was stopped, paused or left behind meanwhile gains nothing from a higher priority or
      another line: too late.
    - A ticket that somebody handed on after the crossing has had its hand-over: moved since.
    - Several hand-overs found together are one, that of the highest percent: a line that never saw the
      ticket is not passed over.
    - Several raises found together are done one by one: the ticket ends as urgent as without the outage.
    - What only the desk's own raise has made due, on whatever clock, raises nothing again: a higher priority
      has less time, so one raise would pull the next one after it up to the top.
    - A question why is always asked: the breach stays a fact however late it is found.
    """
    if act not in DOING:
        return None
    if not one.runs:
        return Outcome.TOO_LATE
    if act is Act.RAISE_PRIORITY:
        return _not_raised(one, held)
    if held.since >= one.at:
        return Outcome.MOVED_SINCE
    if one.percent < max(other.percent for other in together):
        return Outcome.TOGETHER
    return Outcome.LAST_LINE if held.line >= LAST_LINE else None


def _not_raised(one: Crossed, held: Held) -> Outcome | None:
    if held.is_top:
        return Outcome.HIGHEST
    return Outcome.RAISED_SINCE if held.raised_at is not None and held.raised_at >= one.at else None
