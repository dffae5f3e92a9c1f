"""The ledger of a ticket, read from the start: which clocks run when, and what they show at an instant."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

from helpdesk.sla.calendar import WorkingHours
from helpdesk.sla.rules.blame import blame_at
from helpdesk.sla.rules.clockwork import LASTING, Clockwork
from helpdesk.sla.rules.history import seconds_by_line
from helpdesk.sla.rules.values import (
    DONE,
    Author,
    Key,
    Kind,
    LedgerEntry,
    Metric,
    OnChange,
    Phase,
    PolicyVersion,
    Resumption,
    TicketClocks,
    TicketState,
)


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
    """Entries up to `as_of` in order from the creation on, without those that were voided by then.

    The creation is first in its instant, whatever was recorded before it.
    """
    entries = sorted((e for e in ledger if e.at <= as_of), key=_order)
    if any(e.kind is Kind.VOIDED for e in entries):
        voided = _voided(entries)
        entries = [e for e in entries if e.seq not in voided and e.kind is not Kind.VOIDED]
    created = next((i for i, e in enumerate(entries) if e.kind is Kind.CREATED), len(entries))
    return entries[created:]


def _order(entry: LedgerEntry) -> tuple[int, bool, int]:
    return entry.at, entry.kind is not Kind.CREATED, entry.seq


def _voided(entries: list[LedgerEntry]) -> set[int | None]:
    """What is voided; a voiding that was itself voided later voids nothing."""
    voided: set[int | None] = set()
    for entry in sorted((e for e in entries if e.kind is Kind.VOIDED), key=lambda e: e.seq, reverse=True):
        if entry.seq not in voided:
            voided.add(entry.entry)
    return voided


class Replay(Clockwork):
    """What each kind of entry does to the ticket and its clocks."""

    def apply(self, entry: LedgerEntry) -> None:
        """Let one entry take effect."""
        step = STEPS.get(entry.kind)
        if step is not None and not self.merged:
            self.cause = entry
            step(self, entry)

    def result(self, as_of: int) -> TicketClocks:
        """The clocks as values."""
        states = tuple(t.state(as_of, self.enforce_from) for t in (*self.ended, *self.tracks.values()))
        main = self.tracks.get((Metric.RESOLUTION, None))
        held = tuple(self.history.held(main.all_segments(as_of))) if main else ()
        blame = blame_at(main, self.history, self.budgets()) if main else None
        return TicketClocks(as_of, states, seconds_by_line(held), held, blame)

    # what the kinds of entries do

    def created(self, entry: LedgerEntry) -> None:
        self.policy = self.policy_named(entry.policy)
        self.priority, self.type = entry.priority or "", entry.type
        self.line = 1 if entry.line is None else entry.line
        self.created_at, self.enforce_from = entry.at, entry.enforce_from or 0
        self.state = entry.state or TicketState.NEW
        self.by_customer = entry.by is Author.CUSTOMER
        self.answered = not self.by_customer
        self.history.states.append((entry.at, self.state))
        self.history.lines.append((entry.at, self.line))
        self.begin_missing(entry.at, retroactive=False)
        if entry.live:
            self._answer(entry.at)

    def client_message(self, entry: LedgerEntry) -> None:
        if entry.by is Author.MACHINE:
            return
        if self.state in DONE or self.state is TicketState.WAITING_CLIENT:
            self._enter_state(entry.at, TicketState.OPEN)
        if self.answered and self.unanswered_since is None:
            self.unanswered_since = entry.at
            self.begin(entry.at, (Metric.NEXT_RESPONSE, None))

    def agent_reply(self, entry: LedgerEntry) -> None:
        if entry.by is Author.MACHINE:
            return
        self._answer(entry.at)
        if self.state not in DONE:
            self.stop(entry.at, (Metric.UPDATE, None))
            self.updated_at = entry.at
            self.begin(entry.at, (Metric.UPDATE, None))

    def state_changed(self, entry: LedgerEntry) -> None:
        self._enter_state(entry.at, entry.state or TicketState.OPEN)

    def resolved(self, entry: LedgerEntry) -> None:
        self._enter_state(entry.at, TicketState.RESOLVED)

    def closed(self, entry: LedgerEntry) -> None:
        self._enter_state(entry.at, TicketState.CLOSED)

    def reopened(self, entry: LedgerEntry) -> None:
        self._enter_state(entry.at, TicketState.OPEN)

    def priority_changed(self, entry: LedgerEntry) -> None:
        before, self.priority = self.priority, entry.priority or self.priority
        self.retarget(entry.at, lowered=self.priority > before)

    def type_changed(self, entry: LedgerEntry) -> None:
        self.type = entry.type
        self.retarget(entry.at)

    def policy_changed(self, entry: LedgerEntry) -> None:
        self.policy = self.policy_named(entry.policy)
        self.retarget(entry.at, entry.mode)

    def calendar_edited(self, entry: LedgerEntry) -> None:
        if entry.calendar is not None and entry.becomes is not None:
            moved = {old: entry.becomes for old, new in self.edited.items() if new == entry.calendar}
            self.known.clear()
            self.edited |= {**moved, entry.calendar: entry.becomes}
            self.retarget(entry.at, OnChange.RETROACTIVE if entry.retroactive else OnChange.CARRY)

    def line_changed(self, entry: LedgerEntry) -> None:
        if entry.line is None or entry.line == self.line:
            return
        left, self.line = self.tracks.get((Metric.OLA, self.line)), entry.line
        self.history.lines.append((entry.at, entry.line))
        if self.state in DONE:
            return
        if left is not None and left.phase not in (Phase.STOPPED, Phase.CANCELLED):
            left.cause = entry
            left.leave(entry.at)
        self._enter_line(entry.at)

    def merge(self, entry: LedgerEntry) -> None:
        self.merged = True
        for slot in self.tracks:
            self.cancel(entry.at, slot)

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
                    track.go(t, self.phase(slot))

    def _settle(self, t: int) -> None:
        self.answered, self.unanswered_since, self.updated_at, self.done_at = True, None, None, t
        for slot in self.tracks:
            self.stop(t, slot)

    def _reopen(self, t: int) -> None:
        policy = self.policy_in_force()
        too_late = policy.reopen_grace_s is not None and t - self.done_at > policy.reopen_grace_s
        anew = too_late or policy.reopen is Resumption.RESTART
        for slot, track in list(self.tracks.items()):
            metric, line = slot
            if track.phase is not Phase.STOPPED or metric not in (*LASTING, Metric.OLA):
                continue
            if anew and line in (None, self.line):
                self.begin(t, slot)
            elif not anew:
                track.cause = self.cause
                track.resume(t, self.phase(slot))
        self.retarget(t)

    def _enter_line(self, t: int) -> None:
        slot = (Metric.OLA, self.line)
        track = self.tracks.get(slot)
        anew = self.policy_in_force().ola_reentry is Resumption.RESTART
        if track is None or anew or track.phase in (Phase.STOPPED, Phase.CANCELLED):
            self.begin(t, slot)
        else:
            track.cause = self.cause
            track.resume(t, self.phase(slot))

    def _answer(self, t: int) -> None:
        self.answered, self.unanswered_since = True, None
        self.stop(t, (Metric.FIRST_RESPONSE, None))
        self.stop(t, (Metric.NEXT_RESPONSE, None))


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
