"""Policies are made and changed by versions; the next ticket feels it, those that are open do not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.calendars.models import Calendar
from helpdesk.db import db
from helpdesk.errors import BadInput, RuleViolation
from helpdesk.history import SettingChange
from helpdesk.sla.actions import policies
from helpdesk.sla.models import SlaClock, SlaPolicy, SlaPolicyVersion
from helpdesk.sla.queries import forecast
from helpdesk.sla.sheet_checks import overlaps, problems
from helpdesk.sla.sheets import Cell, PolicySheet, sheet_of
from tests.conftest import NOON
from tests.factories import a_company, a_contract, a_policy, a_ticket, office_hours, the_system

pytestmark = pytest.mark.usefixtures("session", "now")

HOUR = 3600
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def hours(session: object) -> Calendar:
    """Nine to five in Berlin."""
    return office_hours("Berlin")


def made(sheet: PolicySheet) -> SlaPolicy:
    return policies.create_policy(sheet, by=the_system().id, now=NOON)


def changed(policy: SlaPolicy, sheet: PolicySheet, *, since: datetime | None = None, why: str = "") -> bool:
    return policies.change_policy(policy, sheet, by=the_system().id, now=LATER, since=since, why=why)


def with_target(sheet: PolicySheet, cell: Cell, seconds: int) -> PolicySheet:
    return replace(sheet, targets={**sheet.targets, cell: seconds})


def newest_facts() -> dict[str, tuple[object, object]]:
    rows = db.session.scalars(select(SettingChange).order_by(SettingChange.id)).all()
    return {row.field: (row.before, row.after) for row in rows if row.event_id == rows[-1].event_id}


def test_the_first_policy_becomes_the_default_and_gives_the_next_ticket_its_deadline(hours: Calendar) -> None:
    policy = made(policies.starter_policy(hours))
    assert policy.is_default
    ticket = a_ticket(at=NOON)
    assert ticket.sort_due > NOON
    assert not made(policies.starter_policy(hours, name="Second")).is_default


def test_what_was_entered_is_what_is_stored(hours: Calendar) -> None:
    night = office_hours("Night", start=0, end=24)
    sheet = policies.starter_policy(hours, day_and_night=night)
    sheet = replace(with_target(sheet, Cell("P2", "ola", 2), 5400), forgive=True)
    sheet = replace(sheet, thresholds=(50, 60, 75, 90, 100, 120), longest_wait_s=14 * 86_400)
    policy = made(sheet)
    assert sheet_of(policy, policies.in_force(policy.id, NOON)) == sheet


def test_a_change_holds_for_the_next_ticket_and_not_for_the_last_one(hours: Calendar) -> None:
    sheet = policies.starter_policy(hours)
    policy, company = made(sheet), a_company()
    ticket = a_ticket(at=NOON)
    due = ticket.sort_due
    assert changed(policy, with_target(sheet, Cell("P1", "resolution"), HOUR))
    after = forecast(company.id, "P1", "incident", LATER)
    assert after is not None
    assert after.due_at == LATER + timedelta(hours=1)
    assert ticket.sort_due == due
    clocks = db.session.scalars(select(SlaClock).where(SlaClock.ticket_id == ticket.id)).all()
    first = db.session.scalar(select(SlaPolicyVersion.id).where(SlaPolicyVersion.n == 1))
    assert {clock.policy_version_id for clock in clocks} == {first}


def test_the_history_says_which_cell_was_what(hours: Calendar) -> None:
    cell = Cell("P2", "ola", 2)
    sheet = with_target(policies.starter_policy(hours), cell, 2 * HOUR)
    policy = made(sheet)
    changed(policy, with_target(sheet, cell, 5400), why="Line 2 keeps tickets too long")
    assert newest_facts() == {
        "P2-line-2": ("2 h", "1 h 30"),
        "why": (None, "Line 2 keeps tickets too long"),
    }


def test_a_day_of_another_length_is_said_in_hours(hours: Calendar) -> None:
    sheet = with_target(policies.starter_policy(hours), Cell("P1", "resolution"), 8 * HOUR)
    policy = made(sheet)
    night = office_hours("Night", start=0, end=24)
    other = with_target(sheet, Cell("P1", "resolution"), 24 * HOUR)
    changed(policy, replace(other, calendars={**sheet.calendars, "P1": night.id}))
    assert newest_facts() == {
        "P1-calendar": ("Berlin", "Night"),
        "P1-resolution": ("1 d", "24 h"),
    }


def test_a_version_from_a_later_day_waits_and_can_be_taken_back(hours: Calendar) -> None:
    sheet = policies.starter_policy(hours)
    policy = made(sheet)
    december = datetime(2026, 12, 1, tzinfo=UTC)
    changed(policy, with_target(sheet, Cell("P1", "resolution"), HOUR), since=december)
    assert policies.in_force(policy.id, LATER).n == 1
    assert policies.in_force(policy.id, december).n == 2
    policies.withdraw(policy, policies.in_force(policy.id, december), by=the_system().id, now=LATER)
    assert policies.in_force(policy.id, december).n == 1


def test_what_is_planned_wins_on_its_day_over_what_was_saved_since(hours: Calendar) -> None:
    sheet = policies.starter_policy(hours)
    policy, company = made(sheet), a_company()
    december = datetime(2026, 12, 1, 9, tzinfo=UTC)
    changed(policy, with_target(sheet, Cell("P1", "resolution"), HOUR), since=december)
    changed(policy, with_target(sheet, Cell("P1", "resolution"), 2 * HOUR))
    before, after = (forecast(company.id, "P1", "incident", at) for at in (LATER, december))
    assert before is not None
    assert after is not None
    assert (before.target_s, after.target_s) == (2 * HOUR, HOUR)


def test_a_version_that_holds_cannot_be_taken_back(hours: Calendar) -> None:
    policy = made(policies.starter_policy(hours))
    with pytest.raises(RuleViolation, match="holds already"):
        policies.withdraw(policy, policies.in_force(policy.id, NOON), by=the_system().id, now=LATER)


def test_saving_the_same_again_and_a_new_name_make_no_version(hours: Calendar) -> None:
    sheet = policies.starter_policy(hours)
    policy = made(sheet)
    assert not changed(policy, sheet)
    assert changed(policy, replace(sheet, name="Gold"))
    assert (policy.name, policies.in_force(policy.id, LATER).n) == ("Gold", 1)


@pytest.mark.parametrize(
    ("spoiled", "field", "sentence"),
    [
        ({"name": ""}, "name", "needs a name"),
        ({"targets": {}}, "targets", "Without a single target"),
        ({"calendars": {"P1": 999_999}}, "calendar-P1", "Choose the calendar"),
        ({"thresholds": ()}, "thresholds", "whole percents"),
        ({"thresholds": (75, 500)}, "thresholds", "whole percents"),
        ({"on_change": "guess"}, "on_change", "Choose one"),
        ({"reopen": "guess"}, "reopen", "Choose one"),
        ({"pause_states": ("open",)}, "pause_states", "can pause a clock"),
        ({"reopen_grace_s": -1}, "reopen_grace", "Between nothing and a year"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(
    hours: Calendar, spoiled: dict[str, object], field: str, sentence: str
) -> None:
    sheet = replace(policies.starter_policy(hours), **spoiled)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=sentence) as problem:
        made(sheet)
    assert problem.value.field == field
    assert db.session.scalar(select(SlaPolicy)) is None


def test_an_answer_cannot_be_due_after_the_solution(hours: Calendar) -> None:
    sheet = with_target(policies.starter_policy(hours), Cell("P2", "first_response"), 9 * HOUR)
    found = list(problems(sheet))
    assert [(each.field, str(each)) for each in found] == [
        ("P2-first_response", "The first answer would come after the solution.")
    ]


def test_a_calendar_that_was_put_away_takes_no_targets(hours: Calendar) -> None:
    hours.retired_at = NOON
    assert {each.field for each in problems(policies.starter_policy(hours))} == {
        f"calendar-P{number}" for number in (1, 2, 3, 4)
    }


def test_budgets_beyond_the_solution_are_pointed_out_unless_allowed(hours: Calendar) -> None:
    sheet = policies.starter_policy(hours)
    for line in (1, 2, 3):
        sheet = with_target(sheet, Cell("P2", "ola", line), 3 * HOUR)
    (found,) = overlaps(sheet)
    assert (found.priority, found.budgets_s, found.solution_s) == ("P2", 9 * HOUR, 8 * HOUR)
    assert overlaps(replace(sheet, overlap_allowed=True)) == []
    assert made(sheet).id


def test_two_policies_cannot_have_one_name(hours: Calendar) -> None:
    made(policies.starter_policy(hours))
    with pytest.raises(policies.NameTaken, match="another policy called “STANDARD”"):
        made(policies.starter_policy(hours, name="STANDARD"))


def test_exactly_one_policy_is_the_default(hours: Calendar) -> None:
    first, second = made(policies.starter_policy(hours)), made(policies.starter_policy(hours, name="Gold"))
    policies.make_default(second, by=the_system().id, now=LATER)
    assert (first.is_default, second.is_default) == (False, True)
    assert newest_facts() == {"default": (False, True)}


def test_the_default_policy_cannot_be_put_away(hours: Calendar) -> None:
    policy = made(policies.starter_policy(hours))
    with pytest.raises(RuleViolation, match="Make another one the default first"):
        policies.retire(policy, by=the_system().id, now=LATER)


def test_a_policy_with_a_contract_cannot_be_put_away_and_says_whose(hours: Calendar) -> None:
    version = a_policy("Care", calendar=hours)
    policy = db.session.get_one(SlaPolicy, version.policy_id)
    contract = a_contract(a_company("Halden Freight"), version)
    with pytest.raises(RuleViolation, match="by contract for Halden Freight"):
        policies.retire(policy, by=the_system().id, now=LATER)
    contract.valid_until = NOON
    policies.retire(policy, by=the_system().id, now=LATER)
    assert policy.retired_at == LATER
    with pytest.raises(RuleViolation, match="out of use"):
        policies.make_default(policy, by=the_system().id, now=LATER)
    policies.restore(policy, by=the_system().id, now=LATER)
    assert policy.retired_at is None


def test_many_companies_are_named_by_a_few() -> None:
    assert policies.named(["A", "B"]) == "A, B"
    assert policies.named(["A", "B", "C", "D", "E"]) == "A, B, C (+2)"
