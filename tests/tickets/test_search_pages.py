"""The search box and its page: what it finds, in which order, and what it must never tell."""

import re
from datetime import datetime
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from tests.browsing import sign_in
from tests.counting import statements
from tests.factories import (
    a_company,
    a_contact,
    a_manager,
    a_ticket,
    the_team,
    three_lines,
)
from tests.tickets.test_pages import page


@pytest.fixture
def hanna() -> Contact:
    """A client with a telephone."""
    company = a_company("Halden Freight")
    return a_contact(
        "Hanna Ёлкина",
        company=company,
        email="hanna@halden.example",
        phone="020 5550 0172",
        e164="+442055500172",
    )


def found(client: FlaskClient, typed: str) -> list[int]:
    """The tickets of the page, best first."""
    db.session.commit()
    answer = client.get("/search", query_string={"q": typed})
    assert answer.status_code == 200, answer.text[:300]
    return [int(number) for number in re.findall(r'class="c-num">(\d+)<', answer.text)]


def hidden_ticket(subject: str, contact: Contact | None = None, said: str = "Between us") -> Ticket:
    """A ticket of other people."""
    ticket = a_ticket(subject, contact=contact, team=the_team(3), text=said)
    ticket.owner_team_id = the_team(2).id
    db.session.flush()
    return ticket


@pytest.mark.parametrize(
    "typed",
    ["prescriptio", "prescriptions", "PRESCRIPTION blank", '"print blank"', "лоток", "лото",
     "печат", "печатает", "ещё", "еще"],
)  # fmt: skip
def test_words_are_found_by_any_form_and_by_half(client: FlaskClient, ada: Person, typed: str) -> None:
    wanted = a_ticket("Prescriptions print blank", text="Принтер ещё печатает, но лоток пуст.")
    a_ticket("Another matter", text="Nothing of the kind.")
    assert found(client, typed) == [wanted.id]


@pytest.mark.parametrize("typed", ['"blank print"', '"tray empty"', "prescriptionss", "zzz"])
def test_what_does_not_stand_there_is_not_found(client: FlaskClient, ada: Person, typed: str) -> None:
    a_ticket("Prescriptions print blank", text="The tray is empty.")
    assert found(client, typed) == []


@pytest.mark.parametrize(
    "typed",
    ["+44 20 5550 0172", "020 5550 0172", "(020) 5550-0172", "0044 20 55500172", "5550 0172", "442055500172"],
)
def test_a_telephone_number_finds_the_tickets_of_its_owner(
    client: FlaskClient, ada: Person, hanna: Contact, typed: str
) -> None:
    theirs = a_ticket(contact=hanna)
    a_ticket(contact=a_contact("Mei Tan", company=a_company("Tamarind Foods")))
    assert found(client, typed) == [theirs.id]


@pytest.mark.parametrize(
    "typed", ["hanna@halden.example", "halden", "елкина", "ЁЛКИНА", "client:hald", "Hanna hal"]
)
def test_a_client_is_found_by_address_name_and_company(
    client: FlaskClient, ada: Person, hanna: Contact, typed: str
) -> None:
    theirs = a_ticket(contact=hanna)
    a_ticket(contact=a_contact("Mei Tan", company=a_company("Tamarind Foods")))
    assert found(client, typed) == [theirs.id]


def test_prefixes_narrow_what_words_find(client: FlaskClient, ada: Person, hanna: Contact) -> None:
    tagged = a_ticket("Printer jam", contact=hanna)
    tagged.tags = ["Tray", "vip"]
    done = a_ticket("Printer jam", contact=a_contact("Mei Tan", company=a_company("Tamarind Foods")))
    actions.resolve(done, "Cleaned", by=ada.id, now=done.last_event_at)
    assert found(client, "printer tag:tray") == [tagged.id]
    assert found(client, "printer state:solved") == [done.id]
    assert found(client, "printer client:halden line:1") == [tagged.id]
    assert found(client, "state:solved") == [done.id]
    assert found(client, "printer line:2") == []


def test_a_word_in_every_signature_weighs_no_more_than_once(client: FlaskClient, ada: Person) -> None:
    often = a_ticket("Another matter", text="Plotter")
    for _ in range(8):
        actions.add_note(often, "Plotter again", by=ada.id, now=often.last_event_at)
    named = a_ticket("The plotter draws nothing", text="It is new.")
    assert found(client, "plotter") == [named.id, often.id]


def test_what_is_open_stands_before_what_is_over(client: FlaskClient, ada: Person) -> None:
    still, done = a_ticket("Printer jam"), a_ticket("Printer jam")
    actions.resolve(done, "Cleaned", by=ada.id, now=done.last_event_at)
    assert found(client, "printer") == [still.id, done.id]


def test_nobody_learns_of_a_ticket_that_is_not_for_him(
    client: FlaskClient, ada: Person, hanna: Contact
) -> None:
    secret = hidden_ticket("Secret merger", hanna, "The merger stays between us.")
    for typed in (
        "merger",
        str(secret.id),
        f"#{secret.id}",
        "halden",
        "+44 20 5550 0172",
        "line:3",
        '"secret merger"',
    ):
        db.session.commit()
        answer = client.get("/search", query_string={"q": typed})
        assert (answer.status_code, "Secret" in answer.text, f"/tickets/{secret.id}" in answer.text) == (
            200,
            False,
            False,
        )
        shown = client.get("/search/suggestions", query_string={"q": typed}).text
        assert ("Secret" in shown, f"/tickets/{secret.id}" in shown) == (False, False)


def test_internal_notes_are_found_by_those_who_may_read_them(client: FlaskClient, ada: Person) -> None:
    own, foreign = a_ticket("Till 4"), hidden_ticket("Till 5")
    for ticket in (own, foreign):
        actions.add_note(ticket, "Smells of zirconium", by=ada.id, now=ticket.last_event_at)
    assert found(client, "zirconium") == [own.id]


def test_a_manager_of_some_clients_finds_only_those(
    client: FlaskClient, now: datetime, hanna: Contact
) -> None:
    three_lines()
    other = a_contact("Hanna Moe", company=a_company("Tamarind Foods"))
    manager = a_manager("Grace Cole", company_ids=[hanna.company_id])
    a_ticket("Hers", contact=hanna)
    a_ticket("Theirs", contact=other)
    db.session.commit()
    sign_in(client, manager)
    for path in ("/search", "/search/suggestions"):
        shown = client.get(path, query_string={"q": "hanna"}).text
        assert ("Halden" in shown, "Tamarind" in shown, "Theirs" in shown) == (True, False, False)


def test_suggestions_are_tickets_clients_and_the_way_to_the_whole_search(
    client: FlaskClient, ada: Person, hanna: Contact
) -> None:
    ticket = a_ticket("Halden scanner", contact=hanna)
    shown = page(client, "/search/suggestions?q=hald")
    links = re.findall(r'data-href="([^"]*)"', shown)
    assert links == [
        f"/tickets/{ticket.id}",
        f"/clients/contacts/{hanna.id}",
        f"/clients/companies/{hanna.company_id}",
        "/search?q=hald",
    ]
    assert "<mark>Hald</mark>en" in shown


def test_before_anything_is_typed_the_box_offers_what_was_read(client: FlaskClient, ada: Person) -> None:
    read, unread = a_ticket("Read this morning"), a_ticket("Never looked at")
    page(client, f"/tickets/{read.id}")
    shown = page(client, "/search/suggestions?q=")
    assert (read.subject in shown, unread.subject in shown) == (True, False)
    db.session.execute(
        text("update ticket set line = 3, team_id = :t, owner_team_id = :t"), {"t": the_team(3).id}
    )
    assert read.subject not in page(client, "/search/suggestions?q=")


@pytest.mark.parametrize(
    "typed",
    ["'", "\\", "%", "_", "a:*", "!(a|b)&c", "<->", "'; drop table ticket; --", '"unfinished', "client:",
     "tag:'", "\ue000mark\ue001", "<script>", "a" * 5000, "() () ()", "line:", ":::", "клиент:%",
     "\u0301\u0301", "🙂", "0x00"],
)  # fmt: skip
def test_hostile_words_are_only_words(client: FlaskClient, ada: Person, typed: str) -> None:
    a_ticket("Innocent subject")
    db.session.commit()
    for path in ("/search", "/search/suggestions"):
        answer = client.get(path, query_string={"q": typed})
        assert answer.status_code == 200
        assert "<script>" not in answer.text.replace('<script type="module"', "").partition("<body")[2]


def test_found_words_are_marked_and_foreign_markup_is_not(client: FlaskClient, ada: Person) -> None:
    a_ticket("<b>Scanner</b> & folder", text="The <img src=x> scanner is \ue000 empty.")
    shown = page(client, "/search?q=scanner")
    assert "&lt;b&gt;<mark>Scanner</mark>&lt;/b&gt; &amp; folder" in shown
    assert "<img src=x" not in shown


def test_a_prefix_that_means_nothing_is_answered_in_words(client: FlaskClient, ada: Person) -> None:
    a_ticket("Printer jam")
    shown = unescape(page(client, "/search?q=printer+line:9+state:blue"))
    assert ("There is no line 9." in shown, "There is no state “blue”." in shown) == (True, True)
    assert "Printer jam" in re.sub(r"</?mark>", "", shown)


@pytest.mark.parametrize(("path", "most"), [("/search?q=zeppelin", 60), ("/search/suggestions?q=zep", 300)])
def test_there_is_an_end_to_searching(client: FlaskClient, ada: Person, path: str, most: int) -> None:
    db.session.commit()
    answers = [client.get(path).status_code for _ in range(most + 1)]
    assert (answers[:most], answers[most]) == ([200] * most, 429)


def test_a_search_costs_the_same_for_one_and_for_many(
    client: FlaskClient, ada: Person, hanna: Contact
) -> None:
    counts = []
    for _ in range(2):
        for _ in range(6):
            a_ticket("Halden scanner", contact=hanna)
        page(client, "/search?q=halden")
        with statements() as sent:
            page(client, "/search?q=halden")
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 18
    with statements() as sent:
        page(client, "/search/suggestions?q=halden")
    assert len(sent) <= 10


def test_the_box_stands_on_every_page_and_works_as_a_plain_form(client: FlaskClient, ada: Person) -> None:
    for path in ("/lines/1", "/calls", "/clients", "/views", "/profile"):
        box = page(client, path).partition('class="side-search')[2].partition("</form>")[0]
        assert ('action="/search"' in box, 'name="q"' in box, 'data-key="/"' in box) == (True, True, True)
