"""What stands in a cleaned mail, as a tree: boxes, words and pictures, each with what takes room."""

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^<>"]|"[^"]*")*)>|([^<]+)')
ATTRIBUTE = re.compile(r'(width|height|border|colspan|alt|src|data-src)="([^"]*)"')
WORD = re.compile(r"[^ \t\n\r\f]+")
BLOCKS = frozenset(
    "p div ul ol li blockquote pre h1 h2 h3 h4 h5 h6 hr center table thead tbody tfoot tr td th".split()  # noqa: SIM905
)
ALONE = frozenset({"br", "hr", "img"})
BOLD = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
MOST_NODES, MOST_DEPTH = 12_000, 60
PICTURE_AT = "data:image/png;base64,"

WIDE, CAPITAL, NARROW = 1.1, 0.68, 0.29  # shares of the size of the letters, as in the fonts of most screens
CYRILLIC, LATIN = 0.57, 0.535
LETTERS = (
    dict.fromkeys("iljI.,:;'|!", NARROW) | dict.fromkeys("frt()[]/-", 0.36) | dict.fromkeys("mwMW@%", 0.86)
)

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Heights:
    """Pixels at each of some widths: with the pictures from elsewhere blocked, and with them fetched."""

    blocked: tuple[int, ...]
    fetched: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is seen: `width` as written (0: not), `given` as written or known (zeros: neither)."""

    width: float
    given: Size
    share: float = 0.0  # of the room there is


@dataclass(slots=True)
class Box:
    """An element; words are their widths in sizes of their letters, None ends a line."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Box | float | Picture | None]" = field(default_factory=list)

    def number(self, name: str) -> int:
        """Pixels; 0 when it says none."""
        found = self.attributes.get(name, "")
        return int(found) if found.isdecimal() else 0

    def share(self, name: str) -> float:
        """What it says in percent, as a part of one; 0 when it says none."""
        found = self.attributes.get(name, "")
        return min(int(found[:-1]), 100) / 100 if found.endswith("%") and found[:-1].isdecimal() else 0.0


def tree_of(html: str, known: Mapping[str, Size], *, is_fetched: bool) -> Box:
    """The tree of what `clean_html` kept. `known` are the sizes of its own pictures by the name that stands
    for them; those from elsewhere are seen when `is_fetched`.
    """
    reader = _Reader(known, is_fetched)
    for closing, tag, attributes, words in TOKEN.findall(html):
        if reader.count > MOST_NODES:
            break
        if words:
            reader.write(words)
        elif closing:
            reader.close(tag)
        else:
            reader.open(tag, attributes)
    return reader.root


class _Reader:
    def __init__(self, known: Mapping[str, Size], is_fetched: bool) -> None:
        self.known, self.is_fetched = known, is_fetched
        self.root = Box("body")
        self.path = [self.root]
        self.count = 0
        self.bold = 0

    def open(self, tag: str, written: str) -> None:
        self.count += 1
        here = self.path[-1].children
        if tag == "br":
            here.append(None)
        elif tag == "img":
            self._picture(dict(ATTRIBUTE.findall(written)))
        elif tag in BLOCKS or tag in BOLD:
            self.bold += tag in BOLD
            box = Box(tag, dict(ATTRIBUTE.findall(written)) if tag in BLOCKS else {})
            if tag in BLOCKS:
                here.append(box)
            if tag not in ALONE and tag in BLOCKS and len(self.path) < MOST_DEPTH:
                self.path.append(box)

    def close(self, tag: str) -> None:
        self.bold -= tag in BOLD and self.bold > 0
        if tag in BLOCKS and self.path[-1].tag == tag:
            self.path.pop()

    def write(self, text: str) -> None:
        box = self.path[-1]
        words = unescape(text) if "&" in text else text
        if box.tag == "pre":
            for at, line in enumerate(words.split("\n")):
                box.children += [None] * (at > 0) + [0.62 * len(line)] * (line != "")
                self.count += 1
            return
        found = WORD.findall(words)
        self.count += len(found)
        scale = 1.06 if self.bold else 1.0
        box.children += [scale * width_of(word) for word in found]

    def _picture(self, said: dict[str, str]) -> None:
        size = self._size(said)
        if size is not None:
            self.path[-1].children.append(size)
            return
        for box in self.path:  # room kept for a picture that is blocked is given up
            box.attributes.pop("height", None)
        if said.get("alt", "").strip():
            self.write(said["alt"])

    def _size(self, said: dict[str, str]) -> Picture | None:
        box = Box("img", said)
        source = said.get("src", "")
        if source.startswith(PICTURE_AT):
            given = self.known.get(
                b64decode(source.removeprefix(PICTURE_AT)).decode("utf-8", "replace"), (0, 0)
            )
        elif "data-src" in said and self.is_fetched:
            given = (box.number("width"), box.number("height"))
        else:
            return None
        return Picture(box.number("width"), given, box.share("width"))


def width_of(word: str) -> float:
    """In sizes of its letters; other letters than the common ones are as wide as an average one."""
    if word.isascii():
        return sum(LETTERS.get(letter, CAPITAL if letter.isupper() else LATIN) for letter in word)
    return sum(_letter(letter) for letter in word)


def _letter(letter: str) -> float:
    if letter < "\u0250":
        return LETTERS.get(letter, CAPITAL if letter.isupper() else LATIN)
    if letter < "\u1100":
        return CAPITAL if letter.isupper() else CYRILLIC
    return WIDE if letter > "\u2e7f" else LATIN
