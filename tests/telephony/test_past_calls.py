"""A call that took place earlier and is entered only now."""

from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.sla.models import Metric, SlaClock
from helpdesk.sla.sweep import sweep
from helpdesk.telephony.models import Call
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority, State
from tests import browsing, factories
from tests.conftest import NOON

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LATER = NOON + 3 * HOUR  # four in the afternoon in Berlin
TEN_PAST = "2026-03-04T12:10"


@pytest.fixture
def ada(client: FlaskClient) -> Person:
    factories.three_lines()
    factories.a_policy("Standard", default=True)
    person = factories.an_agent("Ada Lind")
    browsing.sign_in(client, person)
    return person


@pytest.fixture
def signe(ada: Person) -> Contact:
    return factories.a_contact("Signe Holm", company=factories.a_company("Halden Freight"))


@pytest.fixture
def ticket(ada: Person, signe: Contact) -> Ticket:
    return factories.a_ticket("Scanner", contact=signe, assignee=ada, priority=Priority.P1)


def log(client: FlaskClient, verb: str, when: str, **fields: object) -> TestResponse:
    db.session.commit()
    typed = {"verb": verb, "happened": "It prints again.", "when": when} | fields
    with clock.frozen(lambda: LATER):
        return client.post("/calls", data=browsing.form(**{k: str(v) for k, v in typed.items()}))


def calls() -> list[Call]:
    return list(db.session.scalars(select(Call)))


def test_a_past_call_joins_the_ticket_when_it_was(
    client: FlaskClient, ticket: Ticket, signe: Contact
) -> None:
    with clock.frozen(lambda: LATER):
        sweep()
    assert log(client, f"join:{ticket.id}", TEN_PAST, contact=signe.id).status_code == 303
    answer = db.session.scalars(
        select(SlaClock).where(SlaClock.ticket_id == ticket.id, SlaClock.metric == Metric.FIRST_RESPONSE)
    ).one()
    assert (answer.met, answer.stopped_at) == (True, NOON + 10 * MINUTE)
    assert calls()[0].started_at == NOON + 10 * MINUTE


def test_the_history_says_when_it_was_and_when_it_was_entered(
    client: FlaskClient, ticket: Ticket, signe: Contact
) -> None:
    with clock.frozen(lambda: LATER):
        sweep()
    log(client, f"join:{ticket.id}", TEN_PAST, contact=signe.id, done="Wrote it down")
    with clock.frozen(lambda: LATER):
        text = unescape(client.get(f"/tickets/{ticket.id}").text)
    assert "took place today 12:10, entered today 15:00 by Ada Lind" in text
    assert "the deadline was missed" in text
    assert "the deadline was kept after all" in text
    assert text.index("It prints again.") < text.index("the deadline was missed")


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ("2026-03-04T15:01", "That moment is still to come."),
        ("2026-03-04T11:59", "That was before this ticket began"),
        ("2026-02-20T12:00", "more than seven days ago"),
        ("yesterday", "That is no day and time."),
        ("0001-01-01T00:00", "That is no day and time."),
    ],
)
def test_a_moment_that_cannot_have_been_comes_back_with_all_that_was_typed(
    client: FlaskClient, ticket: Ticket, signe: Contact, when: str, sentence: str
) -> None:
    answer = log(client, f"join:{ticket.id}", when, contact=signe.id)
    assert answer.status_code == 422
    field = answer.text.partition('id="f-when"')[2].partition("</div>")[0]
    assert sentence in field
    assert "It prints again.</textarea>" in answer.text
    assert calls() == []


def test_a_new_ticket_begins_when_the_call_was(client: FlaskClient, signe: Contact) -> None:
    log(client, "keep", TEN_PAST, contact=signe.id)
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.created_at, ticket.state) == (NOON + 10 * MINUTE, State.OPEN)


def test_what_was_solved_in_a_past_call_was_solved_then(client: FlaskClient, signe: Contact) -> None:
    log(client, "solve", TEN_PAST, contact=signe.id, done="Put the profile back")
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.resolved_at, ticket.state) == (NOON + 10 * MINUTE, State.RESOLVED)


def test_handing_on_after_a_past_call_happens_now(client: FlaskClient, signe: Contact) -> None:
    log(client, "hand", TEN_PAST, contact=signe.id, done="Looked at the profile", asked="Compare them")
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.line, ticket.held_since, ticket.created_at) == (2, LATER, NOON + 10 * MINUTE)


def test_a_past_call_without_a_ticket_is_noted_when_it_was(client: FlaskClient, signe: Contact) -> None:
    log(client, "note", TEN_PAST, contact=signe.id)
    assert calls()[0].started_at == NOON + 10 * MINUTE


def test_without_a_moment_it_was_just_now(client: FlaskClient, ticket: Ticket, signe: Contact) -> None:
    log(client, f"join:{ticket.id}", "", contact=signe.id)
    assert calls()[0].started_at == LATER
    assert ticket.first_answered_at == LATER


def test_the_form_folds_the_question_away(client: FlaskClient, ada: Person) -> None:
    text = client.get("/calls/new").text
    assert "It took place earlier" in text
    assert '<details class="call-when">' in text
