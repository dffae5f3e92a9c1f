"""The ledger of a ticket, read from the start: which clocks run when, and what they show at an instant."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

from helpdesk.sla.calendar import OpenTime, WorkingHours, open_time
from helpdesk.sla.rules.blame import blame_at
from helpdesk.sla.rules.history import History, seconds_by_line
from helpdesk.sla.rules.track import Terms, Track
from helpdesk.sla.rules.values import (
    DONE,
    WAITING,
    Author,
    Key,
    Kind,
    LedgerEntry,
    Line,
    Metric,
    OnChange,
    Phase,
    PolicyVersion,
    Resumption,
    TicketClocks,
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


def replay(
    ledger: Iterable[LedgerEntry],
    policies: Mapping[Key, PolicyVersion],
    calendars: Mapping[Key, WorkingHours],
    as_of: int,
) -> TicketClocks:
    """Every clock of one ticket at `as_of`, entries of that very second included.

    The order of `ledger` does not matter: entries count by instant, then seq. What lies after `as_of`, was
    voided, or precedes the creation is not read. Raises LookupError for a policy or calendar
    that was not given.
    """
    return run(ledger, policies, calendars, as_of).result(as_of)


def run(
    ledger: Iterable[LedgerEntry],
    policies: Mapping[Key, PolicyVersion],
    calendars: Mapping[Key, WorkingHours],
    as_of: int,
    *,
    noting: bool = False,
) -> "Replay":
    """The replay itself with its working clocks; `noting` keeps each clock's steps for an explanation."""
    entries = in_force(ledger, as_of)
    machine = Replay(policies, calendars, (entries[0].at if entries else as_of, as_of), noting)
    for at, instant in groupby(entries, key=lambda entry: entry.at):
        for entry in instant:
            machine.apply(entry)
        machine.judge(at)
    machine.finish(as_of)
    return machine


def in_force(ledger: Iterable[LedgerEntry], as_of: int) -> list[LedgerEntry]:
    """Entries up to `as_of` in order from the creation on, without those that were voided by then."""
    entries = sorted((e for e in ledger if e.at <= as_of), key=lambda e: (e.at, e.seq))
    voided = {e.entry for e in entries if e.kind is Kind.VOIDED}
    entries = [e for e in entries if e.seq not in voided and e.kind is not Kind.VOIDED]
    created = next((i for i, e in enumerate(entries) if e.kind is Kind.CREATED), len(entries))
    return entries[created:]


class Replay:
    """The ticket and its clocks while entries are applied; one method for each kind of entry."""

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

    def apply(self, entry: LedgerEntry) -> None:
        """Let one entry take effect."""
        step = STEPS.get(entry.kind)
        if step is not None and not self.merged:
            self.cause = entry
            step(self, entry)

    def judge(self, t: int) -> None:
        """Decide what is crossed at t, after everything of that instant."""
        for track in self.tracks.values():
            track.judge(t)

    def finish(self, as_of: int) -> None:
        """Bring every clock up to `as_of`."""
        for track in self.tracks.values():
            track.advance(as_of)
            track.judge(as_of)

    def result(self, as_of: int) -> TicketClocks:
        """The clocks as values."""
        states = tuple(t.state(as_of, self.enforce_from) for t in (*self.ended, *self.tracks.values()))
        main = self.tracks.get((Metric.RESOLUTION, None))
        held = tuple(self.history.held(main.all_segments(as_of))) if main else ()
        blame = blame_at(main, self.history, self._budgets()) if main else None
        return TicketClocks(as_of, states, seconds_by_line(held), held, blame)

    # what the kinds of entries do

    def created(self, entry: LedgerEntry) -> None:
        self.policy = self._policy(entry.policy)
        self.priority, self.type = entry.priority or "", entry.type
        self.line = 1 if entry.line is None else entry.line
        self.created_at, self.enforce_from = entry.at, entry.enforce_from or 0
        self.state = entry.state or TicketState.NEW
        self.by_customer = entry.by is Author.CUSTOMER
        self.answered = not self.by_customer
        self.history.states.append((entry.at, self.state))
        self.history.lines.append((entry.at, self.line))
        self._begin_missing(entry.at, retroactive=False)
        if entry.live:
            self._answer(entry.at)

    def client_message(self, entry: LedgerEntry) -> None:
        if entry.by is Author.MACHINE:
            return
        if self.state in DONE or self.state is TicketState.WAITING_CLIENT:
            self._enter_state(entry.at, TicketState.OPEN)
        if self.answered and self.unanswered_since is None:
            self.unanswered_since = entry.at
            self._begin(entry.at, (Metric.NEXT_RESPONSE, None))

    def agent_reply(self, entry: LedgerEntry) -> None:
        if entry.by is Author.MACHINE:
            return
        self._answer(entry.at)
        if self.state not in DONE:
            self._stop(entry.at, (Metric.UPDATE, None))
            self.updated_at = entry.at
            self._begin(entry.at, (Metric.UPDATE, None))

    def state_changed(self, entry: LedgerEntry) -> None:
        self._enter_state(entry.at, entry.state or TicketState.OPEN)

    def resolved(self, entry: LedgerEntry) -> None:
        self._enter_state(entry.at, TicketState.RESOLVED)

    def closed(self, entry: LedgerEntry) -> None:
        self._enter_state(entry.at, TicketState.CLOSED)

    def reopened(self, entry: LedgerEntry) -> None:
        self._enter_state(entry.at, TicketState.OPEN)

    def priority_changed(self, entry: LedgerEntry) -> None:
        self.priority = entry.priority or self.priority
        self._retarget(entry.at)

    def type_changed(self, entry: LedgerEntry) -> None:
        self.type = entry.type
        self._retarget(entry.at)

    def policy_changed(self, entry: LedgerEntry) -> None:
        self.policy = self._policy(entry.policy)
        self._retarget(entry.at)

    def calendar_edited(self, entry: LedgerEntry) -> None:
        if entry.calendar is not None and entry.becomes is not None:
            moved = {old: entry.becomes for old, new in self.edited.items() if new == entry.calendar}
            self.edited |= {**moved, entry.calendar: entry.becomes}
            self._retarget(entry.at, OnChange.RETROACTIVE if entry.retroactive else OnChange.CARRY)

    def line_changed(self, entry: LedgerEntry) -> None:
        if entry.line is None or entry.line == self.line:
            return
        left, self.line = self.tracks.get((Metric.OLA, self.line)), entry.line
        self.history.lines.append((entry.at, entry.line))
        if self.state in DONE:
            return
        if left is not None and left.phase is not Phase.CANCELLED:
            left.cause = entry
            left.leave(entry.at)
        self._enter_line(entry.at)

    def merge(self, entry: LedgerEntry) -> None:
        self.merged = True
        for slot in self.tracks:
            self._cancel(entry.at, slot)

    # how clocks follow

    def _enter_state(self, t: int, state: TicketState) -> None:
        before, self.state = self.state, state
        self.history.states.append((t, state))
        if state in DONE:
            if before not in DONE:
                self._settle(t)
        elif before in DONE:
            self._reopen(t)
        else:
            for slot, track in self.tracks.items():
                if track.phase in (Phase.RUNNING, Phase.PAUSED):
                    track.cause = self.cause
                    track.go(t, self._phase(slot))

    def _settle(self, t: int) -> None:
        self.answered, self.unanswered_since, self.updated_at, self.done_at = True, None, None, t
        for slot in self.tracks:
            self._stop(t, slot)

    def _reopen(self, t: int) -> None:
        policy = self._chosen()
        too_late = policy.reopen_grace_s is not None and t - self.done_at > policy.reopen_grace_s
        anew = too_late or policy.reopen is Resumption.RESTART
        for slot, track in list(self.tracks.items()):
            metric, line = slot
            if track.phase is not Phase.STOPPED or metric not in (*LASTING, Metric.OLA):
                continue
            if anew and line in (None, self.line):
                self._begin(t, slot)
            elif not anew:
                track.cause = self.cause
                track.resume(t, self._phase(slot))
        self._retarget(t)

    def _enter_line(self, t: int) -> None:
        slot = (Metric.OLA, self.line)
        track = self.tracks.get(slot)
        anew = self._chosen().ola_reentry is Resumption.RESTART
        if track is None or anew or track.phase in (Phase.STOPPED, Phase.CANCELLED):
            self._begin(t, slot)
        else:
            track.cause = self.cause
            track.resume(t, self._phase(slot))

    def _answer(self, t: int) -> None:
        self.answered, self.unanswered_since = True, None
        self._stop(t, (Metric.FIRST_RESPONSE, None))
        self._stop(t, (Metric.NEXT_RESPONSE, None))

    def _retarget(self, t: int, mode: OnChange | None = None) -> None:
        mode = mode or self._chosen().on_change
        for slot, track in self.tracks.items():
            if track.phase in (Phase.STOPPED, Phase.CANCELLED):
                continue
            terms = self._terms(slot)
            track.cause = self.cause
            if terms is None:
                self._cancel(t, slot)
            else:
                track.change(t, terms, mode)
        self._begin_missing(t, retroactive=mode is OnChange.RETROACTIVE)

    def _begin_missing(self, t: int, *, retroactive: bool) -> None:
        """Start each clock whose condition holds and that does not exist yet."""
        if self.state in DONE:
            return
        for slot, since in self._wanted().items():
            track = self.tracks.get(slot)
            if since is not None and (track is None or track.phase is Phase.CANCELLED):
                self._begin(t, slot, since if retroactive else t)

    def _wanted(self) -> dict[Slot, int | None]:
        """Each clock that should exist now, with the instant at which its condition came true."""
        first = self.created_at if self.by_customer and not self.answered else None
        wanted: dict[Slot, int | None] = {(metric, None): self.created_at for metric in LASTING}
        wanted[Metric.FIRST_RESPONSE, None] = first
        wanted[Metric.NEXT_RESPONSE, None] = self.unanswered_since
        wanted[Metric.UPDATE, None] = self.updated_at
        wanted[Metric.OLA, self.line] = self.created_at
        return wanted

    def _begin(self, t: int, slot: Slot, since: int | None = None) -> None:
        terms = self._terms(slot)
        if terms is None:
            return
        since = t if since is None else since
        old = self.tracks.get(slot)
        if old is None:
            track = Track(*slot, terms, since, steps=[] if self.noting else None, cause=self.cause)
        else:
            self.ended.append(old)
            track = old.next_cycle(since, terms)
        self.tracks[slot] = track
        if since < t:
            track.backdate(t, self._ran(slot, since, t))
        track.go(t, self._phase(slot))

    def _ran(self, slot: Slot, since: int, t: int) -> list[tuple[int, int]]:
        """When a clock would have run between the two instants, had it existed."""
        ran = list(self.history.running(since, t, self._pauses(slot[0])))
        if slot[1] is None:
            return ran
        return [stretch for a, b in ran for stretch in self.history.on_line(slot[1], a, b)]

    def _stop(self, t: int, slot: Slot) -> None:
        track = self.tracks.get(slot)
        if track is not None:
            track.cause = self.cause
            track.stop(t)

    def _cancel(self, t: int, slot: Slot) -> None:
        track = self.tracks[slot]
        if track.phase is not Phase.STOPPED:
            track.cause = self.cause
            track.halt(t, Phase.CANCELLED)

    # what holds now

    def _phase(self, slot: Slot) -> Phase:
        metric, line = slot
        if line is not None and line != self.line:
            return Phase.IDLE
        return Phase.PAUSED if self.state in self._pauses(metric) else Phase.RUNNING

    def _pauses(self, metric: Metric) -> frozenset[TicketState]:
        return PAUSED_BY.get(metric, self._chosen().pause_states)

    def _terms(self, slot: Slot) -> Terms | None:
        policy = self._chosen()
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

    def _policy(self, key: Key | None) -> PolicyVersion:
        if key is None or key not in self.policies:
            raise LookupError(f"The ledger names policy version {key!r}, which was not given.")
        return self.policies[key]

    def _chosen(self) -> PolicyVersion:
        if self.policy is None:
            raise LookupError("The ledger does not begin with a creation.")
        return self.policy

    def _budgets(self) -> dict[Line, int]:
        return {line: track.terms.seconds for (_, line), track in self.tracks.items() if line is not None}


STEPS: Mapping[Kind, Callable[[Replay, LedgerEntry], None]] = {
    Kind.CREATED: Replay.created,
    Kind.CLIENT_MESSAGE: Replay.client_message,
    Kind.AGENT_REPLY: Replay.agent_reply,
    Kind.STATE_CHANGED: Replay.state_changed,
    Kind.RESOLVED: Replay.resolved,
    Kind.CLOSED: Replay.closed,
    Kind.REOPENED: Replay.reopened,
    Kind.PRIORITY_CHANGED: Replay.priority_changed,
    Kind.TYPE_CHANGED: Replay.type_changed,
    Kind.POLICY_CHANGED: Replay.policy_changed,
    Kind.CALENDAR_EDITED: Replay.calendar_edited,
    Kind.LINE_CHANGED: Replay.line_changed,
    Kind.MERGED: Replay.merge,
}
