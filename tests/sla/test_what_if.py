"""A draft is tried on past tickets: what it would have changed is counted and listed, nothing is written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.calendars import actions as calendars
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.calendars.rules import CalendarSheet, ClosedDay
from helpdesk.calendars.sheets import sheet_of
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow
from helpdesk.sla.actions import policies
from helpdesk.sla.models import SlaClock, SlaPolicy
from helpdesk.sla.sheets import Cell, PolicySheet
from helpdesk.sla.sheets import sheet_of as policy_sheet_of
from helpdesk.sla.what_if import drafts, trials
from helpdesk.sla.what_if.models import (
    DraftState,
    Effect,
    SlaDraft,
    SlaTrial,
    SlaTrialFinding,
    TrialBasis,
    TrialState,
)
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from tests.conftest import NOON
from tests.factories import a_policy, a_ticket, an_agent, office_hours, the_system

pytestmark = pytest.mark.usefixtures("session")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + 20 * DAY
FRIDAY = date(2026, 3, 6)
MONDAY_NOON = datetime(2026, 3, 9, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """Three weeks later, when nothing of it is new."""
    with clock.frozen(lambda: LATER):
        yield


@pytest.fixture
def hours() -> Calendar:
    """Nine to five in Berlin, in which the default policy counts."""
    calendar = office_hours("Berlin")
    a_policy("Standard", default=True, calendar=calendar)
    return calendar


def solved(at: datetime, *, opened: datetime = NOON) -> Ticket:
    """A ticket that was answered within the hour and solved at that instant."""
    ticket, agent = a_ticket(at=opened), an_agent("Dana Reyes", line=1)
    actions.take(ticket, by=agent.id, now=opened)
    actions.reply(ticket, actions.Reply(text="We look."), by=agent.id, now=opened + HOUR)
    actions.resolve(ticket, note="Done.", by=agent.id, now=at)
    return ticket


def with_holiday(calendar: Calendar) -> CalendarSheet:
    sheet = sheet_of(calendar, calendars.in_force(calendar.id, LATER))
    return replace(sheet, closed=(ClosedDay("Holiday", day=FRIDAY),))


def with_target(seconds: int) -> tuple[SlaPolicy, PolicySheet]:
    policy = db.session.scalars(select(SlaPolicy)).one()
    sheet = policy_sheet_of(policy, policies.in_force(policy.id, LATER))
    return policy, replace(sheet, targets={**sheet.targets, Cell("P3", "resolution"): seconds})


def drafted(sheet: CalendarSheet | PolicySheet, subject_id: int) -> SlaDraft:
    by = the_system().id
    return drafts.keep(sheet, subject_id, seen_event_id=0, since=None, why="", by=by, now=LATER)


def tried(draft: SlaDraft, basis: TrialBasis = TrialBasis.OPENED) -> SlaTrial:
    trial = drafts.try_on(draft, basis, NOON - DAY, NOON + DAY, by=the_system().id, now=LATER)
    trials.try_drafts()
    db.session.refresh(trial)
    return trial


def findings(trial: SlaTrial) -> list[SlaTrialFinding]:
    rows = select(SlaTrialFinding).where(SlaTrialFinding.trial_id == trial.id)
    return list(db.session.scalars(rows.order_by(SlaTrialFinding.id)))


def test_a_holiday_would_have_let_a_missed_deadline_be_kept(hours: Calendar) -> None:
    ticket = solved(MONDAY_NOON + 2 * HOUR)
    trial = tried(drafted(with_holiday(hours), hours.id))
    assert (trial.state, trial.total, trial.done) == (TrialState.DONE, 1, 1)
    (found,) = findings(trial)
    assert (found.ticket_id, found.effect, found.metric.value) == (ticket.id, Effect.GO, "resolution")
    assert (found.due_before, found.due_after) == (MONDAY_NOON, MONDAY_NOON + DAY)
    assert found.why == {"days": ["2026-03-06"], "day_count": 1}
    assert trial.counts == {
        "tickets": 1,
        "tickets_changed": 1,
        "clocks": 2,
        "changed": 1,
        "go": 1,
        "go_line": 0,
    }


def test_a_shorter_target_would_have_been_missed(hours: Calendar) -> None:
    solved(MONDAY_NOON - HOUR)
    policy, sheet = with_target(8 * 3600)
    trial = tried(drafted(sheet, policy.id))
    (found,) = findings(trial)
    assert found.effect is Effect.COME
    assert found.why == {"target": [86400, 28800]}


def test_a_longer_target_would_only_have_been_due_later(hours: Calendar) -> None:
    solved(NOON + 2 * HOUR)
    policy, sheet = with_target(32 * 3600)
    assert [one.effect for one in findings(tried(drafted(sheet, policy.id)))] == [Effect.LATER]


def test_a_target_taken_away_ends_a_clock(hours: Calendar) -> None:
    solved(NOON + 2 * HOUR)
    policy, sheet = with_target(1)
    targets = {cell: seconds for cell, seconds in sheet.targets.items() if cell != Cell("P3", "resolution")}
    (found,) = findings(tried(drafted(replace(sheet, targets=targets), policy.id)))
    assert (found.effect, found.due_after) == (Effect.ENDS, None)


def test_the_sheet_that_holds_already_would_change_nothing(hours: Calendar) -> None:
    solved(MONDAY_NOON + 2 * HOUR)
    sheet = sheet_of(hours, calendars.in_force(hours.id, LATER))
    trial = tried(drafted(sheet, hours.id))
    assert not findings(trial)
    assert trial.counts["tickets"] == 1
    policy, same = with_target(86400)
    assert not findings(tried(drafted(same, policy.id)))


def test_a_policy_may_count_in_hours_that_no_ticket_has_seen(hours: Calendar) -> None:
    solved(NOON + 2 * HOUR)
    night = office_hours("Night", start=0, end=24)
    policy, sheet = with_target(86400)
    trial = tried(drafted(replace(sheet, calendars=dict.fromkeys(sheet.calendars, night.id)), policy.id))
    found = {one.metric.value: one for one in findings(trial)}
    assert found["resolution"].due_after == NOON + DAY
    assert set(found["resolution"].why) == {"calendar"}


def test_nothing_of_the_tickets_is_written(hours: Calendar) -> None:
    ticket = solved(MONDAY_NOON + 2 * HOUR)
    columns = (SlaClock.ticket_id, SlaClock.due_at, SlaClock.epoch, SlaClock.checkpoint_at)
    clocks = db.session.execute(select(*columns).order_by(SlaClock.id)).all()
    events = db.session.scalar(select(func.count()).select_from(EventRow))
    versions = db.session.scalar(select(func.count()).select_from(CalendarVersion))
    due = ticket.sort_due
    tried(drafted(with_holiday(hours), hours.id))
    assert db.session.execute(select(*columns).order_by(SlaClock.id)).all() == clocks
    assert db.session.scalar(select(func.count()).select_from(EventRow)) == events
    assert db.session.scalar(select(func.count()).select_from(CalendarVersion)) == versions
    assert ticket.sort_due == due


def test_only_tickets_of_the_period_are_looked_at(hours: Calendar) -> None:
    inside = solved(MONDAY_NOON + 2 * HOUR)
    solved(MONDAY_NOON + 2 * HOUR, opened=NOON + 2 * DAY)
    solved(NOON + HOUR, opened=NOON - 2 * DAY)
    draft = drafted(with_holiday(hours), hours.id)
    assert [one.ticket_id for one in findings(tried(draft))] == [inside.id]
    was_open = tried(draft, TrialBasis.WAS_OPEN)
    assert was_open.total == 2


def test_tickets_under_another_policy_are_not_looked_at(hours: Calendar) -> None:
    solved(MONDAY_NOON + 2 * HOUR)
    other = office_hours("Other")
    sheet = sheet_of(other, calendars.in_force(other.id, LATER))
    trial = tried(drafted(replace(sheet, closed=(ClosedDay("Holiday", day=FRIDAY),)), other.id))
    assert (trial.state, trial.total, trial.counts) == (TrialState.DONE, 0, {})


def test_a_trial_goes_on_where_a_dead_worker_left_it(
    hours: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = solved(MONDAY_NOON + 2 * HOUR), solved(MONDAY_NOON + 2 * HOUR)
    monkeypatch.setattr("helpdesk.sla.what_if.trials.BATCH", 1)
    draft = drafted(with_holiday(hours), hours.id)
    trial = drafts.try_on(draft, TrialBasis.OPENED, NOON - DAY, NOON + DAY, by=the_system().id, now=LATER)
    trials._batch()
    db.session.refresh(trial)
    assert (trial.state, trial.done, trial.cursor) == (TrialState.RUNNING, 1, first.id)
    trials.try_drafts()
    assert [one.ticket_id for one in findings(trial)] == [first.id, second.id]


def test_a_new_trial_takes_the_place_of_one_under_way(hours: Calendar) -> None:
    draft = drafted(with_holiday(hours), hours.id)
    one = drafts.try_on(draft, TrialBasis.OPENED, NOON, NOON + DAY, by=the_system().id, now=LATER)
    two = tried(draft)
    db.session.refresh(one)
    assert (one.state, two.state) == (TrialState.FAILED, TrialState.DONE)
    last = drafts.last_trial(draft.id)
    assert last is not None
    assert last.id == two.id


def test_a_draft_that_is_discarded_is_tried_no_more(hours: Calendar) -> None:
    draft = drafted(with_holiday(hours), hours.id)
    drafts.discard(draft, now=LATER)
    drafts.discard(draft, now=LATER)
    assert draft.state is DraftState.DISCARDED
    assert not drafts.open_drafts()
    with pytest.raises(RuleViolation, match="no longer open"):
        tried(draft)


def test_a_draft_of_another_edition_says_so(hours: Calendar) -> None:
    a_ticket(at=NOON)
    draft = drafted(with_holiday(hours), hours.id)
    draft.sheet = {"name": "Berlin", "hours_of_the_moon": []}
    with pytest.raises(RuleViolation, match="older edition"):
        drafts.sheet_of(draft)
    trial = tried(draft)
    assert trial.state is TrialState.FAILED
