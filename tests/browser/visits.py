"""Browsers of people who visit the desk: each with cookies of its own, and an ear on its console."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from sqlalchemy import select

from helpdesk.accounts import sessions
from helpdesk.accounts.models import Account
from helpdesk.clock import process_time
from helpdesk.db import db
from tests.browser.cast import Agent
from tests.browser.desk import Desk
from tests.factories import PASSWORD
from tests.servers import PATIENCE_S

Theme = Literal["light", "dark"]
LOCALES = {"en": "en-GB", "ru": "ru-RU"}
ANSWERED = re.compile(r"the server responded with a status of (\d+)")
NEXT_FRAME = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
WHOLE = {"resultTypes": ["violations"], "preload": False, "iframes": False}  # no rule in use needs either
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
GRAVE = """async (options) => {
    const seen = await axe.run(document, options);
    return seen.violations.filter((fault) => ["serious", "critical"].includes(fault.impact));
}"""


@dataclass
class Visits:
    """Everybody's browsers in one test, and what their consoles complained about."""

    browser: Browser
    desk: Desk
    complaints: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    _open: list[BrowserContext] = field(default_factory=list)
    _kept: dict[tuple[str, int], Page] = field(default_factory=dict)

    def stranger(
        self,
        language: str = "en",
        *,
        theme: Theme = "light",
        width: int = 1440,
        has_script: bool = True,
    ) -> Page:
        """A fresh browser with nobody signed in."""
        context = self.browser.new_context(
            base_url=self.desk.address,
            locale=LOCALES[language],
            color_scheme=theme,
            reduced_motion="reduce",
            viewport={"width": width, "height": 900},
            has_touch=width < 760,
            java_script_enabled=has_script,
        )
        context.set_default_timeout(PATIENCE_S * 1000)
        self._open.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def of(self, agent: Agent, *, has_script: bool = True, width: int = 1440, theme: Theme = "light") -> Page:
        """A browser in which that person is signed in already."""
        page = self.stranger(agent.language, has_script=has_script, width=width, theme=theme)
        self.enter(page, agent)
        return page

    def kept(self, agent: Agent, *, width: int = 1440) -> Page:
        """The browser that this person has open already, for looking at one page after another."""
        key = (agent.email, width)
        if key not in self._kept:
            self._kept[key] = self.of(agent, width=width)
        return self._kept[key]

    def enter(self, page: Page, agent: Agent) -> None:
        """Give that browser a session of the person."""
        cookie = {"name": "sid", "value": self._session_of(agent), "url": self.desk.address}
        page.context.add_cookies([cookie])  # type: ignore[list-item]

    def expect(self, *statuses: int) -> None:
        """Answers with these statuses are meant to happen, and no complaint."""
        self.expected.update(statuses)

    def close(self) -> None:
        for context in self._open:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        status = ANSWERED.search(message.text)
        if status is None or int(status[1]) not in self.expected:
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _session_of(self, agent: Agent) -> str:
        with self.desk.rows():
            account_id = db.session.scalars(
                select(Account.id).where(Account.person_id == agent.person_id)
            ).one()
            begun = sessions.begin(
                account_id,
                state={
                    "_user_id": str(account_id),
                    "_fresh": True,
                    "csrf_token": sessions.new_secret(),
                },
                user_agent="Chromium of the tests",
                address="127.0.0.0/24",
                now=process_time(),
                lifetime=timedelta(hours=12),
            )
            return begun.token


def sign_in(page: Page, agent: Agent) -> None:
    """Type the address and the password, as on any morning."""
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(agent.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def faults(page: Page) -> list[str]:
    """What axe finds serious or critical on the page as it stands; in the dark it looks at colours only."""
    found = [f"light: {fault}" for fault in _lasting_faults(page, {})]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in _lasting_faults(page, COLOURS)]
    page.emulate_media(color_scheme="light")
    return found


def _lasting_faults(page: Page, options: dict[str, Any]) -> list[str]:
    """What is still there at the third look: the page may bring something while it is looked at."""
    found: list[str] = []
    for _ in range(3):
        page.evaluate(NEXT_FRAME)
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        found = [_told(fault) for fault in page.evaluate(GRAVE, {**WHOLE, **options})]
        if not found:
            break
    return found


def _told(fault: dict[str, Any]) -> str:
    places = "; ".join(f"{node['target']} {node['failureSummary']}" for node in fault["nodes"][:4])
    return f"{fault['id']}: {places}"
