"""Every other page of the desk, looked at by axe in both themes, the main ones also as on a phone."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.clients.models import Contact
from helpdesk.clock import now as time_of
from helpdesk.db import db
from helpdesk.kb.models import Article
from tests.browser.cast import Cast
from tests.browser.desk import Desk
from tests.browser.visits import Visits, faults
from tests.factories import a_ticket

OPERATOR = (
    "/tickets/mine",
    "/tickets/followed",
    "/notices",
    "/calls",
    "/search?q=printer",
    "/instructions",
    "/instructions/{article}",
    "/instructions/new",
    "/clients",
    "/clients/companies/{company}",
    "/clients/companies/{company}/facts/domains",
    "/clients/contacts/{contact}",
    "/clients/contacts/{contact}/facts/emails",
    "/profile",
    "/sessions",
)
ADMINISTRATOR = (
    "/settings",
    "/settings/canned-answers",
    "/settings/canned-answers/new",
    "/mail/held",
    "/mail/held?state=discarded",
)
ON_A_PHONE = ("/lines/1", "/tickets/{ticket}", "/calls/new", "/notices", "/search?q=printer")


@pytest.fixture(scope="module")
def places(desk: Desk, cast: Cast) -> dict[str, int]:
    """Numbers by which the pages are found."""
    with desk.rows():
        contact = db.session.get_one(Contact, cast.crews["en"].colleague.contact_id)
        ticket = a_ticket("The printer again", contact=contact, at=time_of(db.session))
        article = db.session.scalars(select(Article.id).order_by(Article.id).limit(1)).one()
        found = {"ticket": ticket.id, "contact": contact.id, "company": contact.company_id}
        return {**found, "article": article}


@pytest.mark.parametrize("path", OPERATOR)
def test_pages_of_an_operator_have_no_grave_fault(
    visits: Visits, cast: Cast, places: dict[str, int], path: str
) -> None:
    page = visits.of(cast.crews["en"].first)
    page.goto(path.format(**places))
    expect(page.locator("h1").first).to_be_attached()
    assert faults(page) == []


@pytest.mark.parametrize("path", ADMINISTRATOR)
def test_pages_of_an_administrator_have_no_grave_fault(visits: Visits, cast: Cast, path: str) -> None:
    page = visits.of(cast.administrator)
    page.goto(path)
    expect(page.locator("h1").first).to_be_attached()
    assert faults(page) == []


@pytest.mark.parametrize("path", ON_A_PHONE)
def test_pages_on_a_phone_have_no_grave_fault_and_no_sideways_scroll(
    visits: Visits, cast: Cast, places: dict[str, int], path: str
) -> None:
    page = visits.of(cast.crews["ru"].first, width=390)
    page.goto(path.format(**places))
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    assert faults(page) == []


def test_the_reply_unfolds_on_a_phone(visits: Visits, cast: Cast, places: dict[str, int]) -> None:
    page = visits.of(cast.crews["en"].first, width=390)
    page.goto("/tickets/{ticket}".format(**places))
    expect(page.locator("#composer-text")).to_be_hidden()
    page.locator(".switch-public").click()
    expect(page.locator("#composer-text")).to_be_focused()
