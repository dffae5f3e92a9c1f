"""What a policy does when a share of a target is used up: step by step, and what it begins with. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

BREACH = 100
LONGEST_WAIT_S = 30 * 86_400


class Scope(StrEnum):
    """Whose clocks a step heeds: those of the client, or the lines' own ones."""

    CLIENT = "client"
    LINE = "line"


class Act(StrEnum):
    """What a step does."""

    TELL_OWNER = "tell_owner"
    TELL_ASSIGNEE = "tell_assignee"
    TELL_LEAD = "tell_lead"
    TELL_MANAGER = "tell_manager"
    RAISE_PRIORITY = "raise_priority"
    ESCALATE = "escalate"
    ASK_REASON = "ask_reason"


@dataclass(frozen=True, order=True, slots=True)
class Step:
    """At so many percent of a target of that scope, do this."""

    scope: str
    percent: int
    act: str


def _steps(scope: Scope, acts: dict[int, tuple[Act, ...]]) -> frozenset[Step]:
    return frozenset(Step(scope.value, percent, act.value) for percent, many in acts.items() for act in many)


DEFAULT_STEPS = _steps(
    Scope.CLIENT,
    {
        50: (Act.TELL_OWNER,),
        75: (Act.TELL_OWNER, Act.TELL_ASSIGNEE),
        90: (Act.TELL_LEAD,),
        100: (Act.TELL_LEAD, Act.TELL_ASSIGNEE, Act.TELL_OWNER, Act.ASK_REASON),
        120: (Act.TELL_MANAGER,),
    },
) | _steps(Scope.LINE, {75: (Act.TELL_ASSIGNEE,), 100: (Act.TELL_LEAD,)})


def percents(typed: Iterable[int], steps: Iterable[Step]) -> tuple[int, ...]:
    """The shares at which something is to be noted: those typed, those of the steps, and always a hundred."""
    return tuple(sorted({*typed, *(step.percent for step in steps), BREACH}))
