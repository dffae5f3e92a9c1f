"""Two entries that are one person: put together, with everything that hangs on the double."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.clients.models import Company, Contact, ContactAddress
from helpdesk.db import db
from helpdesk.intake import Body, Incoming, Sender, receive
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel, State
from tests.browsing import form, sign_in
from tests.factories import a_company, a_contact, a_ticket, an_agent, the_system, three_lines

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def firm(client: FlaskClient, now: datetime) -> Company:
    three_lines()
    sign_in(client, an_agent("Ada Lind"))
    return a_company("Brightwater", domain="brightwater.example")


def unite(client: FlaskClient, double: Contact, **fields: object) -> int:
    db.session.commit()
    there = f"/clients/contacts/{double.id}/merging"
    return client.post(there, data=form(**fields)).status_code


def test_addresses_and_all_tickets_go_over_and_the_next_mail_finds_the_one(
    client: FlaskClient, firm: Company, now: datetime
) -> None:
    hanna = a_contact("Hanna Bell", company=firm, email="hanna@brightwater.example")
    double = a_contact("hb", company=firm, email="hb@brightwater.example", verified=False)
    opened, ended = a_ticket(contact=double), a_ticket(contact=double)
    ended.state, ended.resolved_at = State.CLOSED, now
    assert unite(client, double, into=hanna.id) == 303
    db.session.expire_all()
    assert [opened.contact_id, ended.contact_id] == [hanna.id, hanna.id]
    assert (double.retired_at is not None, ended.state) == (True, State.CLOSED)
    owned = select(ContactAddress.email).where(ContactAddress.contact_id == hanna.id)
    assert set(db.session.scalars(owned)) == {"hanna@brightwater.example", "hb@brightwater.example"}
    mail = Incoming(
        channel=Channel.MAIL,
        sender=Sender(email="hb@brightwater.example"),
        subject="Till",
        body=Body(text="Blue"),
        received_at=now,
    )
    receipt = receive(mail, by=the_system().id, now=now)
    assert db.session.get_one(Ticket, receipt.ticket_id).contact_id == hanna.id


def test_the_page_offers_it_and_says_what_is_missing(
    client: FlaskClient, firm: Company, now: datetime
) -> None:
    double = a_contact("hb", company=firm, email="hb@brightwater.example")
    other = a_contact("Eve", email="eve@elsewhere.example")
    assert unite(client, double) == 422
    assert unite(client, double, into=double.id) == 409
    assert unite(client, double, into=other.id) == 409
    page = client.post(f"/clients/contacts/{double.id}/merging", data=form(into=other.id)).text
    assert "Only two contacts of one company can be put together" in page
    assert "Is somebody who is here twice" in client.get(f"/clients/contacts/{double.id}").text
    assert db.session.get_one(Contact, double.id).retired_at is None
