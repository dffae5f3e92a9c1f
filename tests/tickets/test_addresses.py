"""An answer goes where the client wrote from."""

from sqlalchemy.orm import Session, scoped_session

from helpdesk.clients.models import Contact, ContactAddress
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.queries.addresses import client_address
from helpdesk.tickets.rules import Channel
from tests.factories import WEDNESDAY_NOON, a_contact, a_ticket, an_agent


def with_two_addresses() -> Contact:
    contact = a_contact("Hanna Bell", email="h.bell@brightwater.example")
    db.session.add(ContactAddress(contact_id=contact.id, email="hanna@brightwater.example"))
    db.session.flush()
    return contact


def says(contact: Contact, text: str, email: str | None) -> actions.ClientMessage:
    return actions.ClientMessage(
        author_id=contact.person_id, channel=Channel.MAIL, text=text, written_from=email
    )


def test_without_a_mail_the_first_address_is_taken(session: scoped_session[Session]) -> None:
    ticket = a_ticket(contact=with_two_addresses())
    assert client_address(ticket) == "h.bell@brightwater.example"


def test_the_address_last_written_from_is_taken(session: scoped_session[Session]) -> None:
    contact = with_two_addresses()
    ticket = a_ticket(contact=contact)
    words = says(contact, "From my other mail", "hanna@brightwater.example")
    actions.add_client_message(ticket, words, by=contact.person_id, now=WEDNESDAY_NOON)
    reply = actions.reply(ticket, actions.Reply(text="Thank you"), by=an_agent().id, now=WEDNESDAY_NOON)
    assert reply.recipients["to"] == ["hanna@brightwater.example"]


def test_an_address_that_bounced_is_taken_only_for_want_of_another(session: scoped_session[Session]) -> None:
    contact = with_two_addresses()
    ticket = a_ticket(contact=contact)
    words = says(contact, "From my other mail", "hanna@brightwater.example")
    actions.add_client_message(ticket, words, by=contact.person_id, now=WEDNESDAY_NOON)
    bounced = db.session.query(ContactAddress).filter_by(email="hanna@brightwater.example").one()
    bounced.undeliverable_at = WEDNESDAY_NOON
    db.session.flush()
    assert client_address(ticket) == "h.bell@brightwater.example"
