"""An obvious double ends for the sake of the ticket that stays; clocks, people and answers follow."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.accounts.actor import actor_of
from helpdesk.accounts.permissions import Relation
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.notifications.models import Notice
from helpdesk.sla.models import ClockPhase, Metric, SlaClock
from helpdesk.tickets import actions
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries import relations
from helpdesk.tickets.rules import State
from tests.factories import (
    a_client_message,
    a_company,
    a_contact,
    a_policy,
    a_team,
    a_ticket,
    an_agent,
    the_unknown_client,
)

pytestmark = pytest.mark.usefixtures("session")
HOUR = timedelta(hours=1)


@pytest.fixture
def pair(session: object, now: datetime) -> tuple[Ticket, Ticket]:
    """The double and the ticket that stays, of two contacts of one company."""
    company = a_company("Halden")
    into = a_ticket("Scanner", contact=a_contact(company=company), at=now - 3 * HOUR)
    double = a_ticket("Scanner again", contact=a_contact(company=company), at=now - HOUR)
    return double, into


def contact_of(ticket: Ticket) -> Contact:
    return db.session.get_one(Contact, ticket.contact_id)


def clocks(ticket: Ticket) -> dict[Metric, ClockPhase]:
    rows = db.session.scalars(
        select(SlaClock).where(SlaClock.ticket_id == ticket.id).execution_options(populate_existing=True)
    )
    return {row.metric: row.phase for row in rows}


def test_the_double_is_closed_for_good_and_keeps_its_words(
    pair: tuple[Ticket, Ticket], now: datetime
) -> None:
    double, into = pair
    said = db.session.scalars(select(Message.text).where(Message.ticket_id == double.id)).all()
    actions.merge(double, into, by=an_agent().id, now=now)
    assert (double.state, double.merged_into_id, double.closed_at) == (State.CLOSED, into.id, now)
    assert db.session.scalars(select(Message.text).where(Message.ticket_id == double.id)).all() == said
    assert into.merged_into_id is None


def test_the_clocks_of_the_double_end_neither_met_nor_missed(now: datetime) -> None:
    a_policy(default=True)
    contact = a_contact()
    into, double = (a_ticket(contact=contact, at=now - HOUR) for _ in range(2))
    actions.merge(double, into, by=an_agent().id, now=now)
    assert set(clocks(double).values()) == {ClockPhase.CANCELLED}
    assert clocks(into)[Metric.RESOLUTION] is ClockPhase.RUNNING


def test_what_the_client_asked_on_the_double_waits_on_the_other_since_he_asked(now: datetime) -> None:
    a_policy(default=True)
    ada, contact = an_agent(), a_contact(email="hanna@halden.example")
    into = a_ticket(contact=contact, at=now - 3 * HOUR)
    actions.reply(into, actions.Reply(text="Which scanner?"), by=ada.id, now=now - 2 * HOUR)
    actions.wait(into, State.WAITING_CLIENT, reason="his answer", by=ada.id, now=now - 2 * HOUR)
    double = a_ticket(contact=contact, at=now - HOUR)
    actions.merge(double, into, by=ada.id, now=now)
    assert (into.state, into.unanswered_since) == (State.OPEN, now - HOUR)
    statement = select(SlaClock.started_at).where(
        SlaClock.ticket_id == into.id, SlaClock.metric == Metric.NEXT_RESPONSE
    )
    assert db.session.scalars(statement).all() == [now - HOUR]


def test_what_was_answered_since_is_owed_no_second_answer(now: datetime) -> None:
    ada, contact = an_agent(), a_contact(email="hanna@halden.example")
    into, double = (a_ticket(contact=contact, at=now - 3 * HOUR) for _ in range(2))
    actions.reply(into, actions.Reply(text="Restart it"), by=ada.id, now=now - HOUR)
    actions.wait(into, State.WAITING_CLIENT, reason="his answer", by=ada.id, now=now - HOUR)
    actions.merge(double, into, by=ada.id, now=now)
    assert (into.state, into.unanswered_since) == (State.WAITING_CLIENT, None)


def test_whoever_read_the_double_reads_the_other_one(now: datetime) -> None:
    contact, bert = a_contact(), an_agent("Bert", line=2)
    into = a_ticket(contact=contact, team=a_team(3, answers_client=True))
    double = a_ticket(contact=contact, assignee=bert)
    actions.merge(double, into, by=an_agent().id, now=now)
    db.session.flush()
    assert relations(actor_of(bert.id), into) >= {Relation.PARTICIPANT}


def test_holders_of_both_are_told_each_about_his_own(pair: tuple[Ticket, Ticket], now: datetime) -> None:
    double, into = pair
    ada, bert = an_agent("Ada"), an_agent("Bert")
    actions.assign(double, ada.id, by=bert.id, now=now)
    actions.assign(into, bert.id, by=ada.id, now=now)
    actions.merge(double, into, by=an_agent().id, now=now)
    kinds = {person: set(_told(person.id)) for person in (ada, bert)}
    assert "ticket.merged" in kinds[ada]
    assert "ticket.double_absorbed" in kinds[bert]
    assert "ticket.merged" not in kinds[bert]


def _told(person_id: int) -> list[str]:
    return list(db.session.scalars(select(Notice.kind).where(Notice.person_id == person_id)))


Spoil = Callable[[Ticket, Ticket, int, datetime], None]


def _foreign(double: Ticket, into: Ticket, by: int, now: datetime) -> None:
    other = a_contact()
    double.contact_id, double.company_id = other.id, other.company_id
    db.session.flush()


def _strangers(double: Ticket, into: Ticket, by: int, now: datetime) -> None:
    for ticket in (double, into):
        contact = a_contact(company=the_unknown_client(), verified=False)
        ticket.contact_id, ticket.company_id = contact.id, contact.company_id
    db.session.flush()


def _merged(double: Ticket, into: Ticket, by: int, now: datetime) -> None:
    actions.merge(double, a_ticket(contact=contact_of(double)), by=by, now=now)


def _into_a_double(double: Ticket, into: Ticket, by: int, now: datetime) -> None:
    actions.merge(into, a_ticket(contact=contact_of(into)), by=by, now=now)


def _carrying(double: Ticket, into: Ticket, by: int, now: datetime) -> None:
    actions.merge(a_ticket(contact=contact_of(double)), double, by=by, now=now)


def _finished(double: Ticket, into: Ticket, by: int, now: datetime) -> None:
    actions.resolve(into, "Done", by=by, now=now)


def _put_away(double: Ticket, into: Ticket, by: int, now: datetime) -> None:
    actions.resolve(double, "Done", by=by, now=now)
    actions.close(double, by=by, now=now)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_foreign, "different clients"),
        (_strangers, "different clients"),
        (_merged, "merged already"),
        (_into_a_double, "merged already"),
        (_carrying, "has to stay"),
        (_finished, "is finished"),
        (_put_away, "needs no merging"),
    ],
)
def test_what_is_no_double_is_refused_and_nothing_changes(
    pair: tuple[Ticket, Ticket], now: datetime, spoil: Spoil, sentence: str
) -> None:
    double, into = pair
    by = an_agent().id
    spoil(double, into, by, now)
    before = (double.state, double.merged_into_id, double.event_seq, into.event_seq)
    with pytest.raises(RuleViolation, match=sentence):
        actions.merge(double, into, by=by, now=now)
    assert (double.state, double.merged_into_id, double.event_seq, into.event_seq) == before


def test_one_stranger_may_have_written_twice(now: datetime) -> None:
    contact = a_contact(company=the_unknown_client(), verified=False, email="who@nowhere.example")
    into, double = a_ticket(contact=contact), a_ticket(contact=contact)
    actions.merge(double, into, by=an_agent().id, now=now)
    assert double.merged_into_id == into.id


def test_a_solved_double_may_still_be_merged(pair: tuple[Ticket, Ticket], now: datetime) -> None:
    double, into = pair
    by = an_agent().id
    actions.resolve(double, "Same as the other", by=by, now=now)
    actions.merge(double, into, by=by, now=now)
    assert (double.state, double.resolved_at) == (State.CLOSED, now)


def test_nothing_goes_on_with_a_double(pair: tuple[Ticket, Ticket], now: datetime) -> None:
    double, into = pair
    by = an_agent().id
    actions.merge(double, into, by=by, now=now)
    for verb in (
        lambda: actions.reopen(double, by=by, now=now),
        lambda: actions.reply(double, actions.Reply(text="Hello"), by=by, now=now),
        lambda: actions.forward(
            double, actions.Forward(text="Why?", to=("eve@vendor.example",)), by=by, now=now
        ),
        lambda: actions.identify_client(double, a_contact(), by=by, now=now),
        lambda: actions.add_client_message(
            double, a_client_message(contact_of(double), "And?"), by=by, now=now
        ),
    ):
        with pytest.raises(RuleViolation):
            verb()
    assert double.state is State.CLOSED
