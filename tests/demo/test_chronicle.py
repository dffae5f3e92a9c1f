"""Tickets written in bulk are what the desk's own verbs would have written."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.demo.chronicle.desk import read_desk
from helpdesk.demo.chronicle.rows import Ids, take
from helpdesk.demo.firm import found_firm
from helpdesk.demo.staging.writing import Slot, write_ticket
from helpdesk.events import EventRow
from helpdesk.sla.clocks import refresh
from helpdesk.sla.models import SlaClock
from helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.usefixtures("now")
UNTIL = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)


def write(count: int) -> list[int]:
    """Tickets spread over the ten days before."""
    found_firm()
    desk, ids = read_desk(UNTIL), Ids()
    numbers = take("ticket_number", count)
    for place, number in enumerate(numbers):
        at = UNTIL - timedelta(days=10) + timedelta(seconds=place * 10 * 86_400 // count)
        write_ticket(desk, ids, Slot(number=number, at=at, seed=f"test {place}"), UNTIL).write()
    return numbers


def test_refreshing_a_written_ticket_changes_nothing(session: scoped_session[Session]) -> None:
    for number in write(60):
        ticket = session.get_one(Ticket, number)
        clocks = session.scalars(
            select(SlaClock).where(SlaClock.ticket_id == number).order_by(SlaClock.id)
        ).all()
        before = [_values(clock) for clock in clocks], ticket.sort_due
        refresh(ticket, clocks[0].checkpoint_at)
        session.flush()
        session.expire_all()
        after = session.scalars(
            select(SlaClock).where(SlaClock.ticket_id == number).order_by(SlaClock.id)
        ).all()
        assert ([_values(clock) for clock in after], session.get_one(Ticket, number).sort_due) == before


def test_the_last_place_is_the_number_of_events(session: scoped_session[Session]) -> None:
    for number in write(20):
        seqs = session.scalars(select(EventRow.seq).where(EventRow.ticket_id == number).order_by(EventRow.id))
        assert list(seqs) == list(range(1, session.get_one(Ticket, number).event_seq + 1))


def _values(clock: SlaClock) -> dict[str, object]:
    return {column.name: getattr(clock, column.name) for column in SlaClock.__table__.columns}
