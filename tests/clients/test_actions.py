"""Making companies and contacts, and the sentences with which it is refused."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.clients import actions, queries
from helpdesk.clients.models import Company, CompanyKind, ContactAddress, ContactPhone
from helpdesk.errors import RuleViolation
from tests import factories

pytestmark = pytest.mark.usefixtures("session")
NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)


def test_the_two_system_companies_are_made_once(session: scoped_session[Session]) -> None:
    actions.ensure_system_companies(NOW)
    kinds = session.scalars(select(Company.kind).where(Company.kind != CompanyKind.CLIENT)).all()
    assert sorted(kinds) == [CompanyKind.OWN, CompanyKind.UNKNOWN]


def test_a_company_of_the_same_name_in_other_letters_is_refused() -> None:
    actions.create_company("Ёлка Плюс", now=NOW)
    with pytest.raises(RuleViolation, match="is there already"):
        actions.create_company("  ЕЛКА  плюс", now=NOW)


def test_a_company_entered_during_a_call_is_to_be_confirmed() -> None:
    company = actions.create_company(
        "Halden Freight", now=NOW, to_be_confirmed=True, main_phone="020 5550 0172"
    )
    assert (company.confirmed_at, company.main_phone_e164) == (None, "+442055500172")


def test_a_free_mail_domain_cannot_name_a_company() -> None:
    company = actions.create_company("Halden Freight", now=NOW)
    with pytest.raises(RuleViolation, match=r"Anybody can have an address at gmail\.com"):
        actions.add_domain(company, "gmail.com")


def test_a_domain_belongs_to_one_company_only() -> None:
    factories.a_company("Halden Freight", domain="halden.example")
    other = actions.create_company("Halden Shipping", now=NOW)
    with pytest.raises(RuleViolation, match=r"halden\.example belongs to Halden Freight"):
        actions.add_domain(other, "Halden.example")


def test_the_same_domain_twice_at_one_company_is_kept_once() -> None:
    company = actions.create_company("Halden Freight", now=NOW)
    assert (
        actions.add_domain(company, "halden.example").id == actions.add_domain(company, "halden.example").id
    )


def test_a_subdomain_is_not_its_parent() -> None:
    factories.a_company("Halden Freight", domain="halden.example")
    assert queries.company_by_domain("mail.halden.example").kind is CompanyKind.UNKNOWN


def test_a_star_stands_for_all_below_a_domain_and_the_longest_that_fits_wins() -> None:
    parent, branch, shop = (factories.a_company(name) for name in ("Halden", "Halden North", "Halden Shop"))
    actions.add_domain(parent, "*.halden.example")
    actions.add_domain(branch, "*.north.halden.example")
    actions.add_domain(shop, "shop.north.halden.example")
    found = {
        name: queries.company_by_domain(name).name
        for name in ("a.halden.example", "b.c.halden.example", "x.north.halden.example", "halden.example")
    }
    assert list(found.values()) == ["Halden", "Halden", "Halden North", "Unknown client"]
    assert queries.company_by_domain("shop.north.halden.example").id == shop.id
    assert queries.company_by_domain("evilhalden.example").kind is CompanyKind.UNKNOWN


@pytest.mark.parametrize("typed", ["*.gmail.com", "*.co.uk", "*.", "*", "a.*.example", "*.*.halden.example"])
def test_a_star_is_refused_where_it_would_take_in_everybody(typed: str) -> None:
    with pytest.raises(RuleViolation):
        actions.add_domain(factories.a_company("Halden"), typed)


def test_unknown_senders_below_a_starred_domain_are_offered() -> None:
    unknown = factories.the_unknown_client()
    below = factories.a_contact("Lev", company=unknown, email="lev@a.halden.example", verified=False)
    factories.a_contact("Eve", company=unknown, email="eve@evilhalden.example", verified=False)
    assert [one.id for one in queries.unknown_at(["*.halden.example"])] == [below.id]


def test_a_sender_of_a_known_domain_becomes_an_unverified_contact_of_its_company() -> None:
    company = factories.a_company("Halden Freight", domain="halden.example")
    contact = actions.contact_for_address("Signe.Holm@HALDEN.example", "Signe Holm", now=NOW)
    assert (contact.company_id, contact.verified_at) == (company.id, None)


def test_the_same_sender_is_the_same_contact() -> None:
    first = actions.contact_for_address("signe@halden.example", "Signe", now=NOW)
    assert actions.contact_for_address("SIGNE@halden.example", "", now=NOW).id == first.id


def test_a_contact_of_whom_only_a_number_is_known_is_called_by_it() -> None:
    contact = actions.make_contact("", queries.unknown_company().id, phones=("020 5550 0172",), now=NOW)
    assert contact.person.name == "020 5550 0172"


def test_a_contact_of_whom_nothing_is_known_is_refused() -> None:
    with pytest.raises(RuleViolation, match="at least a name"):
        actions.make_contact(" ", queries.unknown_company().id, now=NOW)


def test_an_address_of_somebody_else_is_refused_by_name() -> None:
    factories.a_contact("Ola Signer", company=factories.a_company("Halden"), email="ola@halden.example")
    signe = factories.a_contact("Signe Holm")
    with pytest.raises(RuleViolation, match=r"ola@halden\.example belongs to Ola Signer of Halden"):
        actions.add_address(signe, "OLA@halden.example")


def test_a_number_in_two_spellings_is_kept_once_and_as_first_typed(session: scoped_session[Session]) -> None:
    signe = factories.a_contact("Signe Holm")
    actions.add_phone(signe, "020 5550 0172")
    actions.add_phone(signe, "+44 (0)20 5550 0172")
    found = session.scalars(select(ContactPhone).where(ContactPhone.contact_id == signe.id)).all()
    assert [(phone.typed, phone.e164) for phone in found] == [("020 5550 0172", "+442055500172")]


def test_a_short_internal_number_is_kept_as_typed() -> None:
    phone = actions.add_phone(factories.a_contact("Signe Holm"), "4021")
    assert (phone.typed, phone.e164) == ("4021", None)


def test_saying_who_a_sender_is_gives_his_addresses_and_numbers_to_the_known_contact() -> None:
    known = factories.a_contact("Signe Holm")
    unknown = actions.make_contact(
        "S.", queries.unknown_company().id, emails=("signe@home.example",), phones=("020 5550 0172",), now=NOW
    )
    actions.absorb(unknown, known, now=NOW)
    assert queries.find_contact_by_email("signe@home.example") == known
    assert queries.find_contacts_by_number("+442055500172") == [known]
    assert unknown.retired_at == NOW


def test_a_verified_contact_is_not_absorbed() -> None:
    with pytest.raises(RuleViolation, match="stays one"):
        actions.absorb(factories.a_contact("Ola"), factories.a_contact("Signe"), now=NOW)


def test_somebody_of_the_unknown_client_cannot_be_verified() -> None:
    contact = actions.make_contact("S.", queries.unknown_company().id, now=NOW)
    with pytest.raises(RuleViolation, match="which company"):
        actions.verify(contact, now=NOW)


def test_contacts_are_found_by_the_new_name_of_their_company() -> None:
    company = factories.a_company("Halden Freight")
    signe = factories.a_contact("Signe Holm", company=company)
    actions.rename_company(company, "Nordlicht Logistik")
    assert [found.id for found in queries.search_contacts("nordl")] == [signe.id]


def test_an_address_that_does_not_exist_in_shape_is_refused(session: scoped_session[Session]) -> None:
    with pytest.raises(RuleViolation, match="is no mail address"):
        actions.add_address(factories.a_contact("Signe"), "signe at halden")
    assert session.scalar(select(ContactAddress.id)) is None
