"""The settings page says in words what is in force and what needs a look."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from helpdesk import heartbeat
from helpdesk.accounts.models import Assignment
from helpdesk.admin import queries, words
from helpdesk.admin.queries import Names
from helpdesk.calendars.models import CalendarHoliday, CalendarVersion, CalendarWindow
from helpdesk.db import db
from helpdesk.routing.models import RoutingRule
from helpdesk.routing.rules import Conditions, Placement, stored
from helpdesk.sla.differences import Difference
from helpdesk.sla.nightly import keep
from helpdesk.tickets.rules import Priority
from tests.conftest import NOON
from tests.factories import (
    a_lead,
    a_mailbox,
    a_policy,
    a_team,
    an_agent,
    office_hours,
    the_team,
)

pytestmark = pytest.mark.usefixtures("session", "now")

NAMES = Names(teams={7: "Networks"}, mailboxes={3: "vip@fernhill.example"}, companies={5: "Halden Freight"})


def a_rule(
    name: str, asked: Conditions, placed: Placement, *, position: int = 1, active: bool = True
) -> None:
    db.session.add(
        RoutingRule(
            position=position,
            name=name,
            conditions=stored(asked),
            placement=stored(placed),
            active=active,
            created_at=NOON,
        )
    )
    db.session.flush()


def test_an_empty_desk_shows_its_page_and_says_what_is_missing(desk: FlaskClient) -> None:
    page = desk.get("/settings/in-force").text
    assert "No mailbox yet" in page
    assert "No policy yet" in page


def test_a_failing_mailbox_shows_its_error_and_its_next_try(desk: FlaskClient) -> None:
    a_mailbox(
        imap_host="mail.fernhill.example",
        error="The server does not know the password.",
        failing_since=NOON - timedelta(hours=2),
        failures=3,
        polled_at=NOON - timedelta(hours=2),
        next_poll_at=NOON + timedelta(minutes=4),
    )
    page = desk.get("/settings/in-force").text
    assert "since today 10:00: The server does not know the password." in page
    assert "in 4 min" in page


def test_teams_show_their_people_and_who_leads(desk: FlaskClient) -> None:
    team = a_team(2, "Networks", assignment=Assignment.ROUND_ROBIN)
    an_agent("Lev Orlov", team=team)
    a_lead("Ada Lind", team=team)
    sheet = next(sheet for sheet in queries.teams() if sheet.row.name == "Networks")
    assert [(member.name, member.is_lead) for member in sheet.members] == [
        ("Ada Lind", True),
        ("Lev Orlov", False),
    ]
    assert "tickets go round in turn" in desk.get("/settings/in-force").text


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Conditions(), "anything else arrives"),
        (Conditions(vip=True, channels=("mail",)), "it comes by mail and the client is a VIP"),
        (Conditions(mailbox_ids=(3,)), "it was sent to vip@fernhill.example"),
        (Conditions(company_ids=(5,)), "the client is Halden Freight"),
        (Conditions(words=("api ", "webhook")), "it says “api” or “webhook”"),
        (Conditions(words=("a", "b", "c", "d", "e")), "it says “a”, “b”, “c” or one of 2 more"),
        (Conditions(hours=(22, 6), weekdays=(5, 6)), "it is Sat or Sun and it is between 22:00 and 06:00"),
        (Conditions(types=("defect",)), "it is called defect"),
        (Conditions(languages=("ru",)), "it is written in Russian"),
    ],
)  # fmt: skip
def test_a_rule_says_what_it_asks(desk: FlaskClient, asked: Conditions, sentence: str) -> None:
    with desk.application.test_request_context():
        assert words.asked(asked, NAMES) == sentence


@pytest.mark.parametrize(
    ("placed", "sentence"),
    [
        (Placement(), "it stays where it would be anyway"),
        (Placement(team_id=7, priority=Priority.P1), "it goes to Networks, as P1"),
        (Placement(line=2, tags=("outage", "api")), "it goes to line 2, tagged outage, api"),
    ],
)
def test_a_rule_says_what_it_does(desk: FlaskClient, placed: Placement, sentence: str) -> None:
    with desk.application.test_request_context():
        assert words.placed(placed, NAMES) == sentence


def test_rules_stand_in_their_order_and_say_when_they_are_switched_off(desk: FlaskClient) -> None:
    a_rule("Second", Conditions(vip=True), Placement(line=2), position=20, active=False)
    a_rule("First", Conditions(words=("outage",)), Placement(team_id=the_team(1).id), position=10)
    page = desk.get("/settings/in-force").text
    assert page.index("First") < page.index("Second") < page.index("switched off")
    assert "When it says “outage”: it goes to Service desk." in page


def test_a_week_is_said_in_spans_of_days(desk: FlaskClient) -> None:
    calendar = office_hours("Weekdays")
    version = db.session.query(CalendarVersion).filter_by(calendar_id=calendar.id).one()
    db.session.add(CalendarWindow(version_id=version.id, weekday=5, from_min=22 * 60, to_min=2 * 60))
    db.session.flush()
    sheet = queries.calendars(NOON, NOON.date())[calendar.id]
    with desk.application.test_request_context():
        said = words.week(sheet)
    assert said == "Mon to Fri 09:00 to 17:00, Sat 22:00 to 24:00, Sun 00:00 to 02:00"


def test_a_calendar_names_the_days_on_which_it_is_closed_next(desk: FlaskClient) -> None:
    calendar = office_hours("Weekdays")
    version = db.session.query(CalendarVersion).filter_by(calendar_id=calendar.id).one()
    db.session.add(CalendarHoliday(version_id=version.id, name="New Year", from_md="01-01"))
    db.session.add(CalendarHoliday(version_id=version.id, name="Works outing", day=date(2026, 5, 4)))
    db.session.add(CalendarHoliday(version_id=version.id, name="Past", day=date(2026, 1, 4)))
    db.session.flush()
    sheet = queries.calendars(NOON, NOON.date())[calendar.id]
    assert [(day.isoformat(), name) for day, name in sheet.holidays] == [
        ("2026-05-04", "Works outing"),
        ("2027-01-01", "New Year"),
    ]


def test_a_policy_shows_its_targets_and_what_pauses_it(desk: FlaskClient) -> None:
    a_policy("Standard", default=True, calendar=office_hours("Weekdays"))
    page = desk.get("/settings/in-force").text
    assert "holds where no contract does" in page
    assert "Counted in “Weekdays”." in page
    assert "Pauses while waiting for the client or waiting for a third party." in page
    assert "Warns at 75, 90, 100 %." in page


def test_a_worker_that_never_ran_needs_a_look(desk: FlaskClient) -> None:
    page = desk.get("/settings").text
    assert "never ran" in page
    assert "needs a look" in page


def test_a_failed_job_shows_its_error(desk: FlaskClient) -> None:
    heartbeat.beat("sweep", now=NOON, error="the calendar is missing")
    page = desk.get("/settings").text
    assert "the calendar is missing" in page


def test_a_mailbox_that_cannot_be_read_is_named_beside_the_signs_of_life(desk: FlaskClient) -> None:
    a_mailbox(imap_host="imap.fernhill.example", polled_at=NOON, failing_since=NOON, error="Nobody answers.")
    a_mailbox("old@fernhill.example", active=False, failing_since=NOON, error="Long gone.")
    page = desk.get("/settings").text.partition("Signs of life")[2]
    assert "support@fernhill.example</a>: Nobody answers." in page
    assert "Long gone." not in page


def test_a_worker_that_ran_lately_is_well(desk: FlaskClient) -> None:
    heartbeat.beat("sweep", now=datetime(2026, 3, 4, 10, 59, 30, tzinfo=UTC))
    assert "0 min ago" in desk.get("/settings").text


def test_a_desk_that_promises_nothing_is_told_so_on_the_overview(desk: FlaskClient) -> None:
    sentence = "Tickets of clients without a contract have no deadlines."
    assert sentence in desk.get("/settings").text
    a_policy("Standard", default=True)
    db.session.commit()
    assert sentence not in desk.get("/settings").text


def test_clocks_that_are_what_the_log_says_are_well_and_others_need_a_look(desk: FlaskClient) -> None:
    keep(200, [], until_id=9, now=NOON)
    db.session.commit()
    page = desk.get("/settings").text
    assert "200 tickets verified" in page
    assert "Clocks were last compared with their log" in page
    keep(200, [Difference(7, "resolution", "due_at", None, NOON)], until_id=9, now=NOON)
    db.session.commit()
    page = desk.get("/settings").text
    assert "1 difference" in page
    assert "helpdesk sla verify --all" in page
