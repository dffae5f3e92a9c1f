"""The page of a person's notices."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from helpdesk.accounts.actor import actor_of
from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.queries import notices_of
from helpdesk.tickets.models import Ticket
from tests.browsing import form, sign_in
from tests.factories import a_contact, a_ticket, an_agent


@pytest.fixture
def ticket(session: object, now: datetime) -> Ticket:
    return a_ticket(contact=a_contact())


@pytest.fixture
def ada(client: FlaskClient, ticket: Ticket) -> Person:
    """Somebody of line 1, signed in, after the ticket was opened."""
    ada = an_agent("Ada Lind")
    db.session.commit()
    sign_in(client, ada)
    return ada


def breach(ticket: Ticket, person: Person, now: datetime, percent: int = 100) -> None:
    used = {"metric": "resolution", "percent": percent, "line": None}
    tell((person.id,), News(kind="sla.threshold_crossed", ticket_id=ticket.id, at=now, payload=used))
    db.session.commit()


@pytest.mark.usefixtures("ada")
def test_without_notices_the_page_says_what_comes_here(client: FlaskClient) -> None:
    assert "Nothing new" in client.get("/notices").text


def test_a_breach_is_said_in_words_with_its_ticket(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    breach(ticket, ada, now)
    page = client.get("/notices").text
    assert "The deadline of the solution has passed" in page
    assert f'href="/tickets/{ticket.id}"' in page


def test_a_warning_names_the_share(client: FlaskClient, ada: Person, ticket: Ticket, now: datetime) -> None:
    breach(ticket, ada, now, 75)
    assert "75 % of the time for the solution is used" in client.get("/notices").text


def test_the_subject_of_a_ticket_one_may_not_see_is_not_shown(
    client: FlaskClient, ticket: Ticket, now: datetime
) -> None:
    mira = an_agent(line=3)
    breach(ticket, mira, now)
    sign_in(client, mira)
    page = client.get("/notices").text
    assert str(ticket.id) in page
    assert ticket.subject not in page


def test_notices_are_marked_as_read_up_to_the_last_one_seen(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    breach(ticket, ada, now)
    last = client.get("/notices").text.partition('name="last" value="')[2].partition('"')[0]
    breach(ticket, ada, now)
    assert client.post("/notices/reading", data=form(last=last)).status_code == 303
    assert client.get("/notices").text.count("notice-item is-new") == 1


def test_nobody_sees_the_notices_of_another(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    breach(ticket, an_agent(), now)
    assert "Nothing new" in client.get("/notices").text


def test_notices_stand_in_the_order_of_time_whenever_they_were_written(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    breach(ticket, ada, now)
    breach(ticket, ada, now - timedelta(days=2))
    first, second = notices_of(actor_of(ada.id))
    assert (first.at, second.at) == (now, now - timedelta(days=2))
    assert [row.id for row in notices_of(actor_of(ada.id), before=first.id)] == [second.id]
