"""The words of the SLA engine: policies, ledger entries, clocks and what a replay answers, all frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

Key = int | str
Line = int


class Metric(StrEnum):
    """What a clock measures; the last two are reported and never fall due."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    UPDATE = "update"
    RESOLUTION = "resolution"
    OLA = "ola"
    REQUESTER_WAIT = "requester_wait"
    AGENT_WORK = "agent_work"


REPORTED_ONLY = frozenset({Metric.REQUESTER_WAIT, Metric.AGENT_WORK})


class Phase(StrEnum):
    """What a clock does at an instant; idle is a line's clock while another line holds the ticket."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    IDLE = "idle"


class OnChange(StrEnum):
    """What a new target or calendar does to seconds counted already."""

    CARRY = "carry"
    RETROACTIVE = "retroactive"
    RESTART = "restart"


class Resumption(StrEnum):
    """Whether a clock that was stopped or idle goes on or begins anew."""

    RESUME = "resume"
    RESTART = "restart"


class TicketState(StrEnum):
    """The states of a ticket as the clocks see them."""

    NEW = "new"
    OPEN = "open"
    WAITING_CLIENT = "waiting_client"
    WAITING_THIRD_PARTY = "waiting_third_party"
    RESOLVED = "resolved"
    CLOSED = "closed"


DONE = frozenset({TicketState.RESOLVED, TicketState.CLOSED})
WAITING = frozenset({TicketState.WAITING_CLIENT, TicketState.WAITING_THIRD_PARTY})


class Author(StrEnum):
    """Who acted; a machine never stops a clock."""

    CUSTOMER = "customer"
    AGENT = "agent"
    MACHINE = "machine"


class Kind(StrEnum):
    """What the engine reads from the event table."""

    CREATED = "created"
    CLIENT_MESSAGE = "client_message"
    AGENT_REPLY = "agent_reply"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    STATE_CHANGED = "state_changed"
    PRIORITY_CHANGED = "priority_changed"
    TYPE_CHANGED = "type_changed"
    POLICY_CHANGED = "policy_changed"
    CALENDAR_EDITED = "calendar_edited"
    LINE_CHANGED = "line_changed"
    MERGED = "merged"
    SPLIT = "split"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Target:
    """So many open seconds of a calendar, for a metric and priority; `type` None is any, `line` for OLA."""

    metric: Metric
    priority: str
    seconds: int
    calendar: Key
    line: Line | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One edition of a policy. `reopen_grace_s` None means a reopening is never too late to resume."""

    id: Key
    targets: tuple[Target, ...]
    on_change: OnChange = OnChange.CARRY
    reopen: Resumption = Resumption.RESUME
    reopen_grace_s: int | None = 7 * 86400
    ola_reentry: Resumption = Resumption.RESUME
    pause_states: frozenset[TicketState] = WAITING
    forgive: bool = False
    thresholds: tuple[int, ...] = (75, 90, 100)
    _index: Mapping[tuple[str, int | None, str, str | None], Target] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        index = {(t.metric.value, t.line, t.priority, t.type): t for t in self.targets}
        object.__setattr__(self, "_index", index)

    def target(self, metric: Metric, line: Line | None, priority: str, type_: str | None) -> Target | None:
        """The target for exactly this type, else for any; None when the policy promises nothing."""
        by_type = self._index.get((metric.value, line, priority, type_)) if type_ else None
        return by_type or self._index.get((metric.value, line, priority, None))


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One event of a ticket as the engine reads it; which of the optional fields hold depends on `kind`.

    `at` is POSIX seconds, `seq` orders entries of one instant and names an entry, `reason` is the caller's.
    """

    at: int
    seq: int
    kind: Kind
    by: Author = Author.AGENT
    actor: int | None = None
    reason: Key | None = None
    priority: str | None = None
    type: str | None = None
    policy: Key | None = None
    line: Line | None = None
    state: TicketState | None = None
    live: bool = False  # created while the client was on the phone or in a chat
    enforce_from: int | None = None  # created by import: what was crossed earlier is told to nobody
    calendar: Key | None = None
    becomes: Key | None = None
    retroactive: bool = False
    mode: OnChange | None = None  # what this change does; None: what the new policy says
    forgives: bool = False  # what was missed only by the old terms is missed no more
    keeps_breaches: bool = False  # a clock that is over its target only counts on, in no new epoch
    entry: int | None = None  # the seq that is voided


@dataclass(frozen=True, slots=True)
class Crossing:
    """A threshold that was crossed; suppressed means before the instant from which notices count."""

    percent: int
    at: int
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class PastEpoch:
    """What a clock had crossed when its terms changed, and the terms under which it did."""

    epoch: int
    policy: Key
    target_s: int
    due_at: int | None
    crossings: tuple[Crossing, ...]

    def enforced_from(self, instant: int) -> "PastEpoch":
        """The same, told to nobody what was crossed before that instant."""
        told = tuple(replace(crossing, suppressed=crossing.at < instant) for crossing in self.crossings)
        return replace(self, crossings=told)


@dataclass(frozen=True, slots=True)
class Cycle:
    """The result of an earlier cycle of a clock."""

    elapsed_s: int
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """One clock at an instant. Seconds are open seconds; `remaining_s` and so the overrun may be negative.

    `due_at` is None while paused, idle or cancelled, or when the calendar never gets there. `met` is None
    while nothing is decided. `breach_history` are breaches of earlier epochs and cycles; `missed_once` counts
    this cycle's, unless forgiven. `next_crossing` is the next threshold if everything stays as it is.
    """

    metric: Metric
    line: Line | None
    cycle: int
    epoch: int
    phase: Phase
    policy: Key
    calendar: Key
    started_at: int
    stopped_at: int | None
    target_s: int
    elapsed_s: int
    remaining_s: int
    due_at: int | None
    met: bool | None
    breached_at: int | None
    breach_history: tuple[int, ...]
    missed_once: bool
    next_crossing: Crossing | None
    crossings: tuple[Crossing, ...]
    closed_cycles: tuple[Cycle, ...]
    past_epochs: tuple[PastEpoch, ...] = ()

    @property
    def breached(self) -> bool:
        """Whether the current epoch was missed; pausing or stopping afterwards does not undo it."""
        return self.breached_at is not None


@dataclass(frozen=True, slots=True)
class Blame:
    """Who used up the client's time at the breach, beside who held the ticket then.

    Whoever writes a breach of the solution down finds it ready as `TicketClocks.blame` of the replay that
    showed the breach, without another statement or pass: `holder` had the ticket, `responsible` used up the
    time, `attribution` are the seconds of each line until `at`. None while the solution is not breached.

    `weights` are shares of the seconds above budget. `budget_gap`: no line was over its own budget, so the
    budgets add up to more than the target and the holder is named for want of another.
    """

    at: int
    holder: Line
    responsible: Line
    attribution: Mapping[Line, int]
    over: Mapping[Line, int]
    weights: Mapping[Line, float]
    budget_gap: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What a clock showed at an instant. `due_at` is None while nothing runs towards it."""

    elapsed_s: int
    target_s: int
    due_at: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to one clock, in figures; a page turns it into words.

    `kind`: started, paused, resumed, stopped, idle, cancelled, changed, breached. `elapsed_s` is what the
    clock showed afterwards and `due_at` where it pointed; `seq` is the ledger entry that caused it, None when
    time alone did. `before` is what it showed before its terms changed.
    """

    kind: str
    at: int
    elapsed_s: int
    target_s: int
    seq: int | None = None
    actor: int | None = None
    reason: Key | None = None
    due_at: int | None = None
    cycle: int = 1
    epoch: int = 1
    before: Figures | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch of the client's time held by one line, in open seconds of the contract calendar."""

    line: Line
    from_at: int
    to_at: int
    seconds: int


@dataclass(frozen=True, slots=True)
class TicketClocks:
    """Every clock of a ticket, earlier cycles included, and who held the client's time."""

    as_of: int
    clocks: tuple[ClockState, ...]
    attribution: Mapping[Line, int]
    held: tuple[Held, ...]
    blame: Blame | None

    def current(self, metric: Metric, line: Line | None = None) -> ClockState | None:
        """The last cycle of a clock; None when there never was one."""
        return max(self._of(metric, line), key=lambda clock: clock.cycle, default=None)

    @property
    def missed(self) -> bool:
        """The contract's verdict: any of the client's clocks was missed once and not forgiven."""
        return any(clock.missed_once for clock in self.clocks if clock.metric is not Metric.OLA)

    def _of(self, metric: Metric, line: Line | None) -> list[ClockState]:
        return [clock for clock in self.clocks if clock.metric is metric and clock.line == line]
