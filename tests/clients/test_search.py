"""Finding a contact by any part of what is known about him."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, scoped_session

from helpdesk.clients import actions, lists, queries
from helpdesk.clients.models import Contact
from tests import factories

pytestmark = pytest.mark.usefixtures("session")
NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)


def _contact(name: str, firm: str, **more: tuple[str, ...]) -> Contact:
    company = queries.find_company(firm) or factories.a_company(firm)
    return actions.make_contact(name, company.id, now=NOW, verified=True, **more)  # type: ignore[arg-type]


@pytest.fixture
def signe(session: scoped_session[Session]) -> Contact:
    """One whom the tests look for among others."""
    _contact("Ola Winther", "Brightwater Clinics", emails=("ola@brightwater.example",))
    _contact("Пётр Ёлкин", "Ромашка", emails=("p.elkin@romashka.example",), phones=("+7 495 555-01-99",))
    return _contact(
        "Signe Holm",
        "Halden Freight",
        emails=("signe.holm@halden-freight.example",),
        phones=("020 5550 0172",),
    )


@pytest.mark.parametrize(
    "typed",
    [
        "signe", "SIGNE", "sig", "holm", "olm", "ign", "holm sig", "sig fre", "halden", "freight",
        "signe holm, halden",
        "signe.holm@halden-freight.example", "holm@halden", "den-freight", "freight.example",
        "+44 20 5550 0172", "020 5550 0172", "0205550", "+44 (0)20 5550", "5550 0172", "0172",
        "555001", "50017",
    ],
)  # fmt: skip
def test_a_contact_is_found_by_any_part(signe: Contact, typed: str) -> None:
    assert [found.id for found in queries.search_contacts(typed, region="GB")] == [signe.id]


@pytest.mark.usefixtures("signe")
@pytest.mark.parametrize(
    "typed", ["пётр", "Петр", "ЁЛК", "елкин", "лки", "ромаш", "elkin", "8 495 555 01 99", "8495555"]
)
def test_a_russian_contact_is_found_with_and_without_dots_and_in_any_case(typed: str) -> None:
    assert [found.name for found in queries.search_contacts(typed, region="RU")] == ["Пётр Ёлкин"]


@pytest.mark.usefixtures("signe")
@pytest.mark.parametrize("typed", ["", "  ", "%", "_", "zzz", "signe winther", "'", "\\", "a:b & !c"])
def test_what_nobody_has_finds_nobody_and_breaks_nothing(typed: str) -> None:
    assert queries.search_contacts(typed) == []


@pytest.mark.usefixtures("signe")
def test_whoever_is_called_so_stands_before_whose_firm_is_called_so() -> None:
    _contact("Halden Moe", "Zenith")
    assert [found.name for found in queries.search_contacts("halden")] == ["Halden Moe", "Signe Holm"]


def test_a_retired_contact_is_not_found(signe: Contact) -> None:
    signe.retired_at = NOW
    assert queries.search_contacts("signe") == []


def test_everybody_who_shares_a_number_is_listed_and_nobody_is_picked(signe: Contact) -> None:
    other = _contact("Night Shift", "Halden Freight", phones=("+44 20 5550 0172",))
    assert queries.find_contacts_by_number("+442055500172") == [other, signe]


def test_the_main_number_of_a_firm_names_the_firm() -> None:
    company = actions.create_company("Halden Freight", now=NOW, main_phone="+44 20 5550 0100")
    assert queries.find_company_by_number("+442055500100") == company


def test_at_most_eight_are_shown() -> None:
    company = factories.a_company("Halden Freight")
    for number in range(12):
        actions.make_contact(f"Holm {number}", company.id, now=NOW)
    assert len(queries.search_contacts("holm")) == 8


def test_companies_are_listed_by_name_page_by_page() -> None:
    for number in range(lists.PAGE_SIZE + 3):
        factories.a_company(f"Firm {number:03}", domain=f"firm{number}.example")
    first = lists.companies_page()
    last = first[lists.PAGE_SIZE - 1].company
    second = lists.companies_page(after=(last.sort_key, last.id))
    assert len(first) == lists.PAGE_SIZE + 1
    assert [row.company.name for row in second] == ["Firm 050", "Firm 051", "Firm 052"]
    assert second[0].domains == ("firm50.example",)


def test_a_company_is_found_in_the_list_by_its_domain() -> None:
    factories.a_company("Halden Freight", domain="hf-logistics.example")
    assert [row.company.name for row in lists.companies_page("logist")] == ["Halden Freight"]
