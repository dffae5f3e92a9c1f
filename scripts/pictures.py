"""Takes a picture of every page, wide and narrow, light and dark, in English and Russian, into pictures/."""

import shutil
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from desk_shots import DESK
from playwright.sync_api import sync_playwright
from promise_shots import PROMISES
from scenes import Scene, Shot, refused
from settings_shots import SETTINGS
from staged import set_stage
from staged_office import everybody_speaks, set_office
from staged_promises import set_promises

from helpdesk import schema
from helpdesk.admin.assistant.claiming import code
from helpdesk.demo.firm import found_firm
from helpdesk.demo.history import write_history
from helpdesk.postgres import embedded
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


FIRST = (
    Shot("welcome", None, "/welcome?code={code}", whole=True),
    Shot("welcome-refused", None, act=refused("/welcome", code="not-the-code"), whole=True),
)


@contextmanager
def an_empty_desk() -> Iterator[Desk]:
    """A desk that belongs to nobody yet, open for browsers."""
    with (
        TemporaryDirectory(prefix="desk-pictures-pg-") as place,
        TemporaryDirectory(prefix="desk-pictures-") as data,
        embedded(place, durable=False) as urls,
    ):
        schema.upgrade(urls.owner, app_url=urls.app)
        with a_desk(urls, Path(data), NOWHERE, **DEMO) as desk:
            desk.start("serve")
            yield desk


def fill(desk: Desk) -> dict[str, Any]:
    """The demo's firm and history, and the stage set; answers where everything is."""
    with desk.app.app_context():
        found_firm()
        write_history(stop=threading.Event())
        stage = set_stage(PEOPLE)
        return vars(stage) | vars(set_office(stage)) | vars(set_promises(stage))


@dataclass(frozen=True)
class Camera:
    """Takes pictures of one desk, in what was chosen of languages, themes and widths."""

    visits: Visits
    places: dict[str, Any]
    chosen: Namespace

    def take_all(self, shots: Sequence[Shot]) -> None:
        for language in self._of("language", LANGUAGES):
            with self.visits.desk.app.app_context():
                everybody_speaks(language)
            themes, widths = self._of("theme", THEMES), self._of("width", WIDTHS)
            for shot, width, theme in product(shots, widths, themes):
                self._take(shot, width, theme, language)
            print(f"{language}: {len(shots)} pages", flush=True)

    def _take(self, shot: Shot, width: int, theme: Theme, language: str) -> None:
        """One picture; a page that cannot be reached is told and left out."""
        page = self.visits.stranger(language, width=width, theme=theme)
        if shot.who:
            agent = Agent(PEOPLE[shot.who], "", self.places["people"][shot.who], language)
            self.visits.enter(page, agent)
        page.set_viewport_size({"width": width, "height": shot.tall or HEIGHTS[width]})
        name = f"{shot.name}-{width}-{theme}-{language}.png"
        try:
            self._arrange(Scene(page, self.places, self.visits.desk), shot)
            page.screenshot(path=self.chosen.into / name)
        except Exception as trouble:  # noqa: BLE001  (the other pictures are wanted all the same)
            page.screenshot(path=self.chosen.into / f"failed-{name}")
            print(f"{name}: {str(trouble).splitlines()[0]}", flush=True)
        finally:
            page.context.close()

    def _arrange(self, scene: Scene, shot: Shot) -> None:
        """Go there, do what belongs to the picture, and wait until nothing moves."""
        if shot.act:
            shot.act(scene)
        else:
            scene.go(shot.path)
        scene.page.wait_for_load_state("networkidle")
        if shot.whole:
            scene.unroll()
        scene.page.evaluate(NEXT_FRAME)

    def _of(self, name: str, everything: Sequence[Any]) -> Sequence[Any]:
        one = getattr(self.chosen, name)
        return (one,) if one else everything


def main() -> None:
    chosen = _chosen()
    wanted = set(filter(None, chosen.only.split(",")))
    if not wanted:
        shutil.rmtree(chosen.into, ignore_errors=True)
    chosen.into.mkdir(parents=True, exist_ok=True)
    with an_empty_desk() as desk, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        visits = Visits(browser, desk)
        with desk.app.app_context():
            camera = Camera(visits, {"code": code()}, chosen)
        camera.take_all(_wanted(FIRST, wanted))
        camera = Camera(visits, fill(desk), chosen)
        camera.take_all(_wanted((*DESK, *PROMISES, *SETTINGS), wanted))
        browser.close()
    print(f"The pictures are in {chosen.into}.", file=sys.stderr)


def _wanted(shots: Sequence[Shot], names: set[str]) -> list[Shot]:
    return [shot for shot in shots if not names or shot.name in names]


def _chosen() -> Namespace:
    options = ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="names of pictures, separated by commas")
    options.add_argument("--into", type=Path, default=ROOT / "pictures")
    options.add_argument("--language", choices=LANGUAGES)
    options.add_argument("--theme", choices=THEMES)
    options.add_argument("--width", type=int, choices=WIDTHS)
    return options.parse_args()


if __name__ == "__main__":
    main()
