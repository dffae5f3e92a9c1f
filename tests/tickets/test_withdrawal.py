"""An answer taken back within ten seconds: as if it had never been sent, and still in the history."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.errors import NotPermitted, RuleViolation
from helpdesk.events import EventRow
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxRecipient
from helpdesk.sla.models import ClockPhase, Metric, SlaClock
from helpdesk.tickets import actions
from helpdesk.tickets.draft_models import Draft
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import State
from tests.browsing import form, sign_in
from tests.factories import a_client_message, a_policy, a_ticket, an_agent, the_system, three_lines

pytestmark = pytest.mark.usefixtures("session")
SECONDS = timedelta(seconds=1)


def answered(ticket: Ticket, by: Person, now: datetime) -> Message:
    return actions.reply(ticket, actions.Reply(text="Please restart it"), by=by.id, now=now)


def more(ticket: Ticket, words: str) -> actions.ClientMessage:
    return a_client_message(db.session.get_one(Contact, ticket.contact_id), words)


def clock_of(ticket: Ticket, metric: Metric) -> SlaClock:
    statement = select(SlaClock).where(SlaClock.ticket_id == ticket.id, SlaClock.metric == metric)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def test_an_answer_taken_back_leaves_the_ticket_as_it_was(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    owed_since = ticket.unanswered_since
    message = answered(ticket, ada, now)
    actions.withdraw_reply(ticket, message, by=ada.id, now=now + 5 * SECONDS)
    assert (ticket.state, ticket.first_answered_at) == (State.NEW, None)
    assert ticket.unanswered_since == owed_since


def test_an_answer_taken_back_stops_no_clock(now: datetime) -> None:
    a_policy(default=True)
    ada, ticket = an_agent(), a_ticket()
    due = clock_of(ticket, Metric.FIRST_RESPONSE).due_at
    message = answered(ticket, ada, now)
    assert clock_of(ticket, Metric.FIRST_RESPONSE).phase is ClockPhase.STOPPED
    actions.withdraw_reply(ticket, message, by=ada.id, now=now + 5 * SECONDS)
    clock = clock_of(ticket, Metric.FIRST_RESPONSE)
    assert (clock.phase, clock.due_at, clock.met) == (ClockPhase.RUNNING, due, None)
    assert ticket.sort_due == due


def test_the_next_answer_is_the_first_one_then(now: datetime) -> None:
    a_policy(default=True)
    ada, ticket = an_agent(), a_ticket()
    actions.withdraw_reply(ticket, answered(ticket, ada, now), by=ada.id, now=now + 5 * SECONDS)
    later = now + timedelta(minutes=9)
    answered(ticket, ada, later)
    assert ticket.first_answered_at == later
    assert clock_of(ticket, Metric.FIRST_RESPONSE).stopped_at == later


def test_what_the_second_button_did_is_taken_back_too(now: datetime) -> None:
    a_policy(default=True)
    ada, ticket = an_agent(), a_ticket()
    message = answered(ticket, ada, now)
    actions.resolve(ticket, "Restarted", by=ada.id, now=now)
    actions.withdraw_reply(ticket, message, by=ada.id, now=now + 5 * SECONDS)
    assert (ticket.state, ticket.resolved_at, ticket.resolution) == (State.NEW, None, "")
    assert clock_of(ticket, Metric.RESOLUTION).phase is ClockPhase.RUNNING
    states = db.session.scalars(
        select(OutboxRecipient.state).join(Outbox).where(Outbox.message_id == message.id)
    )
    assert set(states) == {DeliveryState.FAILED}


def test_a_pause_begun_with_the_answer_ends_with_it(now: datetime) -> None:
    a_policy(default=True)
    ada, ticket = an_agent(), a_ticket()
    message = answered(ticket, ada, now)
    actions.wait(ticket, State.WAITING_CLIENT, reason="his answer", by=ada.id, now=now)
    actions.withdraw_reply(ticket, message, by=ada.id, now=now + 5 * SECONDS)
    assert ticket.state is State.NEW
    assert clock_of(ticket, Metric.RESOLUTION).phase is ClockPhase.RUNNING


def test_the_history_keeps_both_and_says_what_was_voided(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    message = answered(ticket, ada, now)
    row = actions.withdraw_reply(ticket, message, by=ada.id, now=now + 5 * SECONDS)
    replied = db.session.scalars(select(EventRow).where(EventRow.kind == "ticket.agent_replied")).one()
    assert (row.voids_id, row.payload["voided"]) == (replied.id, [replied.seq])
    assert db.session.get(Message, message.id) is not None


def test_nobody_takes_back_what_another_wrote(now: datetime) -> None:
    ada, tom, ticket = an_agent(), an_agent(), a_ticket()
    message = answered(ticket, ada, now)
    with pytest.raises(NotPermitted, match="Only who wrote"):
        actions.withdraw_reply(ticket, message, by=tom.id, now=now + 5 * SECONDS)


def test_what_has_left_stays_sent(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    message = answered(ticket, ada, now)
    mail = db.session.scalars(select(Outbox).where(Outbox.message_id == message.id)).one()
    mail.attempts = 1
    with pytest.raises(RuleViolation, match="already left"):
        actions.withdraw_reply(ticket, message, by=ada.id, now=now + 11 * SECONDS)


def test_it_is_taken_back_only_once(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    message = answered(ticket, ada, now)
    actions.withdraw_reply(ticket, message, by=ada.id, now=now + 5 * SECONDS)
    with pytest.raises(RuleViolation, match="already taken back"):
        actions.withdraw_reply(ticket, message, by=ada.id, now=now + 6 * SECONDS)


def test_it_stays_when_something_else_has_happened_since(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    message = answered(ticket, ada, now)
    actions.take(ticket, by=ada.id, now=now + 2 * SECONDS)
    with pytest.raises(RuleViolation, match="Something else has happened"):
        actions.withdraw_reply(ticket, message, by=ada.id, now=now + 5 * SECONDS)


def test_a_mail_that_comes_meanwhile_is_in_nobodys_way(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    answered(ticket, ada, now)
    message, words = answered(ticket, ada, now + SECONDS), more(ticket, "One more thing")
    asked = actions.add_client_message(ticket, words, by=words.author_id, now=now + 3 * SECONDS)
    actions.withdraw_reply(ticket, message, by=ada.id, now=now + 5 * SECONDS)
    assert (ticket.state, ticket.unanswered_since) == (State.OPEN, asked.created_at)


def test_it_stays_when_the_mail_that_came_ended_the_waiting(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    message, words = answered(ticket, ada, now), more(ticket, "Here it is")
    actions.wait(ticket, State.WAITING_CLIENT, reason="his answer", by=ada.id, now=now)
    actions.add_client_message(ticket, words, by=words.author_id, now=now + 3 * SECONDS)
    with pytest.raises(RuleViolation, match="Something else has happened"):
        actions.withdraw_reply(ticket, message, by=ada.id, now=now + 5 * SECONDS)


def test_the_first_answer_taken_back_leaves_the_first_clock_running_whatever_came_meanwhile(
    now: datetime,
) -> None:
    a_policy(default=True)
    ada, ticket = an_agent(), a_ticket()
    message, words = answered(ticket, ada, now), more(ticket, "One more thing")
    actions.add_client_message(ticket, words, by=words.author_id, now=now + 3 * SECONDS)
    actions.withdraw_reply(ticket, message, by=ada.id, now=now + 5 * SECONDS)
    assert ticket.first_answered_at is None
    assert clock_of(ticket, Metric.FIRST_RESPONSE).phase is ClockPhase.RUNNING


def test_the_page_offers_undo_and_brings_the_text_back(client: FlaskClient, now: datetime) -> None:
    three_lines()
    ada, ticket = an_agent("Ada Lind"), a_ticket()
    db.session.commit()
    sign_in(client, ada)
    sent = form(text="Please restart it", cc="omar@brightwater.example")
    client.post(f"/tickets/{ticket.id}/replies", data=sent)
    message = db.session.scalars(select(Message).where(Message.author_id == ada.id)).one()
    undo = f"/tickets/{ticket.id}/messages/{message.id}/withdrawal"
    shown = client.get(f"/tickets/{ticket.id}").text
    assert "Goes out in" in shown
    assert undo in shown
    assert client.post(undo, data=form()).status_code == 303
    assert db.session.scalars(select(Draft.text)).one() == "Please restart it"
    after = client.get(f"/tickets/{ticket.id}").text
    assert "Taken back, never sent" in after
    assert "answered in" not in after
    assert 'value="omar@brightwater.example"' in after
    assert undo not in after


def test_joining_a_call_is_the_first_answer(now: datetime) -> None:
    a_policy(default=True)
    ada, ticket = an_agent(), a_ticket()
    actions.join_call(ticket, 17, by=ada.id, now=now)
    assert (ticket.first_answered_at, ticket.unanswered_since) == (now, None)
    clock = clock_of(ticket, Metric.FIRST_RESPONSE)
    assert (clock.phase, clock.stopped_at, clock.met) == (ClockPhase.STOPPED, now, True)


def test_a_call_moves_no_first_answer_that_was_given(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    answered(ticket, ada, now)
    actions.join_call(ticket, 17, by=the_system().id, now=now + timedelta(hours=1))
    assert ticket.first_answered_at == now
