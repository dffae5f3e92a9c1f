"""What the browser tests stand on: one desk with all its processes and one Chromium for all of them."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from helpdesk.postgres import Urls, add_database
from tests.browser.cast import Cast, found
from tests.browser.desk import Desk, a_desk
from tests.browser.visits import Visits
from tests.conftest import TEMPLATE
from tests.servers import PATIENCE_S, Dovecot, dovecot

__all__ = ["dovecot"]
HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def desk(server: Urls, dovecot: Dovecot) -> Iterator[Desk]:
    """A desk with its web server and its worker."""
    urls = add_database(server, "browser_desk", template=TEMPLATE)
    with TemporaryDirectory(prefix="desk-browser-") as folder, a_desk(urls, Path(folder), dovecot) as desk:
        yield desk


@pytest.fixture(scope="package")
def cast(desk: Desk, dovecot: Dovecot) -> Cast:
    """The people of the story, with the desk at work for them."""
    with desk.rows():
        cast = found(dovecot)
    desk.start("serve", "worker")
    return cast


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser of this run, which talks to nobody but the desk."""
    patience = PATIENCE_S * 1000
    expect.set_options(timeout=patience)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET), timeout=patience)
        yield browser
        browser.close()


@pytest.fixture
def visits(chromium: Browser, desk: Desk, cast: Cast) -> Iterator[Visits]:
    """Browsers of people; a complaint in any console, or of the content policy, fails the test."""
    visits = Visits(chromium, desk)
    yield visits
    visits.close()
    assert visits.complaints == []
