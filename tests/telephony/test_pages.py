"""What the operator sees: the form, its pieces, and the log of the day."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.telephony.models import Call, CallOutcome
from tests import browsing, factories
from tests.counting import statements_of


@pytest.fixture
def ada(client: FlaskClient, now: datetime) -> Person:
    factories.three_lines()
    factories.a_policy("Standard", default=True)
    person = factories.an_agent("Ada Lind")
    browsing.sign_in(client, person)
    return person


@pytest.fixture
def signe(ada: Person) -> Contact:
    company = factories.a_company("Halden Freight")
    return factories.a_contact("Signe Holm", company=company, phone="020 5550 0172", e164="+442055500172")


@pytest.mark.usefixtures("ada")
def test_the_form_opens_with_the_cursor_in_who(client: FlaskClient) -> None:
    page = client.get("/calls/new").text
    who = page.partition('name="who"')[2].partition(">")[0]
    assert "autofocus" in who


def test_a_ringing_number_names_who_has_it(client: FlaskClient, signe: Contact) -> None:
    page = client.get("/calls/new?number=02055500172").text
    assert "+44 20 5550 0172" in page
    assert "Signe Holm" in page


def test_contacts_are_offered_while_somebody_types(client: FlaskClient, signe: Contact) -> None:
    piece = client.get("/calls/contacts?q=olm&new=1").text
    assert f'data-value="{signe.id}"' in piece
    assert "New contact “olm”" in piece
    assert "<html" not in piece


def test_the_callers_tickets_come_first_and_then_the_companys(client: FlaskClient, signe: Contact) -> None:
    factories.a_ticket("Of a colleague", contact=factories.a_contact("Ola", company=signe.company))
    factories.a_ticket("Her own", contact=signe)
    factories.a_ticket("Of strangers")
    piece = client.get(f"/calls/contacts/{signe.id}").text
    assert piece.index("Her own") < piece.index("Of a colleague")
    assert "Of strangers" not in piece
    assert 'data-key="Alt+1"' in piece


@pytest.mark.usefixtures("ada")
def test_where_only_known_contacts_count_nobody_new_is_offered(client: FlaskClient) -> None:
    assert "option" not in client.get("/calls/contacts?q=olm").text


@pytest.mark.usefixtures("ada")
def test_three_hundred_look_ups_a_minute_are_enough(client: FlaskClient) -> None:
    for _ in range(300):
        client.get("/calls/companies?q=halden")
    assert client.get("/calls/companies?q=halden").status_code == 429


@pytest.mark.usefixtures("ada")
def test_somebody_who_is_not_there_has_no_panel(client: FlaskClient) -> None:
    assert client.get("/calls/contacts/999999").status_code == 404


def test_the_verdict_names_the_priority_and_the_deadline(client: FlaskClient, signe: Contact) -> None:
    piece = client.get(f"/calls/verdict?impact=department&urgency=standstill&contact={signe.id}").text
    assert "P1" in piece
    assert "Under Standard: solution by today 16:00, 4 h of open hours." in piece


@pytest.mark.usefixtures("signe")
def test_without_a_script_the_caller_is_found_by_sending_the_form(client: FlaskClient) -> None:
    form = browsing.form(verb="find", who="holm", happened="It signs her out.", done="Nothing yet.")
    page = client.post("/calls", data=form).text
    assert "Signe Holm" in page
    assert "It signs her out." in page
    assert "Nothing yet." in page


def _call(operator: Person, contact: Contact, at: datetime, subject: str = "A question") -> None:
    db.session.add(
        Call(
            contact_id=contact.id,
            operator_id=operator.id,
            outcome=CallOutcome.NOTED,
            subject=subject,
            started_at=at,
            seconds=161,
        )
    )
    db.session.commit()


def test_the_log_shows_the_calls_of_the_day(
    client: FlaskClient, now: datetime, ada: Person, signe: Contact
) -> None:
    _call(ada, signe, now, "A question of today")
    _call(ada, signe, now - timedelta(days=1), "A question of yesterday")
    page = client.get("/calls").text
    assert "A question of today" in page
    assert "2:41" in page
    assert "A question of yesterday" not in page
    assert "A question of yesterday" in client.get("/calls?day=2026-03-03").text


def test_calls_of_another_team_are_not_shown(
    client: FlaskClient, now: datetime, ada: Person, signe: Contact
) -> None:
    _call(factories.an_agent("Lev", line=2), signe, now, "Something of line 2")
    _call(factories.an_agent("Tom"), signe, now, "Something of line 1")
    page = client.get("/calls").text
    assert "Something of line 1" in page
    assert "Something of line 2" not in page


@pytest.mark.parametrize(
    "path", ["/calls", "/calls/new", "/calls/contacts?q=holm", "/calls/contacts/{signe}"]
)
def test_the_number_of_statements_does_not_grow_with_what_is_there(
    client: FlaskClient,
    session: scoped_session[Session],
    now: datetime,
    ada: Person,
    signe: Contact,
    path: str,
) -> None:
    address = path.format(signe=signe.id)
    few = statements_of(client, address)
    for number in range(12):
        _call(ada, signe, now, f"Call {number}")
        factories.a_ticket(f"Ticket {number}", contact=signe)
        factories.a_contact(f"Holm {number}", company=signe.company)
    session.commit()
    client.get(address)  # calendars are read once per process
    assert statements_of(client, address) <= max(few, 8) + 1
