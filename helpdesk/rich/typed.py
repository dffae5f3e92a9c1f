"""What was written in an editor of the settings: plain words, and a form where lines do not say it all."""

import re

from helpdesk.rich.cleaning import clean, is_plain
from helpdesk.rich.plain import plain

PICTURE = re.compile(r"<img\b[^<>]*>")


def words_and_form(
    text: str, html: str, before: tuple[str, str | None] = ("", None)
) -> tuple[str, str | None]:
    """Both, made harmless; the form wins over `text`. Pictures belong to one ticket and are left out.

    A browser without the editor sends no `html`: the words that stood there `before` keep their form then.
    """
    kept = clean(PICTURE.sub("", clean(html)))
    if not kept:
        text = text.replace("\r\n", "\n").strip()
        return text, before[1] if not html and text == before[0].strip() else None
    return plain(kept).strip(), None if is_plain(kept) else kept
