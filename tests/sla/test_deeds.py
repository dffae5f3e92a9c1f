"""Which acts follow from crossings, and which have become pointless by the time they are found."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.sla.acts import DEFAULT_STEPS, Act, Step
from helpdesk.sla.rules.deeds import Crossed, Held, Outcome, outcome_of, told_at

AT = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
LINE_1 = Held(line=1, since=AT - timedelta(hours=1), is_top=False)


def crossed(percent: int = 100, *, runs: bool = True) -> Crossed:
    return Crossed(percent=percent, at=AT, runs=runs)


def outcome(act: Act, one: Crossed, *others: Crossed, held: Held = LINE_1) -> Outcome | None:
    return outcome_of(act, one, (one, *others), held)


@pytest.mark.parametrize("act", [Act.RAISE_PRIORITY, Act.ESCALATE])
def test_what_still_runs_is_done(act: Act) -> None:
    assert outcome(act, crossed()) is None


@pytest.mark.parametrize("act", [Act.RAISE_PRIORITY, Act.ESCALATE])
def test_a_clock_that_no_longer_runs_gains_nothing(act: Act) -> None:
    assert outcome(act, crossed(runs=False)) is Outcome.TOO_LATE


def test_nothing_is_raised_beyond_the_top() -> None:
    top = Held(line=1, since=LINE_1.since, is_top=True)
    assert outcome(Act.RAISE_PRIORITY, crossed(), held=top) is Outcome.HIGHEST


def test_line_3_keeps_what_it_has() -> None:
    last = Held(line=3, since=LINE_1.since, is_top=False)
    assert outcome(Act.ESCALATE, crossed(), held=last) is Outcome.LAST_LINE


@pytest.mark.parametrize("since", [AT, AT + timedelta(minutes=30)])
def test_what_was_handed_on_since_is_not_handed_on_again(since: datetime) -> None:
    held = Held(line=2, since=since, is_top=False)
    assert outcome(Act.ESCALATE, crossed(), held=held) is Outcome.MOVED_SINCE


def test_of_several_hand_overs_found_together_the_highest_is_done() -> None:
    assert outcome(Act.ESCALATE, crossed(90), crossed(120)) is Outcome.TOGETHER
    assert outcome(Act.ESCALATE, crossed(120), crossed(90)) is None


def test_several_raises_found_together_are_all_done() -> None:
    assert outcome(Act.RAISE_PRIORITY, crossed(75), crossed(90)) is None


def test_the_desks_own_raise_pulls_no_other_after_it() -> None:
    raised = Held(line=1, since=LINE_1.since, is_top=False, raised_at=AT)
    assert outcome(Act.RAISE_PRIORITY, crossed(), held=raised) is Outcome.RAISED_SINCE
    before = Held(line=1, since=LINE_1.since, is_top=False, raised_at=AT - timedelta(seconds=1))
    assert outcome(Act.RAISE_PRIORITY, crossed(), held=before) is None


@pytest.mark.parametrize("act", [act for act in Act if act not in (Act.RAISE_PRIORITY, Act.ESCALATE)])
def test_telling_and_asking_never_become_pointless(act: Act) -> None:
    assert outcome(act, crossed(runs=False)) is None


def test_crossings_found_together_tell_everybody_whom_one_of_them_names() -> None:
    assert told_at(DEFAULT_STEPS, None, (50,)) == ("tell_owner",)
    assert told_at(DEFAULT_STEPS, None, (100, 120)) == (
        "tell_owner",
        "tell_assignee",
        "tell_lead",
        "tell_manager",
    )


def test_a_lines_clock_follows_the_steps_of_lines() -> None:
    assert told_at(DEFAULT_STEPS, 2, (75, 90)) == ("tell_assignee",)
    assert told_at({Step("client", 75, "tell_lead")}, 2, (75,)) == ()
