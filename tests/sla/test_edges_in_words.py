"""Sentences at the edges: missed in the night, missed in an earlier cycle, and nothing due while it waits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.sla.actions.breaches import explain
from helpdesk.sla.chapter_figures import figures_of
from helpdesk.sla.models import BreachCause, SlaFiring, SlaPolicyVersion
from helpdesk.sla.models import Metric as StoredMetric
from helpdesk.sla.queries import chips
from helpdesk.sla.rules import Figures, Metric, Step
from helpdesk.sla.spoken import plain_text
from helpdesk.sla.sweep import sweep
from helpdesk.sla.telling import Slot
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import DiscardReason, Priority, State
from tests.factories import a_ticket, an_agent, three_lines
from tests.sla.stories import HOUR, NOON, a_policy_with_budgets, said, told, up, wait

EVENING = NOON + 7 * HOUR  # Berlin closes at five hours after noon
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def desk(app: Flask, session: scoped_session[Session]) -> Iterator[None]:
    """Three lines, a policy with budgets in office hours, and a reader in Berlin at noon."""
    three_lines()
    a_policy_with_budgets()
    with clock.frozen(lambda: NOON), app.test_request_context():
        yield


@pytest.fixture
def anna() -> Person:
    return an_agent("Anna Petrova")


def solve(ticket: Ticket, at: datetime, by: int) -> None:
    with clock.frozen(lambda: at):
        sweep()
    actions.resolve(ticket, "Replaced", by=by, now=at)


def test_what_was_missed_at_closing_time_is_not_missed_by_nothing(anna: Person) -> None:
    """Due at the end of the day and done in the evening: no open second lies between."""
    ticket = a_ticket(priority=Priority.P1, at=NOON + HOUR)
    solve(ticket, EVENING, anna.id)
    found = told(ticket, EVENING)
    assert found.verdict.note == "today 19:00, after 4 h, under 1 min over"
    assert [one.figures for one in found.story if one.kind == "stopped"] == ["under 1 min over"]
    assert chips([ticket.id], EVENING)[ticket.id].all[1] == ("Solution", "missed by under 1 min")


def test_a_reason_belongs_to_the_cycle_that_was_late(anna: Person) -> None:
    db.session.execute(update(SlaPolicyVersion).values(reopen="restart"))
    ticket, late = a_ticket(priority=Priority.P1), NOON + 2 * DAY
    solve(ticket, late, anna.id)
    actions.reopen(ticket, by=anna.id, now=late + HOUR)
    missed = select(SlaFiring).where(SlaFiring.percent == 100, SlaFiring.metric == StoredMetric.RESOLUTION)
    firing = db.session.scalars(missed).one()
    firing.asked_at = late
    explain(ticket, firing, BreachCause.BUSY, "Two of us were ill", by=anna.id, now=late + 2 * HOUR)
    words = "Anna Petrova said why it was late: More work than people"
    first, second = (told(ticket, late + 3 * HOUR, Slot(Metric.RESOLUTION, None, n)) for n in (1, 2))
    assert (words in said(first), words in said(second)) == (True, False)


def test_the_text_for_a_client_names_no_deadline_while_we_wait_for_him(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1)
    assert "- due:" in plain_text(told(ticket).told, "7 Scanner")
    wait(ticket, NOON + HOUR, anna.id)
    text = plain_text(told(ticket, NOON + 2 * HOUR).told, "7 Scanner")
    assert "so nothing is due" in text
    assert "- due:" not in text


def test_another_waiting_while_it_stands_still_does_not_say_that_it_runs(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1)
    wait(ticket, NOON + HOUR, anna.id)
    state, later = State.WAITING_THIRD_PARTY, NOON + 2 * HOUR
    actions.wait(ticket, state, reason="Spare part", by=anna.id, now=later, wake_at=NOON + 4 * HOUR)
    last = told(ticket, NOON + 3 * HOUR).story[-1]
    assert (last.kind, last.words) == ("paused", "Anna Petrova waits for a third party")
    assert (last.figures, last.reason) == ("until today 16:00 at the latest", "Spare part")


def test_a_waiting_that_lets_the_clock_run_on_says_whom_it_is_for(anna: Person) -> None:
    db.session.execute(update(SlaPolicyVersion).values(pause_states=["waiting_client"]))
    ticket = a_ticket(priority=Priority.P1)
    wait(ticket, NOON + HOUR, anna.id)
    actions.wait(ticket, State.WAITING_THIRD_PARTY, reason="Part", by=anna.id, now=NOON + 2 * HOUR)
    last = told(ticket, NOON + 3 * HOUR).story[-1]
    assert (last.kind, last.words) == ("resumed", "Anna Petrova waits for a third party")


def test_a_line_that_gave_it_on_too_late_does_not_look_as_if_nothing_was(anna: Person) -> None:
    """The chip says what the page says: the hour of line 1 was over long before."""
    ticket = a_ticket()
    up(ticket, NOON + 3 * HOUR, anna.id)
    found = told(ticket, NOON + 4 * HOUR, Slot(Metric.OLA, 1))
    assert found.verdict.note == "2 h over"
    assert chips([ticket.id], NOON + 4 * HOUR)[ticket.id].all[2] == ("Line 1", "missed by 2 h")


def test_a_policy_that_begins_anew_is_said_to_count_from_the_change(anna: Person) -> None:
    db.session.execute(update(SlaPolicyVersion).values(on_change="restart"))
    ticket = a_ticket()
    wait(ticket, NOON, anna.id)
    actions.resume(ticket, by=anna.id, now=NOON + HOUR)
    actions.change_priority(ticket, Priority.P1, by=anna.id, now=NOON + 2 * HOUR)
    assert told(ticket, NOON + 3 * HOUR).spoken == (
        "Due tomorrow 10:00, because we promise a solution within 4 h on priority P1, counted in open hours "
        "from today 14:00. Used so far: 1 h."
    )


def test_what_a_change_makes_overdue_is_told_after_the_change(anna: Person) -> None:
    db.session.execute(update(SlaPolicyVersion).values(on_change="retroactive"))
    ticket = a_ticket()
    actions.change_priority(ticket, Priority.P1, by=anna.id, now=NOON + DAY)
    assert [one.kind for one in told(ticket, NOON + DAY).story] == ["started", "changed", "breached"]


def test_a_change_that_moves_no_deadline_is_not_said_to_move_it(anna: Person) -> None:
    read, due = told(a_ticket()).told, int((NOON + DAY).timestamp())
    same = Step("changed", due - 60, 3600, 7200, due_at=due, before=Figures(3600, 7200, due))
    assert (
        figures_of(read, same) == "the target stays 2 h; the 1 h already counted are kept; due Mar 5, 12:00"
    )
    moved = replace(same, due_at=due + 3600)
    assert figures_of(read, moved).endswith("due Mar 5, 13:00 instead of Mar 5, 12:00")


def test_what_was_thrown_away_and_opened_again_was_never_solved(anna: Person) -> None:
    """The client reads nothing of our mistake; the desk reads whose it was."""
    ticket = a_ticket()
    actions.discard(ticket, DiscardReason.SPAM, by=anna.id, now=NOON + HOUR)
    actions.reopen(ticket, by=anna.id, now=NOON + 2 * HOUR)
    found = told(ticket, NOON + 3 * HOUR)
    assert said(found)[1] == "Anna Petrova threw it away as no request; the clock is over"
    assert "solved" not in plain_text(found.told, "7 Scanner")
