"""Saying who a sender is: on the ticket and on the list of unknown senders, for all his tickets."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.models import Person
from helpdesk.clients import queries
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.clients.suggestions import Reason, Traces, suggest
from helpdesk.sla.models import TicketSla
from helpdesk.telephony.models import Call, CallOutcome
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.strangers import PAGE_SIZE, strangers_page
from helpdesk.tickets.rules import State
from tests import browsing, factories
from tests.counting import statements, statements_of

Db = scoped_session[Session]
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def signe(session: Db, ada: Person) -> Contact:
    halden = factories.a_company("Halden Freight", domain="halden.example")
    contact = factories.a_contact(
        "Signe Holm",
        company=halden,
        email="signe@halden.example",
        phone="020 5550 0172",
        e164="+442055500172",
    )
    session.commit()
    return contact


def a_stranger(
    name: str = "S. Holm", email: str | None = "signe@home.example", e164: str | None = None
) -> Contact:
    """Somebody whom nobody has identified."""
    return factories.a_contact(
        name, company=queries.unknown_company(), email=email, phone=e164, e164=e164, verified=False
    )


def test_all_open_tickets_of_the_sender_go_along_and_are_told_before(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    sender = a_stranger()
    mine, second, third = (factories.a_ticket(f"Ticket {number}", contact=sender) for number in range(3))
    done = factories.a_ticket("Spam", contact=sender)
    done.state, done.resolved_at = State.CLOSED, NOW
    session.commit()
    page = client.get(f"/tickets/{mine.id}/client").text
    assert "2 more open tickets of this sender go along." in page
    answer = client.post(f"/tickets/{mine.id}/client", data=browsing.form(who=f"contact:{signe.id}"))
    page = client.get(answer.location).text
    assert "This is Signe Holm of Halden Freight. 2 more tickets went along." in page
    for ticket in (mine, second, third):
        assert session.get_one(Ticket, ticket.id).company_id == signe.company_id
    assert session.get_one(Ticket, done.id).contact_id == sender.id
    assert queries.find_contact_by_email("signe@home.example") == signe


def test_the_policy_of_the_company_holds_from_then_on(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    factories.a_policy("Standard", default=True)
    care = factories.a_policy("Care")
    factories.a_contract(signe.company, care)
    ticket = factories.a_ticket(contact=a_stranger())
    session.commit()
    client.post(f"/tickets/{ticket.id}/client", data=browsing.form(who=f"contact:{signe.id}"))
    assert session.get_one(TicketSla, ticket.id).policy_version_id == care.id


def test_callers_of_one_number_are_one_sender_and_their_calls_are_passed_on(
    client: FlaskClient, session: Db, ada: Person, signe: Contact
) -> None:
    first, second = (a_stranger(f"Caller {n}", None, "+442055500999") for n in range(2))
    call = Call(
        contact_id=second.id, operator_id=ada.id, outcome=CallOutcome.NOTED, started_at=NOW, seconds=5,
        number_e164="+442055500999",
    )  # fmt: skip
    session.add(call)
    ticket = factories.a_ticket(contact=first)
    other = factories.a_ticket(contact=second)
    session.commit()
    assert [(one.open_tickets, one.contact_id) for one in strangers_page(only_open=True)] == [(2, second.id)]
    client.post(f"/clients/senders/{first.id}", data=browsing.form(who=f"contact:{signe.id}"))
    assert {session.get_one(Ticket, one.id).contact_id for one in (ticket, other)} == {signe.id}
    assert session.get_one(Call, call.id).contact_id == signe.id
    assert strangers_page(only_open=False) == []


def test_a_sender_of_whom_nothing_is_known_takes_no_other_ticket_along(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    nobody = a_stranger("Unknown sender", None)
    mine, others = factories.a_ticket(contact=nobody), factories.a_ticket(contact=nobody)
    session.commit()
    client.post(f"/tickets/{mine.id}/client", data=browsing.form(who=f"contact:{signe.id}"))
    assert session.get_one(Ticket, others.id).contact_id == nobody.id


def test_a_new_contact_at_a_known_company_keeps_what_he_wrote_under_his_name(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    sender = a_stranger("olaf", "olaf@home.example")
    ticket = factories.a_ticket(contact=sender)
    session.commit()
    sent = browsing.form(
        who="new", name="Olaf Berg", company_id=signe.company_id, company_text="Halden Freight"
    )
    client.post(f"/tickets/{ticket.id}/client", data=sent)
    made = queries.find_contact_by_email("olaf@home.example")
    assert made is not None
    assert (made.person.name, made.company_id) == ("Olaf Berg", signe.company_id)
    assert (made.person_id, made.verified_at is None) == (sender.person_id, False)


def test_a_new_company_is_to_be_confirmed(client: FlaskClient, session: Db, ada: Person) -> None:
    ticket = factories.a_ticket(contact=a_stranger("Olaf Berg", "olaf@home.example"))
    session.commit()
    sent = browsing.form(who="new", name="Olaf Berg", company_text="Northgate Dental")
    client.post(f"/tickets/{ticket.id}/client", data=sent)
    company = session.scalars(select(Company).where(Company.name == "Northgate Dental")).one()
    assert company.confirmed_at is None
    assert session.get_one(Ticket, ticket.id).company_id == company.id


def test_a_name_typed_without_a_script_counts_when_only_one_fits(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    ticket = factories.a_ticket(contact=a_stranger())
    session.commit()
    client.post(f"/tickets/{ticket.id}/client", data=browsing.form(who="other", contact_id_text="signe holm"))
    assert session.get_one(Ticket, ticket.id).contact_id == signe.id


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({"who": "other"}, 422, "Choose a contact first."),
        ({"who": "contact:999999"}, 422, "Choose a contact first."),
        ({"who": "contact:nonsense"}, 422, "Choose a contact first."),
        ({"who": "other", "contact_id_text": "holm"}, 422, "Several contacts fit"),
        ({"who": "new", "name": "Olaf"}, 422, "Say which company it is."),
        ({"who": "company:999999"}, 422, "This company is no longer there."),
        ({"who": "new", "name": "Olaf", "company_text": "Our firm"}, 409, "is there already"),
    ],
)
def test_an_answer_that_cannot_be_comes_back_and_nothing_is_done(
    client: FlaskClient, session: Db, signe: Contact, sent: dict[str, str], status: int, sentence: str
) -> None:
    factories.a_contact("Rita Holm", company=signe.company)
    sender = a_stranger("Olaf", "olaf@home.example")
    ticket = factories.a_ticket(contact=sender)
    session.commit()
    before = len(session.scalars(select(Contact.id)).all())
    answer = client.post(f"/tickets/{ticket.id}/client", data=browsing.form(**sent))
    assert answer.status_code == status
    assert sentence in answer.text
    assert session.get_one(Ticket, ticket.id).contact_id == sender.id
    assert len(session.scalars(select(Contact.id)).all()) == before
    assert sent.get("company_text", "") in answer.text


def test_a_ticket_that_is_his_already_says_so(client: FlaskClient, session: Db, signe: Contact) -> None:
    ticket = factories.a_ticket(contact=signe)
    session.commit()
    answer = client.post(f"/tickets/{ticket.id}/client", data=browsing.form(who=f"contact:{signe.id}"))
    assert answer.status_code == 409
    assert "This ticket is already his." in answer.text


def test_somebody_said_it_meanwhile(client: FlaskClient, session: Db, signe: Contact) -> None:
    sender = a_stranger()
    sender.verified_at = NOW
    session.commit()
    answer = client.post(f"/clients/senders/{sender.id}", data=browsing.form(who=f"contact:{signe.id}"))
    assert answer.status_code == 409
    assert "Somebody has said already who this is." in answer.text


def test_locks_are_taken_as_intake_takes_them_address_contacts_tickets(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    sender = a_stranger()
    tickets = [factories.a_ticket(contact=sender) for _ in range(2)]
    session.commit()
    sent = browsing.form(who=f"contact:{signe.id}")
    with statements() as seen:
        client.post(f"/tickets/{tickets[1].id}/client", data=sent)
    order = [lock for statement in seen for lock in locks_in(statement)]
    assert order[: len(order)] == sorted(order, key=["address", "contact", "ticket"].index)
    assert set(order) == {"address", "contact", "ticket"}


def locks_in(statement: str) -> list[str]:
    """What the statement keeps from others."""
    if "pg_advisory_xact_lock" in statement:
        return ["address"]
    table = re.search(r"FROM (ticket|contact)\b.* FOR NO KEY UPDATE", statement, re.DOTALL)
    return [table[1]] if table else []


def test_a_script_gets_a_dialog_and_is_sent_on_afterwards(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    ticket = factories.a_ticket(contact=a_stranger())
    session.commit()
    dialog = client.get(f"/tickets/{ticket.id}/client", headers=HTMX).text
    assert "<dialog" in dialog
    assert "<html" not in dialog
    sent = browsing.form(who=f"contact:{signe.id}")
    answer = client.post(f"/tickets/{ticket.id}/client", data=sent, headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/tickets/{ticket.id}"


@pytest.mark.parametrize(
    ("traces", "reasons"),
    [
        (Traces("S", numbers=("+442055500172",)), {Reason.PHONE}),
        (Traces("S", text="Regards\nCall me: 020 5550 0172"), {Reason.PHONE}),
        (Traces("S", text="Answer to signe@halden.example please"), {Reason.ADDRESS, Reason.DOMAIN}),
        (Traces("Signe Holm", emails=("sh@home.example",)), {Reason.NAME}),
        (Traces("Signe Holm", emails=("sh@mail.halden.example",)), {Reason.NAME, Reason.DOMAIN}),
        (Traces("Signe Holm", text="Signe Holm, Halden-Freight, Oslo"), {Reason.NAME, Reason.SIGNED}),
    ],
)
def test_a_known_contact_is_suggested_with_the_reasons(
    signe: Contact, traces: Traces, reasons: set[Reason]
) -> None:
    best = suggest(traces)[0]
    assert (best.contact_id, set(best.reasons)) == (signe.id, reasons)


@pytest.mark.parametrize(
    ("traces", "reasons"),
    [
        (Traces("Olaf", emails=("olaf@halden.example",)), {Reason.DOMAIN}),
        (Traces("Olaf", text="Olaf Berg\nHALDEN FREIGHT"), {Reason.SIGNED}),
    ],
)
def test_a_company_is_suggested_for_a_new_contact(
    signe: Contact, traces: Traces, reasons: set[Reason]
) -> None:
    best = suggest(traces)[0]
    assert (best.contact_id, best.company_id, set(best.reasons)) == (None, signe.company_id, reasons)


def test_who_rang_from_the_number_before_is_suggested(signe: Contact) -> None:
    assert suggest(Traces("S", rang=(signe.id,)))[0].reasons == (Reason.RANG,)


@pytest.mark.parametrize(
    "traces",
    [
        Traces("S", emails=("somebody@gmail.com",)),
        Traces("Signe", text="hello"),
        Traces("S", text="We are haldenfreighters"),
        Traces(""),
    ],
)
def test_nobody_is_suggested_for_what_says_nothing(signe: Contact, traces: Traces) -> None:
    factories.a_contact("Other", company=signe.company, email="other@gmail.com")
    assert suggest(traces) == []


def test_retired_ones_are_not_suggested(session: Db, signe: Contact) -> None:
    signe.retired_at = NOW
    session.flush()
    found = suggest(Traces("Signe Holm", numbers=("+442055500172",)))
    assert found == []


def test_the_page_ticks_the_best_suggestion(client: FlaskClient, session: Db, signe: Contact) -> None:
    sender = a_stranger("Signe Holm", "sh@home.example")
    ticket = factories.a_ticket(contact=sender, text="Folder is empty.\n\nSigne Holm\nHalden Freight")
    session.commit()
    page = client.get(f"/tickets/{ticket.id}/client").text
    assert f'value="contact:{signe.id}" checked' in page
    assert "same name, company named in the text" in page


def test_the_list_groups_counts_and_pages(client: FlaskClient, session: Db, ada: Person) -> None:
    for number in range(PAGE_SIZE + 3):
        sender = a_stranger(f"Sender {number}", f"s{number}@nowhere.example")
        factories.a_ticket(contact=sender, at=NOW + timedelta(minutes=number))
    session.commit()
    page = client.get("/clients/senders").text
    assert page.count("Who is it?") == PAGE_SIZE
    older = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert client.get(older).text.count("Who is it?") == 3


def test_the_list_takes_few_statements_however_long_it_is(
    client: FlaskClient, session: Db, ada: Person
) -> None:
    for number in range(30):
        factories.a_ticket(contact=a_stranger(f"Sender {number}", f"s{number}@nowhere.example"))
    session.commit()
    assert statements_of(client, "/clients/senders") <= 8


def test_a_sender_without_open_tickets_stands_only_among_all(
    client: FlaskClient, session: Db, ada: Person
) -> None:
    a_stranger("Quiet One", "quiet@nowhere.example")
    session.commit()
    assert "Everybody is known" in client.get("/clients/senders").text
    assert "Quiet One" in client.get("/clients/senders?show=all").text


def test_a_known_contact_is_no_unknown_sender(client: FlaskClient, signe: Contact) -> None:
    assert client.get(f"/clients/senders/{signe.id}").status_code == 404
    assert signe.company.kind is CompanyKind.CLIENT


@pytest.mark.parametrize(
    "place", ["after=x&after=1", "after=2026-03-04&after=1", "after=1", "after=a&after=b"]
)
@pytest.mark.usefixtures("ada")
def test_a_place_in_the_list_that_is_none_begins_at_the_beginning(client: FlaskClient, place: str) -> None:
    assert client.get(f"/clients/senders?{place}").status_code == 200
