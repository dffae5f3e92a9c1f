"""What the client says and what we say, and what that does to a ticket."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.errors import RuleViolation, StaleChange
from helpdesk.events import EventRow
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import DiscardReason, State
from tests.factories import (
    a_client_message,
    a_contact,
    a_ticket,
    an_agent,
    the_system,
    the_team,
    the_unknown_client,
)

pytestmark = pytest.mark.usefixtures("session")


def last_kind(ticket: Ticket) -> str | None:
    return db.session.scalar(
        select(EventRow.kind)
        .where(EventRow.ticket_id == ticket.id, EventRow.kind.like("ticket.%"))
        .order_by(EventRow.seq.desc())
    )


def client_says(ticket: Ticket, words: str, now: datetime, *, by_machine: bool = False) -> None:
    message = replace(
        a_client_message(db.session.get_one(Contact, ticket.contact_id), words), is_machine=by_machine
    )
    actions.add_client_message(ticket, message, by=the_system().id, now=now)


def test_a_first_answer_opens_the_ticket_and_makes_an_owner(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.reply(ticket, actions.Reply(text="Hello"), by=ada.id, now=now)
    assert (ticket.state, ticket.owner_id, ticket.first_answered_at) == (State.OPEN, ada.id, now)
    assert ticket.unanswered_since is None


def test_a_second_answer_moves_no_first_one(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    for minutes in (0, 5):
        actions.reply(ticket, actions.Reply(text="Hello"), by=ada.id, now=now + timedelta(minutes=minutes))
    assert ticket.first_answered_at == now


def test_line_3_does_not_answer_clients(now: datetime) -> None:
    jonas, ticket = an_agent(line=3), a_ticket(team=the_team(3))
    with pytest.raises(RuleViolation, match="does not answer clients"):
        actions.reply(ticket, actions.Reply(text="Hello"), by=jonas.id, now=now)


def test_an_answer_that_would_reach_nobody_is_refused(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket(contact=a_contact(phone="+44 20 5550 0148"))
    with pytest.raises(RuleViolation, match="no mail address"):
        actions.reply(ticket, actions.Reply(text="Hello"), by=ada.id, now=now)


def test_a_note_changes_nothing_for_the_client(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.add_note(ticket, "Spooler again", by=ada.id, now=now)
    assert (ticket.state, ticket.first_answered_at) == (State.NEW, None)
    assert ticket.unanswered_since is not None


@pytest.mark.parametrize("state", [State.WAITING_CLIENT, State.WAITING_THIRD_PARTY])
def test_the_clients_words_end_waiting(now: datetime, state: State) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.wait(ticket, state, reason="her list", by=ada.id, now=now)
    client_says(ticket, "Here it is", now)
    assert (ticket.state, ticket.preview) == (State.OPEN, "Here it is")


def test_a_machine_changes_no_state_and_is_owed_nothing(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.reply(ticket, actions.Reply(text="Hello"), by=ada.id, now=now)
    actions.wait(ticket, State.WAITING_CLIENT, reason="her list", by=ada.id, now=now)
    client_says(ticket, "I am out of the office", now, by_machine=True)
    assert (ticket.state, ticket.unanswered_since) == (State.WAITING_CLIENT, None)


def test_an_answer_within_a_week_reopens(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.resolve(ticket, "Put back", by=ada.id, now=now)
    client_says(ticket, "Broken again", now + timedelta(days=6))
    assert (ticket.state, ticket.resolved_at, ticket.reopen_count) == (State.OPEN, None, 1)
    assert last_kind(ticket) == "ticket.reopened"


def test_an_answer_after_a_week_is_for_another_ticket(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.resolve(ticket, "Put back", by=ada.id, now=now)
    later = now + timedelta(days=7)
    assert not actions.accepts_answers(ticket, later)
    with pytest.raises(RuleViolation, match="closed for good"):
        client_says(ticket, "Broken again", later)


def test_what_was_thrown_away_takes_no_answers(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.discard(ticket, DiscardReason.SPAM, by=ada.id, now=now)
    assert not actions.accepts_answers(ticket, now)
    assert (ticket.state, ticket.closed_at) == (State.CLOSED, now)


def test_line_1_solves_at_first_contact(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.resolve(ticket, "Told her the key", by=ada.id, now=now)
    assert ticket.first_contact


def test_line_2_does_not(now: datetime) -> None:
    lev, ticket = an_agent(line=2), a_ticket(team=the_team(2))
    actions.resolve(ticket, "Put back", by=lev.id, now=now)
    assert not ticket.first_contact


def test_nothing_of_an_unknown_client_is_resolved(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket(contact=a_contact(company=the_unknown_client(), email="a@b.example"))
    with pytest.raises(RuleViolation, match="Say who the client is"):
        actions.resolve(ticket, "Put back", by=ada.id, now=now)


def test_something_new_stops_a_reply(now: datetime) -> None:
    ticket = a_ticket()
    seen = ticket.last_message_id or 0
    client_says(ticket, "It works again", now)
    with pytest.raises(StaleChange):
        actions.check_last_message(ticket, seen)


def test_a_message_makes_no_form_on_properties_stale(now: datetime) -> None:
    ticket = a_ticket()
    version = ticket.version
    client_says(ticket, "It works again", now)
    actions.check_version(ticket, version)


def test_events_of_a_ticket_are_numbered_without_a_gap(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.take(ticket, by=ada.id, now=now)
    actions.reply(ticket, actions.Reply(text="Hello"), by=ada.id, now=now)
    rows = db.session.scalars(
        select(EventRow.seq).where(EventRow.ticket_id == ticket.id).order_by(EventRow.seq)
    )
    assert list(rows) == list(range(1, ticket.event_seq + 1))


def test_only_the_team_works_on_a_ticket(now: datetime) -> None:
    lev, ticket = an_agent(line=2), a_ticket()
    with pytest.raises(RuleViolation, match="Only somebody of the team"):
        actions.take(ticket, by=lev.id, now=now)
