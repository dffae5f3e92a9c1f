"""An instruction is found from the ticket and put into the answer with a few keys."""

import pytest
from playwright.sync_api import expect

from helpdesk.clients.models import Contact
from helpdesk.clock import now as time_of
from helpdesk.db import db
from helpdesk.kb import actions as kb
from helpdesk.kb.models import Audience
from tests.browser.cast import Cast
from tests.browser.desk import Desk
from tests.browser.visits import Visits
from tests.factories import a_ticket

pytestmark = pytest.mark.browser


@pytest.fixture
def number(desk: Desk, cast: Cast) -> int:
    """A ticket on line 1, and an instruction for clients that fits it."""
    crew = cast.crews["en"]
    with desk.rows():
        now, by = time_of(db.session), crew.first.person_id
        writing = kb.Writing(
            language="en", title="Labels print twice", summary="", body="Switch the echo off."
        )
        kb.publish(kb.create(writing, audience=Audience.CLIENTS, section="Printing", by=by, now=now), now=now)
        contact = db.session.get_one(Contact, crew.colleague.contact_id)
        return a_ticket("Labels print twice", contact=contact, at=now).id


def test_a_fitting_instruction_goes_into_the_answer(visits: Visits, cast: Cast, number: int) -> None:
    page = visits.of(cast.crews["en"].first)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "suggestions" in request.url else None)
    page.goto(f"/tickets/{number}")
    expect(page.locator("#composer-text")).to_be_visible()
    page.locator("[data-opens=articles-dialog]").click()
    expect(page.locator("#suggestions")).to_contain_text("Labels print twice")
    page.locator("#suggestions form[data-insert] button").first.click()
    expect(page.locator("#composer-text-plain")).to_have_value("Labels print twice\n\nSwitch the echo off.")
    assert len(asked) == 1
