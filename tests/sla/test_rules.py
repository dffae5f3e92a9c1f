"""Clocks out of ledgers: our own promises one by one, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.sla.calendar import WorkingHours, working_hours
from helpdesk.sla.rules import (
    Author,
    Key,
    Kind,
    LedgerEntry,
    Metric,
    OnChange,
    Phase,
    PolicyVersion,
    Resumption,
    Target,
    TicketClocks,
    TicketState,
    explain,
    replay,
)

START = int(datetime(2026, 6, 8, 7, 0, tzinfo=UTC).timestamp())  # a Monday morning, 09:00 in Prague
HOUR = 3600
CALENDARS: dict[Key, WorkingHours] = {
    "always": working_hours("UTC", [[(0, 1440)]] * 7),
    "office": working_hours("Europe/Prague", [[(540, 1020)]] * 5 + [[], []]),
}
TARGETS = (
    Target(Metric.FIRST_RESPONSE, "P2", HOUR, "always"),
    Target(Metric.RESOLUTION, "P2", 4 * HOUR, "always"),
    Target(Metric.RESOLUTION, "P1", 2 * HOUR, "always"),
    Target(Metric.OLA, "P2", HOUR, "always", line=1),
    Target(Metric.OLA, "P2", 2 * HOUR, "always", line=2),
)
POLICY = PolicyVersion("plain", TARGETS)


def entry(kind: Kind, after: int, seq: int, **fields: Any) -> LedgerEntry:
    return LedgerEntry(at=START + after, seq=seq, kind=kind, **fields)


def created(**fields: Any) -> LedgerEntry:
    return entry(Kind.CREATED, 0, 0, **{"by": Author.CUSTOMER, "priority": "P2", "policy": "plain", **fields})


def clocks_after(hours: float, *ledger: LedgerEntry, policy: PolicyVersion = POLICY) -> TicketClocks:
    return replay(ledger, {"plain": policy}, CALENDARS, START + int(hours * HOUR))


@given(st.permutations([
    created(),
    entry(Kind.STATE_CHANGED, 600, 1, state=TicketState.WAITING_CLIENT),
    entry(Kind.LINE_CHANGED, 900, 2, line=2),
    entry(Kind.CLIENT_MESSAGE, 1800, 3, by=Author.CUSTOMER),
    entry(Kind.AGENT_REPLY, 1800, 4),
    entry(Kind.PRIORITY_CHANGED, 4000, 5, priority="P1"),
]))  # fmt: skip
def test_the_order_in_which_entries_were_recorded_does_not_matter(ledger: list[LedgerEntry]) -> None:
    assert clocks_after(3, *ledger) == clocks_after(3, *sorted(ledger, key=lambda e: (e.at, e.seq)))


def test_a_machine_opened_ticket_has_no_first_response_clock() -> None:
    clocks = clocks_after(1, created(by=Author.MACHINE))
    assert clocks.current(Metric.FIRST_RESPONSE) is None
    assert clocks.current(Metric.RESOLUTION) is not None


def test_a_machine_never_stops_a_clock() -> None:
    clock = clocks_after(0.5, created(), entry(Kind.AGENT_REPLY, 60, 1, by=Author.MACHINE)).current(
        Metric.FIRST_RESPONSE
    )
    assert clock is not None
    assert clock.phase is Phase.RUNNING


def test_an_auto_reply_does_not_end_a_pause() -> None:
    pause = entry(Kind.STATE_CHANGED, 60, 1, state=TicketState.WAITING_CLIENT)
    clock = clocks_after(1, created(), pause, entry(Kind.CLIENT_MESSAGE, 90, 2, by=Author.MACHINE)).current(
        Metric.RESOLUTION
    )
    assert clock is not None
    assert clock.phase is Phase.PAUSED


def test_a_ticket_is_missed_once_any_epoch_was() -> None:
    change = entry(Kind.PRIORITY_CHANGED, 3 * HOUR, 1, priority="P2")
    clocks = clocks_after(3.5, created(priority="P1"), change)
    assert clocks.missed
    assert not clocks.current(Metric.RESOLUTION).breached  # type: ignore[union-attr]


def test_a_forgiving_policy_forgets_the_earlier_epoch() -> None:
    change = entry(Kind.PRIORITY_CHANGED, 3 * HOUR, 1, priority="P2")
    clock = clocks_after(3.5, created(priority="P1"), change, policy=replace(POLICY, forgive=True)).current(
        Metric.RESOLUTION
    )
    assert clock is not None
    assert not clock.missed_once


def test_another_contract_forgives_nothing_whatever_the_policy_allows() -> None:
    gentle = replace(POLICY, forgive=True)
    other = replace(gentle, id="other", targets=(replace(TARGETS[1], seconds=20 * HOUR),))
    ledger = [created(), entry(Kind.POLICY_CHANGED, 5 * HOUR, 1, policy="other")]
    clocks = replay(ledger, {"plain": gentle, "other": other}, CALENDARS, START + 6 * HOUR)
    resolution = clocks.current(Metric.RESOLUTION)
    assert resolution is not None
    assert (resolution.breached, resolution.missed_once) == (False, True)


def test_a_raised_priority_forgives_nothing_whatever_the_policy_allows() -> None:
    anew = replace(POLICY, forgive=True, on_change=OnChange.RESTART)
    raised = entry(Kind.PRIORITY_CHANGED, 5 * HOUR, 1, priority="P1")
    clock = clocks_after(5.5, created(), raised, policy=anew).current(Metric.RESOLUTION)
    assert clock is not None
    assert (clock.breached, clock.missed_once) == (False, True)


def test_a_line_whose_clock_ended_under_other_terms_keeps_its_result_when_the_ticket_leaves() -> None:
    bare = PolicyVersion("bare", TARGETS[:3], reopen=Resumption.RESTART)
    ledger = [
        created(),
        entry(Kind.RESOLVED, HOUR // 2, 1),
        entry(Kind.POLICY_CHANGED, HOUR, 2, policy="bare"),
        entry(Kind.REOPENED, 2 * HOUR, 3),
        entry(Kind.LINE_CHANGED, 3 * HOUR, 4, line=2),
    ]
    clocks = replay(ledger, {"plain": POLICY, "bare": bare}, CALENDARS, START + 4 * HOUR)
    clock = clocks.current(Metric.OLA, 1)
    assert clock is not None
    assert (clock.phase, clock.met) == (Phase.STOPPED, True)


def test_a_priority_that_came_and_went_within_a_second_missed_nothing() -> None:
    back = replace(POLICY, on_change=OnChange.RETROACTIVE)
    slip = [entry(Kind.PRIORITY_CHANGED, 3 * HOUR, seq, priority=p) for seq, p in ((1, "P1"), (2, "P2"))]
    clock = clocks_after(3.5, created(), *slip, policy=back).current(Metric.RESOLUTION)
    assert clock is not None
    assert (clock.breached, clock.breach_history, clock.missed_once) == (False, (), False)


def test_what_happened_in_the_second_of_the_creation_counts_whenever_it_was_recorded() -> None:
    early = [entry(Kind.LINE_CHANGED, 0, 0, line=2), replace(created(), seq=1)]
    late = [created(), entry(Kind.LINE_CHANGED, 0, 1, line=2)]
    assert clocks_after(1, *early) == clocks_after(1, *late)


def test_a_voiding_that_was_voided_itself_voids_nothing() -> None:
    pause = entry(Kind.STATE_CHANGED, 60, 1, state=TicketState.WAITING_CLIENT)
    undone = [entry(Kind.VOIDED, 120, 2, entry=1), entry(Kind.VOIDED, 180, 3, entry=2)]
    assert clocks_after(1, created(), pause, *undone) == clocks_after(1, created(), pause)


def test_a_voided_entry_never_happened() -> None:
    pause = entry(Kind.STATE_CHANGED, 60, 1, state=TicketState.WAITING_CLIENT)
    with_it = clocks_after(1, created(), pause, entry(Kind.VOIDED, 120, 2, entry=1))
    assert with_it == clocks_after(1, created())


def test_a_late_entry_withdraws_a_breach() -> None:
    assert clocks_after(2, created()).missed
    assert not clocks_after(2, created(), entry(Kind.AGENT_REPLY, 1800, 1)).missed


def test_what_was_crossed_before_an_import_is_suppressed() -> None:
    clock = clocks_after(4, created(enforce_from=START + int(3.5 * HOUR))).current(Metric.RESOLUTION)
    assert clock is not None
    assert [(c.percent, c.suppressed) for c in clock.crossings] == [(75, True), (90, False), (100, False)]


def test_a_running_clock_names_its_next_threshold() -> None:
    clock = clocks_after(1, created()).current(Metric.RESOLUTION)
    assert clock is not None
    assert clock.next_crossing is not None
    assert (clock.next_crossing.percent, clock.next_crossing.at) == (75, START + 3 * HOUR)


def test_a_reopening_after_the_grace_period_begins_anew() -> None:
    solved = entry(Kind.RESOLVED, HOUR, 1)
    again = entry(Kind.REOPENED, HOUR + 8 * 86400, 2)
    clock = clocks_after(9 * 24, created(), solved, again).current(Metric.RESOLUTION)
    assert clock is not None
    assert clock.cycle == 2


def test_a_clock_that_a_new_policy_promises_starts_at_the_change() -> None:
    bare = PolicyVersion("bare", ())
    change = entry(Kind.POLICY_CHANGED, HOUR, 1, policy="plain")
    clock = replay(
        [created(policy="bare"), change], {"bare": bare, "plain": POLICY}, CALENDARS, START + 2 * HOUR
    )
    resolution = clock.current(Metric.RESOLUTION)
    assert resolution is not None
    assert resolution.started_at == START + HOUR
    assert resolution.elapsed_s == HOUR


def test_retroactively_it_starts_at_the_creation() -> None:
    bare, back = PolicyVersion("bare", ()), replace(POLICY, on_change=OnChange.RETROACTIVE)
    change = entry(Kind.POLICY_CHANGED, HOUR, 1, policy="plain")
    clock = replay(
        [created(policy="bare"), change], {"bare": bare, "plain": back}, CALENDARS, START + 2 * HOUR
    )
    resolution = clock.current(Metric.RESOLUTION)
    assert resolution is not None
    assert resolution.elapsed_s == 2 * HOUR


def test_the_line_that_used_the_time_is_responsible_beside_the_one_that_holds_the_ticket() -> None:
    blame = clocks_after(5, created(), entry(Kind.LINE_CHANGED, 3 * HOUR, 1, line=2)).blame
    assert blame is not None
    assert (blame.holder, blame.responsible) == (2, 1)


def test_budgets_that_exceed_the_target_are_named() -> None:
    wide = Target(Metric.OLA, "P2", 10 * HOUR, "always", line=1)
    policy = replace(POLICY, targets=(*TARGETS[:3], wide))
    blame = clocks_after(5, created(), policy=policy).blame
    assert blame is not None
    assert blame.budget_gap


def test_an_explanation_names_each_pause_with_its_author_and_reason() -> None:
    pause = entry(Kind.STATE_CHANGED, 600, 1, state=TicketState.WAITING_CLIENT, actor=7, reason="needs_log")
    resume = entry(Kind.STATE_CHANGED, 1200, 2, state=TicketState.OPEN, actor=8)
    story = explain([created(), pause, resume], {"plain": POLICY}, CALENDARS, START + HOUR)
    assert story is not None
    assert [(p.since, p.until, p.actor, p.reason) for p in story.pauses] == [
        (START + 600, START + 1200, 7, "needs_log")
    ]
    assert [step.kind for step in story.steps] == ["started", "paused", "resumed"]


def test_a_type_has_its_own_target_where_there_is_one() -> None:
    defect = Target(Metric.RESOLUTION, "P2", 9 * HOUR, "always", type="defect")
    policy = replace(POLICY, targets=(*TARGETS, defect))
    clock = clocks_after(1, created(type="defect"), policy=policy).current(Metric.RESOLUTION)
    assert clock is not None
    assert clock.target_s == 9 * HOUR


def test_a_policy_that_was_not_given_is_named() -> None:
    with pytest.raises(LookupError, match="'gold'"):
        clocks_after(1, created(policy="gold"))
