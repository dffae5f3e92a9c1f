"""What happens by itself: resolved tickets close after a week, waiting ones wake at their date."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.tickets import actions
from helpdesk.tickets.jobs import close_resolved, wake_waiting
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State
from tests.factories import WEDNESDAY_NOON, a_ticket, an_agent

WEEK = timedelta(days=7)


@pytest.fixture
def resolved(session: scoped_session[Session]) -> Ticket:
    ticket = a_ticket()
    actions.resolve(ticket, "Restarted it.", by=an_agent().id, now=WEDNESDAY_NOON)
    return ticket


def test_a_ticket_resolved_for_a_week_is_closed(resolved: Ticket) -> None:
    with clock.frozen(lambda: WEDNESDAY_NOON + WEEK):
        assert close_resolved() == 1
    assert resolved.state is State.CLOSED


def test_a_ticket_resolved_a_moment_less_stays(resolved: Ticket) -> None:
    with clock.frozen(lambda: WEDNESDAY_NOON + WEEK - timedelta(seconds=1)):
        assert close_resolved() == 0
    assert resolved.state is State.RESOLVED


def test_a_waiting_ticket_wakes_at_its_date(session: scoped_session[Session]) -> None:
    ticket, tomorrow = a_ticket(), WEDNESDAY_NOON + timedelta(days=1)
    agent = an_agent()
    actions.wait(
        ticket,
        State.WAITING_THIRD_PARTY,
        reason="The vendor",
        wake_at=tomorrow,
        by=agent.id,
        now=WEDNESDAY_NOON,
    )
    with clock.frozen(lambda: tomorrow - timedelta(seconds=1)):
        assert wake_waiting() == 0
    with clock.frozen(lambda: tomorrow):
        assert wake_waiting() == 1
    assert ticket.state is State.OPEN
