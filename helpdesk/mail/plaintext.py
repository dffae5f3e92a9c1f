"""How an HTML body reads as plain text."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

BREAKING = """
    p div br li tr table ul ol h1 h2 h3 h4 h5 h6 blockquote pre hr center section article header footer
"""
LOOSE = "p table ul ol h1 h2 h3 h4 h5 h6 blockquote pre"
BREAKS = dict.fromkeys(BREAKING.split(), "\n") | dict.fromkeys(LOOSE.split(), "\n\n")
BREAKS |= {"td": " ", "th": " ", "li": "\n- "}
RAW = re.compile(r"<(script|style|title|noscript|template|svg|math|object|iframe)\b[^<>]*>", re.IGNORECASE)
COMMENT_START = "<!--"
TOKEN = re.compile(r"<(/?)([a-zA-Z][\w:-]*)([^<>]*)>|<[!?][^<>]*>|([^<]+|<)")
BLANKS = re.compile(r"[\t\r\n\f][ \t\r\n\f]*|[ ][ \t\r\n\f]+")
LINK = re.compile(r"""href\s*=\s*["']?(https?://[^"'\s>]+)""", re.IGNORECASE)
NARROW = re.compile(r"[\t\xa0][ \t\xa0]*|[ ][ \t\xa0]+")
LIMIT = 2_000_000
# How Outlook, Gmail, Yahoo, Proton, Thunderbird and others name the part that holds the mail answered.
NAMES = """
    divRplyFwdMsg appendonsend OLK_SRC_BODY_SECTION gmail_quote yahoo_quoted protonmail_quote zmail_extra
    messageReplySection moz-cite-prefix mail-editor-reference-message-container
    ms-outlook-mobile-reference-message
"""
DIVIDERS = tuple(NAMES.split())
NAMING = re.compile(r"""\b(?:id|class|name)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
DIVIDER = re.compile(rf"""\b(?:x_)*+(?:{"|".join(DIVIDERS)})""")
DIVIDING = frozenset({"div", "blockquote", "span", "section", "hr"})
HISTORY = "\ue002"
QUOTE, UNQUOTE = "\ue000", "\ue001"  # stand for the ends of a quotation until the lines are known


def html_to_text(html: str, *, marks_history: bool = False) -> str:
    """Visible words with line breaks where blocks end, `>` before quotations, links behind their text.

    With `marks_history` a line of HISTORY stands where the mail program says that the quoted mail begins.
    """
    html = html.replace(QUOTE, "").replace(UNQUOTE, "").replace(HISTORY, "")
    writer = _Writer(marks_history=marks_history and any(name in html for name in DIVIDERS))
    for closing, tag, attributes, words in TOKEN.findall(_without_unseen(html[:LIMIT])):
        if words:
            writer.write(words)
        elif tag and closing:
            writer.close(tag.lower())
        elif tag:
            writer.open(tag.lower(), attributes)
    return tidy("".join(writer.pieces))


def tidy(text: str) -> str:
    lines = (line.strip() for line in NARROW.sub(" ", text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_with_quotes(lines) if QUOTE in text else lines)).strip("\n")


def _with_quotes(lines: Iterable[str]) -> Iterator[str]:
    """Lines of a quotation get one `>` for each level, at most nine."""
    depth = 0
    for line in lines:
        words = line
        if QUOTE in line or UNQUOTE in line:
            depth += line.count(QUOTE) - line.count(UNQUOTE)
            words = line.replace(QUOTE, "").replace(UNQUOTE, "").strip()
        yield f"{'>' * min(depth, 9)} {words}" if depth > 0 and words else words


def _without_unseen(html: str) -> str:
    """Cut comments and elements that a reader never sees; one that is never closed ends at its own tag."""
    html = _without_comments(html)
    pieces: list[str] = []
    position = 0
    missing: set[str] = set()
    for found in RAW.finditer(html):
        name = found[1].lower()
        if found.start() < position or name in missing:
            continue
        end = re.compile(f"</{name}", re.IGNORECASE).search(html, found.end())
        if end is None:
            missing.add(name)
            continue
        pieces.append(html[position : found.start()])
        position = end.start()
    return "".join([*pieces, html[position:]])


def _without_comments(html: str) -> str:
    pieces: list[str] = []
    position = 0
    while (start := html.find(COMMENT_START, position)) >= 0:
        end = html.find("-->", start + 4)
        if end < 0:
            break
        pieces.append(html[position:start])
        position = end + 3
    return "".join([*pieces, html[position:]])


def _divides(attributes: str) -> bool:
    return any(DIVIDER.search(value) for value in NAMING.findall(attributes))


class _Writer:
    """Collects the words between tags."""

    def __init__(self, *, marks_history: bool = False) -> None:
        self.pieces: list[str] = []
        self.marks_history = marks_history
        self.preformatted = 0
        self.link = ""
        self.link_start = 0

    def write(self, words: str) -> None:
        shown = unescape(words) if "&" in words else words
        is_plain = self.preformatted or not (
            "  " in shown or "\n" in shown or "\t" in shown or "\r" in shown or "\f" in shown
        )
        self.pieces.append(shown if is_plain else BLANKS.sub(" ", shown))

    def open(self, tag: str, attributes: str) -> None:
        if self.marks_history and tag in DIVIDING and attributes and _divides(attributes):
            self.pieces.append(f"\n{HISTORY}\n")
            self.marks_history = False
        if tag in BREAKS:
            self.pieces.append(BREAKS[tag])
        if tag == "blockquote":
            self.pieces.append(QUOTE)
        if tag == "pre":
            self.preformatted += 1
        if tag == "a":
            found = LINK.search(attributes)
            self.link, self.link_start = unescape(found[1]) if found else "", len(self.pieces)

    def close(self, tag: str) -> None:
        if tag == "a" and self.link:
            self._name_link()
        if tag == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        if tag == "blockquote":
            self.pieces.append(f"\n\n{UNQUOTE}")
        if tag in BREAKS and tag not in {"br", "td", "th", "li"}:
            self.pieces.append(BREAKS[tag])

    def _name_link(self) -> None:
        words = "".join(self.pieces[self.link_start :])
        if words.strip() and self.link.rstrip("/") not in words:
            self.pieces.append(f" <{self.link}>")
        self.link = ""
