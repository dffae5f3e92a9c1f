"""Trouble that was written down in English, said again in the reader's language."""

import re

from helpdesk.i18n import gettext
from helpdesk.mail.line_words import NO_NAME, NO_TLS, NO_WAY, NOBODY, SILENT, UNTRUSTED
from helpdesk.mail.relay_words import TOO_LARGE

WITH_VALUES = (NO_NAME, NOBODY, SILENT, NO_WAY, UNTRUSTED, NO_TLS, TOO_LARGE)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", sentence)
    words, names = parts[::2], parts[1::2]
    places = [f"(?P<{name}>.+)" for name in names]
    return re.compile(
        "".join(re.escape(one) + place for one, place in zip(words, [*places, ""], strict=True))
    )


PATTERNS = {sentence: _pattern(sentence) for sentence in WITH_VALUES}


def retold(kept: str | None) -> str:
    """Our own sentence in the reader's language; what a server said as it said it."""
    for sentence, pattern in PATTERNS.items():
        if found := pattern.fullmatch(kept or ""):
            return gettext(sentence, **found.groupdict())
    return gettext(kept) if kept else ""
