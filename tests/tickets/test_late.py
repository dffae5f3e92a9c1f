"""A conversation entered after it took place: effective then, recorded now; a breach may vanish by it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow
from helpdesk.notifications.models import Notice
from helpdesk.sla.clocks import refresh
from helpdesk.sla.models import Metric, SlaClock, SlaFiring, TicketSla
from helpdesk.sla.sweep import sweep
from helpdesk.telephony.models import Call, CallOutcome
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel, Priority, State
from helpdesk.tickets.wait_models import TicketWait
from tests.conftest import NOON
from tests.factories import a_client_message, a_contact, a_policy, a_ticket, an_agent, three_lines

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATER = NOON + 3 * HOUR


@pytest.fixture
def ada(session: scoped_session[Session]) -> Person:
    three_lines()
    return an_agent("Ada Lind")


@pytest.fixture
def ticket(ada: Person) -> Ticket:
    """Opened at noon with P1: the first answer is due at half past."""
    a_policy(default=True)
    return a_ticket(assignee=ada, priority=Priority.P1)


def a_call(ticket: Ticket, ada: Person, at: datetime) -> Call:
    call = Call(
        contact_id=ticket.contact_id,
        operator_id=ada.id,
        outcome=CallOutcome.JOINED,
        ticket_id=ticket.id,
        started_at=at,
        seconds=60,
    )
    db.session.add(call)
    db.session.flush()
    return call


def enter(ticket: Ticket, ada: Person, at: datetime, *, said: str = "", now: datetime = LATER) -> EventRow:
    call = a_call(ticket, ada, at)
    contact = db.session.get_one(Contact, ticket.contact_id)
    words = a_client_message(contact, said, channel=Channel.PHONE) if said else None
    return actions.join_past_call(ticket, call.id, words, at=at, by=ada.id, now=now)


def swept(at: datetime) -> None:
    with clock.frozen(lambda: at):
        sweep()


def first_answer(ticket: Ticket) -> SlaClock:
    statement = select(SlaClock).where(
        SlaClock.ticket_id == ticket.id, SlaClock.metric == Metric.FIRST_RESPONSE
    )
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def firings(ticket: Ticket, metric: Metric = Metric.FIRST_RESPONSE) -> list[tuple[int, datetime | None]]:
    statement = (
        select(SlaFiring.percent, SlaFiring.withdrawn_at)
        .where(SlaFiring.ticket_id == ticket.id, SlaFiring.metric == metric)
        .order_by(SlaFiring.id)
    )
    return [(percent, at) for percent, at in db.session.execute(statement)]


def kinds(ticket: Ticket) -> list[str]:
    statement = select(EventRow.kind).where(EventRow.ticket_id == ticket.id).order_by(EventRow.seq)
    return list(db.session.scalars(statement))


def test_a_past_call_is_effective_then_and_recorded_now(ticket: Ticket, ada: Person) -> None:
    row = enter(ticket, ada, NOON + 10 * MINUTE)
    assert (row.effective_at, row.recorded_at) == (NOON + 10 * MINUTE, LATER)
    assert (ticket.first_answered_at, ticket.unanswered_since) == (NOON + 10 * MINUTE, None)
    assert ticket.last_event_at == LATER


def test_a_breach_that_never_was_is_withdrawn_and_nothing_deleted(ticket: Ticket, ada: Person) -> None:
    swept(LATER)
    assert first_answer(ticket).breached_at == NOON + 30 * MINUTE
    enter(ticket, ada, NOON + 10 * MINUTE)
    found = first_answer(ticket)
    assert (found.met, found.stopped_at, found.breached_at) == (True, NOON + 10 * MINUTE, None)
    assert firings(ticket) == [(75, LATER), (90, LATER), (100, LATER)]
    assert "sla.threshold_crossed" in kinds(ticket)
    assert kinds(ticket).count("sla.threshold_withdrawn") == 1
    assert db.session.get_one(TicketSla, ticket.id).missed is False


def test_what_was_crossed_before_the_call_stands(ticket: Ticket, ada: Person) -> None:
    swept(LATER)
    enter(ticket, ada, NOON + 25 * MINUTE)
    assert firings(ticket) == [(75, None), (90, LATER), (100, LATER)]


def test_other_clocks_keep_their_breaches(ticket: Ticket, ada: Person) -> None:
    swept(NOON + DAY)
    enter(ticket, ada, NOON + 10 * MINUTE, now=NOON + DAY)
    assert {at for _, at in firings(ticket, Metric.RESOLUTION)} == {None}


def test_whoever_was_told_of_the_breach_is_told_that_it_is_withdrawn(ticket: Ticket, ada: Person) -> None:
    swept(LATER)
    enter(ticket, an_agent("Ben Roth"), NOON + 10 * MINUTE)
    notices = db.session.scalars(select(Notice).where(Notice.kind == "sla.threshold_withdrawn")).all()
    assert [(one.person_id, one.payload["metric"]) for one in notices] == [(ada.id, "first_response")]


def test_a_late_call_in_time_withdraws_nothing(ticket: Ticket, ada: Person) -> None:
    enter(ticket, ada, NOON + 10 * MINUTE, now=NOON + 12 * MINUTE)
    assert firings(ticket) == []
    assert "sla.threshold_withdrawn" not in kinds(ticket)


def test_a_threshold_may_fire_again_after_it_was_withdrawn(ticket: Ticket, ada: Person) -> None:
    swept(LATER)
    for firing in db.session.scalars(select(SlaFiring).where(SlaFiring.ticket_id == ticket.id)):
        firing.withdrawn_at = LATER
    refresh(ticket, LATER)
    db.session.flush()
    swept(LATER + MINUTE)
    assert firings(ticket) == [(75, LATER), (90, LATER), (100, LATER), (75, None), (90, None), (100, None)]


def test_what_the_client_asked_after_the_call_is_still_owed(ticket: Ticket, ada: Person) -> None:
    contact = db.session.get_one(Contact, ticket.contact_id)
    actions.add_client_message(ticket, a_client_message(contact, "And now?"), by=ada.id, now=NOON + HOUR)
    enter(ticket, ada, NOON + 10 * MINUTE)
    assert ticket.unanswered_since == NOON + HOUR


def test_the_words_of_the_call_stand_where_they_were_said(ticket: Ticket, ada: Person) -> None:
    contact = db.session.get_one(Contact, ticket.contact_id)
    actions.add_client_message(ticket, a_client_message(contact, "And now?"), by=ada.id, now=NOON + HOUR)
    enter(ticket, ada, NOON + 10 * MINUTE, said="It is the whole floor.")
    assert ticket.preview == "And now?"
    assert ticket.client_message_count == 3


def test_a_past_call_ends_a_waiting_that_had_begun_before(ticket: Ticket, ada: Person) -> None:
    actions.wait(ticket, State.WAITING_CLIENT, reason="her list", by=ada.id, now=NOON + 5 * MINUTE)
    enter(ticket, ada, NOON + 20 * MINUTE, said="Here is the list.")
    wait = db.session.scalars(select(TicketWait).where(TicketWait.ticket_id == ticket.id)).one()
    assert (ticket.state, wait.ended_at) == (State.OPEN, NOON + 20 * MINUTE)
    paused = select(SlaClock.elapsed_s).where(
        SlaClock.ticket_id == ticket.id, SlaClock.metric == Metric.RESOLUTION
    )
    assert db.session.scalar(paused) == (3 * 60 - 15) * 60


def test_a_past_call_leaves_a_waiting_that_began_after_it(ticket: Ticket, ada: Person) -> None:
    actions.wait(ticket, State.WAITING_CLIENT, reason="her list", by=ada.id, now=NOON + HOUR)
    enter(ticket, ada, NOON + 20 * MINUTE, said="I look for the list.")
    assert ticket.state is State.WAITING_CLIENT


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (LATER + MINUTE, "still to come"),
        (NOON - MINUTE, "before this ticket began"),
    ],
)
def test_a_moment_that_cannot_have_been_is_refused(
    ticket: Ticket, ada: Person, at: datetime, sentence: str
) -> None:
    with pytest.raises(RuleViolation, match=sentence):
        enter(ticket, ada, at)
    assert ticket.first_answered_at is None


def test_more_than_seven_days_back_is_refused(ticket: Ticket, ada: Person) -> None:
    with pytest.raises(RuleViolation, match="more than seven days ago"):
        enter(ticket, ada, NOON + HOUR, now=NOON + 8 * DAY)


def test_a_ticket_of_a_past_call_begins_when_it_was(session: scoped_session[Session], ada: Person) -> None:
    a_policy(default=True)
    contact = a_contact("Hanna Bell", email="hanna@halden.example")
    opening = actions.Opening(
        channel=Channel.PHONE,
        subject="Scanner",
        type=a_ticket().type,
        priority=Priority.P1,
        language="en",
        company_id=contact.company_id,
        contact_id=contact.id,
        line=1,
        team_id=three_lines()[0].id,
        message=a_client_message(contact, "It stays empty."),
        live=True,
        began_at=NOON - HOUR,
    )
    ticket = actions.open_ticket(opening, by=ada.id, now=NOON)
    row = db.session.scalars(
        select(EventRow).where(EventRow.ticket_id == ticket.id, EventRow.kind == "ticket.opened")
    ).one()
    assert (row.effective_at, row.recorded_at) == (NOON - HOUR, NOON)
    assert (ticket.created_at, first_answer(ticket).met) == (NOON - HOUR, True)
