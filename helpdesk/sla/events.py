"""What can happen to promises: a policy was chosen for a ticket, a threshold of a clock was crossed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from helpdesk.events import Event, TicketEvent
from helpdesk.sla.acts import Act
from helpdesk.sla.models import BreachCause, Metric


@dataclass(frozen=True, kw_only=True)
class PolicyChosen(TicketEvent):
    """Which policy version and calendar versions hold for the ticket from now on, by which contract (None:
    default).
    """

    kind: ClassVar[str] = "sla.policy_chosen"
    policy_version_id: int
    contract_id: int | None
    calendar_version_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(TicketEvent):
    """The ticket counts in a newer version of its hours: from `at` on, or `retroactive` from its beginning.

    `forgives`: what was missed only by the old hours is missed no more. The two deadlines are the client's.
    """

    kind: ClassVar[str] = "sla.calendar_changed"
    calendar_version_id: int
    becomes_id: int
    retroactive: bool
    forgives: bool
    recompute_id: int
    due_before: datetime | None
    due_after: datetime | None
    found_at: datetime

    @property
    def idem_key(self) -> str:
        """A ticket follows a recompute once."""
        return f"recompute:{self.recompute_id}:{self.ticket_id}"


@dataclass(frozen=True, kw_only=True)
class PolicyChanged(TicketEvent):
    """Another policy version or contract holds for the ticket: from `at` on, or from its beginning.

    `mode`: what becomes of seconds counted already (carry, retroactive, restart).
    """

    kind: ClassVar[str] = "sla.policy_changed"
    policy_version_id: int
    contract_id: int | None
    calendar_version_ids: tuple[int, ...]
    mode: str
    forgives: bool
    recompute_id: int
    due_before: datetime | None
    due_after: datetime | None
    found_at: datetime

    @property
    def idem_key(self) -> str:
        """A ticket follows a recompute once."""
        return f"recompute:{self.recompute_id}:{self.ticket_id}"


@dataclass(frozen=True, kw_only=True)
class RecomputeFinished(Event):
    """All open tickets have followed a change; `breaches` counts for each of the teams what came by it."""

    kind: ClassVar[str] = "sla.recompute_finished"
    recompute_id: int
    team_ids: tuple[int, ...]
    breaches: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ClocksVerified(Event):
    """So many tickets were computed anew from their logs, and so many fields of the cache were different.

    `ticket_ids`: where, the first of them; `until_id`: the next time begins after that ticket.
    """

    kind: ClassVar[str] = "sla.clocks_verified"
    tickets: int
    differences: int
    ticket_ids: tuple[int, ...]
    until_id: int


@dataclass(frozen=True, kw_only=True)
class ThresholdCrossed(TicketEvent):
    """A clock has used up `percent` of its target: at `at`, and the sweep found it at `found_at`.

    `loud`: somebody is to be told; of several crossings found together only the highest is.
    `policy_version_id`: the version whose steps say what follows; `tell`: its acts that name who hears of
    it. `due_at` is the clock's deadline, None while it does not run; `target_s` are open seconds.
    """

    kind: ClassVar[str] = "sla.threshold_crossed"
    metric: Metric
    line: int | None
    cycle: int
    epoch: int
    percent: int
    loud: bool
    found_at: datetime
    policy_version_id: int
    tell: tuple[str, ...] = ()
    due_at: datetime | None = None
    target_s: int = 0
    priority: str = ""


@dataclass(frozen=True, kw_only=True)
class ThresholdWithdrawn(TicketEvent):
    """A clock had not passed `percent` after all: the event `because_id` of the past became known later."""

    kind: ClassVar[str] = "sla.threshold_withdrawn"
    metric: Metric
    line: int | None
    cycle: int
    epoch: int
    percent: int
    because_id: int


@dataclass(frozen=True, kw_only=True)
class StepRefused(TicketEvent):
    """The policy wanted something done at that percent, and a rule of the desk did not let it happen."""

    kind: ClassVar[str] = "sla.step_refused"
    metric: Metric
    line: int | None
    percent: int
    act: Act


@dataclass(frozen=True, kw_only=True)
class BreachExplained(TicketEvent):
    """Somebody said why a deadline was missed; his words are kept beside the event."""

    kind: ClassVar[str] = "sla.breach_explained"
    firing_id: int
    metric: Metric
    line: int | None
    cycle: int = 1
    cause: BreachCause
