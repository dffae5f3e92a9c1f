"""Keys that people press on a ticket's page."""

from playwright.sync_api import Page, expect


def press(page: Page, *keys: str) -> None:
    """Keys for the page itself: what one sees of a new page may be there before it listens to them."""
    page.wait_for_load_state()
    for key in keys:
        page.keyboard.press(key)


def open_dialog(page: Page, key: str, name: str) -> None:
    """A single key opens the form of a verb."""
    page.locator("h1").first.click()
    press(page, key)
    expect(page.locator(f"#{name}")).to_be_visible()


def answer(page: Page, text: str, *, key: str = "r") -> None:
    """Press R (or I for a note), write, Ctrl+Enter."""
    page.locator("h1").first.click()
    press(page, key)
    expect(page.locator("#composer-text")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".talk").get_by_text(text)).to_be_visible()
