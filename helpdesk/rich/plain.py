"""How formed words read without their form: dashes before items, `>` before quotations, links spelt out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "img"})
LOOSE = frozenset({"ul", "ol", "blockquote", "pre", "p"})
BLOCKS = LOOSE | {"div", "li"}
BLANKS = re.compile(r"[ \t\r\n\f]+")
PICTURE = "[picture]"
UNSIGNED: Mapping[str, tuple[str, str]] = {}
NONE = ("", "")


@dataclass
class _Node:
    """An element, with words and elements in it."""

    tag: str
    href: str = ""
    children: list["_Node | str"] = field(default_factory=list)


@dataclass(frozen=True)
class _How:
    """What stands for a picture, and what stands before and after the words of an element."""

    picture: str
    signs: Mapping[str, tuple[str, str]]


def plain(html: str, *, picture: str = PICTURE, signs: Mapping[str, tuple[str, str]] = UNSIGNED) -> str:
    """The words of cleaned HTML; `picture` stands for a picture, `signs` around what these tags hold."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [line.rstrip() for line in _lines(reader.root.children, _How(picture, signs))]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines).replace("\xa0", " "))
    return text.strip("\n").rstrip()


class _Reader(HTMLParser):
    """Builds the tree; what is closed twice or never does no harm."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, dict(attrs).get("href") or "")
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self.open) - 1, 0, -1):
            if self.open[at].tag == tag:
                del self.open[at:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def _lines(children: Sequence[_Node | str], how: _How) -> list[str]:
    """The lines of what stands in a block; lists, quotations and code keep a blank line around them."""
    lines, open_line, is_loose = list[str](), "", False
    for child in children:
        if not isinstance(child, _Node) or child.tag not in BLOCKS:
            for number, piece in enumerate(_inline(child, how).split("\n")):
                if number:
                    lines.append(open_line)
                    open_line = ""
                if is_loose and piece.strip():
                    lines, is_loose = _spaced(lines), False
                open_line += piece
            continue
        if open_line:
            lines.append(open_line)
            open_line = ""
        inner = _block(child, how)
        if inner and (is_loose or child.tag in LOOSE):
            lines = _spaced(lines)
        lines += inner
        is_loose = child.tag in LOOSE
    return [*lines, open_line] if open_line else lines


def _spaced(lines: list[str]) -> list[str]:
    return [*lines, ""] if lines and lines[-1] else lines


def _block(node: _Node, how: _How) -> list[str]:
    if node.tag == "blockquote":
        return [f"> {line}".rstrip() for line in _lines(node.children, how)]
    if node.tag in {"ul", "ol"}:
        return list(_items(node, how))
    if node.tag == "pre":
        return _signed(_words(node).strip("\n"), node, how).split("\n")
    return _lines(node.children, how) or [""]


def _items(node: _Node, how: _How) -> Iterator[str]:
    number = 0
    for item in node.children:
        if not isinstance(item, _Node):
            continue
        number += 1
        mark = f"{number}. " if node.tag == "ol" else "- "
        inner = [line for line in _lines(item.children, how) if line]
        for at, line in enumerate(inner or [""]):
            yield (mark if at == 0 else " " * len(mark)) + line


def _inline(node: "_Node | str", how: _How) -> str:
    if isinstance(node, str):
        return BLANKS.sub(" ", node)
    if node.tag == "br":
        return "\n"
    if node.tag == "img":
        return how.picture
    words = _signed("".join(_inline(child, how) for child in node.children), node, how)
    return f"{words} <{node.href}>" if node.tag == "a" and not _says(words, node.href) else words


def _signed(words: str, node: _Node, how: _How) -> str:
    before, after = how.signs.get(node.tag, NONE)
    return f"{before}{words}{after}"


def _says(words: str, href: str) -> bool:
    """Whether the words are the address already."""
    bare = re.sub(r"^(https?://|mailto:|tel:)", "", href).rstrip("/")
    return not href or bare in words


def _words(node: "_Node | str") -> str:
    if isinstance(node, str):
        return node
    return "\n" if node.tag == "br" else "".join(_words(child) for child in node.children)
