"""Facts changed where they stand: what is taken, what is refused, two people at once, and the history."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.models import Person
from helpdesk.clients import queries
from helpdesk.clients.models import Company, CompanyDomain, CompanyKind, Contact, ContactAddress, ContactPhone
from helpdesk.history import SettingChange
from tests import browsing, factories

Db = scoped_session[Session]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def halden(session: Db, ada: Person) -> Company:
    company = factories.a_company("Halden Freight", domain="halden.example")
    session.commit()
    return company


@pytest.fixture
def signe(session: Db, halden: Company) -> Contact:
    contact = factories.a_contact("Signe Holm", company=halden, email="signe@halden.example", phone="4021")
    session.commit()
    return contact


def changes(session: Db) -> list[tuple[str, object, object]]:
    """What the history keeps: field, before, after."""
    rows = session.scalars(select(SettingChange).order_by(SettingChange.id))
    return [(row.field, row.before, row.after) for row in rows]


def stamp_in(page: str) -> str:
    """The mark of what the open form was made from."""
    found = re.search(r'name="stamp" value="(\w+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("group", "sent", "field", "after"),
    [
        ("name", {"name": "Halden Freight Ltd"}, "name", "Halden Freight Ltd"),
        ("phone", {"main_phone": "020 5550 0100"}, "main_phone", "020 5550 0100"),
        ("domains", {"domains": "@halden-freight.example"}, "domains", ["halden-freight.example"]),
        ("place", {"zone": "Europe/London", "language": ""}, "zone", "Europe/London"),
        ("colleagues", {}, "colleagues_answer", False),
        ("systems", {"systems": "Cargo Desk 5.4"}, "systems", "Cargo Desk 5.4"),
        ("note", {"note": "Ask for Signe."}, "note", "Ask for Signe."),
    ],
)
def test_each_fact_of_a_company_is_changed_alone_and_stands_in_the_history(
    client: FlaskClient,
    session: Db,
    halden: Company,
    group: str,
    sent: dict[str, str],
    field: str,
    after: object,
) -> None:
    answer = client.post(f"/clients/companies/{halden.id}/facts/{group}", data=browsing.form(**sent))
    assert answer.location == f"/clients/companies/{halden.id}"
    assert [(name, new) for name, _, new in changes(session)] == [(field, after)]
    page = client.get(answer.location).text
    assert "Ada Lind" in page.partition("client-history")[2]


@pytest.mark.parametrize(
    ("group", "sent", "field", "after"),
    [
        ("name", {"name": "Signe Berg", "position": ""}, "name", "Signe Berg"),
        ("phones", {"phones": ["4021", "", "+44 20 5550 0172"]}, "phones", ["4021", "+44 20 5550 0172"]),
        ("emails", {"emails": ["Signe.Holm@Halden.example", ""]}, "emails", ["signe.holm@halden.example"]),
        ("place", {"zone": "", "language": "ru"}, "language", "ru"),
        ("note", {"note": "Left-handed."}, "note", "Left-handed."),
    ],
)
def test_each_fact_of_a_contact_is_changed_alone_and_stands_in_the_history(
    client: FlaskClient,
    session: Db,
    signe: Contact,
    group: str,
    sent: dict[str, object],
    field: str,
    after: object,
) -> None:
    signe.person.zone = None
    session.commit()
    answer = client.post(f"/clients/contacts/{signe.id}/facts/{group}", data=browsing.form(**sent))
    assert answer.location == f"/clients/contacts/{signe.id}"
    assert [(name, new) for name, _, new in changes(session)] == [(field, after)]


def test_the_next_mail_from_a_new_domain_belongs_to_the_company(client: FlaskClient, halden: Company) -> None:
    client.post(f"/clients/companies/{halden.id}/facts/domains", data=browsing.form(domains="new.example"))
    assert queries.company_by_domain("new.example").id == halden.id
    assert queries.company_by_domain("halden.example").kind is CompanyKind.UNKNOWN


def test_a_script_gets_the_fact_alone_with_the_new_history(client: FlaskClient, halden: Company) -> None:
    opened = client.get(f"/clients/companies/{halden.id}/facts/note", headers=HTMX).text
    assert opened.lstrip().startswith('<div class="fact is-open" id="fact-note">')
    data = browsing.form(note="Ask for Signe.", stamp=stamp_in(opened))
    answer = client.post(f"/clients/companies/{halden.id}/facts/note", data=data, headers=HTMX)
    assert answer.status_code == 200
    assert "Ask for Signe." in answer.text
    assert 'id="client-history" hx-swap-oob="true"' in answer.text
    assert "<html" not in answer.text


def test_without_a_script_the_form_stands_open_on_the_whole_page(
    client: FlaskClient, halden: Company
) -> None:
    page = client.get(f"/clients/companies/{halden.id}/facts/domains").text
    assert 'class="fact is-open" id="fact-domains"' in page
    assert page.count("is-open") == 1


def test_two_people_who_change_the_same_fact_are_told_and_nothing_is_overwritten(
    client: FlaskClient, session: Db, halden: Company
) -> None:
    address = f"/clients/companies/{halden.id}/facts/note"
    mark = stamp_in(client.get(address).text)
    client.post(address, data=browsing.form(note="The first note.", stamp=mark))
    late = client.post(address, data=browsing.form(note="My own note.", stamp=mark))
    assert late.status_code == 409
    assert "The first note." in late.text
    assert "My own note." in late.text
    assert session.get_one(Company, halden.id).note == "The first note."
    again = client.post(address, data=browsing.form(note="My own note.", stamp=stamp_in(late.text)))
    assert again.status_code == 303
    assert session.get_one(Company, halden.id).note == "My own note."


def test_two_people_who_change_different_facts_are_not_in_each_others_way(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    note, phones = f"/clients/contacts/{signe.id}/facts/note", f"/clients/contacts/{signe.id}/facts/phones"
    mark = stamp_in(client.get(phones).text)
    client.post(note, data=browsing.form(note="A note."))
    assert client.post(phones, data=browsing.form(phones="4022", stamp=mark)).status_code == 303
    assert session.scalars(select(ContactPhone.typed)).all() == ["4022"]


@pytest.mark.parametrize(
    ("group", "sent", "status", "sentence"),
    [
        ("domains", {"domains": "gmail.com"}, 409, "Anybody can have an address at gmail.com"),
        ("domains", {"domains": "co.uk"}, 409, "Many firms have a domain that ends in co.uk"),
        ("domains", {"domains": "halden"}, 409, "is no mail domain"),
        ("domains", {"domains": "fernhill.example"}, 409, "is our own mail domain"),
        ("domains", {"domains": "castellan.example"}, 409, "castellan.example belongs to Castellan Print"),
        ("name", {"name": "  "}, 409, "Give the company a name."),
        ("name", {"name": "castellan print"}, 409, "is there already"),
        ("name", {"name": "x" * 201}, 422, "That is too long"),
        ("phone", {"main_phone": "call me"}, 422, "is no number"),
        ("place", {"zone": "Mars/Olympus"}, 422, "Choose a time zone"),
        ("place", {"language": "tlh"}, 422, "Choose one of the languages"),
        ("systems", {"systems": "x" * 4001}, 422, "That is too long"),
        ("domains", {"domains": "\n".join(f"d{n}.example" for n in range(31))}, 422, "That is too many"),
    ],
)
def test_what_cannot_be_is_said_where_it_stands_and_nothing_changes(
    client: FlaskClient,
    session: Db,
    halden: Company,
    group: str,
    sent: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    factories.a_company("Castellan Print", domain="castellan.example")
    factories.a_mailbox("support@fernhill.example")
    session.commit()
    answer = client.post(f"/clients/companies/{halden.id}/facts/{group}", data=browsing.form(**sent))
    assert answer.status_code == status
    assert sentence in answer.text.partition(f'id="fact-{group}"')[2].partition("</form>")[0]
    assert changes(session) == []
    mine = select(CompanyDomain.domain).where(CompanyDomain.company_id == halden.id)
    assert session.scalars(mine).all() == ["halden.example"]


@pytest.mark.parametrize(
    ("group", "sent", "status", "sentence"),
    [
        ("name", {"name": ""}, 409, "Give the contact a name."),
        ("emails", {"emails": ["good@halden.example", "nonsense"]}, 409, "is no mail address"),
        ("phones", {"phones": "call me"}, 409, "is no number"),
        ("place", {"zone": "Mars/Olympus"}, 422, "Choose a time zone"),
        ("note", {"note": "x" * 4001}, 422, "That is too long"),
    ],
)
def test_what_a_contact_cannot_be_is_said_and_nothing_changes(
    client: FlaskClient,
    session: Db,
    signe: Contact,
    group: str,
    sent: dict[str, object],
    status: int,
    sentence: str,
) -> None:
    answer = client.post(f"/clients/contacts/{signe.id}/facts/{group}", data=browsing.form(**sent))
    assert answer.status_code == status
    assert sentence in answer.text
    assert changes(session) == []
    assert session.scalars(select(ContactAddress.email)).all() == ["signe@halden.example"]


def test_an_address_of_somebody_else_leads_to_him(client: FlaskClient, session: Db, signe: Contact) -> None:
    other = factories.a_contact("Olaf Berg", company=signe.company, email="olaf@halden.example")
    session.commit()
    sent = browsing.form(emails=["signe@halden.example", "olaf@halden.example"])
    answer = client.post(f"/clients/contacts/{signe.id}/facts/emails", data=sent)
    assert answer.status_code == 409
    assert "olaf@halden.example belongs to Olaf Berg of Halden Freight." in answer.text
    assert f'href="/clients/contacts/{other.id}">Look at that contact' in answer.text


def test_a_colleague_of_the_desk_says_himself_what_he_is_called(
    client: FlaskClient, session: Db, ada: Person, halden: Company
) -> None:
    own = Contact(person_id=ada.id, company_id=queries.own_company().id, created_at=factories.LONG_AGO)
    session.add(own)
    session.commit()
    for group, sent in (("name", {"name": "Somebody"}), ("place", {"language": "ru"})):
        answer = client.post(f"/clients/contacts/{own.id}/facts/{group}", data=browsing.form(**sent))
        assert answer.status_code == 409
        assert "works at this desk" in answer.text
    assert session.get_one(Person, ada.id).name == "Ada Lind"


def test_a_domain_with_letters_of_its_own_is_kept_as_it_travels(
    client: FlaskClient, session: Db, halden: Company
) -> None:
    client.post(f"/clients/companies/{halden.id}/facts/domains", data=browsing.form(domains="фирма.рф"))
    assert queries.company_by_domain("фирма.рф").id == halden.id
    assert queries.company_by_domain(session.scalars(select(CompanyDomain.domain)).one()).id == halden.id
    assert "фирма.рф" in client.get(f"/clients/companies/{halden.id}").text


@pytest.mark.parametrize("path", ["companies/{company}/facts/colour", "contacts/{contact}/facts/colour"])
def test_there_is_no_fact_of_another_name(client: FlaskClient, signe: Contact, path: str) -> None:
    address = "/clients/" + path.format(company=signe.company_id, contact=signe.id)
    assert client.get(address).status_code == 404
    assert client.post(address, data=browsing.form()).status_code == 404


def test_whether_colleagues_may_answer_is_asked_of_clients_only(
    client: FlaskClient, session: Db, halden: Company
) -> None:
    unknown = factories.the_unknown_client()
    session.commit()
    words = "may answer each other"
    cards = [client.get(f"/clients/companies/{one.id}").text for one in (halden, unknown)]
    assert [words in card for card in cards] == [True, False]
