"""Takes a picture of every page, wide and narrow, light and dark, in English and Russian, into pictures/."""

import argparse
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import update
from staged import Stage, everybody_speaks, set_stage

from helpdesk import schema
from helpdesk.accounts.models import WebSession
from helpdesk.clock import now as time_of
from helpdesk.db import db
from helpdesk.demo.firm import found_firm
from helpdesk.demo.history import write_history
from helpdesk.postgres import embedded
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from tests.browser.cast import Agent
from tests.browser.conftest import CHROMIUM, QUIET
from tests.browser.desk import Desk, a_desk
from tests.browser.visits import NEXT_FRAME, Theme, Visits
from tests.servers import Dovecot

ROOT = Path(__file__).resolve().parents[1]
PEOPLE = {
    "first": "Ada Lind",
    "second": "Lev Orlov",
    "lead": "Mira Sato",
    "manager": "Grace Moreau",
    "admin": "Sam Ito",
}
WIDTHS = (1440, 390)
HEIGHTS = {1440: 900, 390: 844}
THEMES: tuple[Theme, ...] = ("light", "dark")
LANGUAGES = ("en", "ru")
NOWHERE = Dovecot("127.0.0.1", 1)  # the demo's mail comes by the SMTP door
DEMO = {"HELPDESK_DEMO": "yes", "HELPDESK_SWEEP_INTERVAL_SECONDS": "5"}


@dataclass
class Scene:
    """A page, and everything a picture may need to get there."""

    page: Page
    stage: Stage
    desk: Desk

    def go(self, path: str) -> None:
        self.page.goto(path.format(**vars(self.stage)))


@dataclass(frozen=True)
class Shot:
    """One picture: whose browser, how to get there, and how high it is when everything should be seen."""

    name: str
    who: str | None
    path: str = ""
    act: Callable[[Scene], None] | None = None
    tall: int = 0


def wrong_password(scene: Scene) -> None:
    scene.go("/sign-in")
    scene.page.locator("input[name=email]").fill("ada.lind@fernhill.example")
    scene.page.locator("input[name=password]").fill("not the password at all")
    scene.page.keyboard.press("Enter")
    scene.page.locator(".notice").wait_for()


def call_filled(scene: Scene) -> None:
    page = scene.page
    scene.go("/calls/new")
    page.locator("#contact-text").press_sequentially("an")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("Enter")
    page.locator("#caller dl").wait_for()
    page.locator("#happened").press_sequentially("Password of the CRM has run out, cannot sign in.")
    page.locator("#steps article").first.wait_for()
    page.locator("input[name=impact][value=department]").check()


def call_refused(scene: Scene) -> None:
    scene.go("/calls/new")
    scene.page.locator("#contact-text").press_sequentially("nobody knows her")
    scene.page.locator("button[value=keep]").click()
    scene.page.locator(".notice, .field-error").first.wait_for()


def with_dialog(name: str) -> Callable[[Scene], None]:
    def opened(scene: Scene) -> None:
        scene.page.goto(f"/tickets/{scene.stage.full}")
        scene.page.locator(f"[data-opens={name}]").first.evaluate("(it) => it.click()")
        scene.page.locator(f"#{name}").wait_for()

    return opened


def write(scene: Scene, kind: str, words: str) -> None:
    """Words in the composer, which is folded on a phone until its kind is touched."""
    scene.page.goto(f"/tickets/{scene.stage.full}")
    scene.page.locator(f"#composer input[value={kind}]").evaluate("(it) => it.click()")
    scene.page.locator("#composer-text").fill(words)


def as_note(scene: Scene) -> None:
    write(scene, "internal", "Called her: the letters of last week can wait until Monday.")


def menu_open(scene: Scene) -> None:
    scene.go("/lines/1#menu")
    scene.page.locator("summary").first.evaluate("(it) => it.click()")


def stale_reply(scene: Scene) -> None:
    write(scene, "public", "Yes: open the list of letters, choose last week, press Print again.")
    with scene.desk.rows():
        ticket = db.session.get_one(Ticket, scene.stage.full)
        lead = scene.stage.people["lead"]
        actions.add_note(ticket, "I have just told her on the phone.", by=lead, now=time_of(db.session))
    scene.page.locator("#composer button.button-main").click()
    scene.page.locator(".clash").wait_for()


def stale_properties(scene: Scene) -> None:
    scene.page.goto(f"/tickets/{scene.stage.unknown}")
    scene.page.locator("[data-opens=properties-dialog]").first.evaluate("(it) => it.click()")
    scene.page.locator("#properties-subject").fill(f"Nothing works at {time.time():.0f}")
    with scene.desk.rows():
        ticket = db.session.get_one(Ticket, scene.stage.unknown)
        lead, now = scene.stage.people["lead"], time_of(db.session)
        actions.change_properties(ticket, subject=f"A call at {now:%H:%M:%S}", tags=(), by=lead, now=now)
    scene.page.locator("#properties-dialog button.button-main").click()
    scene.page.locator(".clash").wait_for()


def session_ended(scene: Scene) -> None:
    write(scene, "public", "Half an hour of careful words")
    with scene.desk.rows():
        now = time_of(db.session)
        db.session.execute(update(WebSession).where(WebSession.ended_at.is_(None)).values(ended_at=now))
    scene.page.locator("#composer button.button-main").click()
    scene.page.locator("input[name=password]").wait_for()


def database_away(scene: Scene) -> None:
    with scene.desk.database_away():
        scene.go("/lines/1")


def keys_shown(scene: Scene) -> None:
    scene.page.goto(f"/tickets/{scene.stage.full}")
    scene.page.locator("h1").first.click()
    scene.page.keyboard.press("?")


SHOTS = (
    Shot("sign-in", None, "/sign-in"),
    Shot("sign-in-error", None, act=wrong_password),
    Shot("list", "first", "/lines/1"),
    Shot("list-menu", "first", act=menu_open),
    Shot("list-mine", "first", "/tickets/mine"),
    Shot("list-followed", "first", "/tickets/followed"),
    Shot("list-team", "second", "/lines/2"),
    Shot("list-empty", "first", "/tickets/mine?priority=P1&tag=nothing"),
    Shot("list-all", "manager", "/tickets"),
    Shot("ticket", "first", "/tickets/{full}"),
    Shot("ticket-whole", "first", "/tickets/{full}", tall=2300),
    Shot("ticket-note", "first", act=as_note),
    Shot("ticket-long", "first", "/tickets/{long}"),
    Shot("ticket-unknown", "first", "/tickets/{unknown}"),
    Shot("ticket-done", "first", "/tickets/{done}"),
    Shot("ticket-hand-over", "first", act=with_dialog("escalation-dialog")),
    Shot("ticket-properties", "first", act=with_dialog("properties-dialog")),
    Shot("ticket-resolve", "first", act=with_dialog("resolution-dialog")),
    Shot("ticket-instructions", "first", act=with_dialog("articles-dialog")),
    Shot("ticket-keys", "first", act=keys_shown),
    Shot("conflict-reply", "first", act=stale_reply),
    Shot("conflict-properties", "first", act=stale_properties),
    Shot("call", "first", "/calls/new"),
    Shot("call-filled", "first", act=call_filled),
    Shot("call-refused", "first", act=call_refused),
    Shot("calls", "first", "/calls"),
    Shot("notices", "lead", "/notices"),
    Shot("search", "first", "/search"),
    Shot("search-found", "first", "/search?q=letter"),
    Shot("search-nothing", "first", "/search?q=zzzzzz"),
    Shot("instructions", "first", "/instructions"),
    Shot("instruction", "first", "/instructions/{article}"),
    Shot("instruction-edit", "lead", "/instructions/{article}/edit"),
    Shot("instruction-new", "lead", "/instructions/new"),
    Shot("clients", "first", "/clients"),
    Shot("company", "first", "/clients/companies/{company}"),
    Shot("company-edit", "first", "/clients/companies/{company}/facts/domains"),
    Shot("contact", "first", "/clients/contacts/{contact}"),
    Shot("contact-edit", "first", "/clients/contacts/{contact}/facts/emails"),
    Shot("dashboard", "manager", "/reports"),
    Shot("dashboard-whole", "manager", "/reports", tall=1700),
    Shot("held-mail", "admin", "/mail/held"),
    Shot("held-empty", "admin", "/mail/held?state=discarded"),
    Shot("settings", "admin", "/settings"),
    Shot("settings-whole", "admin", "/settings", tall=3000),
    Shot("profile", "first", "/profile"),
    Shot("sessions", "first", "/sessions"),
    Shot("demo-mail", None, "/demo/mail"),
    Shot("error-403", "first", "/settings"),
    Shot("error-404", "first", "/tickets/999999"),
    Shot("error-503", "first", act=database_away),
    Shot("session-ended", "first", act=session_ended),
)


@contextmanager
def a_demo() -> Iterator[tuple[Desk, Stage]]:
    """A demo desk of its own with its history, and the stage set."""
    with (
        TemporaryDirectory(prefix="desk-pictures-pg-") as place,
        TemporaryDirectory(prefix="desk-pictures-") as data,
        embedded(place, durable=False) as urls,
    ):
        schema.upgrade(urls.owner, app_url=urls.app)
        with a_desk(urls, Path(data), NOWHERE, **DEMO) as desk:
            with desk.app.app_context():
                found_firm()
                write_history(stop=threading.Event())
                stage = set_stage(PEOPLE)
            desk.start("serve")
            yield desk, stage


def take(
    visits: Visits, stage: Stage, shot: Shot, width: int, theme: Theme, language: str, into: Path
) -> None:
    """One picture; a page that cannot be reached is told and left out."""
    page = visits.stranger(language, width=width, theme=theme)
    if shot.who:
        visits.enter(page, Agent(PEOPLE[shot.who], "", stage.people[shot.who], language))
    page.set_viewport_size({"width": width, "height": shot.tall or HEIGHTS[width]})
    scene = Scene(page, stage, visits.desk)
    try:
        if shot.act:
            shot.act(scene)
        else:
            scene.go(shot.path)
        page.wait_for_load_state("networkidle")
        page.evaluate(NEXT_FRAME)
        page.screenshot(path=into / f"{shot.name}-{width}-{theme}-{language}.png")
    except Exception as trouble:  # noqa: BLE001  (the other pictures are wanted all the same)
        page.screenshot(path=into / f"failed-{shot.name}-{width}-{theme}-{language}.png")
        print(f"{shot.name} {width} {theme} {language}: {str(trouble).splitlines()[0]}", flush=True)
    finally:
        page.context.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="names of pictures, separated by commas")
    options.add_argument("--into", type=Path, default=ROOT / "pictures")
    options.add_argument("--language", choices=LANGUAGES)
    options.add_argument("--theme", choices=THEMES)
    options.add_argument("--width", type=int, choices=WIDTHS)
    chosen = options.parse_args()
    wanted = set(filter(None, chosen.only.split(",")))
    shots = [shot for shot in SHOTS if not wanted or shot.name in wanted]
    if not wanted:
        shutil.rmtree(chosen.into, ignore_errors=True)
    chosen.into.mkdir(parents=True, exist_ok=True)
    with a_demo() as (desk, stage), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        visits = Visits(browser, desk)
        for language in [chosen.language] if chosen.language else LANGUAGES:
            with desk.app.app_context():
                everybody_speaks(language)
            themes: tuple[Theme, ...] = (chosen.theme,) if chosen.theme else THEMES
            widths = (chosen.width,) if chosen.width else WIDTHS
            for shot, width, theme in product(shots, widths, themes):
                take(visits, stage, shot, width, theme, language, chosen.into)
            print(f"{language}: {len(shots)} pages", flush=True)
        browser.close()
    print(f"The pictures are in {chosen.into}.", file=sys.stderr)


if __name__ == "__main__":
    main()
