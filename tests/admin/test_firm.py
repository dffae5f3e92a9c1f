"""What the firm chooses on its screen holds at once, wins over the environment, and stands in the history."""

import pytest
from flask import current_app
from flask.testing import FlaskClient

from helpdesk import firm
from helpdesk.config import IN_FORCE, settings
from helpdesk.notifications.letters import tag_of
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form
from tests.factories import a_ticket

pytestmark = pytest.mark.usefixtures("session", "now")

SHEET = {
    "name": "Brightwater Support",
    "ticket_prefix": "bw",
    "language": "ru",
    "zone": "Asia/Tokyo",
    "country": "JP",
}


def test_what_is_chosen_holds_from_the_next_request_on(desk: FlaskClient) -> None:
    answer = desk.post("/settings/firm", data=form(**SHEET))
    assert answer.status_code == 303
    assert (settings().firm_name, settings().ticket_prefix) == ("Brightwater Support", "BW")
    assert "Brightwater Support" in desk.get("/settings/firm").text


def test_the_next_ticket_carries_the_new_mark(desk: FlaskClient) -> None:
    desk.post("/settings/firm", data=form(**SHEET))
    ticket = a_ticket()
    assert tag_of(ticket) == f"BW#{ticket.id}"


def test_another_process_notices_the_change_by_its_next_session(desk: FlaskClient) -> None:
    desk.post("/settings/firm", data=form(**SHEET))
    del current_app.extensions[firm.CHOSEN], current_app.extensions[IN_FORCE]
    assert settings().firm_name != "Brightwater Support"
    desk.get("/settings/firm")
    assert settings().firm_name == "Brightwater Support"


def test_the_change_stands_in_the_history_with_before_and_after(desk: FlaskClient) -> None:
    was = settings().ticket_prefix
    desk.post("/settings/firm", data=form(**SHEET))
    (change,) = history_of("firm", 0)
    assert change.name == "Sam Ito"
    assert before_and_after(change)["Mark in mail subjects"] == (was, "BW")
    assert "Sam Ito" in desk.get("/settings/history").text


def test_saving_the_same_again_writes_no_history(desk: FlaskClient) -> None:
    desk.post("/settings/firm", data=form(**SHEET))
    desk.post("/settings/firm", data=form(**SHEET))
    assert len(history_of("firm", 0)) == 1


def test_a_desk_that_nobody_moved_stays_in_its_zone_when_the_form_is_saved(desk: FlaskClient) -> None:
    """Without the zone among the choices the browser would take the first one, and nobody would notice."""
    desk.post("/settings/firm", data=form(**SHEET | {"zone": "UTC"}))
    assert '<option value="UTC" selected>UTC' in desk.get("/settings/firm").text
    assert settings().default_timezone == "UTC"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", " ", "The firm needs a name"),
        ("ticket_prefix", "HD-1", "One to eight Latin letters or digits"),
        ("language", "tlh", "Choose one of the languages"),
        ("zone", "Europe/Nowhere", "Choose a time zone"),
        ("country", "Germany", "Choose a country"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_kept(
    desk: FlaskClient, field: str, value: str, sentence: str
) -> None:
    answer = desk.post("/settings/firm", data=form(**{**SHEET, field: value}))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert settings().firm_name != "Brightwater Support"


def test_a_setting_is_found_by_the_name_of_one_of_its_fields(desk: FlaskClient) -> None:
    page = desk.get("/settings?q=mark+in+mail").text
    assert "/settings/firm" in page
    assert "/settings/in-force" not in page.partition("<main")[2]


def test_looking_for_nonsense_says_that_nothing_fits(desk: FlaskClient) -> None:
    assert "Nothing fits" in desk.get("/settings?q=zzz'%22%3Cx").text
