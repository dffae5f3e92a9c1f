"""A policy's sheet: its words for one type, in which calendar a cell counts, what happens at which share."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.calendars.models import Calendar
from helpdesk.db import db
from helpdesk.history import SettingChange
from helpdesk.sla.actions import policies
from helpdesk.sla.acts import DEFAULT_STEPS, Act, Scope, Step, percents
from helpdesk.sla.models import SlaPolicy, SlaPolicyStep, SlaPolicyVersion
from helpdesk.sla.policies import choose, duties_of, policy_of
from helpdesk.sla.policy_facts import facts_of
from helpdesk.sla.rules import Metric
from helpdesk.sla.sheet_checks import late_updates, overlaps, problems, silent_breach
from helpdesk.sla.sheets import Cell, PolicySheet, sheet_of
from tests.conftest import NOON
from tests.factories import a_company, office_hours, the_system

pytestmark = pytest.mark.usefixtures("session", "now")

HOUR = 3600
LATER = NOON + timedelta(hours=1)
DEFECTS = Cell("P3", "resolution", None, "defect")
LINE_2 = Cell("P2", "ola", 2)


@pytest.fixture
def berlin(session: object) -> Calendar:
    """Nine to five."""
    return office_hours("Berlin")


@pytest.fixture
def night(session: object) -> Calendar:
    """Around the clock."""
    return office_hours("Night", start=0, end=24)


@pytest.fixture
def sheet(berlin: Calendar, night: Calendar) -> PolicySheet:
    """The starter with longer times for defects and a line in hours of its own."""
    starter = policies.starter_policy(berlin)
    targets = {**starter.targets, DEFECTS: 80 * HOUR, LINE_2: 3 * HOUR}
    return replace(starter, targets=targets, own_calendars={LINE_2: night.id})


def made(sheet: PolicySheet) -> SlaPolicyVersion:
    policy = policies.create_policy(sheet, by=the_system().id, now=NOON)
    return policies.in_force(policy.id, NOON)


def read(version: SlaPolicyVersion) -> PolicySheet:
    return sheet_of(db.session.get_one(SlaPolicy, version.policy_id), version)


def test_types_calendars_and_steps_are_read_back_as_they_were_written(sheet: PolicySheet) -> None:
    back = read(made(replace(sheet, longest_wait_s=None)))
    assert policies.without_name(back) == policies.without_name(replace(sheet, longest_wait_s=None))
    assert back.own_calendars == sheet.own_calendars


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        (("resolution", "P3", None, "defect"), 80 * HOUR),
        (("resolution", "P3", None, "incident"), 24 * HOUR),
        (("resolution", "P3", None, None), 24 * HOUR),
        (("first_response", "P3", None, "defect"), 4 * HOUR),
        (("ola", "P3", 2, "defect"), None),
    ],
)
def test_a_type_says_only_what_differs(
    sheet: PolicySheet, cell: tuple[str, str, int | None, str | None], seconds: int | None
) -> None:
    assert sheet.seconds(*cell) == seconds


def test_the_engine_counts_each_cell_in_its_calendar(sheet: PolicySheet, night: Calendar) -> None:
    made(sheet)
    choice = choose(a_company().id, NOON)
    assert choice is not None
    engine = policy_of(choice)
    line, solution = (
        engine.target(Metric.OLA, 2, "P2", None),
        engine.target(Metric.RESOLUTION, None, "P2", None),
    )
    assert line is not None
    assert solution is not None
    assert line.calendar != solution.calendar
    longer = engine.target(Metric.RESOLUTION, None, "P3", "defect")
    assert longer is not None
    assert longer.seconds == 80 * HOUR


def test_another_calendar_alone_makes_a_version(sheet: PolicySheet, berlin: Calendar) -> None:
    version = made(sheet)
    policy = db.session.get_one(SlaPolicy, version.policy_id)
    by = the_system().id
    assert policies.change_policy(policy, replace(sheet, own_calendars={}), by=by, now=LATER)
    assert not policies.change_policy(
        policy, replace(sheet, own_calendars={LINE_2: berlin.id}), by=by, now=LATER
    )
    lines = db.session.scalars(select(SettingChange).order_by(SettingChange.id.desc()).limit(1)).one()
    assert (lines.field, lines.before, lines.after) == ("P2-line-2-calendar", "Night", None)


def test_a_line_in_hours_of_its_own_is_told_once(berlin: Calendar, night: Calendar) -> None:
    starter = policies.starter_policy(berlin)
    budgets = {Cell(priority, "ola", 3): HOUR for priority in ("P1", "P2", "P3")}
    sheet = replace(starter, targets={**starter.targets, **budgets})
    facts = facts_of(replace(sheet, own_calendars=dict.fromkeys(budgets, night.id)), None, NOON)
    assert {field: said for field, said in facts.items() if field.endswith("3-calendar")} == {
        "P3-calendar": "Berlin",
        "line-3-calendar": "Night",
    }
    odd = replace(sheet, own_calendars={Cell("P2", "ola", 3): night.id})
    assert facts_of(odd, None, NOON)["P2-line-3-calendar"] == "Night"


def test_the_desk_knows_the_duties_of_a_version_without_asking_twice(sheet: PolicySheet) -> None:
    version = made(replace(sheet, steps=frozenset({Step("line", 80, "escalate")}), longest_wait_s=5 * HOUR))
    duties = duties_of(version.id)
    assert (duties.steps, duties.longest_wait_s) == (frozenset({Step("line", 80, "escalate")}), 5 * HOUR)
    assert duties_of(version.id) is duties


def test_the_engine_notes_every_share_at_which_something_happens(sheet: PolicySheet) -> None:
    made(replace(sheet, thresholds=(60,), steps=frozenset({Step("line", 80, "escalate")})))
    choice = choose(a_company().id, NOON)
    assert choice is not None
    assert policy_of(choice).thresholds == (60, 80, 100)


def test_a_version_taken_back_takes_its_steps_with_it(sheet: PolicySheet) -> None:
    version = made(sheet)
    policy = db.session.get_one(SlaPolicy, version.policy_id)
    by, before = the_system().id, db.session.query(SlaPolicyStep).count()
    policies.change_policy(policy, replace(sheet, forgive=True), by=by, now=NOON, since=LATER)
    planned = db.session.scalars(select(SlaPolicyVersion).where(SlaPolicyVersion.n == 2)).one()
    policies.withdraw(policy, planned, by=by, now=NOON)
    assert db.session.query(SlaPolicyStep).count() == before == len(DEFAULT_STEPS)


@pytest.mark.parametrize(
    ("steps", "silent"),
    [
        (DEFAULT_STEPS, False),
        (frozenset[Step](), True),
        (frozenset({Step("line", 100, "tell_lead")}), True),
        (frozenset({Step("client", 100, "ask_reason")}), True),
        (frozenset({Step("client", 100, "tell_manager")}), False),
    ],
)
def test_a_breach_that_nobody_hears_of_is_noticed(
    sheet: PolicySheet, steps: frozenset[Step], silent: bool
) -> None:
    assert silent_breach(replace(sheet, steps=steps)) is silent


def test_the_usual_steps_are_those_of_the_semantics() -> None:
    told = {
        (step.scope, step.percent): sorted(
            other.act for other in DEFAULT_STEPS if (other.scope, other.percent) == (step.scope, step.percent)
        )
        for step in DEFAULT_STEPS
    }
    assert told == {
        (Scope.CLIENT, 50): [Act.TELL_OWNER],
        (Scope.CLIENT, 75): [Act.TELL_ASSIGNEE, Act.TELL_OWNER],
        (Scope.CLIENT, 90): [Act.TELL_LEAD],
        (Scope.CLIENT, 100): [Act.ASK_REASON, Act.TELL_ASSIGNEE, Act.TELL_LEAD, Act.TELL_OWNER],
        (Scope.CLIENT, 120): [Act.TELL_MANAGER],
        (Scope.LINE, 75): [Act.TELL_ASSIGNEE],
        (Scope.LINE, 100): [Act.TELL_LEAD],
    }
    assert percents((), DEFAULT_STEPS) == (50, 75, 90, 100, 120)


@pytest.mark.parametrize(
    ("more", "places"),
    [
        ({}, []),
        ({Cell("P3", "resolution", None, "request"): 2 * HOUR}, ["P3-resolution-request"]),
        ({Cell("P3", "first_response", None, "request"): 30 * HOUR}, ["P3-first_response-request"]),
        ({Cell("P3", "resolution", None, "riddle"): 99 * HOUR}, ["P3-resolution-riddle"]),
        ({Cell("P9", "resolution"): HOUR}, ["calendar-P9", "P9-resolution"]),
        ({Cell("P3", "update"): 30}, ["P3-update"]),
    ],
)
def test_what_cannot_be_is_said_at_its_cell(
    sheet: PolicySheet, more: dict[Cell, int], places: list[str]
) -> None:
    found = problems(replace(sheet, targets={**sheet.targets, **more}))
    assert [problem.field for problem in found] == places


def test_a_cell_in_a_calendar_that_is_none_is_said_at_the_cell(sheet: PolicySheet) -> None:
    (problem,) = problems(replace(sheet, own_calendars={LINE_2: 999_999}))
    assert (problem.field, str(problem)) == (
        "P2-line-2",
        "Choose the calendar in which these targets count.",
    )


@pytest.mark.parametrize(
    ("lines", "defect", "found"),
    [
        ((8, 8, 8), None, []),
        ((8, 8, 9), None, [("P3", None, 25, 24)]),
        ((8, 8, 8), 20, [("P3", "defect", 24, 20)]),
        ((8, 8, 9), 40, [("P3", None, 25, 24)]),
        ((8, 8, 9), 20, [("P3", None, 25, 24), ("P3", "defect", 25, 20)]),
    ],
)
def test_budgets_are_added_up_for_each_priority_and_type(
    berlin: Calendar,
    lines: tuple[int, int, int],
    defect: int | None,
    found: list[tuple[str, str | None, int, int]],
) -> None:
    starter = policies.starter_policy(berlin)
    budgets = {Cell("P3", "ola", line): hours * HOUR for line, hours in enumerate(lines, 1)}
    other = {DEFECTS: defect * HOUR} if defect else {}
    sheet = replace(starter, targets={**starter.targets, **budgets, **other})
    assert [(o.priority, o.type, o.budgets_s // HOUR, o.solution_s // HOUR) for o in overlaps(sheet)] == found


@pytest.mark.parametrize(
    ("update", "defect", "found"),
    [
        (None, None, []),
        (4, None, []),
        (24, None, [("P3", None)]),
        (4, 4, [("P3", "defect")]),
        (30, 80, [("P3", None)]),
    ],
)
def test_an_update_that_comes_after_the_solution_is_pointed_out(
    berlin: Calendar, update: int | None, defect: int | None, found: list[tuple[str, str | None]]
) -> None:
    starter = policies.starter_policy(berlin)
    more = {Cell("P3", "update"): update, DEFECTS: defect}
    hours = {cell: seconds * HOUR for cell, seconds in more.items() if seconds}
    assert late_updates(replace(starter, targets={**starter.targets, **hours})) == found
