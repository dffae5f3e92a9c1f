"""Calendars on their screens: a form that keeps what was typed, a year that says why a day is closed."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from helpdesk.accounts.models import Person
from helpdesk.admin import changes
from helpdesk.calendars import actions
from helpdesk.calendars.models import Calendar
from helpdesk.calendars.rules import CalendarSheet, ClosedDay, OtherHours, always, weekdays
from helpdesk.calendars.sheets import sheet_of
from helpdesk.db import db
from helpdesk.sla.queries import forecast
from tests.browsing import form
from tests.conftest import NOON
from tests.counting import statements
from tests.factories import a_company, a_contract, a_policy, office_hours

pytestmark = pytest.mark.usefixtures("session", "now")

WEEK = {f"week-{day}": "09:00-17:00" if day < 5 else "" for day in range(7)}
SHEET = {"name": "Berlin", "zone": "Europe/Berlin", **WEEK}


def filled(**more: object) -> "MultiDict[str, object]":
    return MultiDict(form(**{**SHEET, **more}))


def the_calendar() -> Calendar:
    return db.session.scalars(select(Calendar)).one()


def stored(calendar: Calendar | None = None) -> CalendarSheet:
    calendar = calendar or the_calendar()
    return sheet_of(calendar, actions.in_force(calendar.id, NOON))


def test_without_a_calendar_the_list_teaches_what_one_is(desk: FlaskClient) -> None:
    page = desk.get("/settings/calendars").text
    assert "A calendar says when your desk is open" in page


def test_a_calendar_is_made_from_its_form(desk: FlaskClient) -> None:
    answer = desk.post(
        "/settings/calendars",
        data=filled(
            other_day=["2026-12-24", ""],
            other_hours=["9-12", ""],
            closed_name=["New Year", "Works holiday", ""],
            closed_repeats=["yearly", "once", "once"],
            closed_day=["2026-01-01", "2026-08-03", ""],
            closed_until=["", "2026-08-05", ""],
            closed_hours=["", "", ""],
        ),
    )
    assert answer.status_code == 303
    assert stored() == CalendarSheet(
        "Berlin",
        "Europe/Berlin",
        weekdays("09:00-17:00"),
        (OtherHours(date(2026, 12, 24), ((540, 720),)),),
        (
            ClosedDay("New Year", md=(1, 1)),
            *(ClosedDay("Works holiday", day=date(2026, 8, day)) for day in (3, 4, 5)),
        ),
    )
    page = desk.get(answer.location).text
    assert "Mon to Fri 09:00 to 17:00" in page
    assert "Works holiday" in page


def test_a_change_holds_for_the_next_ticket_and_stands_in_the_history(desk: FlaskClient) -> None:
    calendar, company = office_hours("Berlin"), a_company()
    a_policy(default=True, calendar=calendar)
    before = forecast(company.id, "P1", "incident", NOON)
    where = f"/settings/calendars/{calendar.id}"
    assert (
        desk.post(where, data=filled(version="0", why="Short Wednesdays", **{"week-2": "9-13"})).status_code
        == 303
    )
    after = forecast(company.id, "P1", "incident", NOON)
    assert before is not None
    assert after is not None
    assert (before.due_at, after.due_at) == (NOON + timedelta(hours=4), NOON + timedelta(hours=24))
    with desk.application.test_request_context():
        (change,) = changes.changes_of("calendar", calendar.id)
    assert [(line.field, line.before, line.after) for line in change.lines] == [
        ("Wednesday", "09:00-17:00", "09:00-13:00"),
        ("Open tickets", "", "follow from then on"),
        ("Why", "", "Short Wednesdays"),
    ]
    assert "Short Wednesdays" in desk.get(where).text


@pytest.mark.parametrize(
    ("spoiled", "status", "sentence"),
    [
        ({"name": " "}, 422, "A calendar needs a name"),
        ({"zone": "Europe/Nowhere"}, 422, "Choose a time zone"),
        ({"week-1": "09:00-13:00, 12:00-15:00"}, 422, "09:00-13:00 and 12:00-15:00 overlap."),
        ({"week-1": "nine to five"}, 422, "“nine to five” is no span of hours"),
        ({"week-1": "09:00-09:00"}, 422, "is empty: it ends when it begins"),
        ({**dict.fromkeys(WEEK, "")}, 422, "These hours never open"),
        ({"other_day": ["2026-05-04"] * 2, "other_hours": ["", "9-12"]}, 422, "2026-05-04 stands here twice"),
        ({"other_day": [""], "other_hours": ["9-12"]}, 422, "Choose the date to which these hours belong"),
        ({"name": "taken"}, 409, "There is another calendar called “taken”."),
    ],
)
def test_what_cannot_be_is_said_at_its_place_and_nothing_typed_is_lost(
    desk: FlaskClient, spoiled: dict[str, object], status: int, sentence: str
) -> None:
    office_hours("Taken")
    db.session.commit()
    answer = desk.post("/settings/calendars", data=filled(**{"why": "Because of May", **spoiled}))
    assert answer.status_code == status
    assert sentence in answer.text
    assert "Because of May" in answer.text
    assert the_calendar().name == "Taken"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("", "once", "2026-05-01", "", ""), "A holiday needs a name"),
        (("May Day", "once", "", "", ""), "Choose the day of this holiday"),
        (("May Day", "once", "2026-05-01", "2026-04-01", ""), "The last day comes after the first one"),
        (("May Day", "once", "2026-05-01", "2026-09-01", ""), "at most two months later"),
        (("May Day", "once", "2026-05-01", "soon", ""), "Choose the last day, or leave it empty"),
        (("May Day", "once", "2026-05-01", "", "18:00-09:00"), "Give one span of closed hours"),
        (("May Day", "once", "2026-05-01", "", "noon"), "“noon” is no span of hours"),
    ],
)
def test_a_holiday_that_cannot_be_is_said_in_its_row(
    desk: FlaskClient, row: tuple[str, ...], sentence: str
) -> None:
    fields = ("closed_name", "closed_repeats", "closed_day", "closed_until", "closed_hours")
    answer = desk.post("/settings/calendars", data=filled(**dict(zip(fields, row, strict=True))))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "f-closed-0-error" in answer.text
    assert db.session.scalar(select(Calendar)) is None


def test_public_holidays_are_shown_before_they_apply(desk: FlaskClient) -> None:
    asked = {"country": "DE", "region": "BE", "first_year": "2026", "last_year": "2026"}
    known = {"closed_name": "Ours", "closed_repeats": "once", "closed_day": "2026-12-25"}
    known |= {"closed_until": "", "closed_hours": ""}
    page = desk.post("/settings/calendars", data=filled(act="look", **asked, **known))
    assert page.status_code == 200
    assert "10 days are known" in page.text
    assert "is in the list" in page.text
    chosen = ["2026-03-08", "2026-05-01", "2026-12-25"]
    page = desk.post("/settings/calendars", data=filled(act="take", public=chosen, **asked, **known))
    rows = page.text.partition('id="holidays"')[2].partition('id="public"')[0]
    assert "Women&#39;s Day" in rows
    assert 'value="2026-05-01"' in rows
    assert rows.count("2026-12-25") == 1
    assert "2026-10-03" not in rows
    assert db.session.scalar(select(Calendar)) is None


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"country": "DE", "first_year": "soon"}, "Write years such as"),
        ({"country": "DE", "first_year": "2026", "last_year": "2040"}, "One to five years in a row"),
        ({"country": "", "first_year": "2026"}, "No public holidays are known"),
    ],
)
def test_a_choice_without_holidays_says_why(desk: FlaskClient, asked: dict[str, str], sentence: str) -> None:
    assert sentence in desk.post("/settings/calendars", data=filled(act="look", **asked)).text


def test_the_buttons_of_the_form_work_without_a_script(desk: FlaskClient) -> None:
    page = desk.post("/settings/calendars", data=filled(act="same", **{"week-0": "7-15"})).text
    assert page.count('value="7-15"') == 5
    page = desk.post("/settings/calendars", data=filled(act="always")).text
    assert page.count('value="00:00-24:00"') == 7
    two = {"other_day": ["2026-05-04", "2026-05-05"], "other_hours": ["", "9-12"]}
    page = desk.post("/settings/calendars", data=filled(act="drop-other-0", **two)).text
    assert ("2026-05-04" in page, "2026-05-05" in page) == (False, True)
    page = desk.post("/settings/calendars", data=filled(act="add-other", **two)).text
    assert page.count('name="other_day"') == 5


def test_a_change_from_a_later_day_waits_and_can_be_taken_back(desk: FlaskClient) -> None:
    calendar = office_hours("Berlin")
    where = f"/settings/calendars/{calendar.id}"
    desk.post(where, data=filled(version="0", since="2026-04-01", **{"week-0": ""}))
    assert "Version 2 from Apr 1" in desk.get(where).text
    assert "It comes into force on Apr 1" in desk.get(f"{where}?version=2").text
    assert stored(calendar).week[0] != ()
    assert desk.post(f"{where}/versions/2/withdrawal", data=form()).status_code == 303
    assert "Version 2" not in desk.get(where).text.partition("<main")[2].partition("History")[0]
    assert desk.post(f"{where}/versions/1/withdrawal", data=form()).status_code == 409


@pytest.mark.parametrize(
    ("day", "sentence"), [("2026-03-04", "That day has begun"), ("soon", "Write the day as")]
)
def test_a_day_that_has_begun_is_refused(desk: FlaskClient, day: str, sentence: str) -> None:
    calendar = office_hours("Berlin")
    data = filled(version="0", since=day, **{"week-0": ""})
    answer = desk.post(f"/settings/calendars/{calendar.id}", data=data)
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_the_second_of_two_administrators_sees_what_is_new(desk: FlaskClient) -> None:
    calendar = office_hours("Berlin")
    where = f"/settings/calendars/{calendar.id}"
    desk.post(where, data=filled(version="0", **{"week-0": "9-12"}))
    answer = desk.post(where, data=filled(version="0", name="Mine", **{"week-1": "10-12"}))
    assert answer.status_code == 409
    assert "Somebody saved this calendar while you were writing" in answer.text
    assert "09:00-12:00" in answer.text
    assert 'value="10-12"' in answer.text
    assert calendar.name == "Berlin"
    seen = answer.text.partition('name="version" value="')[2].partition('"')[0]
    assert desk.post(where, data=filled(version=seen, name="Mine")).status_code == 303
    assert calendar.name == "Mine"


def test_a_zone_that_the_list_does_not_know_stays_chosen(desk: FlaskClient) -> None:
    calendar = office_hours("Everywhere", zone="Etc/GMT-3")
    page = desk.get(f"/settings/calendars/{calendar.id}/edit").text
    assert '<option value="Etc/GMT-3" selected>' in page
    assert '<option value="UTC">' in page


def test_saving_twice_by_a_double_click_makes_one_calendar(desk: FlaskClient) -> None:
    data = filled()
    first, second = (desk.post("/settings/calendars", data=data) for _ in range(2))
    assert first.location == second.location
    assert the_calendar().name == "Berlin"


def test_a_calendar_in_use_is_not_put_away_and_says_by_which_policy(desk: FlaskClient) -> None:
    calendar = office_hours("Berlin")
    a_policy("Care Plus", default=True, calendar=calendar)
    db.session.commit()
    where = f"/settings/calendars/{calendar.id}"
    answer = desk.post(f"{where}/retirement", data=form())
    assert answer.status_code == 409
    assert "Targets of “Care Plus” count in these hours" in answer.text
    assert calendar.retired_at is None


def test_a_calendar_is_put_away_and_taken_back(desk: FlaskClient) -> None:
    calendar = office_hours("Berlin")
    where = f"/settings/calendars/{calendar.id}"
    assert desk.post(f"{where}/retirement", data=form()).status_code == 303
    assert "out of use" in desk.get("/settings/calendars").text
    assert desk.post(f"{where}/retirement", data=form(back="1")).status_code == 303
    assert "out of use" not in desk.get("/settings/calendars").text


def test_the_year_names_its_holidays_and_turns(desk: FlaskClient, sam: Person) -> None:
    sheet = CalendarSheet(
        "Berlin",
        "Europe/Berlin",
        weekdays("9-17"),
        (OtherHours(date(2026, 12, 31), ((540, 720),)), OtherHours(date(2026, 12, 30))),
        (
            ClosedDay("Christmas", md=(12, 24), until_md=(1, 1)),
            ClosedDay("Party", day=date(2026, 7, 3), span=(720, 1440)),
        ),
    )
    calendar = actions.create_calendar(sheet, by=sam.id, now=NOON)
    page = desk.get(f"/settings/calendars/{calendar.id}").text
    assert page.count('<table class="month">') == 12
    assert "Jul 3: Party, open 09:00-12:00" in page
    assert "Jan 1: Christmas, closed" in page
    assert "year=2027" in page
    assert "Jan 1, 2027: Christmas, closed" in desk.get(f"/settings/calendars/{calendar.id}?year=2027").text
    assert desk.get(f"/settings/calendars/{calendar.id}?year=99999").status_code == 404


@pytest.mark.parametrize(
    ("hours", "asks"), [("17:00-09:00", True), ("22:00-06:00", False), ("08:00-20:30", False)]
)
def test_hours_that_look_turned_round_are_asked_about(desk: FlaskClient, hours: str, asks: bool) -> None:
    desk.post("/settings/calendars", data=filled(**{"week-1": hours, "week-2": ""}))
    page = desk.get(f"/settings/calendars/{the_calendar().id}").text
    sentence = f"Tuesday, {hours}: that runs over midnight and is 16 h long. Is it the wrong way round?"
    assert (sentence in page) is asks


def test_day_and_night_ends_at_24_hours(desk: FlaskClient) -> None:
    desk.post("/settings/calendars", data=filled(**{f"week-{day}": "00:00-24:00" for day in range(7)}))
    assert stored().week == always()
    assert "day and night, all week" in desk.get(f"/settings/calendars/{the_calendar().id}").text


def test_a_span_that_touches_midnight_only_is_no_whole_day(desk: FlaskClient) -> None:
    desk.post("/settings/calendars", data=filled(**{"week-0": "00:00-23:59"}))
    assert stored().week[0] == ((0, 1439),)


def test_several_windows_and_a_night_are_kept_as_typed(desk: FlaskClient) -> None:
    desk.post("/settings/calendars", data=filled(**{"week-0": "08:00-12:00, 13:00-17:00, 22:00-06:00"}))
    assert stored().week[0] == ((480, 720), (780, 1020), (1320, 360))


def test_what_is_not_there_is_not_found(desk: FlaskClient) -> None:
    calendar = office_hours("Berlin")
    assert desk.get("/settings/calendars/999999").status_code == 404
    assert desk.get(f"/settings/calendars/{calendar.id}?version=7").status_code == 404


@pytest.mark.parametrize("place", ["calendars", "policies", "contracts"])
def test_a_list_takes_the_same_statements_however_many_there_are(desk: FlaskClient, place: str) -> None:
    counts = []
    for number in range(5):
        version = a_policy(f"Policy {number}", calendar=office_hours(f"Hours {number}"))
        a_contract(a_company(), version)
        db.session.commit()
        with statements() as sent:
            assert desk.get(f"/settings/{place}").status_code == 200
        counts.append(len(sent))
    assert len(set(counts)) == 1
    assert counts[0] <= 14
