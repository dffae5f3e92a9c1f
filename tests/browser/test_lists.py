"""A morning with many tickets, by keyboard: narrow the list, keep it, change several, find one again."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.clients.models import Contact
from helpdesk.clock import now as time_of
from helpdesk.db import db
from helpdesk.tickets.models import Ticket
from tests.browser.cast import Cast
from tests.browser.desk import Desk
from tests.browser.pressing import press
from tests.browser.visits import Visits, faults
from tests.factories import a_ticket


@pytest.fixture
def plotters(desk: Desk, cast: Cast) -> list[int]:
    """Three new tickets about one thing."""
    with desk.rows():
        contact = db.session.get_one(Contact, cast.crews["en"].colleague.contact_id)
        at = time_of(db.session)
        return [a_ticket(f"Plotter {name} draws nothing", contact=contact, at=at).id for name in "ABC"]


def states_of(desk: Desk, numbers: list[int]) -> dict[int, tuple[int | None, bool]]:
    """Who works on each, and whether it was thrown away."""
    with desk.rows():
        rows = db.session.execute(
            select(Ticket.id, Ticket.assignee_id, Ticket.discarded_at).where(Ticket.id.in_(numbers))
        )
        return {number: (assignee, away is not None) for number, assignee, away in rows}


def narrow_to_new(page: Page) -> None:
    press(page, "f")
    expect(page.locator(".filter-panel")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Space")  # the first state: new
    page.keyboard.press("Enter")
    page.wait_for_url("**state=new**")
    expect(page.locator(".filter")).to_have_count(2)


def keep_as_view(page: Page) -> None:
    page.get_by_role("button", name="Save as view").press("Enter")
    page.keyboard.type("Plotters")
    page.keyboard.press("Enter")
    page.wait_for_url("**/views/*")
    here = page.locator("#side-views a[aria-current=page]")
    expect(here).to_contain_text("Plotters")
    expect(here.locator("b")).to_have_text("3")
    assert faults(page) == []


def test_a_list_is_narrowed_kept_and_worked_off_by_keyboard(
    visits: Visits, cast: Cast, plotters: list[int]
) -> None:
    agent, page = cast.crews["en"].first, visits.of(cast.crews["en"].first)
    page.goto("/lines/1?q=plotter&sort=newest")
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(3)
    narrow_to_new(page)
    keep_as_view(page)

    press(page, "j", "x", "j", "x")
    expect(page.locator("[data-bulk-count]")).to_have_text("2")
    press(page, "t")
    dialog = page.locator("#bulk-dialog")
    expect(dialog).to_contain_text("2 tickets will be changed.")
    assert faults(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator(".flash")).to_contain_text("2 tickets are yours now.")
    newest = sorted(plotters, reverse=True)
    taken = states_of(visits.desk, plotters)
    assert [taken[number][0] for number in newest] == [agent.person_id, agent.person_id, None]

    expect(rows).to_have_count(1)  # the others are no longer new
    press(page, "j", "x", "d")
    expect(dialog).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".flash")).to_contain_text("1 ticket was thrown away.")
    assert states_of(visits.desk, plotters)[newest[2]][1] is True
    press(page, "z")
    expect(page.locator(".flash")).to_contain_text("1 ticket is back.")
    assert states_of(visits.desk, plotters)[newest[2]][1] is False


def test_a_span_of_rows_is_chosen_with_shift(visits: Visits, cast: Cast, plotters: list[int]) -> None:
    page = visits.of(cast.crews["en"].first)
    page.goto("/lines/1?q=plotter&sort=newest")
    ticks = page.locator("[data-row] input[type=checkbox]")
    ticks.first.click()
    ticks.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-bulk-count]")).to_have_text("3")
    page.keyboard.press("Escape")
    expect(page.locator("[data-bulk]")).to_be_hidden()


def test_the_search_box_finds_while_one_types(visits: Visits, cast: Cast, plotters: list[int]) -> None:
    page = visits.of(cast.crews["en"].first)
    page.goto("/calls")
    page.keyboard.press("/")
    page.keyboard.type("plott")
    options = page.locator("#side-search-options [role=option]")
    expect(options.first).to_contain_text("Plotter")
    assert faults(page) == []
    page.keyboard.press("Enter")  # nothing is chosen, so the whole search opens
    page.wait_for_url("**/search?q=plott")
    expect(page.locator("tr[data-row] mark").first).to_have_text("Plotter")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type(f"#{plotters[0]}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{plotters[0]}")


def test_without_scripts_many_tickets_are_changed_by_forms(
    visits: Visits, cast: Cast, plotters: list[int]
) -> None:
    page = visits.of(cast.crews["en"].first, has_script=False)
    page.goto("/lines/1?q=plotter&sort=newest")
    page.locator("[data-row] input[type=checkbox]").first.check()
    page.get_by_role("button", name="With the chosen tickets").click()
    page.get_by_role("button", name="Add a tag").click()
    page.get_by_label("Tag").fill("large")
    page.get_by_role("button", name="Add a tag").click()
    expect(page.locator(".flash")).to_contain_text("1 ticket was changed.")


@pytest.mark.parametrize(
    "path", ["/views", "/tickets/bulk?verb=close&ticket={ticket}", "/lines/1?priority=P2"]
)
@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_lists_have_no_grave_fault(
    visits: Visits, cast: Cast, plotters: list[int], path: str, width: int
) -> None:
    page = visits.of(cast.crews["en"].first, width=width)
    page.goto(path.format(ticket=plotters[0]))
    expect(page.locator("h1").first).to_be_attached()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
