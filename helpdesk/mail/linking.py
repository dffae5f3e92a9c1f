"""How plain text is shown as HTML: paragraphs, quotes and links."""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

LINK = re.compile(
    r"(?P<url>\bhttps?://[^\s<>\"'`]{2,2000}|\bwww\.[\w-]+\.[^\s<>\"'`]{2,2000})"
    r"|(?P<mail>\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b)",
    re.IGNORECASE,
)
TRAILING = ".,;:!?…»”’*_"
CLOSING = (")", "]")
LINK_LIMIT = 2_000


def text_to_html(text: str) -> str:
    """Escaped text with its line breaks; `>` lines as quotes; addresses as links that open outside."""
    return "".join(_quoted(text.split("\n"), 0))


def _quoted(lines: list[str], depth: int) -> Iterator[str]:
    for is_quote, group in groupby(lines, key=lambda line: line.startswith(">") and depth < 10):
        if is_quote:
            inner = [line[1:].removeprefix(" ") for line in group]
            yield f"<blockquote>{''.join(_quoted(inner, depth + 1))}</blockquote>"
        else:
            yield from _paragraphs("\n".join(group))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n{2,}", text.strip("\n")):
        if paragraph.strip():
            yield f"<p>{_with_links(paragraph).replace(chr(10), '<br>')}</p>"


def _with_links(text: str) -> str:
    pieces: list[str] = []
    position = 0
    for number, found in enumerate(LINK.finditer(text)):
        if number >= LINK_LIMIT:
            break
        words = _without_trailing(found[0])
        pieces += [escape(text[position : found.start()]), _anchor(words, is_mail=bool(found["mail"]))]
        position = found.start() + len(words)
    return "".join([*pieces, escape(text[position:])])


def _anchor(words: str, *, is_mail: bool) -> str:
    target = f"mailto:{words}" if is_mail else words
    if words.lower().startswith("www.") and not is_mail:
        target = f"https://{words}"
    rel = "noopener noreferrer nofollow"
    return f'<a href="{escape(target)}" target="_blank" rel="{rel}">{escape(words)}</a>'


def _without_trailing(words: str) -> str:
    """The sentence's own stop or bracket is no part of the address."""
    words = words.rstrip(TRAILING)
    while words.endswith((")", "]")) and words.count("(") + words.count("[") < words.count(")") + words.count(
        "]"
    ):
        words = words[:-1].rstrip(TRAILING)
    return words
