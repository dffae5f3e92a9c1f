"""What can happen to promises: a policy was chosen for a ticket, a threshold of a clock was crossed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from helpdesk.events import TicketEvent
from helpdesk.sla.models import Metric


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
    recompute_id: int | None
    due_before: datetime | None
    due_after: datetime | None
    found_at: datetime


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
    recompute_id: int | None
    due_before: datetime | None
    due_after: datetime | None
    found_at: datetime


@dataclass(frozen=True, kw_only=True)
class ThresholdCrossed(TicketEvent):
    """A clock has used up `percent` of its target: at `at`, and the sweep found it at `found_at`.

    `loud`: somebody is to be told; of several crossings found together only the highest is.
    `policy_version_id`: the version whose steps say what follows.
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
