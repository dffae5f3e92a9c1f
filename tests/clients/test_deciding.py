"""Companies confirmed, retired and brought back; contacts who move on; senders of a taken domain."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.models import Person
from helpdesk.clients import lists, queries
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.history import SettingChange
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.models import Ticket
from tests import browsing, factories

Db = scoped_session[Session]


@pytest.fixture
def halden(session: Db, ada: Person) -> Company:
    company = factories.a_company("Halden Freight", domain="halden.example")
    session.commit()
    return company


@pytest.fixture
def signe(session: Db, halden: Company) -> Contact:
    contact = factories.a_contact("Signe Holm", company=halden, email="signe@halden.example")
    session.commit()
    return contact


def test_a_company_with_open_tickets_is_not_retired(client: FlaskClient, session: Db, signe: Contact) -> None:
    factories.a_ticket(contact=signe)
    factories.a_ticket(contact=signe)
    session.commit()
    answer = client.post(f"/clients/companies/{signe.company_id}/retirement", data=browsing.form())
    assert answer.status_code == 409
    assert "Halden Freight still has 2 open tickets. Finish them first." in answer.text
    assert session.get_one(Company, signe.company_id).retired_at is None


def test_a_retired_company_leaves_the_lists_gives_its_domain_back_and_can_return(
    client: FlaskClient, session: Db, halden: Company
) -> None:
    client.post(f"/clients/companies/{halden.id}/retirement", data=browsing.form())
    assert "Halden Freight" not in client.get("/clients").text.partition("search-form")[2]
    assert "Halden Freight" in client.get("/clients?show=retired").text
    assert queries.search_companies("halden") == []
    assert queries.company_by_domain("halden.example").kind is CompanyKind.UNKNOWN
    assert "no longer a client" in client.get(f"/clients/companies/{halden.id}").text
    client.post(f"/clients/companies/{halden.id}/restoration", data=browsing.form())
    assert [row.company.name for row in lists.companies_page()] == ["Halden Freight"]
    fields = session.scalars(select(SettingChange.field).order_by(SettingChange.id)).all()
    assert sorted(fields) == ["domains", "retired", "retired"]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("verb", ["confirmation", "retirement", "restoration", "senders"])
def test_the_desks_own_companies_are_neither_confirmed_nor_retired(client: FlaskClient, verb: str) -> None:
    own = queries.own_company()
    assert client.post(f"/clients/companies/{own.id}/{verb}", data=browsing.form()).status_code == 404


def test_a_contact_who_moves_takes_his_address_along_and_leaves_his_tickets(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    castellan = factories.a_company("Castellan Print")
    ticket = factories.a_ticket(contact=signe)
    session.commit()
    sent = browsing.form(company_id=castellan.id)
    answer = client.post(f"/clients/contacts/{signe.id}/company", data=sent)
    moved = queries.find_contact_by_email("signe@halden.example")
    assert moved is not None
    assert answer.location == f"/clients/contacts/{moved.id}"
    assert (moved.company_id, moved.person_id) == (castellan.id, signe.person_id)
    assert session.get_one(Contact, signe.id).retired_at is not None
    assert session.get_one(Ticket, ticket.id).company_id == signe.company_id
    assert "Halden Freight" in client.get(answer.location).text
    assert [found.company for found in queries.search_contacts("signe")] == ["Castellan Print"]


def test_a_contact_who_comes_back_is_the_same_contact_as_before(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    castellan = factories.a_company("Castellan Print")
    session.commit()
    there = client.post(f"/clients/contacts/{signe.id}/company", data=browsing.form(company_id=castellan.id))
    back = client.post(f"{there.location}/company", data=browsing.form(company_id=signe.company_id))
    assert back.location == f"/clients/contacts/{signe.id}"
    assert session.get_one(Contact, signe.id).retired_at is None


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({}, 422, "Choose one of the client companies."),
        ({"company_id": "999999"}, 422, "Choose one of the client companies."),
        ({"company_id_text": "Halden Freight"}, 409, "Signe Holm is there already."),
        ({"company_id_text": "Unknown client"}, 409, "Choose one of the client companies."),
    ],
)
def test_a_contact_moves_only_to_another_client(
    client: FlaskClient, session: Db, signe: Contact, sent: dict[str, str], status: int, sentence: str
) -> None:
    answer = client.post(f"/clients/contacts/{signe.id}/company", data=browsing.form(**sent))
    assert answer.status_code == status
    assert sentence in answer.text
    assert session.get_one(Contact, signe.id).retired_at is None


def test_a_retired_contact_is_found_no_more_and_can_return(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    client.post(f"/clients/contacts/{signe.id}/retirement", data=browsing.form())
    assert queries.search_contacts("signe") == []
    assert "no longer there" in client.get(f"/clients/contacts/{signe.id}").text
    client.post(f"/clients/contacts/{signe.id}/restoration", data=browsing.form())
    assert [found.name for found in queries.search_contacts("signe")] == ["Signe Holm"]


def test_somebody_who_moved_on_does_not_return_beside_himself(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    castellan = factories.a_company("Castellan Print")
    session.commit()
    client.post(f"/clients/contacts/{signe.id}/company", data=browsing.form(company_id=castellan.id))
    answer = client.post(f"/clients/contacts/{signe.id}/restoration", data=browsing.form())
    assert answer.status_code == 409
    assert "Signe Holm is at Castellan Print now." in answer.text


def test_a_sender_recognised_by_his_domain_alone_is_confirmed_with_one_press(
    client: FlaskClient, session: Db, halden: Company
) -> None:
    olaf = factories.a_contact("Olaf", company=halden, email="olaf@halden.example", verified=False)
    session.commit()
    assert "Is this person right here?" in client.get(f"/clients/contacts/{olaf.id}").text
    client.post(f"/clients/contacts/{olaf.id}/confirmation", data=browsing.form())
    assert session.get_one(Contact, olaf.id).verified_at is not None


def test_a_sender_of_no_company_is_not_confirmed(client: FlaskClient, session: Db, ada: Person) -> None:
    nobody = factories.a_contact("Olaf", company=queries.unknown_company(), verified=False)
    session.commit()
    answer = client.post(f"/clients/contacts/{nobody.id}/confirmation", data=browsing.form())
    assert answer.status_code == 409
    assert "Say first which company" in answer.text


def test_unknown_senders_of_a_new_domain_are_offered_and_taken_over(
    client: FlaskClient, session: Db, halden: Company
) -> None:
    unknown = queries.unknown_company()
    olaf = factories.a_contact("Olaf", company=unknown, email="olaf@freight.example", verified=False)
    rita = factories.a_contact("Rita", company=unknown, email="rita@freight.example", verified=False)
    factories.a_contact("Else", company=unknown, email="else@nowhere.example", verified=False)
    ticket = factories.a_ticket(contact=olaf)
    session.commit()
    client.post(
        f"/clients/companies/{halden.id}/facts/domains", data=browsing.form(domains="freight.example")
    )
    page = client.get(f"/clients/companies/{halden.id}").text
    assert "2 unknown senders write" in page
    assert f'value="{olaf.id}" checked' in page
    answer = client.post(f"/clients/companies/{halden.id}/senders", data=browsing.form(sender=[olaf.id]))
    page = client.get(answer.location).text
    assert "1 sender belongs to Halden Freight now, with 1 open ticket." in page
    assert "1 unknown sender writes" in page
    assert session.get_one(Ticket, ticket.id).company_id == halden.id
    taken = queries.find_contact_by_email("olaf@freight.example")
    assert taken is not None
    assert taken.company_id == halden.id
    assert queries.find_contact_by_email("rita@freight.example") == rita


def test_nobody_else_is_taken_over_however_the_form_was_filled(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    other = factories.a_contact(
        "Known", company=factories.a_company("Castellan"), email="k@castellan.example"
    )
    session.commit()
    sent = browsing.form(sender=[other.id, "x"])
    answer = client.post(f"/clients/companies/{signe.company_id}/senders", data=sent)
    assert "Nobody was ticked" in client.get(answer.location).text
    assert session.get_one(Contact, other.id).retired_at is None


def test_pressing_twice_does_it_once(client: FlaskClient, session: Db, signe: Contact) -> None:
    castellan = factories.a_company("Castellan Print")
    session.commit()
    sent = browsing.form(company_id=castellan.id)
    first = client.post(f"/clients/contacts/{signe.id}/company", data=sent)
    assert client.post(f"/clients/contacts/{signe.id}/company", data=sent).location == first.location


def test_a_finished_ticket_does_not_keep_a_company(
    client: FlaskClient, session: Db, ada: Person, signe: Contact
) -> None:
    ticket = factories.a_ticket(contact=signe)
    tickets.resolve(ticket, "Done.", by=ada.id, now=ticket.last_event_at)
    session.commit()
    client.post(f"/clients/companies/{signe.company_id}/retirement", data=browsing.form())
    assert session.get_one(Company, signe.company_id).retired_at is not None
