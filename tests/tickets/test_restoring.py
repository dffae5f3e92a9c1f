"""A discarding that was a mistake never stopped a clock."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.sla.queries import chips
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import DiscardReason, State
from tests.factories import a_policy, a_ticket, an_agent, three_lines

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def promised(now: datetime) -> Ticket:
    """A new ticket with deadlines."""
    three_lines()
    a_policy("Care", default=True)
    return a_ticket(at=now)


def test_the_deadline_is_the_one_it_had(promised: Ticket, now: datetime) -> None:
    due, by = promised.sort_due, an_agent().id
    actions.discard(promised, DiscardReason.SPAM, by=by, now=now)
    db.session.refresh(promised)
    assert promised.sort_due > due
    actions.restore(promised, by=by, now=now + timedelta(minutes=20))
    db.session.refresh(promised)
    assert promised.sort_due == due
    assert chips([promised.id], now + timedelta(minutes=20))[promised.id].state in {"run", "risk"}


def test_a_deadline_that_passed_meanwhile_is_breached(promised: Ticket, now: datetime) -> None:
    by, late = an_agent().id, promised.sort_due + timedelta(hours=2)
    actions.discard(promised, DiscardReason.SPAM, by=by, now=now)
    actions.restore(promised, by=by, now=late)
    assert chips([promised.id], late)[promised.id].state == "breach"


def test_a_solved_ticket_comes_back_solved(promised: Ticket, now: datetime) -> None:
    by = an_agent().id
    actions.resolve(promised, "Restarted", by=by, now=now)
    actions.discard(promised, DiscardReason.TEST, by=by, now=now)
    actions.restore(promised, by=by, now=now)
    assert (promised.state, promised.resolved_at, promised.closed_at) == (State.RESOLVED, now, None)


def test_the_second_mistake_is_undone_as_well(promised: Ticket, now: datetime) -> None:
    by, due = an_agent().id, promised.sort_due
    for _ in range(2):
        actions.discard(promised, DiscardReason.SPAM, by=by, now=now)
        actions.restore(promised, by=by, now=now)
    assert db.session.scalar(select(Ticket.sort_due).where(Ticket.id == promised.id)) == due


def test_what_was_not_thrown_away_cannot_come_back(promised: Ticket, now: datetime) -> None:
    with pytest.raises(RuleViolation, match="not thrown away"):
        actions.restore(promised, by=an_agent().id, now=now)
