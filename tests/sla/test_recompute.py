"""Open tickets follow a change of hours, policy or contract once each; what is resolved stays as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.calendars import actions as calendars
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.calendars.rules import ClosedDay
from helpdesk.calendars.sheets import sheet_of
from helpdesk.db import db
from helpdesk.events import EventRow, record
from helpdesk.notifications.models import Notice
from helpdesk.sla.actions import policies
from helpdesk.sla.events import PolicyChosen
from helpdesk.sla.models import Contract, Metric, SlaClock, SlaFiring, SlaPolicy, SlaPolicyVersion, TicketSla
from helpdesk.sla.sheets import Cell
from helpdesk.sla.sheets import sheet_of as policy_sheet_of
from helpdesk.sla.sweep import sweep
from helpdesk.sla.what_if import following
from helpdesk.sla.what_if.models import ItemState, Reach, RecomputeState, SlaRecompute, SlaRecomputeItem
from helpdesk.sla.what_if.recomputing import recompute
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from tests.conftest import NOON
from tests.factories import (
    a_company,
    a_contact,
    a_contract,
    a_lead,
    a_policy,
    a_ticket,
    an_agent,
    office_hours,
    the_system,
)

pytestmark = pytest.mark.usefixtures("session")

HOUR = timedelta(hours=1)
MONDAY_NOON = datetime(2026, 3, 9, 11, tzinfo=UTC)  # noon in Berlin: when the ticket of Wednesday is due
TUESDAY_NOON = MONDAY_NOON + timedelta(days=1)
FRIDAY = date(2026, 3, 6)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with clock.frozen(lambda: moment):
        yield


@pytest.fixture
def hours() -> Calendar:
    """Nine to five in Berlin, in which the default policy counts."""
    calendar = office_hours("Berlin")
    a_policy("Standard", default=True, calendar=calendar)
    return calendar


def close(calendar: Calendar, day: date, *, now: datetime, since: datetime | None = None) -> int:
    """A new version with that holiday; its id."""
    sheet = sheet_of(calendar, calendars.in_force(calendar.id, now))
    sheet = replace(sheet, closed=(*sheet.closed, ClosedDay("Holiday", day=day)))
    assert calendars.change_calendar(calendar, sheet, by=the_system().id, now=now, since=since)
    newest = select(func.max(CalendarVersion.id)).where(CalendarVersion.calendar_id == calendar.id)
    return db.session.scalar(newest) or 0


def follow(calendar: Calendar, version_id: int, now: datetime, **more: object) -> SlaRecompute:
    by = the_system().id
    return following.calendar_version(calendar.id, version_id, by=by, now=now, **more)  # type: ignore[arg-type]


def run(now: datetime) -> int:
    with at(now):
        return recompute()


def events(ticket: Ticket, kind: str) -> list[EventRow]:
    rows = select(EventRow).where(EventRow.ticket_id == ticket.id, EventRow.kind == kind)
    return list(db.session.scalars(rows.order_by(EventRow.seq)))


def solution(ticket: Ticket) -> SlaClock:
    clocks = select(SlaClock).where(SlaClock.ticket_id == ticket.id, SlaClock.metric == Metric.RESOLUTION)
    return db.session.scalars(clocks.order_by(SlaClock.cycle.desc())).first() or pytest.fail("no clock")


def resolve(ticket: Ticket, now: datetime) -> None:
    agent = an_agent("Dana Reyes", line=1)
    actions.take(ticket, by=agent.id, now=now)
    actions.resolve(ticket, note="Done.", by=agent.id, now=now)


def states(run: SlaRecompute) -> list[ItemState]:
    rows = select(SlaRecomputeItem.state).where(SlaRecomputeItem.recompute_id == run.id)
    return list(db.session.scalars(rows.order_by(SlaRecomputeItem.ticket_id)))


def test_a_holiday_added_for_friday_moves_the_deadline_of_an_open_ticket(hours: Calendar) -> None:
    ticket = a_ticket(at=NOON)
    assert solution(ticket).due_at == MONDAY_NOON
    made = follow(hours, close(hours, FRIDAY, now=NOON + HOUR), NOON + HOUR)
    assert run(NOON + 2 * HOUR) == 1
    assert solution(ticket).due_at == TUESDAY_NOON
    assert ticket.sort_due == NOON + 4 * HOUR
    assert (made.state, made.total) == (RecomputeState.DONE, 1)
    (event,) = events(ticket, "sla.calendar_changed")
    assert event.effective_at == NOON + HOUR
    assert event.recorded_at == NOON + 2 * HOUR
    assert event.payload["due_before"] == MONDAY_NOON.isoformat()
    assert event.payload["due_after"] == TUESDAY_NOON.isoformat()
    assert event.idem_key == f"recompute:{made.id}:{ticket.id}"


def test_a_second_run_writes_nothing(hours: Calendar) -> None:
    ticket = a_ticket(at=NOON)
    version = close(hours, FRIDAY, now=NOON + HOUR)
    follow(hours, version, NOON + HOUR)
    run(NOON + 2 * HOUR)
    assert run(NOON + 2 * HOUR) == 0
    again = follow(hours, version, NOON + 2 * HOUR)
    assert run(NOON + 2 * HOUR) == 1
    assert states(again) == [ItemState.SKIPPED]
    assert len(events(ticket, "sla.calendar_changed")) == 1


def test_resolved_tickets_and_those_of_other_hours_keep_what_they_have(hours: Calendar) -> None:
    done, other = a_ticket(at=NOON), a_company()
    resolve(done, NOON + HOUR)
    a_contract(other, a_policy("Other hours"))
    a_ticket(contact=a_contact(company=other), at=NOON)
    made = follow(hours, close(hours, FRIDAY, now=NOON + HOUR), NOON + HOUR)
    assert run(NOON + 2 * HOUR) == 0
    assert made.state is RecomputeState.DONE
    assert not events(done, "sla.calendar_changed")


def test_one_resolved_before_its_turn_is_skipped(hours: Calendar) -> None:
    ticket = a_ticket(at=NOON)
    made = follow(hours, close(hours, FRIDAY, now=NOON + HOUR), NOON + HOUR)
    resolve(ticket, NOON + HOUR)
    run(NOON + 2 * HOUR)
    assert states(made) in ([], [ItemState.SKIPPED])
    assert solution(ticket).due_at == MONDAY_NOON


def test_a_planned_version_takes_hold_of_open_tickets_at_its_instant(hours: Calendar) -> None:
    ticket, thursday = a_ticket(at=NOON), NOON + timedelta(days=1)
    version = close(hours, FRIDAY, now=NOON, since=thursday)
    made = follow(hours, version, NOON, since=thursday)
    assert run(thursday - HOUR) == 0
    assert made.state is RecomputeState.PLANNED
    assert run(thursday + 5 * HOUR) == 1
    (event,) = events(ticket, "sla.calendar_changed")
    assert event.effective_at == thursday
    assert solution(ticket).due_at == TUESDAY_NOON


def test_what_was_taken_back_meanwhile_reaches_nobody(hours: Calendar) -> None:
    ticket, thursday = a_ticket(at=NOON), NOON + timedelta(days=1)
    version = close(hours, FRIDAY, now=NOON, since=thursday)
    made = follow(hours, version, NOON, since=thursday)
    row = db.session.get_one(CalendarVersion, version)
    calendars.withdraw(hours, row, by=the_system().id, now=NOON)
    assert run(thursday) == 0
    assert made.state is RecomputeState.CANCELLED
    assert not events(ticket, "sla.calendar_changed")


def test_an_older_version_never_follows_a_newer_one(hours: Calendar) -> None:
    ticket = a_ticket(at=NOON)
    first = close(hours, FRIDAY, now=NOON + HOUR)
    second = close(hours, date(2026, 3, 9), now=NOON + 2 * HOUR)
    follow(hours, second, NOON + 2 * HOUR)
    run(NOON + 3 * HOUR)
    follow(hours, first, NOON + 3 * HOUR)
    run(NOON + 3 * HOUR)
    assert [event.payload["becomes_id"] for event in events(ticket, "sla.calendar_changed")] == [second]
    assert solution(ticket).calendar_version_id == second


def test_from_now_on_keeps_what_was_counted_and_its_breach(hours: Calendar) -> None:
    ticket = a_ticket(at=NOON)
    with at(MONDAY_NOON + HOUR):
        sweep()
    version = close(hours, FRIDAY, now=MONDAY_NOON + 2 * HOUR)
    made = follow(hours, version, MONDAY_NOON + 2 * HOUR)
    run(MONDAY_NOON + 3 * HOUR)
    row = solution(ticket)
    assert (row.elapsed_s, row.missed_once) == (27 * 3600, True)
    assert (row.due_at, row.breached_at, row.epoch) == (MONDAY_NOON, MONDAY_NOON, 1)
    assert row.calendar_version_id == version
    item = db.session.scalars(select(SlaRecomputeItem)).one()
    assert (item.come, item.gone, made.state) == (0, 0, RecomputeState.DONE)


def test_counted_again_from_the_beginning_a_missed_deadline_is_kept_after_all(hours: Calendar) -> None:
    ticket = a_ticket(at=NOON)
    agent = an_agent("Dana Reyes", line=1)
    actions.take(ticket, by=agent.id, now=NOON)
    actions.reply(ticket, actions.Reply(text="We look."), by=agent.id, now=NOON + HOUR)
    with at(MONDAY_NOON + HOUR):
        sweep()
    assert db.session.get_one(TicketSla, ticket.id).missed
    version = close(hours, FRIDAY, now=MONDAY_NOON + 2 * HOUR)
    follow(hours, version, MONDAY_NOON + 2 * HOUR, reach=Reach.RETROACTIVE, why="Forgot the holiday")
    run(MONDAY_NOON + 3 * HOUR)
    row = solution(ticket)
    assert (row.due_at, row.breached_at, row.missed_once) == (TUESDAY_NOON, None, False)
    assert not db.session.get_one(TicketSla, ticket.id).missed
    breach = select(SlaFiring).where(SlaFiring.percent == 100, SlaFiring.metric == Metric.RESOLUTION)
    (firing,) = db.session.scalars(breach)
    assert firing.withdrawn_at == MONDAY_NOON + 3 * HOUR
    assert db.session.scalars(select(SlaRecomputeItem)).one().gone == 1


def test_breaches_that_come_are_told_to_each_lead_in_one_notice(hours: Calendar) -> None:
    lead = a_lead("Nora Adeyemi", line=1)
    for _ in range(3):
        a_ticket(at=NOON)
    policy = db.session.scalars(select(SlaPolicy)).one()
    sheet = policy_sheet_of(policy, policies.in_force(policy.id, NOON))
    tight = {**sheet.targets, Cell("P3", "resolution"): 3600, Cell("P3", "first_response"): 1800}
    by, later = the_system().id, NOON + 2 * HOUR
    policies.change_policy(policy, replace(sheet, targets=tight), by=by, now=later)
    newest = db.session.scalar(select(func.max(SlaPolicyVersion.id))) or 0
    following.policy_version(policy.id, newest, by=by, now=later, reach=Reach.RETROACTIVE)
    with at(later):
        recompute()
        sweep()
    told = db.session.scalars(select(Notice).where(Notice.person_id == lead.id, Notice.kind.like("sla.%")))
    assert [(one.kind, one.payload["count"]) for one in told] == [("sla.recompute_finished", 6)]
    firings = db.session.scalars(select(SlaFiring.told).where(SlaFiring.percent == 100)).all()
    assert firings == [False] * 6


def test_a_new_target_for_open_tickets_counts_on_from_now(hours: Calendar) -> None:
    ticket = a_ticket(at=NOON)
    policy = db.session.scalars(select(SlaPolicy)).one()
    sheet = policy_sheet_of(policy, policies.in_force(policy.id, NOON))
    longer = replace(sheet, targets={**sheet.targets, Cell("P3", "resolution"): 32 * 3600})
    by, later = the_system().id, NOON + HOUR
    policies.change_policy(policy, longer, by=by, now=later)
    newest = db.session.scalar(select(func.max(SlaPolicyVersion.id))) or 0
    following.policy_version(policy.id, newest, by=by, now=later)
    run(later)
    assert solution(ticket).due_at == TUESDAY_NOON
    assert solution(ticket).policy_version_id == newest
    assert db.session.get_one(TicketSla, ticket.id).policy_version_id == newest
    (event,) = events(ticket, "sla.policy_changed")
    assert event.payload["mode"] == "carry"


def test_a_contract_that_begins_takes_the_open_tickets_of_its_company_along(hours: Calendar) -> None:
    company = a_company()
    ticket, strange = a_ticket(contact=a_contact(company=company), at=NOON), a_ticket(at=NOON)
    version = a_policy("Gold", calendar=hours)
    contract = a_contract(company, version)
    following.policy_for_company(company.id, by=the_system().id, now=NOON + HOUR)
    run(NOON + HOUR)
    sla = db.session.get_one(TicketSla, ticket.id)
    assert (sla.policy_version_id, sla.contract_id) == (version.id, contract.id)
    assert not events(strange, "sla.policy_changed")


def test_a_contract_that_ends_gives_them_back_to_the_default(hours: Calendar) -> None:
    company = a_company()
    contract = a_contract(company, a_policy("Gold", calendar=hours))
    ticket = a_ticket(contact=a_contact(company=company), at=NOON)
    contract.valid_until = NOON + 2 * HOUR
    following.policy_for_company(company.id, by=the_system().id, now=NOON, since=NOON + 2 * HOUR)
    assert run(NOON + HOUR) == 0
    run(NOON + 2 * HOUR)
    assert db.session.get_one(TicketSla, ticket.id).contract_id is None
    assert db.session.scalars(select(Contract)).one().id == contract.id


def break_ledger(ticket: Ticket) -> PolicyChosen:
    """A choice that names no hours, which no door would write: its targets cannot be counted."""
    ticket.event_seq += 1
    version = db.session.get_one(TicketSla, ticket.id).policy_version_id
    chosen = PolicyChosen(
        at=NOON,
        actor_id=the_system().id,
        ticket_id=ticket.id,
        seq=ticket.event_seq,
        policy_version_id=version,
        contract_id=None,
        calendar_version_ids=(),
    )
    record(chosen)
    return chosen


def test_a_ticket_that_cannot_be_computed_is_listed_and_the_others_go_on(hours: Calendar) -> None:
    broken, whole = a_ticket(at=NOON), a_ticket(at=NOON)
    policy = db.session.scalars(select(SlaPolicy)).one()
    sheet = policy_sheet_of(policy, policies.in_force(policy.id, NOON))
    longer = replace(sheet, targets={**sheet.targets, Cell("P3", "resolution"): 32 * 3600})
    by, later = the_system().id, NOON + HOUR
    break_ledger(broken)
    policies.change_policy(policy, longer, by=by, now=later)
    newest = db.session.scalar(select(func.max(SlaPolicyVersion.id))) or 0
    made = following.policy_version(policy.id, newest, by=by, now=later)
    run(later)
    assert states(made) == [ItemState.FAILED, ItemState.CHANGED]
    assert solution(whole).due_at == TUESDAY_NOON
    assert not events(broken, "sla.policy_changed")
    failed = db.session.scalars(select(SlaRecomputeItem).where(SlaRecomputeItem.ticket_id == broken.id)).one()
    assert failed.failure
    assert made.state is RecomputeState.DONE


def test_what_failed_is_tried_again_when_somebody_asks(hours: Calendar) -> None:
    ticket = a_ticket(at=NOON)
    made = follow(hours, close(hours, FRIDAY, now=NOON + HOUR), NOON + HOUR)
    run(NOON + 2 * HOUR)
    item = db.session.scalars(select(SlaRecomputeItem)).one()
    assert following.try_again(made) == 0
    item.state, item.failure = ItemState.FAILED, "It could not be computed."
    assert following.try_again(made) == 1
    assert made.state is RecomputeState.RUNNING
    run(NOON + 3 * HOUR)
    assert (states(made), made.state) == ([ItemState.SKIPPED], RecomputeState.DONE)
    assert len(events(ticket, "sla.calendar_changed")) == 1


def test_leads_hear_of_a_breach_once_though_others_are_tried_again(hours: Calendar) -> None:
    lead = a_lead("Nora Adeyemi", line=1)
    a_ticket(at=NOON)
    failing = a_ticket(at=NOON)
    policy = db.session.scalars(select(SlaPolicy)).one()
    sheet = policy_sheet_of(policy, policies.in_force(policy.id, NOON))
    tight = {**sheet.targets, Cell("P3", "resolution"): 3600, Cell("P3", "first_response"): 3600}
    by, later = the_system().id, NOON + 2 * HOUR
    policies.change_policy(policy, replace(sheet, targets=tight), by=by, now=later)
    newest = db.session.scalar(select(func.max(SlaPolicyVersion.id))) or 0
    made = following.policy_version(policy.id, newest, by=by, now=later, reach=Reach.RETROACTIVE)
    run(later)
    item = db.session.get_one(SlaRecomputeItem, (made.id, failing.id))
    item.state, item.come = ItemState.FAILED, 0
    following.try_again(made)
    run(later + HOUR)
    notices = select(Notice).where(Notice.person_id == lead.id, Notice.kind == "sla.recompute_finished")
    assert [one.payload["count"] for one in db.session.scalars(notices)] == [4]


def test_what_was_due_by_the_old_hours_is_told_before_a_ticket_follows(hours: Calendar) -> None:
    lead = a_lead("Nora Adeyemi", line=1)
    ticket = a_ticket(at=NOON)
    later = NOON + 5 * HOUR  # an hour past the first answer, and no sweep has run
    follow(hours, close(hours, FRIDAY, now=later), later)
    run(later)
    first = select(SlaFiring.told).where(
        SlaFiring.ticket_id == ticket.id,
        SlaFiring.metric == Metric.FIRST_RESPONSE,
        SlaFiring.percent == 100,
        SlaFiring.epoch == 1,
    )
    assert db.session.scalars(first).all() == [True]
    notices = select(Notice).where(Notice.person_id == lead.id, Notice.kind == "sla.threshold_crossed")
    assert [one.payload["percent"] for one in db.session.scalars(notices)] == [100]


def test_a_reopened_ticket_follows_what_changed_while_it_was_solved(hours: Calendar) -> None:
    ticket, agent = a_ticket(at=NOON), an_agent("Dana Reyes", line=1)
    resolve(ticket, NOON + HOUR)
    follow(hours, close(hours, FRIDAY, now=NOON + 2 * HOUR), NOON + 2 * HOUR)
    run(NOON + 2 * HOUR)
    assert not events(ticket, "sla.calendar_changed")
    actions.reopen(ticket, by_client=False, by=agent.id, now=NOON + 3 * HOUR)
    assert run(NOON + 3 * HOUR) == 1
    row = solution(ticket)
    assert row.elapsed_s == 3600
    assert row.due_at == TUESDAY_NOON + 2 * HOUR
    made = db.session.scalars(select(SlaRecompute)).one()
    assert (made.state, states(made)) == (RecomputeState.DONE, [ItemState.CHANGED])


def test_a_ticket_reopened_without_news_is_left_alone(hours: Calendar) -> None:
    ticket, agent = a_ticket(at=NOON), an_agent("Dana Reyes", line=1)
    follow(hours, close(hours, FRIDAY, now=NOON + HOUR), NOON + HOUR)
    run(NOON + HOUR)
    resolve(ticket, NOON + 2 * HOUR)
    actions.reopen(ticket, by_client=False, by=agent.id, now=NOON + 3 * HOUR)
    assert run(NOON + 3 * HOUR) == 0
    assert len(events(ticket, "sla.calendar_changed")) == 1
