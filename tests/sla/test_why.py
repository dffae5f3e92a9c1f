"""Why this deadline: the verdict in words, the drawn line, and the sums behind it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.sla.drawing import WIDTH, axis, boxes, closed, spread, without_touching
from helpdesk.sla.explanation import Why, why
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import DiscardReason, HandoverCard, Priority, State
from helpdesk.web import render
from tests.counting import statements
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

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)  # Wednesday, noon in Berlin; open 08:00 to 16:00 UTC
MORNING = NOON - timedelta(hours=3)
HOUR = timedelta(hours=1)
CARD = HandoverCard(symptom="Empty pages", asked="Compare the profiles", tried="Test page")


@pytest.fixture(autouse=True)
def desk(app: Flask, session: scoped_session[Session]) -> Iterator[None]:
    """Three lines, a policy in office hours, and a reader in Berlin at noon."""
    three_lines()
    a_policy("Standard", default=True, calendar=office_hours("Weekdays"))
    with clock.frozen(lambda: NOON), app.test_request_context():
        yield


def told(ticket: Ticket, now: datetime = NOON) -> Why:
    found = why(ticket, now)
    assert found is not None
    return found


def test_a_running_clock_says_when_it_is_due_and_what_is_left() -> None:
    found = told(a_ticket(priority=Priority.P1, at=MORNING))
    assert (found.verdict.title, found.verdict.note) == ("Solution due today 13:00", "1 h left")
    assert (found.left, found.of_target) == ("1 h", "4 h")


def test_the_time_of_each_line_is_summed() -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    actions.escalate(ticket, card=CARD, by=an_agent().id, now=MORNING + HOUR)
    found = told(ticket)
    assert [(one.line, one.used.split()) for one in found.rows] == [(1, ["1", "h"]), (2, ["2", "h"])]
    assert [box.line for box in found.drawing.boxes if box.kind == "line"] == [1, 2]


def test_a_pause_is_drawn_and_not_counted() -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    waiting_from(ticket, MORNING + HOUR)
    found = told(ticket)
    assert (found.verdict.title, found.paused) == ("Paused with 3 h left", "2 h")
    assert found.verdict.note == "going on now, it would be due today 15:00"
    assert [box.kind for box in found.drawing.boxes if box.kind == "pause"] == ["pause"]


def waiting_from(ticket: Ticket, at: datetime) -> None:
    actions.wait(ticket, State.WAITING_CLIENT, reason="Which scanner?", by=an_agent().id, now=at)


def test_a_breach_says_how_much_is_over() -> None:
    found = told(a_ticket(priority=Priority.P1, at=MORNING), NOON + 2 * HOUR)
    assert (found.verdict.title, found.verdict.note) == ("Solution was due today 13:00", "1 h over")
    assert (found.verdict.tone, found.left) == ("breach", "")


def test_a_solved_ticket_says_after_how_long() -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    actions.resolve(ticket, "Done.", by=an_agent().id, now=MORNING + 2 * HOUR)
    assert told(ticket).verdict.title == "Solved in time"
    assert told(ticket).verdict.note == "today 11:00, after 2 h"


def test_a_ticket_solved_too_late_says_so() -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    actions.resolve(ticket, "Done.", by=an_agent().id, now=MORNING + 5 * HOUR)
    assert told(ticket, NOON + 3 * HOUR).verdict.title == "Solved too late"


def test_a_ticket_that_was_thrown_away_has_no_deadline_any_more() -> None:
    ticket = a_ticket(at=MORNING)
    actions.discard(ticket, DiscardReason.SPAM, by=an_agent().id, now=NOON)
    assert told(ticket).verdict.title == "No deadline any more"


def test_a_night_in_between_is_named_and_folded() -> None:
    ticket = a_ticket(priority=Priority.P2, at=NOON - timedelta(1))
    found = told(ticket)
    assert found.closed == "16 h"
    assert max(box.width for box in found.drawing.boxes if box.kind == "closed") <= 26


def test_the_default_policy_is_named_with_its_version_and_calendar() -> None:
    assert told(a_ticket(priority=Priority.P1, at=MORNING)).because == (
        "No contract applies, so “Standard”, version 1, asks for 4 h on P1, counted in “Weekdays”."
    )


def test_the_contract_is_named() -> None:
    company = a_company()
    a_contract(company, a_policy("Care", calendar=office_hours("Care hours")), "Care Plus")
    found = told(a_ticket(contact=a_contact(company=company), priority=Priority.P1, at=MORNING))
    assert found.because.startswith("The contract “Care Plus” with “Care”, version 1, asks for 4 h on P1")


def test_a_missed_deadline_that_moved_is_still_told() -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    later = NOON + 2 * HOUR
    actions.change_priority(ticket, priority=Priority.P3, reason="Less bad", by=an_agent().id, now=later)
    found = told(ticket, later)
    assert found.missed_before.startswith("An earlier deadline was missed")


def test_a_line_that_nobody_sees_is_told_as_a_list() -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    waiting_from(ticket, MORNING + HOUR)
    assert told(ticket).facts == (
        "today 09:00 to today 10:00: line 1, Service desk, 1 h",
        "paused since today 10:00",
    )


def test_the_panel_stands_alone_without_styles() -> None:
    page = render("sla/_why.html", why=told(a_ticket(priority=Priority.P1, at=MORNING)))
    assert 'role="img" aria-label="Solution due today 13:00. 1 h left"' in page
    assert "style=" not in page


def test_the_panel_takes_two_statements() -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    told(ticket)
    with statements() as sent:
        told(ticket)
    assert len(sent) == 2


def test_the_strip_gives_open_hours_the_room() -> None:
    strip = axis([(0, 100), (200, 300)], 0, 300)
    assert (strip.x(0), strip.x(300)) == (0.0, WIDTH)
    assert strip.x(200) - strip.x(100) == 26.0
    assert strip.x(100) == 145.0


def test_what_lies_outside_the_strip_stands_at_its_end() -> None:
    strip = axis([(0, 100)], 0, 100)
    assert (strip.x(-50), strip.x(500)) == (0.0, WIDTH)


def test_hours_that_are_all_closed_fill_the_strip() -> None:
    assert [box.width for box in boxes(axis([], 0, 100), "closed", closed([], 0, 100))] == [WIDTH - 1]


def test_words_below_the_strip_do_not_touch() -> None:
    assert spread([(0.0, "Mon"), (50.0, "Tue"), (90.0, "Wed")]) == [(16.0, "Mon"), (90.0, "Wed")]


def test_the_deadline_keeps_its_words_where_now_stands_close() -> None:
    labels = [("due", 150.0, "13:43"), ("now", 160.0, "13:50"), ("start", 0.0, "09:12")]
    assert [name for name, _, _ in without_touching(labels)] == ["due", "start"]
