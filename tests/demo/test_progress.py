"""Whoever is early sees how far the writing of the past has come."""

from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.people import system_id
from helpdesk.db import db
from helpdesk.demo.history import KIND
from helpdesk.demo.progress import progress
from helpdesk.events import EventRow
from tests.factories import WEDNESDAY_NOON, a_ticket


def a_plan(numbers: list[int]) -> None:
    db.session.add(
        EventRow(
            kind=KIND,
            effective_at=WEDNESDAY_NOON,
            recorded_at=WEDNESDAY_NOON,
            actor_id=system_id(),
            payload={"numbers": numbers},
        )
    )
    db.session.flush()


def test_before_anything_is_planned_there_is_nothing_to_say(session: scoped_session[Session]) -> None:
    assert progress() is None


def test_while_it_is_written_it_counts_tickets(session: scoped_session[Session]) -> None:
    first = a_ticket().id
    a_plan([first, first + 1, first + 2])
    assert progress() == (1, 3)


def test_once_it_is_whole_there_is_nothing_to_say_again(session: scoped_session[Session]) -> None:
    a_plan([a_ticket().id])
    assert progress() is None
