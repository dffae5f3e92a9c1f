"""Contacts come in from a file all or none, and the same file twice changes nothing."""

import pytest
from sqlalchemy import func, select

from helpdesk.carriage import runs
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.jobs import carry
from helpdesk.carriage.models import RunState
from helpdesk.clients.models import Company, Contact, ContactAddress
from helpdesk.clients.queries import contact as contact_of
from helpdesk.clients.queries import find_contact_by_email, search_contacts
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from tests.carriage.carrying import a_csv, brought_in, checked, faults, fresh
from tests.factories import a_company, a_contact, a_mailbox, the_unknown_client

pytestmark = pytest.mark.usefixtures("session", "now")
HEADS = ("Name", "Company", "E-mail", "Phone", "Position")


def how_many() -> int:
    return db.session.scalar(select(func.count(Contact.id))) or 0


def test_new_contacts_are_found_by_everything_the_file_says() -> None:
    a_company("Brightwater")
    row = ("Olga Petrova", "brightwater", "Olga@Brightwater.example", "+44 20 7946 0101", "Bookkeeper")
    run = brought_in(Cargo.CONTACTS, a_csv(HEADS, row))
    assert run.counts == {"new": 1, "changed": 0, "same": 0, "wrong": 0}
    for typed in ("olga", "petro", "brightwater", "2079460101", "book", "olga@bright"):
        assert [found.name for found in search_contacts(typed)] == ["Olga Petrova"], typed
    found = find_contact_by_email("olga@brightwater.example")
    assert found is not None
    assert found.verified_at is not None


def test_the_same_file_a_second_time_changes_nothing() -> None:
    a_company("Brightwater")
    content = a_csv(
        HEADS,
        ("Olga", "Brightwater", "olga@b.example", "+44 20 7946 0101", "Boss"),
        ("Ann", "Brightwater", "", "+44 20 7946 0102", ""),
        ("Ben", "Brightwater", "", "", ""),
        ("Two at the switchboard", "Brightwater", "", "+44 20 7946 0100", ""),
        ("Another one there", "Brightwater", "", "+44 20 7946 0100", ""),
    )
    brought_in(Cargo.CONTACTS, content)
    before = how_many()
    run = checked(Cargo.CONTACTS, content)
    assert run.counts == {"new": 0, "changed": 0, "same": 5, "wrong": 0}
    assert how_many() == before


def test_a_broken_row_in_the_last_line_keeps_everything_out_and_is_named() -> None:
    a_company("Brightwater")
    rows = [(f"Person {n}", "Brightwater", f"p{n}@b.example", "", "") for n in range(2000)]
    before = how_many()
    run = checked(Cargo.CONTACTS, a_csv(HEADS, *rows, ("Olga", "Brightwater", "olga@", "", "")))
    assert run.counts == {"new": 2000, "changed": 0, "same": 0, "wrong": 1}
    assert faults(run) == ["Row 2,002: “olga@” is no e-mail address."]
    with pytest.raises(RuleViolation, match="Some rows are wrong"):
        runs.start(run, now=process_time())
    assert how_many() == before


def test_rows_that_became_wrong_after_the_check_keep_everything_out() -> None:
    company = a_company("Brightwater")
    rows = [("Ann", "Brightwater", "ann@b.example", "", ""), ("Ben", "Brightwater", "", "", "")]
    run = checked(Cargo.CONTACTS, a_csv(HEADS, *rows))
    runs.start(run, now=process_time())
    company.retired_at = process_time()
    db.session.flush()
    before = how_many()

    carry()
    assert fresh(run).state is RunState.CHECKED
    assert len(run.wrong_rows) == 2
    assert how_many() == before


def test_somebody_known_is_found_by_address_then_phone_then_name() -> None:
    company = a_company("Brightwater")
    by_mail = a_contact("Old Name", company=company, email="olga@b.example")
    run = brought_in(
        Cargo.CONTACTS,
        a_csv(HEADS, ("Olga Petrova", "Brightwater", "olga@b.example; op@b.example", "", "Bookkeeper")),
    )
    assert run.counts["changed"] == 1
    found = contact_of(by_mail.id)
    assert found is not None
    assert (found.person.name, found.position) == ("Olga Petrova", "Bookkeeper")
    assert [address.email for address in found.addresses] == ["olga@b.example", "op@b.example"]
    brought_in(Cargo.CONTACTS, a_csv(HEADS, ("olga petrova", "Brightwater", "", "+44 20 7946 0101", "")))
    brought_in(Cargo.CONTACTS, a_csv(HEADS, ("Olga Weir", "Brightwater", "", "020 7946 0101", "")))
    found = contact_of(by_mail.id)
    assert found is not None
    assert found.person.name == "Olga Weir"
    assert len(found.phones) == 1


def test_an_empty_cell_takes_nothing_away() -> None:
    company = a_company("Brightwater")
    known = a_contact("Olga", company=company, email="olga@b.example")
    known.position, known.note = "Bookkeeper", "Rings on Fridays"
    db.session.flush()
    run = checked(Cargo.CONTACTS, a_csv(HEADS, ("Olga", "Brightwater", "", "", "")))
    assert run.counts["same"] == 1


def test_the_same_contact_twice_in_one_file_is_wrong() -> None:
    a_company("Brightwater")
    row = ("Olga", "Brightwater", "olga@b.example", "", "")
    run = checked(Cargo.CONTACTS, a_csv(HEADS, row, ("Olga P", "Brightwater", "olga@b.example", "", "")))
    assert faults(run) == ["Row 3: Row 2 says the same thing already: olga@b.example."]


def test_an_unknown_company_is_wrong_unless_it_may_be_made() -> None:
    content = a_csv(HEADS, ("Olga", "Brightwater", "", "", ""), ("Ann", "BRIGHTWATER", "", "", ""))
    run = checked(Cargo.CONTACTS, content)
    assert faults(run)[0] == "Row 2: There is no company called “Brightwater”. Bring the companies in first."
    brought_in(Cargo.CONTACTS, content, makes_companies=True)
    assert db.session.scalars(select(Company.name).where(Company.sort_key == "brightwater")).all() == [
        "Brightwater"
    ]


def test_a_contact_of_another_company_is_not_taken_from_it() -> None:
    a_company("Brightwater")
    a_contact("Olga", company=a_company("Harbour"), email="olga@b.example")
    run = checked(Cargo.CONTACTS, a_csv(HEADS, ("Olga", "Brightwater", "olga@b.example", "", "")))
    assert "known as Olga of Harbour" in faults(run)[0]


def test_a_sender_whom_nobody_had_identified_becomes_the_companys_contact() -> None:
    a_company("Brightwater")
    a_contact("olga@b.example", company=the_unknown_client(), email="olga@b.example")
    brought_in(Cargo.CONTACTS, a_csv(HEADS, ("Olga Petrova", "Brightwater", "olga@b.example", "", "Boss")))
    found = find_contact_by_email("olga@b.example")
    assert found is not None
    assert (found.company.name, found.person.name, found.position) == ("Brightwater", "Olga Petrova", "Boss")
    assert found.verified_at is not None
    assert [one.name for one in search_contacts("petrova boss")] == ["Olga Petrova"]


def test_two_addresses_of_two_contacts_in_one_row_are_wrong() -> None:
    company = a_company("Brightwater")
    a_contact("Olga", company=company, email="olga@b.example")
    a_contact("Ann", company=company, email="ann@b.example")
    row = ("Olga", "Brightwater", "olga@b.example ann@b.example", "", "")
    assert faults(checked(Cargo.CONTACTS, a_csv(HEADS, row))) == [
        "Row 2: These addresses belong to two contacts: Olga and Ann."
    ]


@pytest.mark.parametrize(
    ("head", "cell", "sentence"),
    [
        ("E-mail", "olga(at)b.example", "“olga(at)b.example” is no e-mail address."),
        ("Phone", "ask reception", "“ask reception” is no phone number."),
        ("Language", "Klingon", "“Klingon” is no language of the desk. Write en or ru."),
        ("Time zone", "Moon", "“Moon” is no time zone. Write it like Europe/London."),
        ("VIP", "perhaps", "“perhaps” is neither yes nor no."),
        ("Position", "x" * 300, "This is longer than 200 characters."),
        (
            "Desk ID",
            "77",
            "“77” is no number of this desk. Leave this column out if the file is from another one.",
        ),
    ],
)
def test_a_wrong_cell_gets_its_sentence(head: str, cell: str, sentence: str) -> None:
    a_company("Brightwater")
    run = checked(Cargo.CONTACTS, a_csv(("Name", "Company", head), ("Olga", "Brightwater", cell)))
    assert faults(run) == [f"Row 2: {sentence}"]
    assert db.session.scalars(select(ContactAddress.email)).all() == []


def test_nobody_gets_the_address_of_a_mailbox_of_the_desk() -> None:
    a_company("Brightwater")
    a_mailbox("help@firm.example")
    run = checked(Cargo.CONTACTS, a_csv(HEADS, ("Olga", "Brightwater", "help+x@firm.example", "", "")))
    assert "is a mailbox of this desk" in faults(run)[0]
