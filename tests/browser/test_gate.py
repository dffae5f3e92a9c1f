"""The gate in a real browser: the page of strangers in both languages, a wrong password, and the way in."""

import pytest
from playwright.sync_api import expect

from tests.browser.cast import Cast
from tests.browser.visits import Visits, faults, sign_in


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_of_strangers_speaks_the_browsers_language(
    visits: Visits, cast: Cast, language: str
) -> None:
    page = visits.stranger(language)
    page.goto("/sign-in")
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert faults(page) == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_typed_password_leads_to_ones_line(visits: Visits, cast: Cast, language: str) -> None:
    page = visits.stranger(language)
    sign_in(page, cast.crews[language].first)
    expect(page).to_have_url(f"{visits.desk.address}/lines/1")
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert faults(page) == []


def test_a_wrong_password_keeps_the_address(visits: Visits, cast: Cast) -> None:
    visits.expect(422)
    page = visits.stranger()
    page.goto("/sign-in")
    page.locator("input[name=email]").fill("somebody@fernhill.example")
    page.locator("input[name=password]").fill("not the password at all")
    page.keyboard.press("Enter")
    expect(page.get_by_text("do not go together")).to_be_visible()
    expect(page.locator("input[name=email]")).to_have_value("somebody@fernhill.example")
    assert faults(page) == []
