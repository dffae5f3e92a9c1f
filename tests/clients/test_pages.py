"""Companies and contacts on pages."""

import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.models import Person
from helpdesk.clients import actions, queries
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.db import db
from tests import browsing, factories
from tests.counting import statements_of

Db = scoped_session[Session]
COMPANY = {
    "name": "Halden Freight",
    "main_phone": "020 5550 0100",
    "domains": "halden.example\n@halden-freight.example",
    "zone": "Europe/London",
    "language": "en",
    "systems": "Cargo Desk 5.4",
    "note": "",
}
PERSON = {
    "name": "Signe Holm",
    "position": "Dispatcher",
    "emails": "signe@halden.example\nSigne.Holm@halden.example",
    "phones": "020 5550 0172\n4021",
    "language": "en",
    "note": "",
}


@pytest.fixture
def halden(ada: Person) -> Company:
    company = factories.a_company("Halden Freight", domain="halden.example")
    db.session.commit()
    return company


@pytest.mark.usefixtures("ada")
def test_a_company_is_made_with_its_domains_and_number(client: FlaskClient, session: Db) -> None:
    answer = client.post("/clients/companies", data=browsing.form(**COMPANY))
    company = session.scalars(select(Company).where(Company.kind == CompanyKind.CLIENT)).one()
    assert answer.location == f"/clients/companies/{company.id}"
    page = client.get(answer.location).text
    for shown in ("halden-freight.example", 'href="tel:+442055500100"', "Cargo Desk 5.4", "Europe/London"):
        assert shown in page


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"domains": "gmail.com"}, "Anybody can have an address"), ({"name": " "}, "Give the company a name.")],
)
def test_a_refused_company_comes_back_with_what_was_typed(
    client: FlaskClient, session: Db, change: dict[str, str], sentence: str
) -> None:
    answer = client.post("/clients/companies", data=browsing.form(**COMPANY | change))
    assert answer.status_code == 409
    said = re.search(r'id="f-(\w+)-error">(.*?)</p>', answer.text, re.DOTALL)
    assert said
    assert said[1] in change, "the sentence stands at the field"
    assert sentence in said[2]
    assert "Cargo Desk 5.4" in answer.text
    assert session.scalar(select(Company.id).where(Company.kind == CompanyKind.CLIENT)) is None


def test_a_company_that_line_1_entered_is_confirmed_with_one_press(
    client: FlaskClient, session: Db, halden: Company
) -> None:
    halden.confirmed_at = None
    session.commit()
    assert "to be confirmed" in client.get(f"/clients/companies/{halden.id}").text
    assert "Halden Freight" in client.get("/clients?show=unconfirmed").text
    client.post(f"/clients/companies/{halden.id}/confirmation", data=browsing.form())
    assert "to be confirmed" not in client.get(f"/clients/companies/{halden.id}").text


@pytest.mark.parametrize("kind", [CompanyKind.UNKNOWN, CompanyKind.OWN])
@pytest.mark.usefixtures("ada")
def test_the_desks_own_companies_are_not_edited(client: FlaskClient, kind: CompanyKind) -> None:
    company = queries.system_company(kind)
    assert client.get(f"/clients/companies/{company.id}/facts/name").status_code == 404


def test_a_contact_is_made_with_addresses_and_numbers(
    client: FlaskClient, session: Db, halden: Company
) -> None:
    answer = client.post("/clients/contacts", data=browsing.form(**PERSON, company=halden.id))
    contact = session.scalars(select(Contact)).one()
    assert (answer.location, contact.verified_at is None) == (f"/clients/contacts/{contact.id}", False)
    page = client.get(answer.location).text
    for shown in ("signe.holm@halden.example", 'href="tel:+442055500172"', "4021", "Dispatcher"):
        assert shown in page


def test_who_called_our_mail_unwanted_says_so_at_his_address(
    client: FlaskClient, session: Db, halden: Company, now: datetime
) -> None:
    contact = factories.a_contact(company=halden, email="signe.holm@halden.example")
    actions.note_complaint("signe.holm@halden.example", now=now)
    session.commit()
    assert "wants no automatic mail" in client.get(f"/clients/contacts/{contact.id}").text


def test_a_contact_cannot_be_reached_at_a_mailbox_of_the_desk(
    client: FlaskClient, session: Db, halden: Company
) -> None:
    """Answers to him would come back as new tickets."""
    mailbox = factories.a_mailbox()
    fields = PERSON | {"emails": mailbox.address, "company": halden.id}
    answer = client.post("/clients/contacts", data=browsing.form(**fields))
    assert answer.status_code == 422
    assert "is a mailbox of this desk" in answer.text
    assert session.scalars(select(Contact)).all() == []


def test_the_list_finds_companies_and_people(client: FlaskClient, session: Db, halden: Company) -> None:
    factories.a_contact("Signe Holm", company=halden)
    session.commit()
    page = client.get("/clients?q=holm").text
    assert "Signe Holm" in page
    assert "Halden Freight" in client.get("/clients?q=halden.ex").text


def test_a_card_lists_only_the_open_tickets_that_its_reader_may_see(
    client: FlaskClient, session: Db, halden: Company
) -> None:
    signe = factories.a_contact("Signe Holm", company=halden)
    factories.a_ticket("Ours", contact=signe)
    factories.a_ticket("Of another team", contact=signe, team=factories.a_team(1))
    session.commit()
    for path in (f"/clients/companies/{halden.id}", f"/clients/contacts/{signe.id}"):
        page = client.get(path).text
        assert "Ours" in page
        assert "Of another team" not in page


@pytest.mark.parametrize(
    ("path", "most"), [("/clients", 10), ("/clients?q=holm", 10), ("/clients/companies/{company}", 14)]
)
def test_a_list_takes_few_statements_however_long_it_is(
    client: FlaskClient, session: Db, halden: Company, path: str, most: int
) -> None:
    for number in range(20):
        contact = factories.a_contact(f"Holm {number}", company=halden, email=f"holm{number}@halden.example")
        factories.a_ticket(f"Ticket {number}", contact=contact)
        factories.a_company(f"Firm {number}")
    session.commit()
    assert statements_of(client, path.format(company=halden.id)) <= most
