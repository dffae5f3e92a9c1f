"""Companies come in from a file with their domains, by the same rules as on the screens."""

import pytest
from sqlalchemy import select

from helpdesk.carriage.cargo import Cargo
from helpdesk.clients.models import Company, CompanyDomain
from helpdesk.clients.queries import company_by_domain, find_company, search_contacts
from helpdesk.db import db
from tests.carriage.carrying import a_csv, brought_in, checked, exported, faults
from tests.conftest import NOON
from tests.factories import a_company, a_contact, a_mailbox, our_firm

pytestmark = pytest.mark.usefixtures("session", "now")
HEADS = ("Company", "Mail domains", "Phone", "VIP", "Note", "Colleagues may answer")


def test_mail_from_a_domain_of_the_file_belongs_to_its_company() -> None:
    row = (
        "Harbour Freight",
        "https://www.Harbour.example/ ; harbour-ops.example",
        "+44 161 496 0202",
        "x",
        "Two\nlines",
        "no",
    )
    run = brought_in(Cargo.COMPANIES, a_csv(HEADS, row))
    company = company_by_domain("harbour-ops.example")
    assert (company.name, company.vip, company.note) == ("Harbour Freight", True, "Two\nlines")
    assert not company.colleagues_answer
    assert company.main_phone_e164 == "+441614960202"
    assert company.confirmed_at is not None
    assert company_by_domain("harbour.example").id == company.id
    assert checked(Cargo.COMPANIES, a_csv(HEADS, row)).counts["same"] == 1
    assert run.counts["new"] == 1


def test_a_known_company_gets_what_is_new_and_keeps_the_rest() -> None:
    company = a_company("Harbour Freight", domain="harbour.example")
    company.note = "Rings on Fridays"
    db.session.flush()
    run = brought_in(Cargo.COMPANIES, a_csv(HEADS, ("HARBOUR  FREIGHT", "harbour-ops.example", "", "", "")))
    assert run.counts["changed"] == 1
    db.session.refresh(company)
    assert (company.name, company.note) == ("Harbour Freight", "Rings on Fridays")
    domains = select(CompanyDomain.domain).where(CompanyDomain.company_id == company.id)
    assert set(db.session.scalars(domains)) == {"harbour.example", "harbour-ops.example"}


def test_a_company_renamed_in_an_exported_file_is_renamed_and_its_people_found_by_it() -> None:
    a_contact("Olga", company=a_company("Harbour Freight"))
    content = exported(Cargo.COMPANIES).replace(b"Harbour Freight", b"Quayside")
    assert brought_in(Cargo.COMPANIES, content).counts["changed"] == 1
    assert find_company("Harbour Freight") is None
    assert [found.name for found in search_contacts("quayside")] == ["Olga"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("", "x.example", "", "", ""), "This cell is empty, and it is needed."),
        (("Our firm", "", "", "", ""), "“Our firm” is a name that the desk itself uses."),
        (
            ("A", "gmail.com", "", "", ""),
            "Anybody can have an address at gmail.com, so it says nothing about a firm.",
        ),
        (("A", "co.uk", "", "", ""), "Many firms have a domain that ends in co.uk; give the whole one."),
        (("A", "no domain at all!", "", "", ""), "“no domain at all!” is no mail domain."),
        (("A", "taken.example", "", "", ""), "taken.example belongs to Harbour Freight."),
        (("A", "fernhill.example", "", "", ""), "fernhill.example is our own mail domain, not a client's."),
        (("Gone", "", "", "", ""), "Gone is a client no longer. Bring it back on its page first."),
    ],
)
def test_a_wrong_row_gets_its_sentence(row: tuple[str, ...], sentence: str) -> None:
    assert our_firm().name == "Our firm"
    a_company("Harbour Freight", domain="taken.example")
    a_company("Gone").retired_at = NOON
    a_mailbox("help@fernhill.example")
    db.session.flush()
    assert faults(checked(Cargo.COMPANIES, a_csv(HEADS, ("Good", "", "", "", ""), row))) == [
        f"Row 3: {sentence}"
    ]
    assert find_company("Good") is None


def test_one_domain_in_two_rows_is_wrong() -> None:
    rows = [("A", "x.example", "", "", ""), ("B", "x.example", "", "", "")]
    assert faults(checked(Cargo.COMPANIES, a_csv(HEADS, *rows))) == [
        "Row 3: Row 2 says the same thing already: x.example."
    ]
    assert db.session.scalars(select(Company.id).where(Company.name.in_(["A", "B"]))).all() == []
