"""Policies on their screens: a table of targets that is saved as a new version, and says what cannot be."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.admin import changes
from helpdesk.calendars.models import Calendar
from helpdesk.db import db
from helpdesk.sla.actions import policies as actions
from helpdesk.sla.models import Metric, SlaPolicy, SlaPolicyVersion, SlaTarget
from helpdesk.sla.queries import forecast
from helpdesk.sla.sheets import Cell, PolicySheet, sheet_of
from tests.browsing import form
from tests.conftest import NOON
from tests.factories import (
    a_company,
    a_contract,
    a_policy,
    a_ticket,
    office_hours,
    the_system,
)

pytestmark = pytest.mark.usefixtures("session", "now")

HOUR = 3600
FAR = {"on_change": "carry", "reopen": "resume", "reopen_grace": "7 d", "ola_reentry": "resume"}


@pytest.fixture
def hours(desk: FlaskClient) -> Calendar:
    """Nine to five in Berlin: a day is 8 h."""
    calendar = office_hours("Berlin")
    db.session.commit()
    return calendar


def filled(calendar: Calendar, /, **more: object) -> dict[str, object]:
    typed = {"name": "Care Plus", "calendar": calendar.id, **FAR}
    typed |= {"P1-first_response": "30 min", "P1-resolution": "4 h", "pause_states": ["waiting_client"]}
    return form(**{**typed, **{name.replace("__", "-"): value for name, value in more.items()}})


def told_at(*percents: object) -> dict[str, object]:
    """Lines of the client's steps: at each of these percents the owner is told."""
    return {
        name: value
        for n, percent in enumerate(percents)
        for name, value in ((f"client-{n}-percent", percent), (f"client-{n}-act", "tell_owner"))
    }


def the_policy(name: str = "Care Plus") -> SlaPolicy:
    return db.session.scalars(select(SlaPolicy).where(SlaPolicy.name == name)).one()


def stored(policy: SlaPolicy) -> PolicySheet:
    return sheet_of(policy, actions.in_force(policy.id, NOON))


def made(desk: FlaskClient, calendar: Calendar, **more: object) -> str:
    answer = desk.post("/settings/policies", data=filled(calendar, **more))
    assert answer.status_code == 303
    return answer.location


def test_without_a_policy_the_list_teaches_what_one_is(desk: FlaskClient) -> None:
    assert "Without a policy tickets have no deadlines" in desk.get("/settings/policies").text
    assert "There is no calendar yet" in desk.get("/settings/policies/new").text


def test_a_policy_is_made_from_spans_as_people_type_them(desk: FlaskClient, hours: Calendar) -> None:
    where = made(desk, hours, P2__resolution="2 д", P3__resolution="1 ч 30", P2__line__2="1:30")
    sheet = stored(the_policy())
    assert dict(sheet.targets) == {
        Cell("P1", "first_response"): HOUR // 2,
        Cell("P1", "resolution"): 4 * HOUR,
        Cell("P2", "resolution"): 16 * HOUR,
        Cell("P2", "ola", 2): 5400,
        Cell("P3", "resolution"): 5400,
    }
    assert (sheet.thresholds, sheet.pause_states) == ((50, 75, 90, 100, 120), ("waiting_client",))
    assert the_policy().is_default
    page = desk.get(where).text
    assert 'name="P2-resolution" value="2 d"' in page
    assert "Berlin: 8 h." in page


def test_a_priority_may_count_day_and_night(desk: FlaskClient, hours: Calendar) -> None:
    night = office_hours("Night", start=0, end=24)
    db.session.commit()
    made(desk, hours, calendar__P1=night.id, P1__resolution="1 d", P2__resolution="1 d")
    sheet = stored(the_policy())
    assert sheet.calendars == {"P1": night.id, "P2": hours.id}
    assert (sheet.seconds("resolution", "P1"), sheet.seconds("resolution", "P2")) == (24 * HOUR, 8 * HOUR)


def test_a_change_holds_for_the_next_ticket_and_stands_in_the_history_cell_by_cell(
    desk: FlaskClient, hours: Calendar
) -> None:
    where, company = made(desk, hours, P2__line__2="2 h"), a_company()
    ticket = a_ticket(at=NOON)
    seen = page_version(desk, where)
    data = filled(hours, version=seen, P2__line__2="1 h 30", P1__resolution="2 h", why="Asked for in May")
    assert desk.post(where, data=data).status_code == 303
    after = forecast(company.id, "P1", "incident", NOON)
    assert after is not None
    assert after.due_at == NOON + timedelta(hours=2)
    with desk.application.test_request_context():
        newest = changes.changes_of("policy", the_policy().id)[0]
    assert {line.field: (line.before, line.after) for line in newest.lines} == {
        "P1, Solution": ("4 h", "2 h"),
        "P2, Line 2": ("2 h", "1 h 30"),
        "Why": ("", "Asked for in May"),
    }
    assert db.session.scalar(select(SlaPolicyVersion.n).order_by(SlaPolicyVersion.n.desc()).limit(1)) == 2
    assert ticket.id
    old = desk.get(f"{where}/versions/1")
    assert "It held from" in old.text
    assert ">4 h<" in old.text


def page_version(desk: FlaskClient, where: str) -> str:
    return desk.get(where).text.partition('name="version" value="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("spoiled", "status", "sentence"),
    [
        ({"name": " "}, 422, "A policy needs a name"),
        ({"P1__resolution": "soon"}, 422, "<b>P1, Solution:</b> “soon” is no span of time"),
        ({"P1__resolution": "30"}, 422, "“30” is no span of time"),
        ({"P1__resolution": "9999 d"}, 422, "cannot be meant"),
        ({"P1__first_response": "", "P1__resolution": ""}, 422, "Without a single target"),
        ({"P1__first_response": "5 h"}, 422, "<b>P1, First answer:</b> The first answer would come after"),
        ({"calendar": ""}, 422, "<b>P1, Calendar:</b> Choose the calendar"),
        ({"calendar": "999999"}, 422, "Choose the calendar"),
        ({"calendar": "x" * 30}, 422, "Choose the calendar"),
        (told_at("many"), 422, "whole number between 1 and 200"),
        (told_at(0, 50), 422, "whole number between 1 and 200"),
        ({"reopen_grace": "long"}, 422, "“long” is no span of time"),
        ({"on_change": "guess"}, 422, "Choose one of these"),
        ({"pause_states": "open"}, 422, "can pause a clock"),
        ({"name": "standard"}, 409, "There is another policy called “standard”."),
    ],
)
def test_what_cannot_be_is_said_at_its_place_and_nothing_typed_is_lost(
    desk: FlaskClient, hours: Calendar, spoiled: dict[str, object], status: int, sentence: str
) -> None:
    a_policy("Standard", calendar=hours)
    db.session.commit()
    answer = desk.post("/settings/policies", data=filled(hours, **{"why": "Because of May", **spoiled}))
    assert answer.status_code == status
    assert sentence in answer.text
    assert "Because of May" in answer.text
    assert [policy.name for policy in db.session.scalars(select(SlaPolicy))] == ["Standard"]


def test_every_cell_that_cannot_be_is_said_at_once(desk: FlaskClient, hours: Calendar) -> None:
    page = desk.post("/settings/policies", data=filled(hours, P2__update="a", P4__line__3="b")).text
    assert "<b>P2, Update:</b>" in page
    assert "<b>P4, Line 3:</b>" in page


def test_lines_that_add_up_to_more_are_pointed_out_but_not_refused(
    desk: FlaskClient, hours: Calendar
) -> None:
    budgets = {"P1__line__1": "2 h", "P1__line__2": "2 h", "P1__line__3": "1 h"}
    where = made(desk, hours, **budgets)
    sentence = "the lines together have 5 h, the client was promised 4 h"
    assert sentence in desk.get(where).text
    seen = page_version(desk, where)
    desk.post(where, data=filled(hours, version=seen, overlap_allowed="1", **budgets))
    assert sentence not in desk.get(where).text
    assert stored(the_policy()).overlap_allowed


def test_a_version_from_a_later_day_waits_and_can_be_taken_back(desk: FlaskClient, hours: Calendar) -> None:
    where = made(desk, hours)
    seen = page_version(desk, where)
    desk.post(where, data=filled(hours, version=seen, since="2026-04-01", P1__resolution="2 h"))
    assert "Version 2 comes into force on Apr 1" in desk.get(where).text
    assert stored(the_policy()).seconds("resolution", "P1") == 4 * HOUR
    assert "It comes into force on Apr 1" in desk.get(f"{where}/versions/2").text
    assert "another one from Apr 1" in desk.get("/settings/policies").text
    assert desk.post(f"{where}/versions/1/withdrawal", data=form()).status_code == 409
    assert desk.post(f"{where}/versions/2/withdrawal", data=form()).status_code == 303
    assert desk.get(f"{where}/versions/2").status_code == 404


@pytest.mark.parametrize(
    ("day", "sentence"), [("2026-03-04", "That day has begun"), ("soon", "Write the day as")]
)
def test_a_day_that_has_begun_is_refused(desk: FlaskClient, hours: Calendar, day: str, sentence: str) -> None:
    where = made(desk, hours)
    answer = desk.post(where, data=filled(hours, since=day, P1__resolution="2 h"))
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_the_second_of_two_administrators_sees_what_is_new(desk: FlaskClient, hours: Calendar) -> None:
    where = made(desk, hours)
    seen = page_version(desk, where)
    desk.post(where, data=filled(hours, version=seen, P1__resolution="2 h"))
    answer = desk.post(where, data=filled(hours, version=seen, P1__resolution="3 h"))
    assert answer.status_code == 409
    assert "Somebody saved this policy while you were writing" in answer.text
    assert 'name="P1-resolution" value="3 h"' in answer.text
    assert stored(the_policy()).seconds("resolution", "P1") == 2 * HOUR
    again = answer.text.partition('name="version" value="')[2].partition('"')[0]
    assert desk.post(where, data=filled(hours, version=again, P1__resolution="3 h")).status_code == 303
    assert stored(the_policy()).seconds("resolution", "P1") == 3 * HOUR


def test_saving_the_same_again_makes_no_version(desk: FlaskClient, hours: Calendar) -> None:
    where = made(desk, hours)
    desk.post(where, data=filled(hours, version=page_version(desk, where)))
    assert len(db.session.scalars(select(SlaPolicyVersion.id)).all()) == 1


def test_saving_twice_by_a_double_click_makes_one_policy(desk: FlaskClient, hours: Calendar) -> None:
    data = filled(hours)
    first, second = (desk.post("/settings/policies", data=data) for _ in range(2))
    assert first.location == second.location


def test_one_button_makes_a_policy_the_default(desk: FlaskClient, hours: Calendar) -> None:
    made(desk, hours)
    where = made(desk, hours, name="Gold")
    assert desk.post(f"{where}/default", data=form()).status_code == 303
    assert (the_policy("Gold").is_default, the_policy().is_default) == (True, False)
    page = desk.get("/settings/policies").text
    assert page.index("Gold") < page.index("Care Plus")


def test_the_default_policy_and_one_with_contracts_are_not_put_away(
    desk: FlaskClient, hours: Calendar
) -> None:
    where = made(desk, hours)
    answer = desk.post(f"{where}/retirement", data=form())
    assert (answer.status_code, "Make another one the default first" in answer.text) == (409, True)
    gold = made(desk, hours, name="Gold")
    version = actions.in_force(the_policy("Gold").id, NOON)
    a_contract(a_company("Halden Freight"), version)
    db.session.commit()
    answer = desk.post(f"{gold}/retirement", data=form())
    assert (answer.status_code, "by contract for Halden Freight" in answer.text) == (409, True)
    assert the_policy("Gold").retired_at is None


def test_a_policy_is_put_away_and_taken_back(desk: FlaskClient, hours: Calendar) -> None:
    made(desk, hours)
    gold = made(desk, hours, name="Gold")
    assert desk.post(f"{gold}/retirement", data=form()).status_code == 303
    assert "out of use" in desk.get(gold).text
    assert desk.post(f"{gold}/default", data=form()).status_code == 409
    assert desk.post(f"{gold}/retirement", data=form(back="1")).status_code == 303
    assert "out of use" not in desk.get(gold).text


def test_one_type_of_ticket_has_targets_of_its_own_and_shows_what_it_inherits(
    desk: FlaskClient, hours: Calendar
) -> None:
    where = made(desk, hours, P1__line__2="2 h", P1__resolution__question="8 h")
    assert stored(the_policy()).targets[Cell("P1", "resolution", None, "question")] == 8 * HOUR
    page = desk.get(where).text
    assert 'name="P1-resolution-question" value="1 d"' in page
    assert 'aria-label="P1, Question, First answer, 30 min as for every type" placeholder="30 min"' in page
    seen = page_version(desk, where)
    assert desk.post(where, data=filled(hours, version=seen, P1__line__2="2 h")).status_code == 303
    assert stored(the_policy()).types_of("P1") == []


def test_a_row_for_one_type_is_added_without_saving_anything(desk: FlaskClient, hours: Calendar) -> None:
    where = made(desk, hours)
    data = filled(hours, name="Typed already", add="row", new_priority="P1", new_type="defect")
    page = desk.post(where, data=data).text
    assert 'name="P1-resolution-defect"' in page
    assert page.split("autofocus")[0].endswith(
        'name="P1-first_response-defect" value="" maxlength="40" autocomplete="off" '
    )
    assert 'value="Typed already"' in page
    assert the_policy().name == "Care Plus"
    fresh = desk.post(
        "/settings/policies", data=filled(hours, add="row", new_priority="P2", new_type="request")
    )
    assert 'name="P2-line-3-request"' in fresh.text
    assert db.session.scalar(select(func.count()).select_from(SlaPolicy)) == 1


@pytest.mark.parametrize("place", ["calendar-line-2", "single"])
def test_a_line_may_count_in_a_calendar_of_its_own(desk: FlaskClient, hours: Calendar, place: str) -> None:
    night = office_hours("Night", start=0, end=24)
    db.session.commit()
    own = {"single_cell": ["P1-line-2"], "single_calendar": [night.id]}
    chosen = own if place == "single" else {place: night.id}
    where = made(desk, hours, P1__line__2="1 d", **chosen)
    sheet, cell = stored(the_policy()), Cell("P1", "ola", 2)
    assert (sheet.targets[cell], sheet.calendar_of(cell)) == (24 * HOUR, night.id)
    assert sheet.calendars == {"P1": hours.id}
    assert f'<option value="{night.id}" selected>Night</option>' in desk.get(where).text


def test_a_cell_in_an_odd_calendar_is_shown_and_stays_there(desk: FlaskClient, hours: Calendar) -> None:
    version = a_policy("Standard", default=True, calendar=hours)
    other = office_hours("Other")
    target = db.session.scalars(
        select(SlaTarget).where(SlaTarget.priority == "P3", SlaTarget.metric == Metric.RESOLUTION)
    ).one()
    target.calendar_id = other.id
    db.session.commit()
    page = desk.get(f"/settings/policies/{version.policy_id}").text
    assert '<option value="P3-resolution" selected>P3, Solution</option>' in page
    assert f'<option value="{other.id}" selected>Other</option>' in page


def test_the_thresholds_are_drawn_with_their_spans(desk: FlaskClient, hours: Calendar) -> None:
    page = desk.get(made(desk, hours, **told_at(50, 150))).text
    assert "Thresholds at 50, 100, 150 percent" in page
    assert "2 h left" in page


def test_what_is_not_there_is_not_found(desk: FlaskClient, hours: Calendar) -> None:
    assert desk.get("/settings/policies/999999").status_code == 404
    assert desk.get(made(desk, hours) + "/versions/9").status_code == 404
    assert the_system().id
