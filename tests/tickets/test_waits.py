"""Waiting done right: a reason, a date, a cap, an end by itself, and a record that nobody can park behind."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, record
from helpdesk.notifications.models import Notice
from helpdesk.notifications.words import sentence
from helpdesk.sla.events import PolicyChosen
from helpdesk.sla.models import ClockPhase, Metric, SlaClock
from helpdesk.tickets import actions
from helpdesk.tickets.jobs import wake_waiting
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import (
    LONGEST_WAIT,
    DiscardReason,
    HandoverCard,
    LinkKind,
    State,
    WaitingFor,
    WaitReason,
)
from helpdesk.tickets.wait_models import TicketWait
from tests.conftest import NOON
from tests.factories import a_client_message, a_lead, a_policy, a_ticket, an_agent, the_team, three_lines

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CARD = HandoverCard(symptom="Empty pages", asked="Compare the profiles", tried="Test page")


@pytest.fixture
def ada(session: scoped_session[Session]) -> Person:
    three_lines()
    return an_agent("Ada Lind")


@pytest.fixture
def ticket(ada: Person) -> Ticket:
    a_policy(default=True)
    return a_ticket(assignee=ada)


def contact_of(ticket: Ticket) -> Contact:
    return db.session.get_one(Contact, ticket.contact_id)


def waits_of(ticket: Ticket) -> list[TicketWait]:
    statement = select(TicketWait).where(TicketWait.ticket_id == ticket.id).order_by(TicketWait.id)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def park(ticket: Ticket, ada: Person, *, now: datetime = NOON, until: datetime = NOON + DAY) -> None:
    actions.wait(
        ticket,
        State.WAITING_CLIENT,
        reason="her list",
        wake_at=until,
        about=WaitReason.INFORMATION,
        by=ada.id,
        now=now,
    )


def resolution(ticket: Ticket) -> SlaClock:
    statement = select(SlaClock).where(SlaClock.ticket_id == ticket.id, SlaClock.metric == Metric.RESOLUTION)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def test_a_waiting_is_a_row_with_its_reason_and_its_date(ticket: Ticket, ada: Person) -> None:
    party = actions.Party(name="Kabel & Rack")
    actions.wait(
        ticket,
        State.WAITING_THIRD_PARTY,
        reason=" the new part ",
        wake_at=NOON + DAY,
        about=WaitReason.DELIVERY,
        party=party,
        by=ada.id,
        now=NOON,
    )
    (wait,) = waits_of(ticket)
    assert (wait.state, wait.about, wait.reason) == (
        WaitingFor.THIRD_PARTY,
        WaitReason.DELIVERY,
        "the new part",
    )
    assert (wait.party, wait.since, wait.wake_at, wait.ended_at) == ("Kabel & Rack", NOON, NOON + DAY, None)
    assert (ticket.waiting_since, ticket.wake_at) == (NOON, NOON + DAY)


def test_waiting_without_a_date_ends_after_the_longest_time(ticket: Ticket, ada: Person) -> None:
    actions.wait(ticket, State.WAITING_CLIENT, reason="her list", by=ada.id, now=NOON)
    assert ticket.wake_at == NOON + LONGEST_WAIT


def test_what_the_client_writes_ends_waiting(ticket: Ticket, ada: Person) -> None:
    park(ticket, ada)
    words = a_client_message(contact_of(ticket), "Here it is")
    actions.add_client_message(ticket, words, by=words.author_id, now=NOON + HOUR)
    (wait,) = waits_of(ticket)
    assert (ticket.state, ticket.waiting_since, ticket.wake_at) == (State.OPEN, None, None)
    assert (wait.ended_at, wait.ended_seq) == (NOON + HOUR, ticket.event_seq)


@pytest.mark.parametrize(
    "end",
    [
        lambda ticket, by, now: actions.resume(ticket, by=by, now=now),
        lambda ticket, by, now: actions.escalate(ticket, card=CARD, by=by, now=now),
        lambda ticket, by, now: actions.move(
            ticket, to_team_id=the_team(2).id, reason="Theirs", by=by, now=now
        ),
        lambda ticket, by, now: actions.resolve(ticket, "Restarted it.", by=by, now=now),
        lambda ticket, by, now: actions.discard(ticket, DiscardReason.SPAM, by=by, now=now),
        lambda ticket, by, now: actions.merge(ticket, a_ticket(contact=contact_of(ticket)), by=by, now=now),
    ],
    ids=["going on", "escalation", "move", "resolution", "discarding", "merging"],
)
def test_whatever_lets_it_go_on_ends_the_row(ticket: Ticket, ada: Person, end: object) -> None:
    park(ticket, ada)
    end(ticket, ada.id, NOON + HOUR)  # type: ignore[operator]
    (wait,) = waits_of(ticket)
    assert (wait.ended_at, ticket.waiting_since) == (NOON + HOUR, None)


def test_waiting_for_somebody_else_begins_a_second_waiting(ticket: Ticket, ada: Person) -> None:
    park(ticket, ada)
    vendor = actions.Party(name="Nordpost")
    actions.wait(
        ticket, State.WAITING_THIRD_PARTY, reason="their log", party=vendor, by=ada.id, now=NOON + HOUR
    )
    first, second = waits_of(ticket)
    assert (first.ended_at, second.ended_at, second.since) == (NOON + HOUR, None, NOON + HOUR)
    assert ticket.waiting_since == NOON + HOUR


def test_bringing_a_thrown_away_ticket_back_goes_on_with_its_waiting(ticket: Ticket, ada: Person) -> None:
    park(ticket, ada)
    actions.discard(ticket, DiscardReason.SPAM, by=ada.id, now=NOON + HOUR)
    actions.restore(ticket, by=ada.id, now=NOON + 2 * HOUR)
    (wait,) = waits_of(ticket)
    assert (wait.ended_at, ticket.waiting_since, ticket.wake_at) == (None, NOON, NOON + DAY)


def test_waking_is_exact_however_late_the_worker_comes(ticket: Ticket, ada: Person) -> None:
    park(ticket, ada, until=NOON + HOUR)
    with clock.frozen(lambda: NOON + 2 * HOUR):
        assert wake_waiting() == 1
    row = db.session.scalars(select(EventRow).order_by(EventRow.id.desc()).limit(1)).one()
    assert (row.effective_at, row.recorded_at) == (NOON + HOUR, NOON + 2 * HOUR)
    assert waits_of(ticket)[0].ended_at == NOON + HOUR
    running = resolution(ticket)
    assert (running.phase, running.elapsed_s) == (ClockPhase.RUNNING, 3600)


def test_whoever_holds_it_is_told_that_nothing_came(ticket: Ticket, ada: Person) -> None:
    park(ticket, ada)
    with clock.frozen(lambda: NOON + DAY):
        wake_waiting()
    notice = db.session.scalars(select(Notice).where(Notice.kind == "ticket.woken")).one()
    assert notice.person_id == ada.id
    assert sentence(notice.kind, notice.payload).startswith("You waited for the client since ")


def test_going_on_by_hand_tells_nobody(ticket: Ticket, ada: Person) -> None:
    park(ticket, ada)
    actions.resume(ticket, by=an_agent().id, now=NOON + HOUR)
    assert db.session.scalars(select(Notice).where(Notice.kind == "ticket.woken")).all() == []


def test_a_ticket_nobody_holds_wakes_the_lead(session: scoped_session[Session], ada: Person) -> None:
    lead = a_lead("Lea Kern")
    ticket = a_ticket()
    park(ticket, ada)
    ticket.owner_id = None
    with clock.frozen(lambda: NOON + DAY):
        wake_waiting()
    told = db.session.scalars(select(Notice.person_id).where(Notice.kind == "ticket.woken")).all()
    assert list(told) == [lead.id]


def test_one_ticket_that_cannot_go_on_keeps_no_other_waiting(ticket: Ticket, ada: Person) -> None:
    park(ticket, ada)
    odd = a_ticket(assignee=ada)
    park(odd, ada)
    ticket.event_seq += 1
    record(
        PolicyChosen(
            at=NOON,
            actor_id=ada.id,
            ticket_id=ticket.id,
            seq=ticket.event_seq,
            policy_version_id=resolution(ticket).policy_version_id,
            contract_id=None,
            calendar_version_ids=(10**9,),
        )
    )
    with clock.frozen(lambda: NOON + DAY):
        assert wake_waiting() == 1
    db.session.expire_all()
    assert (ticket.state, odd.state) == (State.WAITING_CLIENT, State.OPEN)


def test_our_own_line_three_never_stops_the_clients_clock(ticket: Ticket, ada: Person) -> None:
    park(ticket, ada)
    assert resolution(ticket).phase is ClockPhase.PAUSED
    actions.escalate(ticket, card=CARD, by=ada.id, now=NOON + HOUR)
    actions.escalate(ticket, card=CARD, by=ada.id, now=NOON + 2 * HOUR)
    assert (ticket.line, ticket.state) == (3, State.OPEN)
    assert resolution(ticket).phase is ClockPhase.RUNNING


def test_a_question_to_line_three_never_stops_the_clients_clock(ticket: Ticket, ada: Person) -> None:
    defect = a_ticket("Crash in the export", team=the_team(3))
    actions.add_note(ticket, "Line 3: do you know this?", by=ada.id, now=NOON + HOUR)
    actions.link(defect, ticket, LinkKind.BLOCKS, by=ada.id, now=NOON + HOUR)
    actions.forward(
        ticket,
        actions.Forward(text="Do you know this?", to=("export@vendor.example",)),
        by=ada.id,
        now=NOON + HOUR,
    )
    assert (ticket.state, resolution(ticket).phase) == (State.OPEN, ClockPhase.RUNNING)


def test_waiting_for_nothing_that_has_a_name_is_refused(ticket: Ticket, ada: Person) -> None:
    with pytest.raises(RuleViolation, match="Say what we wait for"):
        actions.wait(ticket, State.WAITING_CLIENT, reason=" ", wake_at=NOON + DAY, by=ada.id, now=NOON)
    assert waits_of(ticket) == []
