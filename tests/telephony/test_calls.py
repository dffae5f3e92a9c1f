"""A call and each of its outcomes, through the door."""

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company, CompanyKind, Contact, ContactPhone
from helpdesk.db import db
from helpdesk.history import Act
from helpdesk.kb import actions as kb
from helpdesk.kb.models import Article, ArticleUse, Audience, Outcome
from helpdesk.telephony.models import Call, CallOutcome
from helpdesk.tickets.models import Handover, Message, Participant, Ticket
from helpdesk.tickets.rules import Channel, MessageKind, Priority, State
from tests import browsing, factories
from tests.admin.telling import history_of

HAPPENED = "The dispatch screen signs her out. Three colleagues have it too."
Db = scoped_session[Session]


@pytest.fixture
def ada(client: FlaskClient, now: datetime) -> Person:
    """An operator of line 1, signed in."""
    factories.three_lines()
    factories.a_policy(default=True)
    person = factories.an_agent("Ada Lind")
    browsing.sign_in(client, person)
    return person


@pytest.fixture
def signe(ada: Person) -> Contact:
    """A caller whom we know."""
    contact = factories.a_contact("Signe Holm", company=factories.a_company("Halden Freight"))
    db.session.commit()  # a refusal undoes only what the door has written
    return contact


def _log(client: FlaskClient, verb: str, **fields: Any) -> TestResponse:
    form = {"verb": verb, "happened": HAPPENED, "impact": "department", "urgency": "detour", "seconds": "161"}
    return client.post("/calls", data=browsing.form(**form | fields))


def _call(session: Db) -> Call:
    return session.scalars(select(Call)).one()


def _ticket(session: Db) -> Ticket:
    return session.scalars(select(Ticket)).one()


def test_solved_in_the_call(client: FlaskClient, session: Db, ada: Person, signe: Contact) -> None:
    answer = _log(client, "solve", contact=signe.id, done="Cleared the session of counter 2.")
    call, ticket = _call(session), _ticket(session)
    assert (answer.status_code, answer.location) == (303, f"/tickets/{ticket.id}")
    assert (call.outcome, call.ticket_id, call.seconds) == (CallOutcome.SOLVED, ticket.id, 161)
    assert (ticket.state, ticket.resolution) == (State.RESOLVED, "Cleared the session of counter 2.")
    assert (ticket.channel, ticket.priority, ticket.first_contact) == (Channel.PHONE, Priority.P2, True)
    assert (ticket.subject, ticket.contact_id) == ("The dispatch screen signs her out", signe.id)


def test_the_client_was_answered_live(
    client: FlaskClient, session: Db, now: datetime, signe: Contact
) -> None:
    _log(client, "keep", contact=signe.id)
    ticket = _ticket(session)
    assert (ticket.first_answered_at, ticket.unanswered_since) == (now, None)


def test_what_happened_is_the_only_field_that_must_be_filled(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    assert _log(client, "solve", contact=signe.id).status_code == 303
    assert _ticket(session).resolution == "Solved in the call."


def test_a_kept_call_is_the_operators_own(
    client: FlaskClient, session: Db, ada: Person, signe: Contact
) -> None:
    _log(client, "keep", contact=signe.id, done="Asked for a list of names.")
    ticket = _ticket(session)
    assert (ticket.assignee_id, ticket.owner_id, ticket.line, ticket.state) == (ada.id, ada.id, 1, State.OPEN)
    notes = session.scalars(select(Message.text).where(Message.kind == MessageKind.NOTE)).all()
    assert notes == ["Asked for a list of names."]


def test_a_call_handed_on_carries_its_card(client: FlaskClient, session: Db, signe: Contact) -> None:
    _log(client, "hand", contact=signe.id, done="Cleared the session.", asked="Why do sessions end?")
    card, ticket = session.scalars(select(Handover)).one(), _ticket(session)
    assert (ticket.line, ticket.assignee_id, _call(session).outcome) == (2, None, CallOutcome.ESCALATED)
    assert (card.symptom, card.tried, card.asked) == (
        HAPPENED,
        "Cleared the session.",
        "Why do sessions end?",
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"done": "Cleared it."}, "Say what you ask"), ({"asked": "Why?"}, "Say what was tried")],
)
def test_an_empty_card_is_refused_and_nothing_typed_is_lost(
    client: FlaskClient, session: Db, signe: Contact, fields: dict[str, str], sentence: str
) -> None:
    answer = _log(client, "hand", contact=signe.id, **fields)
    assert answer.status_code == 409
    assert sentence in answer.text
    for typed in (HAPPENED, *fields.values(), 'value="161"', "Signe Holm"):
        assert typed in answer.text
    assert session.scalar(select(func.count(Ticket.id))) == session.scalar(select(func.count(Call.id))) == 0


def test_a_question_is_noted_without_a_ticket(client: FlaskClient, session: Db, signe: Contact) -> None:
    assert _log(client, "note", contact=signe.id).location == "/calls"
    call = _call(session)
    assert (call.outcome, call.note, call.ticket_id) == (CallOutcome.NOTED, HAPPENED, None)
    assert session.scalar(select(func.count(Ticket.id))) == 0


def test_without_a_word_of_what_happened_nothing_is_saved(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    answer = _log(client, "note", contact=signe.id, happened="  ")
    assert answer.status_code == 422
    assert "Say in a few words what happened." in answer.text
    assert session.scalar(select(func.count(Call.id))) == 0


def test_a_call_joins_an_open_ticket_of_the_caller(
    client: FlaskClient, session: Db, ada: Person, signe: Contact
) -> None:
    ticket = factories.a_ticket(contact=signe, team=factories.the_team(2))
    _log(client, f"join:{ticket.id}", contact=signe.id)
    call = _call(session)
    said = session.scalars(select(Message.text).where(Message.call_id == call.id)).all()
    parts = session.scalars(select(Participant.person_id).where(Participant.ticket_id == ticket.id)).all()
    assert (call.outcome, call.ticket_id, said) == (CallOutcome.JOINED, ticket.id, [HAPPENED])
    assert ada.id in parts


def test_joining_needs_no_words(client: FlaskClient, session: Db, signe: Contact) -> None:
    ticket = factories.a_ticket(contact=signe)
    assert _log(client, f"join:{ticket.id}", contact=signe.id, happened="").status_code == 303
    assert _call(session).subject == ticket.subject


def test_a_colleagues_ticket_can_be_joined(client: FlaskClient, session: Db, signe: Contact) -> None:
    ticket = factories.a_ticket(contact=factories.a_contact("Ola", company=signe.company))
    assert _log(client, f"join:{ticket.id}", contact=signe.id).status_code == 303
    assert _call(session).ticket_id == ticket.id


def test_a_ticket_of_another_company_cannot_be_joined(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    ticket = factories.a_ticket()
    answer = _log(client, f"join:{ticket.id}", contact=signe.id)
    assert answer.status_code == 409
    assert "not this caller" in answer.text
    assert session.scalar(select(func.count(Call.id))) == 0


@pytest.mark.usefixtures("ada")
def test_an_unknown_caller_is_kept_with_his_number(client: FlaskClient, session: Db) -> None:
    _log(client, "keep", who="Ms Brand", number="020 5550 0172")
    ticket = _ticket(session)
    contact = session.get_one(Contact, ticket.contact_id)
    assert (contact.person.name, contact.verified_at) == ("Ms Brand", None)
    assert session.get_one(Company, ticket.company_id).kind is CompanyKind.UNKNOWN
    assert _call(session).number_e164 == "+442055500172"


@pytest.mark.usefixtures("ada")
def test_the_same_unknown_number_is_the_same_caller(client: FlaskClient, session: Db) -> None:
    _log(client, "keep", number="020 5550 0172")
    _log(client, "note", who="+44 20 5550 0172")
    first, second = session.scalars(select(Call).order_by(Call.id)).all()
    assert first.contact_id == second.contact_id


@pytest.mark.usefixtures("ada")
def test_a_call_of_nobody_known_cannot_be_solved(client: FlaskClient, session: Db) -> None:
    answer = _log(client, "solve", who="Ms Brand")
    assert answer.status_code == 409
    assert "Say who the client is first" in answer.text
    assert "Ms Brand" in answer.text
    assert session.scalar(select(func.count(Ticket.id))) == 0


@pytest.mark.usefixtures("ada")
def test_a_new_contact_of_a_new_company_is_made_in_the_call(client: FlaskClient, session: Db) -> None:
    fields = {
        "new_name": "Nora Vale",
        "new_company": "Castellan Print",
        "new_email": "nora@castellan.example",
    }
    answer = _log(client, "solve", contact="new", number="020 5550 0172", **fields)
    ticket = _ticket(session)
    company, contact = (
        session.get_one(Company, ticket.company_id),
        session.get_one(Contact, ticket.contact_id),
    )
    numbers = session.scalars(select(ContactPhone.e164).where(ContactPhone.contact_id == contact.id)).all()
    assert answer.status_code == 303
    assert (company.name, company.confirmed_at, contact.person.name) == ("Castellan Print", None, "Nora Vale")
    assert numbers == ["+442055500172"]


@pytest.mark.usefixtures("ada")
def test_a_company_typed_after_a_refusal_names_the_caller(client: FlaskClient, session: Db) -> None:
    assert _log(client, "solve", who="Ms Brand").status_code == 409
    assert _log(client, "solve", who="Ms Brand", new_company="Castellan Print").status_code == 303
    contact = session.get_one(Contact, _ticket(session).contact_id)
    assert (contact.person.name, contact.company.name) == ("Ms Brand", "Castellan Print")


def test_a_company_typed_by_its_name_is_not_made_twice(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    _log(client, "solve", contact="new", new_name="Ola", new_company="halden  FREIGHT")
    assert _ticket(session).company_id == signe.company_id


def test_the_number_is_kept_with_the_caller_when_the_operator_says_so(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    _log(client, "note", contact=signe.id, number="020 5550 0172")
    assert session.scalar(select(func.count(ContactPhone.id))) == 0
    _log(client, "note", contact=signe.id, number="020 5550 0172", keeps_number="1")
    assert session.scalars(select(ContactPhone.e164)).one() == "+442055500172"


def test_the_same_form_sent_twice_logs_one_call(client: FlaskClient, session: Db, signe: Contact) -> None:
    form = browsing.form(verb="solve", happened=HAPPENED, contact=signe.id)
    first, second = client.post("/calls", data=form), client.post("/calls", data=form)
    assert first.location == second.location
    assert session.scalar(select(func.count(Call.id))) == session.scalar(select(func.count(Ticket.id))) == 1


def test_a_refused_form_can_be_sent_again(client: FlaskClient, session: Db, signe: Contact) -> None:
    form = browsing.form(verb="solve", happened=HAPPENED, who="Ms Brand")
    assert client.post("/calls", data=form).status_code == 409
    assert client.post("/calls", data=form | {"contact": str(signe.id)}).status_code == 303


def _instruction(author: Person) -> Article:
    writing = kb.Writing(
        language="en", title="Signed out", summary="Sessions end", body="1. Sign out\n2. Wait"
    )
    article = kb.create(writing, audience=Audience.STAFF, section="", by=author.id, now=factories.LONG_AGO)
    kb.publish(article, now=factories.LONG_AGO)
    return article


def test_an_instruction_that_was_run_solved_it(
    client: FlaskClient, session: Db, ada: Person, signe: Contact
) -> None:
    article = _instruction(ada)
    steps = [f"{article.id}:Sign out", f"{article.id}:Wait"]
    _log(client, "solve", contact=signe.id, done="Sign out", step=steps)
    assert session.scalars(select(ArticleUse.outcome)).one() is Outcome.SOLVED
    assert _ticket(session).resolution == "Sign out\nWait"


def test_an_instruction_that_did_not_help_stands_on_the_card(
    client: FlaskClient, session: Db, ada: Person, signe: Contact
) -> None:
    article = _instruction(ada)
    fields = {"step": [f"{article.id}:Sign out"], "failed": [str(article.id)]}
    _log(client, "hand", contact=signe.id, asked="Why?", **fields)
    assert session.scalars(select(Handover.tried)).one() == "Sign out\n“Signed out” did not help."
    assert session.scalars(select(ArticleUse.outcome)).one() is Outcome.DID_NOT_HELP


def test_who_and_what_was_made_inside_a_call_stands_in_the_history(
    client: FlaskClient, session: Db, ada: Person
) -> None:
    _log(
        client,
        "keep",
        contact="new",
        new_name="Hanna Bell",
        new_company="Brightwater",
        number="+44 20 7946 0101",
    )
    ticket = _ticket(session)
    company, person = history_of("company", ticket.company_id), history_of("contact", ticket.contact_id)
    assert [change.name for change in company + person] == ["Ada Lind", "Ada Lind"]
    assert [change.act for change in company + person] == [Act.CREATED, Act.CREATED]


def test_a_number_kept_from_a_call_stands_in_the_history(
    client: FlaskClient, session: Db, ada: Person, signe: Contact
) -> None:
    _log(client, "keep", contact=signe.id, number="+44 20 7946 0102", keeps_number="1")
    change = history_of("contact", signe.id)[0]
    assert change.name == "Ada Lind"
    assert [line.after for line in change.lines] == ["+44 20 7946 0102"]
