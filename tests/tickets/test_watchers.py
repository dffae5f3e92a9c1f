"""The people beside the client on the ticket's page: watchers, proposals, mail that one of us passed on."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact, ContactAddress
from helpdesk.clients.return_models import AddressReturn
from helpdesk.clients.rules import ReturnKind
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.intake import Behalf, Body, Incoming, Sender, SenderCheck, receive
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.watching import watching
from helpdesk.tickets.rules import Channel
from helpdesk.tickets.watch_models import TicketWatcher
from tests.browsing import form, sign_in
from tests.factories import a_company, a_contact, a_mailbox, an_agent, the_system, three_lines

pytestmark = pytest.mark.usefixtures("session")
HANNA, EVE = "hanna@brightwater.example", "eve@elsewhere.example"


@pytest.fixture
def ada(client: FlaskClient, now: datetime) -> Person:
    three_lines()
    a_mailbox()
    person = an_agent("Ada Lind")
    a_contact("Hanna Bell", company=a_company("Brightwater", domain="brightwater.example"), email=HANNA)
    db.session.commit()
    sign_in(client, person)
    return person


def came(now: datetime, email: str, **more: object) -> Ticket:
    said = {"subject": "Till", "body": Body(text="Blue page."), "check": SenderCheck.PASS, **more}
    mail = Incoming(channel=Channel.MAIL, sender=Sender(email=email), received_at=now, **said)  # type: ignore[arg-type]
    receipt = receive(mail, by=the_system().id, now=now)
    db.session.commit()
    return db.session.get_one(Ticket, receipt.ticket_id)


def passed_on(now: datetime, ada: Person, *, is_sure: bool = True) -> Ticket:
    inside = Behalf(
        sender=Sender(email=EVE, name="Eve Moss"),
        subject="Till",
        body=Body(text="Blue page."),
        comment="For you",
        is_sure=is_sure,
    )
    return came(now, f"person{ada.id}@fernhill.example", behalf=inside)


def page_of(client: FlaskClient, ticket: Ticket) -> str:
    return client.get(f"/tickets/{ticket.id}").text


def decide(client: FlaskClient, ticket: Ticket, verb: str) -> int:
    row = db.session.scalars(select(TicketWatcher).where(TicketWatcher.email == EVE)).one()
    return client.post(f"/tickets/{ticket.id}/watchers/{row.id}", data=form(verb=verb)).status_code


def test_a_proposal_is_shown_accepted_and_taken_off_again_with_a_sentence_each(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    ticket = came(now, HANNA, named=(Sender(email=EVE, name="Eve Moss"),))
    page = page_of(client, ticket)
    assert "Named in a mail, get nothing yet" in page
    assert f"Named in the mail, and nobody has decided yet: {EVE}" in page
    assert decide(client, ticket, "accept") == 303
    page = page_of(client, ticket)
    assert (set(watching(ticket.id)), f"Ada Lind lets {EVE} get the answers from now on" in page) == (
        {EVE},
        True,
    )
    assert decide(client, ticket, "remove") == 303
    assert f"Ada Lind took {EVE} off: no more answers there" in page_of(client, ticket)
    assert watching(ticket.id) == set()


def test_what_was_decided_meanwhile_is_refused(client: FlaskClient, ada: Person, now: datetime) -> None:
    ticket = came(now, HANNA, named=(Sender(email=EVE),))
    assert decide(client, ticket, "decline") == 303
    assert decide(client, ticket, "accept") == 409
    assert decide(client, ticket, "swap") == 422


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("nonsense", "“nonsense” is no mail address."),
        ("support@fernhill.example", "is a mailbox of this desk"),
        (EVE, "gets the answers already"),
    ],
)
def test_an_address_that_cannot_watch_is_told_where_it_was_typed(
    email: str, words: str, client: FlaskClient, ada: Person, now: datetime
) -> None:
    ticket = came(now, HANNA)
    there = f"/tickets/{ticket.id}/watchers"
    assert client.post(there, data=form(email=EVE)).status_code == 303
    answer = client.post(there, data=form(email=email))
    assert (answer.status_code, words in answer.text, set(watching(ticket.id))) == (422, True, {EVE})


def test_a_watcher_of_another_ticket_is_not_there(client: FlaskClient, ada: Person, now: datetime) -> None:
    came(now, HANNA, named=(Sender(email=EVE),))
    assert decide(client, came(now, HANNA), "accept") == 404


def test_passing_on_is_undone_and_done_again_in_one_click(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    ticket = passed_on(now, ada)
    client_id = ticket.contact_id
    assert "Ada Lind passed this on for Eve Moss" in page_of(client, ticket)
    there = f"/tickets/{ticket.id}/requester"
    assert client.post(there, data=form(whose="agent")).status_code == 303
    db.session.refresh(ticket)
    assert db.session.get_one(Contact, ticket.contact_id).person_id == ada.id
    page = page_of(client, ticket)
    assert "Make Eve Moss the client" in page
    assert "Ada Lind said who the client is: Ada Lind" in page
    assert client.post(there, data=form(whose="client")).status_code == 303
    db.session.refresh(ticket)
    assert ticket.contact_id == client_id
    owner = select(ContactAddress.contact_id).where(ContactAddress.email == EVE)
    assert db.session.scalar(owner) == client_id


def test_a_doubtful_one_offers_the_choice(client: FlaskClient, ada: Person, now: datetime) -> None:
    ticket = passed_on(now, ada, is_sure=False)
    page = page_of(client, ticket)
    assert ("Ada Lind passed a mail on" in page, f"Make {EVE} the client" in page) == (True, True)
    assert client.post(f"/tickets/{ticket.id}/requester", data=form(whose="client")).status_code == 303
    db.session.refresh(ticket)
    assert db.session.get_one(Contact, ticket.contact_id).person.name == EVE
    events = select(EventRow).where(EventRow.kind == "ticket.client_identified")
    assert db.session.scalars(events).one().payload["new_contact_id"] == ticket.contact_id


def test_a_doubtful_one_that_was_given_to_a_client_by_hand_is_taken_back_in_one_click(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    ticket = passed_on(now, ada, is_sure=False)
    own_id, there = ticket.contact_id, f"/tickets/{ticket.id}/requester"
    assert client.post(there, data=form(whose="agent")).status_code == 409
    client.post(there, data=form(whose="client"))
    page = page_of(client, ticket)
    assert f"Ada Lind passed this on for {EVE}" in page
    assert "gets the answers; the mail stands below as it came." in page
    assert "Undo: it is Ada Lind" in page
    assert client.post(there, data=form(whose="agent")).status_code == 303
    db.session.refresh(ticket)
    assert (ticket.contact_id, ticket.company.kind) == (own_id, "own")
    assert f"Make {EVE} the client" in page_of(client, ticket)


def test_where_nothing_was_passed_on_nobody_is_made_the_client(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    ticket = came(now, HANNA)
    before = ticket.contact_id
    for whose in ("client", "agent", "somebody"):
        assert client.post(f"/tickets/{ticket.id}/requester", data=form(whose=whose)).status_code == 422
    db.session.refresh(ticket)
    assert ticket.contact_id == before


def test_the_composer_marks_addresses_from_which_mail_comes_back(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    ticket = came(now, HANNA)
    for email in (EVE, "it@brightwater.example"):
        actions.watch(ticket, email, by=ada.id, now=now)
    db.session.add(AddressReturn(email=EVE, kind=next(iter(ReturnKind)), shuts=True, at=now))
    db.session.commit()
    assert f'data-shut="{EVE}" data-say-shut="mail comes back"' in page_of(client, ticket)
    assert HANNA in client.get(f"/tickets/{ticket.id}/addresses?q=").text
    row = db.session.scalars(select(ContactAddress).where(ContactAddress.email == HANNA)).one()
    row.undeliverable_at = now
    db.session.commit()
    page = page_of(client, ticket)
    assert f'data-shut="{HANNA} {EVE}"' in page
    assert (
        f'<span class="rcpt-name">{HANNA}</span></span> <span>mail comes back: call, or write a note' in page
    )
    assert HANNA not in client.get(f"/tickets/{ticket.id}/addresses?q=").text
