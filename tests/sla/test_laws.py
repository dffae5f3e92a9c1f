"""Laws of the engine over invented calendars, policies and histories, proved against the walk."""

from dataclasses import replace
from typing import Any

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from helpdesk.sla.case_events import entries_from
from helpdesk.sla.case_results import shown
from helpdesk.sla.case_terms import Shelf, hours_from, policy_from
from helpdesk.sla.case_writing import ASKED, document_of
from helpdesk.sla.casefile import differences
from helpdesk.sla.cases import results
from helpdesk.sla.given import Given
from helpdesk.sla.rules import (
    Key,
    Kind,
    LedgerEntry,
    Metric,
    OnChange,
    Phase,
    PolicyVersion,
    TicketClocks,
    replay,
)
from helpdesk.sla.rules.replay import in_force
from tests.sla.oracle import Walk
from tests.sla.worlds import seconds, worlds, written

DRAWING = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
SETTERS = (Kind.CREATED, Kind.PRIORITY_CHANGED)
law = settings(max_examples=60, deadline=None, suppress_health_check=DRAWING)


class World:
    """An invented file as the engine's values."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.policies: Shelf[PolicyVersion] = Shelf(
            "policy", Given("Policies", document["policies"]), policy_from
        )
        self.calendars = Shelf("calendar", Given("Calendars", document["calendars"]), hours_from)
        case = Given("X", document["cases"][0])
        self.ledger = entries_from(case, self.policies, self.calendars, [])
        self.created_at, self.as_of = seconds(case.value["events"][0]["at"]), case.instant("as_of")

    def clocks(
        self, ledger: list[LedgerEntry], as_of: int, policies: dict[Key, PolicyVersion] | None = None
    ) -> TicketClocks:
        return replay(ledger, policies or self.policies, self.calendars, as_of)


@settings(max_examples=30, deadline=None, suppress_health_check=DRAWING)
@given(worlds())
def test_every_clock_shows_what_the_walk_shows(document: dict[str, Any]) -> None:
    walked = Walk(document["cases"][0], document).expected()
    assert list(differences(walked, results(document)["X"])) == []


@law
@given(worlds(), st.integers(0, 4000))
def test_the_lines_share_out_the_resolution_time_at_every_instant(
    document: dict[str, Any], after: int
) -> None:
    world = World(document)
    clocks = world.clocks(world.ledger, world.created_at + after)
    resolution = clocks.current(Metric.RESOLUTION)
    assert sum(clocks.attribution.values()) == (resolution.elapsed_s if resolution else 0)


@law
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_in_which_entries_are_read_changes_nothing(document: dict[str, Any], random: Any) -> None:
    world = World(document)
    mixed = random.sample(world.ledger, len(world.ledger))
    assert world.clocks(mixed, world.as_of) == world.clocks(world.ledger, world.as_of)


@law
@given(worlds(), st.integers(0, 4000))
def test_what_comes_later_changes_nothing_that_was_shown_before(document: dict[str, Any], after: int) -> None:
    world = World(document)
    then = world.created_at + after
    known_then = [entry for entry in world.ledger if entry.at <= then]
    assert world.clocks(known_then, then) == world.clocks(world.ledger, then)


@law
@given(worlds(), st.integers(0, 4000))
def test_a_pause_that_ends_in_its_own_second_is_no_pause(document: dict[str, Any], after: int) -> None:
    world = World(document)
    case, at = document["cases"][0], world.created_at + after
    assume(not any(event.get("to") == "merged" or event["type"] == "void" for event in case["events"]))
    states = [e for e in world.ledger if e.at <= at and e.kind in (Kind.STATE_CHANGED, Kind.CLIENT_MESSAGE)]
    assume(not states)
    pause = [{"type": "status", "at": written(at), "to": to} for to in ("pending_customer", "open")]
    paused = {**case, "events": [*case["events"], *pause]}
    assume(at <= world.as_of)
    assume(all(entry.at != at for entry in world.ledger))
    assert results({**document, "cases": [paused]}) == results(document)


@law
@given(worlds(), st.integers(0, 4000))
def test_carrying_onto_the_same_terms_changes_nothing(document: dict[str, Any], after: int) -> None:
    world = World(document)
    same = {name: replace(policy, on_change=OnChange.CARRY) for name, policy in world.policies.items()}
    at = world.created_at + after
    seq = len(world.ledger)
    last = max((e for e in world.ledger if e.at <= at and e.kind in SETTERS), key=lambda e: (e.at, e.seq))
    assume(last.kind in (Kind.CREATED, Kind.PRIORITY_CHANGED))
    again = LedgerEntry(at=at, seq=seq, kind=Kind.PRIORITY_CHANGED, priority=last.priority)
    ledger = [entry for entry in world.ledger if entry.kind not in (Kind.VOIDED, Kind.SPLIT)]
    assert world.clocks([*ledger, again], world.as_of, same) == world.clocks(ledger, world.as_of, same)


@law
@given(worlds(), st.integers(1, 5000), st.integers(0, 1))
def test_a_raised_target_creates_no_breach_and_a_lowered_one_removes_none(
    document: dict[str, Any], more: int, lowers: int
) -> None:
    """In the new epoch, with counted seconds carried. A line that does not hold the ticket misses nothing."""
    world = World(document)
    assume(not any(entry.kind in (Kind.POLICY_CHANGED, Kind.MERGED, Kind.VOIDED) for entry in world.ledger))
    name = world.ledger[0].policy
    assert name is not None
    given_ = replace(world.policies[name], on_change=OnChange.CARRY, targets=world.policies[name].targets)
    other = replace(given_, id="other", targets=tuple(_moved(given_, more * (-1 if lowers else 1))))
    change = LedgerEntry(at=world.as_of, seq=99, kind=Kind.POLICY_CHANGED, policy="other")
    policies: dict[Key, PolicyVersion] = {**dict(world.policies.items()), name: given_, "other": other}
    before = world.clocks(world.ledger, world.as_of, policies)
    after = world.clocks([*world.ledger, change], world.as_of, policies)
    for clock in before.clocks:
        if clock.phase is Phase.IDLE:
            continue
        now = next(
            each
            for each in after.clocks
            if (each.metric, each.line, each.cycle) == (clock.metric, clock.line, clock.cycle)
        )
        assert now.breached >= clock.breached if lowers else now.breached <= clock.breached


def _moved(policy: PolicyVersion, by: int) -> list[Any]:
    return [replace(target, seconds=max(target.seconds + by, 0)) for target in policy.targets]


@law
@given(worlds())
def test_a_ledger_written_to_a_file_gives_the_same_clocks(document: dict[str, Any]) -> None:
    world = World(document)
    names: dict[Key, str] = {name: f"Our {name}" for name in ("A", "B", "K1", "K2", "K3")}
    ledger = in_force(world.ledger, world.as_of)
    assume(ledger)
    file = document_of("X", ledger, dict(world.policies), dict(world.calendars), names, world.as_of)
    there = yaml.safe_load(yaml.safe_dump(file, sort_keys=False))
    expected = shown(world.clocks(world.ledger, world.as_of), ASKED, thresholds=False, lines=True)
    found = results(there)["X"]
    found.pop("missed")
    assert list(differences(expected, found)) == []
