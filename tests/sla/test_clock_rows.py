"""Clock rows follow the ledger: opened, paused, resumed, retargeted, stopped."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.db import db
from helpdesk.sla.models import ClockPhase, Metric, SlaClock, TicketSla
from helpdesk.sla.queries import chips, clocks_of, forecast
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import DiscardReason, HandoverCard, Priority, State
from tests.factories import (
    a_company,
    a_contact,
    a_contract,
    a_policy,
    a_ticket,
    an_agent,
    office_hours,
    three_lines,
)

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)  # Wednesday, noon in Berlin; open until 16:00 UTC
HOUR = timedelta(hours=1)
NEVER = datetime.max.replace(tzinfo=UTC)


def clock_of(ticket: Ticket, metric: Metric) -> SlaClock:
    statement = select(SlaClock).where(SlaClock.ticket_id == ticket.id, SlaClock.metric == metric)
    return db.session.scalars(statement.order_by(SlaClock.cycle.desc())).first()  # type: ignore[return-value]


def test_a_new_ticket_owes_an_answer_and_a_solution(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    ticket = a_ticket(priority=Priority.P3)
    first, solution = clock_of(ticket, Metric.FIRST_RESPONSE), clock_of(ticket, Metric.RESOLUTION)
    assert first.due_at == NOON + 4 * HOUR
    assert solution.due_at == datetime(
        2026, 3, 9, 11, 0, tzinfo=UTC
    )  # 24 open hours, 8 a day, over a weekend
    assert ticket.sort_due == first.due_at
    assert first.next_percent == 75
    assert first.next_fire_at == NOON + 3 * HOUR


def test_the_contract_of_the_company_beats_the_default_policy(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    always = a_policy("Round the clock", calendar=office_hours("Day and night", start=0, end=23))
    company = a_company()
    contract = a_contract(company, always)
    ticket = a_ticket(contact=a_contact(company=company))
    assert db.session.get_one(TicketSla, ticket.id).contract_id == contract.id


def test_a_desk_without_policies_opens_tickets_without_clocks(session: scoped_session[Session]) -> None:
    ticket = a_ticket()
    db.session.refresh(ticket)
    assert ticket.sort_due == NEVER
    assert clocks_of([ticket.id], NOON) == {}


def test_an_answer_meets_the_first_clock_and_leaves_the_solution(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    ticket, agent = a_ticket(), an_agent()
    actions.reply(ticket, actions.Reply(text="On it."), by=agent.id, now=NOON + HOUR)
    first = clock_of(ticket, Metric.FIRST_RESPONSE)
    assert (first.phase, first.met, first.elapsed_s) == (ClockPhase.STOPPED, True, 3600)
    assert ticket.sort_due == clock_of(ticket, Metric.RESOLUTION).due_at


def test_waiting_for_the_client_pauses_the_solution_until_he_writes(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    ticket, agent = a_ticket(), an_agent()
    actions.reply(ticket, actions.Reply(text="Which scanner?"), by=agent.id, now=NOON + HOUR)
    actions.wait(
        ticket, State.WAITING_CLIENT, reason="Which scanner", wake_at=None, by=agent.id, now=NOON + HOUR
    )
    paused = clock_of(ticket, Metric.RESOLUTION)
    assert (paused.phase, paused.due_at, paused.next_fire_at) == (ClockPhase.PAUSED, None, None)
    db.session.refresh(ticket)
    assert ticket.sort_due == NEVER
    message = actions.ClientMessage(author_id=agent.id, text="The left one", channel=ticket.channel)
    actions.add_client_message(ticket, message, by=agent.id, now=NOON + 3 * HOUR)
    resumed = clock_of(ticket, Metric.RESOLUTION)
    assert resumed.phase is ClockPhase.RUNNING
    assert resumed.due_at == datetime(2026, 3, 9, 13, 0, tzinfo=UTC)  # two hours later than before


def test_a_higher_priority_brings_the_deadline_nearer(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    ticket, agent = a_ticket(priority=Priority.P3), an_agent()
    actions.change_priority(ticket, priority=Priority.P1, reason="", by=agent.id, now=NOON + HOUR)
    solution = clock_of(ticket, Metric.RESOLUTION)
    assert (solution.epoch, solution.target_s) == (2, 14400)
    assert solution.due_at == NOON + 4 * HOUR


def test_a_night_between_two_days_does_not_count_across_the_change_to_summer_time(
    session: scoped_session[Session],
) -> None:
    a_policy(default=True)
    friday = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # 16:00 in Berlin, one open hour left
    ticket = a_ticket(priority=Priority.P2, at=friday)
    first = clock_of(ticket, Metric.FIRST_RESPONSE)
    solution = clock_of(ticket, Metric.RESOLUTION)
    assert first.due_at == datetime(2026, 3, 27, 16, 0, tzinfo=UTC)
    assert solution.due_at == datetime(2026, 3, 30, 14, 0, tzinfo=UTC)  # 16:00 in summer time


def test_a_live_call_is_answered_at_once(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    ticket = a_ticket(live=True)
    first = clock_of(ticket, Metric.FIRST_RESPONSE)
    assert (first.met, first.elapsed_s) == (True, 0)


def test_a_ticket_of_a_machine_has_only_a_solution_clock(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    ticket = a_ticket(by_machine=True)
    assert {view.metric for view in clocks_of([ticket.id], NOON)[ticket.id]} == {"resolution"}


def test_handing_up_never_stops_the_clients_clock(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    three_lines()
    ticket, agent = a_ticket(), an_agent()
    due = clock_of(ticket, Metric.RESOLUTION).due_at
    card = HandoverCard(symptom="Empty", asked="Look at the share", tried="Restarted")
    actions.escalate(ticket, to_team_id=None, card=card, by=agent.id, now=NOON + HOUR)
    assert clock_of(ticket, Metric.RESOLUTION).due_at == due


def test_discarding_cancels_the_clocks_and_taking_it_back_starts_them_again(
    session: scoped_session[Session],
) -> None:
    a_policy(default=True)
    ticket, agent = a_ticket(), an_agent()
    actions.discard(ticket, DiscardReason.SPAM, by=agent.id, now=NOON + HOUR)
    assert clock_of(ticket, Metric.RESOLUTION).phase is ClockPhase.CANCELLED
    actions.reopen(ticket, by=agent.id, now=NOON + 2 * HOUR)
    assert clock_of(ticket, Metric.RESOLUTION).phase is ClockPhase.RUNNING


def test_a_chip_shows_the_nearest_clock_in_open_hours(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    ticket = a_ticket()
    running = chips([ticket.id], NOON + HOUR)[ticket.id]
    assert (running.state, running.words, running.name) == ("run", "3 h left", "First answer")
    soon = chips([ticket.id], NOON + 3 * HOUR + timedelta(minutes=30))[ticket.id]
    assert (soon.state, soon.words) == ("risk", "30 min left")
    late = chips([ticket.id], NOON + 4 * HOUR + timedelta(minutes=35))[ticket.id]
    assert (late.state, late.words) == ("breach", "breached 35 min ago")


def test_a_forecast_names_the_deadline_before_the_ticket_exists(session: scoped_session[Session]) -> None:
    a_policy("Standard", default=True)
    known = forecast(a_company().id, "P2", "incident", NOON)
    assert known is not None
    assert (known.due_at, known.policy, known.contract) == (
        datetime(2026, 3, 5, 11, 0, tzinfo=UTC),
        "Standard",
        None,
    )
