"""Addresses and forms that no page of ours makes: a sentence, never a broken door."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.accounts.models import Person
from helpdesk.db import db
from tests.browsing import form, sign_in
from tests.factories import a_lead, a_ticket, three_lines

TOO_BIG = "9" * 25
ENDLESS = "9" * 5000
USUAL = {
    "/calls": {"happened": "It broke", "verb": "keep"},
    "/tickets/{}/replies": {"text": "Words"},
    "/tickets/{}/properties": {"reason": "Words"},
    "/tickets/{}/move": {"reason": "Words"},
    "/instructions": {"title": "A", "body": "B"},
}


@pytest.fixture
def vera(client: FlaskClient, now: datetime) -> Person:
    """Vera, who leads line 1, signed in."""
    three_lines()
    person = a_lead("Vera Sand")
    db.session.commit()
    sign_in(client, person)
    return person


@pytest.mark.parametrize("number", [TOO_BIG, ENDLESS, "-1", "1e5", "٣", "0x10"])
@pytest.mark.parametrize(
    "address",
    [
        "/notices?before={}",
        "/calls?before={}",
        "/mail/held?before={}",
        "/tickets?company={}",
        "/tickets?after={}",
        "/lines/1?after={}",
        "/calls/new?contact={}",
        "/calls/verdict?contact={}",
        "/instructions?after={}",
        "/instructions/suggestions?ticket={}&q=a",
        "/clients?after={}",
        "/reports?period={}",
        "/calls?day={}",
    ],
)
def test_an_impossible_number_in_an_address_breaks_nothing(
    client: FlaskClient, vera: Person, address: str, number: str
) -> None:
    assert client.get(address.format(number)).status_code < 500


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "x", "20260101"])
@pytest.mark.parametrize(
    "address",
    ["/calls?day={}", "/tickets?created_from={}", "/tickets?created_to={}", "/tickets?resolved_to={}"],
)
def test_the_first_and_the_last_day_of_all_break_nothing(
    client: FlaskClient, vera: Person, address: str, day: str
) -> None:
    assert client.get(address.format(day)).status_code < 500


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "2026-13-01T00:00"])
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo", "UTC"])
def test_waiting_until_the_end_of_time_leaves_a_readable_ticket(
    client: FlaskClient, vera: Person, moment: str, zone: str
) -> None:
    ticket = a_ticket()
    vera.zone = zone
    db.session.commit()
    fields = form(whom="client", reason="His answer", wake_at=moment)
    assert client.post(f"/tickets/{ticket.id}/waiting", data=fields).status_code in (409, 422)
    assert client.get(f"/tickets/{ticket.id}").status_code == 200


@pytest.mark.parametrize("number", [TOO_BIG, ENDLESS, "-1", ""])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/calls", "contact"),
        ("/calls", "new_company_id"),
        ("/calls", "seconds"),
        ("/calls", "failed"),
        ("/notices/reading", "last"),
        ("/tickets/{}/assignee", "person_id"),
        ("/tickets/{}/client", "contact_id"),
        ("/tickets/{}/articles", "article_id"),
        ("/tickets/{}/replies", "last_message_id"),
        ("/tickets/{}/properties", "version"),
        ("/tickets/{}/move", "team_id"),
        ("/tickets/{}/escalation", "team_id"),
        ("/instructions", "version"),
    ],
)
def test_an_impossible_number_in_a_form_breaks_nothing(
    client: FlaskClient, vera: Person, path: str, name: str, number: str
) -> None:
    ticket = a_ticket()
    db.session.commit()
    fields = form(**USUAL.get(path, {}) | {name: number})
    assert client.post(path.format(ticket.id), data=fields).status_code < 500
