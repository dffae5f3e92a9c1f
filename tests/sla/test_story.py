"""The story of a clock: every step with its time, its author, his reason, and what it did in figures."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.calendars.models import CalendarVersion
from helpdesk.db import db
from helpdesk.events import EventRow, record
from helpdesk.sla.actions.breaches import explain
from helpdesk.sla.events import PolicyChanged, ThresholdCrossed, ThresholdWithdrawn
from helpdesk.sla.models import BreachCause, SlaFiring, SlaTarget, TicketSla
from helpdesk.sla.models import Metric as StoredMetric
from helpdesk.sla.rules import Metric
from helpdesk.sla.sweep import sweep
from helpdesk.sla.telling import Slot
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import DiscardReason, Priority, State, TicketType, WaitReason
from helpdesk.tickets.words import WAIT_REASONS
from tests.factories import (
    a_company,
    a_contact,
    a_contract,
    a_policy,
    a_ticket,
    an_agent,
    office_hours,
    the_system,
    three_lines,
)
from tests.sla.stories import (
    HOUR,
    MORNING,
    NOON,
    a_policy_with_budgets,
    back,
    client_writes,
    figures,
    said,
    told,
    up,
    wait,
)

MINUTE = timedelta(minutes=1)
FIRST, NEXT, NEWS = (Slot(metric) for metric in (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.UPDATE))


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


def answer(ticket: Ticket, at: datetime, by: int) -> None:
    actions.reply(ticket, actions.Reply(text="Please restart it"), by=by, now=at)


def test_a_raised_priority_says_what_moved_and_what_was_kept(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P2, at=MORNING)
    actions.change_priority(ticket, priority=Priority.P1, by=anna.id, now=MORNING + 2 * HOUR + 10 * MINUTE)
    found = told(ticket)
    assert said(found)[1] == "Anna Petrova changed the priority from P2, high to P1, critical"
    assert figures(found, "changed") == [
        "target 8 h → 4 h; the 2 h 10 already counted are kept; due today 13:00 instead of today 17:00"
    ]


def test_the_reason_for_a_lowered_priority_is_told(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    actions.change_priority(
        ticket, priority=Priority.P3, reason="A detour was found", by=anna.id, now=MORNING + HOUR
    )
    found = told(ticket)
    assert found.story[1].reason == "A detour was found"
    assert figures(found, "changed")[0].startswith("target 4 h → 3 working days (24 h); the 1 h already")


def test_a_change_that_a_clock_does_not_feel_is_told_all_the_same(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P2, at=MORNING)
    actions.change_type(ticket, TicketType.QUESTION, by=anna.id, now=MORNING + HOUR)
    assert figures(told(ticket), "changed") == ["the target stays the same"]


def test_a_pause_names_who_waits_for_whom_and_why(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    wait(ticket, MORNING + HOUR, anna.id, "Which scanner?")
    client_writes(ticket, MORNING + 2 * HOUR)
    found = told(ticket)
    assert said(found)[1:] == [
        "Paused by Anna Petrova, waiting for the client",
        "The client answered; the clock goes on",
    ]
    assert found.story[1].reason == "Which scanner?"
    assert figures(found, "paused") == ["3 h left; until Apr 3, 11:00 at the latest"]
    assert figures(found, "resumed") == ["due today 14:00"]
    assert [one.counted for one in found.story] == ["0 min", "1 h", "1 h"]


def test_a_pause_says_what_is_waited_for_and_until_when(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    actions.wait(
        ticket,
        State.WAITING_CLIENT,
        reason="The signed sheet",
        by=anna.id,
        now=MORNING + HOUR,
        wake_at=NOON + HOUR,
        about=WaitReason.VENDOR,
    )
    vendor = str(WAIT_REASONS[WaitReason.VENDOR])
    assert figures(told(ticket), "paused") == [f"3 h left; {vendor}; until today 13:00 at the latest"]


def test_a_waiting_that_does_not_pause_a_clock_says_so(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    wait(ticket, MORNING + 10 * MINUTE, anna.id, "Which scanner?")
    second = told(ticket, NOON, FIRST).story[1]
    assert (second.words, second.figures) == (
        "Anna Petrova waits for the client",
        "this clock does not pause",
    )
    assert second.reason == "Which scanner?"


def test_the_first_answer_has_a_story_of_its_own(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    answer(ticket, MORNING + 20 * MINUTE, anna.id)
    found = told(ticket, NOON, FIRST)
    assert said(found) == ["The request came in", "Anna Petrova answered the client"]
    assert (found.verdict.title, found.verdict.note) == ("Answered in time", "today 09:20, after 20 min")


def test_each_time_the_client_waits_for_an_answer_is_a_cycle(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    answer(ticket, MORNING + 5 * MINUTE, anna.id)
    client_writes(ticket, MORNING + HOUR)
    answer(ticket, MORNING + HOUR + 10 * MINUTE, anna.id)
    client_writes(ticket, MORNING + 2 * HOUR)
    found = told(ticket, NOON, NEXT)
    assert found.cycles == ((1, False), (2, True))
    assert said(found) == [
        "The client wrote and is owed an answer",
        "The time is used up: 30 min. Line 1, Service desk held it",
    ]
    assert found.verdict.title == "Next answer was due today 11:30"
    first = told(ticket, NOON, Slot(Metric.NEXT_RESPONSE, cycle=1))
    assert said(first) == ["The client wrote and is owed an answer", "Anna Petrova answered the client"]


def test_news_is_owed_again_after_each_word_to_the_client(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    answer(ticket, MORNING + HOUR, anna.id)
    found = told(ticket, NOON, NEWS)
    assert said(found) == ["Anna Petrova wrote to the client; the next word is owed"]
    assert found.verdict.title == "Update due today 14:00"


def test_the_clock_of_a_line_rests_while_another_has_the_ticket(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    up(ticket, MORNING + 30 * MINUTE, anna.id)
    found = told(ticket, NOON, Slot(Metric.OLA, 1))
    assert said(found) == [
        "It came to line 1, Service desk; its own time begins",
        "Anna Petrova handed it over to line 2, Administrators; this clock rests",
    ]
    assert (found.verdict.title, found.verdict.note) == ("Resting with 30 min left", "another line has it")
    back(ticket, MORNING + 2 * HOUR, an_agent("Lev Orlov", line=2).id)
    assert (
        said(told(ticket, NOON, Slot(Metric.OLA, 1)))[2] == "Back on line 1, Service desk; its time goes on"
    )


def test_a_reopening_is_told_with_whoever_did_it(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P2, at=MORNING)
    actions.resolve(ticket, "Done.", by=anna.id, now=MORNING + HOUR)
    actions.reopen(ticket, by=anna.id, now=MORNING + 2 * HOUR)
    assert "Anna Petrova opened it again; the clock goes on" in said(told(ticket))


def test_a_client_who_writes_after_the_end_opens_it_again(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P2, at=MORNING)
    actions.resolve(ticket, "Done.", by=anna.id, now=MORNING + HOUR)
    client_writes(ticket, MORNING + 2 * HOUR, "It is back")
    assert "The client's answer opened it again; the clock goes on" in said(told(ticket))


def test_a_ticket_thrown_away_ends_the_story(anna: Person) -> None:
    ticket = a_ticket(at=MORNING)
    actions.discard(ticket, DiscardReason.SPAM, by=anna.id, now=NOON)
    assert said(told(ticket))[-1] == "Anna Petrova threw it away as no request; the clock is over"
    assert told(ticket).spoken.startswith("Nothing is due any more.")


def test_a_missed_deadline_that_moved_still_counts(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    later = NOON + 2 * HOUR
    actions.change_priority(ticket, priority=Priority.P3, reason="Less bad", by=anna.id, now=later)
    found = told(ticket, later)
    assert [one.kind for one in found.story] == ["started", "breached", "changed"]
    assert figures(found, "breached") == ["it counts as missed although the deadline moved later"]


def test_a_change_of_policy_that_forgives_says_so(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    late = NOON + 2 * HOUR
    newer = a_policy("Longer", calendar=office_hours("Long", start=12, end=17))
    hours = db.session.scalars(select(CalendarVersion.id).order_by(CalendarVersion.id.desc())).first()
    ticket.event_seq += 1
    record(
        PolicyChanged(
            at=late,
            actor_id=anna.id,
            ticket_id=ticket.id,
            seq=ticket.event_seq,
            policy_version_id=newer.id,
            contract_id=None,
            calendar_version_ids=(hours or 0,),
            mode="retroactive",
            forgives=True,
            recompute_id=1,
            due_before=None,
            due_after=None,
            found_at=late,
        )
    )
    found = told(ticket, late)
    assert figures(found, "breached") == ["forgiven by the change of today 14:00"]
    assert figures(found, "changed") == [
        "the target stays 4 h; the 5 h counted so far become 2 h; due today 16:00 instead of today 13:00"
    ]
    assert (found.verdict.tone, found.missed_before) == ("run", "")


def test_a_new_contract_is_named(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P2, at=MORNING)
    company = a_company()
    a_contract(company, a_policy("Gold", calendar=office_hours("Long", start=8, end=20)), "Gold Care")
    actions.identify_client(ticket, a_contact(company=company), by=anna.id, now=MORNING + HOUR)
    assert "From here the contract “Gold Care” with “Gold”, version 1, holds" in said(told(ticket))


def test_an_answer_taken_back_counts_for_nothing_and_is_told(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    message = actions.reply(ticket, actions.Reply(text="Ready"), by=anna.id, now=MORNING + 9 * MINUTE)
    actions.withdraw_reply(ticket, message, by=anna.id, now=MORNING + 9 * MINUTE + timedelta(seconds=5))
    found = told(ticket, NOON, FIRST)
    assert said(found)[1] == "Anna Petrova took the mail back before it left; it counts for nothing"
    assert found.verdict.tone == "breach"


def written(ticket: Ticket, kind: type[ThresholdCrossed | ThresholdWithdrawn], **more: object) -> EventRow:
    """An event about the deadline of the first epoch, as the sweep would write it."""
    ticket.event_seq += 1
    known = {"metric": StoredMetric.RESOLUTION, "line": None, "cycle": 1, "epoch": 1, "percent": 100}
    place = {"ticket_id": ticket.id, "seq": ticket.event_seq, "actor_id": the_system().id}
    return record(kind(at=MORNING + HOUR, **place, **known, **more))  # type: ignore[arg-type]


def test_a_recorded_breach_that_the_ledger_no_longer_has_is_shown_as_withdrawn() -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    version = db.session.get_one(TicketSla, ticket.id).policy_version_id
    written(ticket, ThresholdCrossed, found_at=MORNING, loud=True, policy_version_id=version)
    shown = "withdrawn: what became known later shows that it was not missed"
    assert figures(told(ticket), "withdrawn") == [shown]


def test_a_withdrawn_breach_says_what_became_known(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    version = db.session.get_one(TicketSla, ticket.id).policy_version_id
    written(ticket, ThresholdCrossed, found_at=MORNING, loud=True, policy_version_id=version)
    cause = actions.take(ticket, by=anna.id, now=MORNING + 90 * MINUTE)
    written(ticket, ThresholdWithdrawn, because_id=cause.id)
    shown = "withdrawn: it became known later what had happened today 10:30"
    assert figures(told(ticket), "withdrawn") == [shown]


def test_a_recorded_breach_that_stands_is_told_once(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    with clock.frozen(lambda: NOON + 2 * HOUR):
        sweep()
    found = told(ticket, NOON + 2 * HOUR)
    assert [one.kind for one in found.story] == ["started", "breached"]


def test_why_it_was_late_is_part_of_the_story(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    late = NOON + 2 * HOUR
    with clock.frozen(lambda: late):
        sweep()
    statement = select(SlaFiring).where(SlaFiring.metric == StoredMetric.RESOLUTION, SlaFiring.percent == 100)
    missed = db.session.scalars(statement).one()
    missed.asked_at = late
    explain(ticket, missed, BreachCause.BUSY, "Two of us were ill", by=anna.id, now=late)
    last = told(ticket, late).story[-1]
    assert last.words == "Anna Petrova said why it was late: More work than people"
    assert last.reason == "Two of us were ill"


def test_what_was_written_down_later_says_so(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    actions.resolve(ticket, "By phone.", by=anna.id, now=MORNING + HOUR, found_at=NOON)
    assert figures(told(ticket), "stopped") == ["3 h left; written down today 12:00"]


def test_who_takes_it_is_part_of_the_story(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    actions.take(ticket, by=anna.id, now=MORNING + 12 * MINUTE)
    assert said(told(ticket))[1] == "Anna Petrova works on it"


def test_on_the_phone_it_is_one_sentence_and_what_is_used() -> None:
    assert told(a_ticket(priority=Priority.P1, at=MORNING)).spoken == (
        "Due today 13:00, because we promise a solution within 4 h on priority P1, counted in open hours "
        "from today 09:00. Used so far: 3 h."
    )


def test_what_has_ended_says_so_first(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    actions.resolve(ticket, "Done.", by=anna.id, now=MORNING + HOUR)
    assert told(ticket).spoken == (
        "Solved in time: today 10:00, after 1 h. We promise a solution within 4 h on priority P1, counted in "
        "open hours from today 09:00."
    )


def test_where_no_solution_is_promised_the_first_clock_is_explained() -> None:
    db.session.execute(delete(SlaTarget).where(SlaTarget.metric == StoredMetric.RESOLUTION))
    found = told(a_ticket(priority=Priority.P1, at=MORNING))
    assert (found.slug, found.verdict.title) == ("first_response", "First answer was due today 09:30")


def test_a_line_says_what_it_has() -> None:
    found = told(a_ticket(priority=Priority.P1, at=MORNING), NOON, Slot(Metric.OLA, 1))
    assert found.spoken.startswith("It was due today 10:00, because line 1, Service desk has 1 h on P1")


def test_waiting_is_said_on_the_phone(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    wait(ticket, MORNING + HOUR, anna.id)
    assert told(ticket).spoken == (
        "It waits now, so nothing is due; going on now, it would be due today 15:00, because we promise a "
        "solution within 4 h on priority P1, counted in open hours from today 09:00. Used so far: 1 h. "
        "Waiting does not count: 2 h."
    )


def test_the_thresholds_stand_on_the_line_and_in_words() -> None:
    found = told(a_ticket(priority=Priority.P1, at=MORNING))
    assert [(one.percent, one.is_crossed) for one in found.drawing.marks] == [(75, True), (90, False)]
    assert found.marks == (
        "75 % used today 12:00",
        "90 % will be used today 12:36",
        "100 % will be used today 13:00",
    )


def test_the_night_of_the_spring_change_counts_no_second_twice(anna: Person) -> None:
    friday = datetime(
        2026, 3, 27, 14, 0, tzinfo=NOON.tzinfo
    )  # 15:00 in Berlin, two open hours before the end
    ticket = a_ticket(priority=Priority.P1, at=friday)
    found = told(ticket, friday + HOUR)
    assert found.verdict.title == "Solution due Monday 11:00"  # which is 09:00 UTC and no longer 10:00
    assert found.told.due_at == int(datetime(2026, 3, 30, 9, 0, tzinfo=NOON.tzinfo).timestamp())


def test_a_long_clock_is_drawn_without_its_nights() -> None:
    ticket = a_ticket(priority=Priority.P4, at=NOON - timedelta(days=60))
    found = told(ticket)
    assert found.drawing.is_folded
    assert [box.kind for box in found.drawing.boxes].count("line") == 1


def test_the_other_clocks_stand_beside_it(anna: Person) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    answer(ticket, MORNING + 5 * MINUTE, anna.id)
    assert [(tab.slug, tab.state, tab.is_here) for tab in told(ticket).tabs] == [
        ("first_response", "met", False),
        ("update", "run", False),
        ("resolution", "risk", True),
        ("line-1", "breach", False),
    ]
