"""Every clock of every case with known answers is explained by the very figures that the replay shows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpdesk.sla.case_events import entries_from
from helpdesk.sla.case_terms import Shelf, hours_from, policy_from
from helpdesk.sla.given import Given
from helpdesk.sla.rules import ClockState, Explanation, Phase, explain, replay
from helpdesk.sla.rules.holding import Holder

FILE = Path(__file__).parent / "cases" / "desk.yaml"
WHOLE = Given("The file", yaml.safe_load(FILE.read_text("utf-8")))
CALENDARS = Shelf("calendar", WHOLE.part("calendars"), hours_from)
POLICIES = Shelf("policy", WHOLE.part("policies"), policy_from)
CASES: dict[str, dict[str, Any]] = {row["id"]: row for row in WHOLE.rows("cases") if row["kind"] == "clock"}


def explained(case: dict[str, Any]) -> Iterator[tuple[ClockState, Explanation]]:
    """Each clock as the replay shows it, with its explanation; somebody takes the ticket after a while."""
    given = Given("A case", case)
    ledger, as_of = entries_from(given, POLICIES, CALENDARS, []), given.instant("as_of")
    holders = [(ledger[0].at, Holder(1, None)), (ledger[0].at + 1234, Holder(1, 7))]
    for state in replay(ledger, POLICIES, CALENDARS, as_of).clocks:
        found = explain(
            ledger,
            POLICIES,
            CALENDARS,
            as_of,
            metric=state.metric,
            line=state.line,
            cycle=state.cycle,
            holders=holders,
        )
        assert found is not None
        yield state, found


def test_there_are_cases_to_explain() -> None:
    assert len(CASES) > 20


@pytest.mark.parametrize("name", CASES)
def test_an_explanation_shows_the_clock_itself(name: str) -> None:
    for state, found in explained(CASES[name]):
        assert found.clock == state


@pytest.mark.parametrize("name", CASES)
def test_the_hands_add_up_to_the_clock(name: str) -> None:
    for state, found in explained(CASES[name]):
        assert sum(hand.seconds for hand in found.hands) == state.elapsed_s
        assert sum(one.used_s for one in found.lines) == state.elapsed_s
        assert sum(one.queued_s + sum(one.people.values()) for one in found.lines) == state.elapsed_s


@pytest.mark.parametrize("name", CASES)
def test_steps_tell_each_breach_and_where_the_clock_ended(name: str) -> None:
    for state, found in explained(CASES[name]):
        breached = [step.at for step in found.steps if step.kind == "breached"]
        assert breached[-1:] == ([state.breached_at] if state.breached else breached[-1:])
        ended = [step for step in found.steps if step.kind in ("stopped", "cancelled")]
        assert bool(ended) or state.phase not in (Phase.STOPPED, Phase.CANCELLED)
        assert all(step.at >= state.started_at for step in found.steps)


@pytest.mark.parametrize("name", CASES)
def test_pauses_lie_within_the_clock_one_after_the_other(name: str) -> None:
    for state, found in explained(CASES[name]):
        edges = [edge for pause in found.pauses for edge in (pause.since, pause.until) if edge is not None]
        assert edges == sorted(edges)
        if state.phase is Phase.PAUSED:
            assert found.pauses[-1].until is None
