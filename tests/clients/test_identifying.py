"""What becomes of a sender's address when somebody says who he is."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.models import Person
from helpdesk.clients import actions, queries
from helpdesk.clients.models import Contact
from helpdesk.errors import RuleViolation
from helpdesk.tickets.actions import identify_client, resolve
from helpdesk.tickets.rules import State
from tests import factories

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def ada(session: scoped_session[Session]) -> Person:
    factories.three_lines()
    return factories.an_agent("Ada Lind")


@pytest.fixture
def signe(ada: Person) -> Contact:
    return factories.a_contact("Signe Holm", company=factories.a_company("Halden Freight"))


def test_the_next_mail_of_a_sender_who_was_identified_finds_the_known_contact(
    ada: Person, signe: Contact
) -> None:
    sender = actions.contact_for_address("signe@home.example", "S.", now=NOW)
    identify_client(factories.a_ticket(contact=sender), signe, by=ada.id, now=NOW)
    assert queries.find_contact_by_email("signe@home.example") == signe


def test_a_colleague_who_wrote_for_somebody_else_keeps_his_address(ada: Person, signe: Contact) -> None:
    factories.a_company("Castellan Print", domain="castellan.example")
    sender = actions.contact_for_address("office@castellan.example", "Office", now=NOW)
    identify_client(factories.a_ticket(contact=sender), signe, by=ada.id, now=NOW)
    assert queries.find_contact_by_email("office@castellan.example") == sender


def test_a_sender_of_whom_nothing_is_known_stays_for_the_next_one(ada: Person, signe: Contact) -> None:
    nobody = actions.make_contact("Unknown sender", queries.unknown_company().id, now=NOW)
    identify_client(factories.a_ticket(contact=nobody), signe, by=ada.id, now=NOW)
    assert nobody.retired_at is None


def test_nobody_is_said_to_be_a_contact_who_was_retired(ada: Person, signe: Contact) -> None:
    ticket, signe.retired_at = factories.a_ticket(), NOW
    with pytest.raises(RuleViolation, match="no longer there"):
        identify_client(ticket, signe, by=ada.id, now=NOW)


def test_what_nobody_is_known_for_is_solved_once_somebody_said_who_he_is(ada: Person, signe: Contact) -> None:
    ticket = factories.a_ticket(contact=actions.contact_for_address("z@nowhere.example", "Z.", now=NOW))
    with pytest.raises(RuleViolation, match="who the client is"):
        resolve(ticket, "A new driver.", by=ada.id, now=NOW)
    identify_client(ticket, signe, by=ada.id, now=NOW)
    resolve(ticket, "A new driver.", by=ada.id, now=NOW)
    assert ticket.state is State.RESOLVED
