"""An operator's hand on the keyboard: it presses and types, and counts what that costs a person."""

import time

from playwright.sync_api import CDPSession, Page

KEYSTROKE_S = 0.2  # an average skilled typist, Card, Moran and Newell: The Keystroke-Level Model (1980)
THOUGHT_S = 1.35  # getting ready for the next step, from the same paper
CYRILLIC = dict(zip("qwertyuiopasdfghjklzxcvbnm", "йцукенгшщзфывапролдячсмить", strict=True))


class Hand:
    """Everything it does goes through the keyboard; no mouse."""

    def __init__(self, page: Page, *, layout: str = "en") -> None:
        self._page, self._layout = page, layout
        self._strokes, self._thoughts = 0, 0
        self._began = time.monotonic()
        self._session: CDPSession | None = None

    def press(self, *keys: str) -> None:
        """One key after another; a letter is pressed where it sits, whatever the layout makes of it."""
        self._thoughts += 1
        for key in keys:
            self._strokes += key.count("+") + 1
            if self._layout == "ru" and key in CYRILLIC:
                self._press_cyrillic(key)
            else:
                self._page.keyboard.press(key)

    def type(self, words: str) -> None:
        self._thoughts += 1
        self._strokes += len(words)
        self._page.keyboard.type(words)

    @property
    def own_seconds(self) -> float:
        """What the keys take a person: the same on every machine."""
        return self._strokes * KEYSTROKE_S + self._thoughts * THOUGHT_S

    @property
    def seconds(self) -> float:
        """That, and what it took the desk on this machine."""
        return time.monotonic() - self._began + self.own_seconds

    def _press_cyrillic(self, key: str) -> None:
        """Playwright knows no other layout, so the event is sent as Chromium gets it from a keyboard."""
        self._session = self._session or self._page.context.new_cdp_session(self._page)
        event = {"code": f"Key{key.upper()}", "key": CYRILLIC[key], "windowsVirtualKeyCode": ord(key.upper())}
        self._session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **event})
        self._session.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})
