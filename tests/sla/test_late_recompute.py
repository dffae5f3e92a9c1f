"""A change that holds since an instant at which no worker ran, on tickets that have gone on since."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.calendars import actions as calendars
from helpdesk.calendars.models import CalendarVersion
from helpdesk.calendars.rules import ClosedDay
from helpdesk.calendars.sheets import sheet_of
from helpdesk.db import db
from helpdesk.sla.models import Metric, SlaFiring
from helpdesk.sla.sweep import sweep
from helpdesk.sla.verifying import verify
from helpdesk.sla.what_if import following
from helpdesk.sla.what_if.recomputing import recompute
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority
from tests.conftest import NOON
from tests.factories import a_policy, a_ticket, an_agent, office_hours, the_system

pytestmark = pytest.mark.usefixtures("session")

HOUR = timedelta(hours=1)
THURSDAY = NOON + timedelta(days=1)


@pytest.fixture
def ticket() -> Ticket:
    """Raised on Thursday at one and missed by that; new hours were to hold from noon."""
    calendar, by = office_hours("Berlin"), the_system().id
    a_policy("Standard", default=True, calendar=calendar)
    ticket = a_ticket(at=NOON)
    sheet = sheet_of(calendar, calendars.in_force(calendar.id, NOON))
    sheet = replace(sheet, closed=(ClosedDay("Holiday", day=date(2026, 3, 6)),))
    calendars.change_calendar(calendar, sheet, by=by, now=NOON, since=THURSDAY)
    newest = db.session.scalar(select(func.max(CalendarVersion.id))) or 0
    following.calendar_version(calendar.id, newest, by=by, now=NOON, since=THURSDAY)
    with clock.frozen(lambda: THURSDAY + HOUR):
        sweep()
        agent = an_agent("Dana Reyes", line=1)
        actions.change_priority(ticket, priority=Priority.P1, reason="Down", by=agent.id, now=THURSDAY + HOUR)
        sweep()
    return ticket


def missed_in(ticket: Ticket) -> list[int]:
    """The epochs for which a missed solution stands written down, in order."""
    standing = select(SlaFiring.epoch).where(
        SlaFiring.ticket_id == ticket.id,
        SlaFiring.metric == Metric.RESOLUTION,
        SlaFiring.percent == 100,
        SlaFiring.withdrawn_at.is_(None),
    )
    return list(db.session.scalars(standing.order_by(SlaFiring.epoch)))


def test_what_was_written_down_since_stands_once_under_its_new_number(ticket: Ticket) -> None:
    assert missed_in(ticket) == [2]
    with clock.frozen(lambda: THURSDAY + 3 * HOUR):
        recompute()
    assert missed_in(ticket) == [3]
    assert [str(one) for _, found in verify([ticket.id]) for one in found] == []
