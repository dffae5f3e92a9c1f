"""A ticket that an agent opens for a contact from his card."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import Channel, Priority
from tests import browsing, factories

Db = scoped_session[Session]
SHEET = {"subject": "A new chair", "text": "The old one is broken.", "type": "request", "priority": "P4"}


@pytest.fixture
def signe(session: Db, ada: Person) -> Contact:
    company = factories.a_company("Halden Freight")
    contact = factories.a_contact("Signe Holm", company=company, email="signe@halden.example")
    session.commit()
    return contact


def test_it_belongs_to_the_contact_and_to_whoever_keeps_it(
    client: FlaskClient, session: Db, ada: Person, signe: Contact
) -> None:
    assert "Signe Holm, Halden Freight" in client.get(f"/clients/contacts/{signe.id}/tickets/new").text
    answer = client.post(f"/clients/contacts/{signe.id}/tickets", data=browsing.form(**SHEET, keeps="1"))
    ticket = session.scalars(select(Ticket)).one()
    assert answer.location == f"/tickets/{ticket.id}"
    assert (ticket.contact_id, ticket.assignee_id, ticket.channel) == (signe.id, ada.id, Channel.DESK)
    assert ticket.priority is Priority.P4
    assert session.scalars(select(Message.text)).one() == "The old one is broken."


def test_without_the_tick_it_waits_for_the_team(client: FlaskClient, session: Db, signe: Contact) -> None:
    client.post(f"/clients/contacts/{signe.id}/tickets", data=browsing.form(**SHEET))
    assert session.scalars(select(Ticket.assignee_id)).one() is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"subject": " "}, "Say in a few words what it is about."),
        ({"subject": "x" * 201}, "Say in a few words what it is about."),
        ({"text": ""}, "Say what the client needs."),
        ({"type": "wish"}, "That is no choice of this form."),
        ({"priority": "P9"}, "That is no choice of this form."),
    ],
)
def test_what_cannot_be_comes_back_with_every_word(
    client: FlaskClient, session: Db, signe: Contact, change: dict[str, str], sentence: str
) -> None:
    answer = client.post(f"/clients/contacts/{signe.id}/tickets", data=browsing.form(**SHEET | change))
    assert answer.status_code == 422
    assert sentence in answer.text
    kept = next(words for name, words in SHEET.items() if name in ("text", "subject") and name not in change)
    assert kept in answer.text
    assert session.scalar(select(Ticket.id)) is None


def test_nobody_opens_a_ticket_for_a_contact_who_is_gone(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    signe.retired_at = factories.LONG_AGO
    session.commit()
    assert (
        client.post(f"/clients/contacts/{signe.id}/tickets", data=browsing.form(**SHEET)).status_code == 404
    )


def test_sent_twice_it_is_one_ticket(client: FlaskClient, session: Db, signe: Contact) -> None:
    sent = browsing.form(**SHEET)
    first = client.post(f"/clients/contacts/{signe.id}/tickets", data=sent)
    assert client.post(f"/clients/contacts/{signe.id}/tickets", data=sent).location == first.location
    assert len(session.scalars(select(Ticket.id)).all()) == 1
