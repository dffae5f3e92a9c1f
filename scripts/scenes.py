"""What a picture is: whose browser, which page, and the ways of bringing a page into a state."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.browser.desk import Desk

HIDDEN = """() => Math.max(0, ...[...document.querySelectorAll(':root, main, main *, aside')]
  .filter((it) => it.clientHeight > 300 && !it.closest('dialog, textarea, [popover]'))
  .filter((it) => it.matches(':root') || /auto|scroll/.test(getComputedStyle(it).overflowY))
  .map((it) => it.scrollHeight - it.clientHeight))"""
LIMIT = 3600


@dataclass
class Scene:
    """A page, and everything a picture may need to get there; `places` are ids and links by name."""

    page: Page
    places: dict[str, Any]
    desk: Desk

    def go(self, path: str) -> None:
        self.page.goto(path.format(**self.places))

    def unroll(self) -> None:
        """Make the window as high as what scrolls in it."""
        size = self.page.viewport_size or {"width": 1440, "height": 900}
        height = min(size["height"] + int(self.page.evaluate(HIDDEN)), LIMIT)
        self.page.set_viewport_size({"width": size["width"], "height": height})


Act = Callable[[Scene], None]


@dataclass(frozen=True)
class Shot:
    """One picture: whose browser, how to get there, and how high it is when everything should be seen.

    `whole` makes it as high as the page is.
    """

    name: str
    who: str | None
    path: str = ""
    act: Act | None = None
    tall: int = 0
    whole: bool = False


def refused(path: str, **typed: str) -> Act:
    """The page after a form that cannot be taken was sent; the browser's own checks are left out."""

    def sent(scene: Scene) -> None:
        scene.go(path)
        main = scene.page.locator("button.button-main:visible").last
        main.evaluate("(it) => { it.form.noValidate = true }")
        for name, words in typed.items():
            scene.page.locator(f"form:not([role=search]) [name={name}]").first.fill(words)
        main.click()
        scene.page.locator(".field-error, .notice-bad, .notice-risk").first.wait_for()

    return sent


def pressed(path: str, what: str, shown: str) -> Act:
    """The page after something was clicked and what should appear has appeared."""

    def done(scene: Scene) -> None:
        scene.go(path)
        scene.page.locator(what).first.evaluate("(it) => it.click()")
        scene.page.locator(shown).first.wait_for()

    return done
