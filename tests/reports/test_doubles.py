"""A double counts neither as come in nor as solved."""

from datetime import datetime, timedelta

import pytest

from helpdesk.accounts.actor import actor_of
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.filters import Filters, YesNo
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.counts import is_request
from helpdesk.tickets.queries.matching import matching
from tests.factories import a_contact, a_ticket, an_agent

pytestmark = pytest.mark.usefixtures("session")


def test_a_double_is_no_request_of_its_own_and_was_not_thrown_away_either(now: datetime) -> None:
    contact, ada = a_contact(), an_agent()
    into, double = (a_ticket(contact=contact, at=now - timedelta(hours=1)) for _ in range(2))
    actions.merge(double, into, by=ada.id, now=now)
    assert db.session.scalars(db.select(Ticket.id).where(is_request())).all() == [into.id]
    for wanted, found in ((YesNo.NO, [into.id]), (YesNo.YES, [])):
        conditions = matching(Filters(discarded=wanted), actor_of(ada.id), now)
        assert db.session.scalars(db.select(Ticket.id).where(*conditions)).all() == found
