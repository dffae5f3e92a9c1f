"""The clocks of a ticket while its ledger is read: which should exist, against what they count, when."""

from collections.abc import Mapping

from helpdesk.sla.calendar import OpenTime, WorkingHours, open_time
from helpdesk.sla.rules.history import History
from helpdesk.sla.rules.track import Terms, Track
from helpdesk.sla.rules.values import (
    DONE,
    WAITING,
    Key,
    LedgerEntry,
    Line,
    Metric,
    OnChange,
    Phase,
    PolicyVersion,
    TicketState,
)

Slot = tuple[Metric, Line | None]

LASTING = (Metric.RESOLUTION, Metric.REQUESTER_WAIT, Metric.AGENT_WORK)
PAUSED_BY: Mapping[Metric, frozenset[TicketState]] = {
    Metric.FIRST_RESPONSE: frozenset(),
    Metric.NEXT_RESPONSE: frozenset(),
    Metric.REQUESTER_WAIT: frozenset({TicketState.WAITING_CLIENT}),
    Metric.AGENT_WORK: WAITING,
}


class Clockwork:
    """The ticket as far as clocks care, its clocks, and how they begin, change, stop and are cancelled."""

    def __init__(
        self,
        policies: Mapping[Key, PolicyVersion],
        calendars: Mapping[Key, WorkingHours],
        horizon: tuple[int, int],
        noting: bool,
    ) -> None:
        self.policies, self.calendars, self.horizon, self.noting = policies, calendars, horizon, noting
        self.opens: dict[Key, OpenTime] = {}
        self.edited: dict[Key, Key] = {}
        self.known: dict[tuple[Key, Slot, str, str | None], Terms | None] = {}
        self.tracks: dict[Slot, Track] = {}
        self.ended: list[Track] = []
        self.history = History()
        self.cause: LedgerEntry | None = None
        self.policy: PolicyVersion | None = None
        self.state, self.priority, self.type, self.line = TicketState.NEW, "", None, 1
        self.created_at = self.done_at = self.enforce_from = 0
        self.by_customer = self.answered = self.merged = False
        self.unanswered_since: int | None = None
        self.updated_at: int | None = None

    priority: str
    type: str | None
    line: Line

    def judge(self, t: int) -> None:
        """Decide what is crossed at t, after everything of that instant."""
        for track in self.tracks.values():
            track.judge(t)

    def finish(self, as_of: int) -> None:
        """Bring every clock up to `as_of`."""
        for track in self.tracks.values():
            track.advance(as_of)
            track.judge(as_of)

    def retarget(self, t: int, mode: OnChange | None = None, *, lowered: bool = False) -> None:
        """Count against what holds now; what was missed is forgiven by a lowered priority, if the policy lets
        it, or by an entry that says so itself.
        """
        cause = self.cause
        forgives, keeps = (cause.forgives, cause.keeps_breaches) if cause is not None else (False, False)
        mode = mode or self.policy_in_force().on_change
        for slot, track in self.tracks.items():
            if track.phase in (Phase.STOPPED, Phase.CANCELLED):
                continue
            terms = self.terms(slot)
            track.cause = self.cause
            if terms is None:
                self.cancel(t, slot)
            elif keeps and track.is_over(t):
                track.count_on(t, terms)
            else:
                track.change(t, terms, mode, forgiving=forgives or (lowered and terms.forgive))
        self.begin_missing(t, retroactive=mode is OnChange.RETROACTIVE)

    def begin_missing(self, t: int, *, retroactive: bool) -> None:
        """Start each clock whose condition holds and that does not exist yet."""
        if self.state in DONE:
            return
        for slot, since in self._wanted().items():
            track = self.tracks.get(slot)
            if since is not None and (track is None or track.phase is Phase.CANCELLED):
                self.begin(t, slot, since if retroactive else t)

    def _wanted(self) -> dict[Slot, int | None]:
        """Each clock that should exist now, with the instant at which its condition came true."""
        first = self.created_at if self.by_customer and not self.answered else None
        wanted: dict[Slot, int | None] = {(metric, None): self.created_at for metric in LASTING}
        wanted[Metric.FIRST_RESPONSE, None] = first
        wanted[Metric.NEXT_RESPONSE, None] = self.unanswered_since
        wanted[Metric.UPDATE, None] = self.updated_at
        wanted[Metric.OLA, self.line] = self.created_at
        return wanted

    def begin(self, t: int, slot: Slot, since: int | None = None) -> None:
        terms = self.terms(slot)
        if terms is None:
            return
        since = t if since is None else since
        old = self.tracks.get(slot)
        if old is None:
            track = Track(*slot, terms, since, steps=[] if self.noting else None, cause=self.cause)
        else:
            self.ended.append(old)
            track = old.next_cycle(since, terms)
            track.cause = self.cause
        self.tracks[slot] = track
        if since < t:
            track.backdate(t, self._ran(slot, since, t))
        track.go(t, self.phase(slot))

    def _ran(self, slot: Slot, since: int, t: int) -> list[tuple[int, int]]:
        """When a clock would have run between the two instants, had it existed."""
        ran = list(self.history.running(since, t, self._pauses(slot[0])))
        if slot[1] is None:
            return ran
        return [stretch for a, b in ran for stretch in self.history.on_line(slot[1], a, b)]

    def stop(self, t: int, slot: Slot) -> None:
        track = self.tracks.get(slot)
        if track is not None:
            track.cause = self.cause
            track.stop(t)

    def cancel(self, t: int, slot: Slot) -> None:
        track = self.tracks[slot]
        if track.phase is not Phase.STOPPED:
            track.cause = self.cause
            track.halt(t, Phase.CANCELLED)

    # what holds now

    def phase(self, slot: Slot) -> Phase:
        metric, line = slot
        if line is not None and line != self.line:
            return Phase.IDLE
        return Phase.PAUSED if self.state in self._pauses(metric) else Phase.RUNNING

    def _pauses(self, metric: Metric) -> frozenset[TicketState]:
        return PAUSED_BY.get(metric, self.policy_in_force().pause_states)

    def terms(self, slot: Slot) -> Terms | None:
        """What a clock counts against now; None when the policy promises nothing."""
        policy = self.policy_in_force()
        key = (policy.id, slot, self.priority, self.type)
        if key not in self.known:
            self.known[key] = self._terms(policy, slot)
        return self.known[key]

    def _terms(self, policy: PolicyVersion, slot: Slot) -> Terms | None:
        target = policy.target(*slot, self.priority, self.type)
        if target is None:
            return None
        calendar = self.edited.get(target.calendar, target.calendar)
        return Terms(
            target.seconds, self._open(calendar), calendar, policy.id, policy.thresholds, policy.forgive
        )

    def _open(self, calendar: Key) -> OpenTime:
        if calendar not in self.opens:
            self.opens[calendar] = open_time(self.calendars[calendar], *self.horizon)
        return self.opens[calendar]

    def policy_named(self, key: Key | None) -> PolicyVersion:
        if key is None or key not in self.policies:
            raise LookupError(f"The ledger names policy version {key!r}, which was not given.")
        return self.policies[key]

    def policy_in_force(self) -> PolicyVersion:
        if self.policy is None:
            raise LookupError("The ledger does not begin with a creation.")
        return self.policy

    def budgets(self) -> dict[Line, int]:
        return {line: track.terms.seconds for (_, line), track in self.tracks.items() if line is not None}
