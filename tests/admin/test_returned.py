"""Loops and returned mail: what caps hold and release, addresses that are opened again, lost reports."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.clients.actions import Returned, note_complaint, note_returned
from helpdesk.clients.reach import closed
from helpdesk.clients.rules import ReturnKind
from helpdesk.db import db
from helpdesk.history import SettingChange
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.models import InboundState, Mailbox
from helpdesk.notifications.cap_models import CapBite
from helpdesk.notifications.models import DeliveryState, OutboxRecipient
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State
from tests.browsing import form, sign_in
from tests.factories import (
    a_contact,
    a_mailbox,
    a_ticket,
    an_administrator,
    an_agent,
    the_unknown_client,
    three_lines,
)
from tests.mail.letters import a_mail, arrive, hanna, take_in, tickets

pytestmark = pytest.mark.usefixtures("session", "now")
EVE = "eve@elsewhere.example"
PAGE = "/settings/returned-mail"


@pytest.fixture
def boss(client: FlaskClient) -> Person:
    person = an_administrator("Olga Berg")
    sign_in(client, person)
    return person


@pytest.fixture
def mailbox(session: object) -> Mailbox:
    three_lines()
    return a_mailbox()


def comes_back(email: str, now: datetime) -> None:
    note_returned(
        Returned(
            email=email,
            kind=ReturnKind.HARD,
            status="5.1.1",
            words="no such user",
            outbox_recipient_id=None,
            inbound_mail_id=None,
        ),
        now=now,
    )
    db.session.commit()


def four_tickets() -> Ticket:
    """Of one stranger on one day: the last receipt is held."""
    eve = a_contact(company=the_unknown_client(), email=EVE, verified=False)
    ticket = [a_ticket(contact=eve) for _ in range(4)][-1]
    db.session.commit()
    return ticket


def test_receipts_that_a_cap_held_are_counted_and_let_go(
    client: FlaskClient, boss: Person, mailbox: Mailbox
) -> None:
    ticket = four_tickets()
    page = client.get(PAGE).text
    assert EVE in page
    assert "1 receipt was not sent" in page
    sent = client.post(PAGE, data=form(verb="release", who=EVE, cap="address"))
    bite = db.session.scalars(select(CapBite)).one()
    states = set(db.session.scalars(select(OutboxRecipient.state)))
    assert (sent.status_code, bite.ticket_id, bite.released_by_id) == (303, ticket.id, boss.id)
    assert states == {DeliveryState.QUEUED}
    assert "No limit holds anything." in client.get(PAGE).text
    assert client.post(PAGE, data=form(verb="release", who=EVE, cap="address")).status_code == 422


def test_a_flood_that_was_held_is_let_in_although_it_is_one(
    client: FlaskClient, boss: Person, mailbox: Mailbox, now: datetime
) -> None:
    for number in range(23):
        arrive(a_mail(f"text {number}", sender=EVE), mailbox, now=now)
    process_inbound()
    assert "3 messages are held" in client.get(PAGE).text
    client.post(PAGE, data=form(verb="release", who=EVE, cap="tickets"))
    process_inbound()
    assert len(tickets()) == 23


@pytest.mark.parametrize("email", ["hanna@halden.example", "copied@elsewhere.example"])
def test_an_address_that_gets_no_mail_is_opened_again(
    email: str, client: FlaskClient, boss: Person, mailbox: Mailbox, now: datetime
) -> None:
    a_contact("Hanna Bell", email="hanna@halden.example")
    comes_back(email, now)
    page = client.get(PAGE).text
    assert email in page
    assert "no such user" in page
    client.post(PAGE, data=form(verb="open", who=email))
    assert closed([email], by_machine=True) == {}
    assert "Every address may be written to." in client.get(PAGE).text


def test_a_report_that_matches_nothing_is_listed(
    client: FlaskClient, boss: Person, mailbox: Mailbox, now: datetime
) -> None:
    lost = a_mail(
        "The following address failed: x@gone.example 550 5.1.1 no such user",
        sender="MAILER-DAEMON@relay.example",
        subject="Undelivered Mail Returned to Sender",
        Return_Path="<>",
    )
    assert take_in(lost, mailbox, now=now).state is InboundState.IGNORED
    page = client.get(PAGE).text
    assert "Undelivered Mail Returned to Sender" in page


def test_the_ticket_says_what_comes_back_and_offers_to_try_again(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    ada = an_agent("Ada Lind")
    ticket = a_ticket(contact=a_contact("Hanna Bell", email="hanna@halden.example"), assignee=ada)
    comes_back("hanna@halden.example", now)
    sign_in(client, ada)
    page = client.get(f"/tickets/{ticket.id}").text
    assert "Mail to this client comes back" in page
    assert "no such user" in page
    url = f"/tickets/{ticket.id}/address-opening"
    assert client.post(url, data=form(email="other@elsewhere.example")).status_code == 409
    assert client.post(url, data=form(email="hanna@halden.example")).status_code == 303
    assert closed(["hanna@halden.example"], by_machine=True) == {}
    fields = db.session.scalars(select(SettingChange.field)).all()
    assert "undeliverable" in fields
    assert "Mail to this client comes back" not in client.get(f"/tickets/{ticket.id}").text


def test_the_ticket_says_that_its_receipt_is_held_and_sends_it(client: FlaskClient, mailbox: Mailbox) -> None:
    ticket = four_tickets()
    sign_in(client, an_agent("Ada Lind"))
    assert "No acknowledgement was sent" in client.get(f"/tickets/{ticket.id}").text
    url = f"/tickets/{ticket.id}/receipt-release"
    assert [client.post(url, data=form()).status_code for _ in range(2)] == [303, 409]
    assert set(db.session.scalars(select(OutboxRecipient.state))) == {DeliveryState.QUEUED}


def test_who_complained_is_listed_as_such(
    client: FlaskClient, boss: Person, mailbox: Mailbox, now: datetime
) -> None:
    a_contact("Hanna Bell", email="hanna@halden.example")
    note_complaint("hanna@halden.example", now=now)
    db.session.commit()
    assert "complained" in client.get(PAGE).text


def test_a_machines_words_are_folded_with_their_signs(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    for _ in range(2):
        take_in(
            a_mail("Full.", sender="watch@machines.example", subject="PROBLEM: disk full", Precedence="bulk"),
            mailbox,
            now=now,
        )
    (ticket,) = tickets()
    sign_in(client, an_agent("Ada Lind"))
    page = client.get(f"/tickets/{ticket.id}").text
    assert "A machine has said this 2 times" in page
    assert page.count('<details class="quote machine">') == 1
    assert "Precedence: bulk" in page


def test_a_thank_you_offers_to_open_the_ticket_again(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    hanna()
    first = a_mail()
    take_in(first, mailbox, now=now)
    (ticket,) = tickets()
    ada = an_agent("Ada Lind")
    actions.resolve(ticket, "Another tray", by=ada.id, now=now)
    db.session.commit()
    take_in(a_mail("Thanks!", In_Reply_To=first["Message-ID"]), mailbox, now=now)
    sign_in(client, ada)
    assert "Open it anyway" in client.get(f"/tickets/{ticket.id}").text
    assert client.post(f"/tickets/{ticket.id}/reopening", data=form()).status_code == 303
    db.session.refresh(ticket)
    assert ticket.state is State.OPEN
