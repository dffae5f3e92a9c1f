"""How an HTML body reads as plain text."""

import re
from html.parser import HTMLParser

BREAKING = """
    p div br li tr table ul ol h1 h2 h3 h4 h5 h6 blockquote pre hr center section article header footer
"""
LOOSE = "p table ul ol h1 h2 h3 h4 h5 h6 blockquote pre"
UNSEEN = "script style head title noscript template svg math object iframe"
BLOCKS = frozenset(BREAKING.split())
SPACED = frozenset(LOOSE.split())
SKIPPED = frozenset(UNSEEN.split())
LIMIT = 2_000_000


def html_to_text(html: str) -> str:
    """Visible words with line breaks where blocks end, and addresses of links behind their text."""
    reader = _Reader()
    try:
        reader.feed(html[:LIMIT])
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        reader.pieces.append(re.sub(r"<[^>]{0,2000}>", " ", html[reader.seen : LIMIT]))
    return tidy("".join(reader.pieces))


def tidy(text: str) -> str:
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.skipping: list[str] = []
        self.preformatted = 0
        self.link = ""
        self.link_start = 0
        self.seen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SKIPPED:
            self.skipping.append(tag)
        if tag == "body":
            self.skipping.clear()
        self._break(tag)
        if tag in {"td", "th"}:
            self.pieces.append(" ")
        if tag == "li":
            self.pieces.append("- ")
        if tag == "pre":
            self.preformatted += 1
        if tag == "a":
            self.link, self.link_start = dict(attrs).get("href") or "", len(self.pieces)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.skipping:
            while self.skipping.pop() != tag:
                pass
        if tag == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        if tag == "a":
            self._close_link()
        if tag != "br":
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.pieces.append(data if self.preformatted else re.sub(r"[ \t\r\n\f]+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in BLOCKS and not self.skipping:
            self.pieces.append("\n\n" if tag in SPACED else "\n")

    def _close_link(self) -> None:
        words = "".join(self.pieces[self.link_start :])
        if self.link.startswith(("http://", "https://")) and self.link not in words and words.strip():
            self.pieces.append(f" <{self.link}>")
        self.link = ""
