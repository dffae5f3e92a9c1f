"""A deadline nobody kept: the worker writes the breach down, and the manager finds it on the dashboard."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.clients.models import Contact
from helpdesk.clock import now as time_of
from helpdesk.db import db
from helpdesk.sla.models import Metric, SlaFiring
from tests.browser.cast import Cast
from tests.browser.desk import Desk, eventually
from tests.browser.visits import Visits, faults
from tests.factories import a_ticket

FIVE_HOURS = timedelta(hours=5)


def forgotten(desk: Desk, contact_id: int) -> int:
    """A ticket of five hours ago, which should have been answered within four."""
    with desk.rows():
        contact = db.session.get_one(Contact, contact_id)
        at = time_of(db.session).replace(microsecond=0)
        return a_ticket("Nobody looked at this one", contact=contact, at=at - FIVE_HOURS).id


def is_breached(desk: Desk, number: int) -> bool:
    with desk.rows():
        fired = select(SlaFiring.percent).where(
            SlaFiring.ticket_id == number, SlaFiring.metric == Metric.FIRST_RESPONSE
        )
        return 100 in db.session.scalars(fired).all()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_manager_sees_a_breach_and_opens_the_ticket(visits: Visits, cast: Cast, language: str) -> None:
    number = forgotten(visits.desk, cast.crews[language].colleague.contact_id)
    eventually(lambda: is_breached(visits.desk, number), what="the worker has not fired the breach")
    page = visits.of(cast.managers[language])
    page.goto("/")
    expect(page).to_have_url(f"{visits.desk.address}/reports")
    row = page.locator(".box-risk tr", has_text=str(number))
    expect(row.locator(".sla-breach")).to_be_visible()
    assert faults(page) == []
    row.get_by_role("link").first.click()
    page.wait_for_url(f"**/tickets/{number}")
    expect(page.locator(".head .sla-breach")).to_be_visible()
    assert faults(page) == []
