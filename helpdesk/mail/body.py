"""Which parts of a mail are its words, and which are files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from helpdesk.mail.filenames import given_name
from helpdesk.mail.mime import Part
from helpdesk.mail.plaintext import HISTORY, html_to_text
from helpdesk.mail.rtf import is_rtf, rtf_to_text

RICH = frozenset({"text/rtf", "application/rtf"})
WORDS = RICH | {"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"}
SEALS = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
TAG = re.compile(r"</?(?:[a-zA-Z][a-zA-Z,]*)>")


@dataclass(frozen=True, slots=True)
class Block:
    """One stretch of words; an alternative part has both, others one of them."""

    text: str = ""
    html: str = ""


@dataclass(frozen=True)
class Body:
    """The words and the files of a mail, each in order of appearance."""

    blocks: tuple[Block, ...]
    files: tuple[Part, ...]

    @property
    def text(self) -> str:
        return self.text_and_history()[0]

    def text_and_history(self) -> tuple[str, int]:
        """The words, and where a mail program says that the mail answered begins; -1 if none does."""
        found = (block.text or html_to_text(block.html, marks_history=True) for block in self.blocks)
        marked = "\n\n".join(text.strip("\n") for text in found if text.strip())
        history = marked.find(f"{HISTORY}\n")
        return marked.replace(f"{HISTORY}\n", "").replace(HISTORY, ""), history

    @property
    def html(self) -> str:
        """Empty if no part was HTML; plain parts between become preformatted."""
        if not any(block.html for block in self.blocks):
            return ""
        return "\n".join(block.html or f"<pre>{escape(block.text)}</pre>" for block in self.blocks)


def read_body(tree: Part) -> Body:
    blocks: list[Block] = []
    files: list[Part] = []
    for found in _sort(tree):
        if isinstance(found, Block):
            blocks.append(found)
        else:
            files.append(found)
    return Body(tuple(blocks), tuple(files))


def _sort(part: Part) -> Iterator[Block | Part]:
    if part.content_type == "multipart/alternative" and part.children:
        yield from _alternative(part)
    elif part.is_multipart:
        for child in part.children:
            yield from _sort(child)
    elif _is_words(part):
        yield _block(part)
    elif part.content_type not in SEALS:
        yield part


def _alternative(part: Part) -> Iterator[Block | Part]:
    """One block from all the versions; what is neither plain nor HTML (a calendar) is a file."""
    found = [one for child in part.children for one in _sort(child)]
    blocks = [one for one in found if isinstance(one, Block)]
    text = next((block.text for block in blocks if block.text), "")
    html = next((block.html for block in reversed(blocks) if block.html), "")
    if text or html:
        yield Block(text, html)
    yield from (one for one in found if isinstance(one, Part))


def _is_words(part: Part) -> bool:
    if part.is_hollow:
        return True
    if part.content_type not in WORDS or part.disposition == "attachment":
        return False
    return not given_name(part) or (part.disposition == "inline" and part.content_type == "text/html")


def _block(part: Part) -> Block:
    if part.content_type == "text/html":
        return Block(html=part.text)
    if part.content_type in {"text/enriched", "text/richtext"}:
        return Block(text=TAG.sub("", part.text).replace("<<", "<"))
    if part.content_type in RICH and is_rtf(part.content):
        return Block(text=rtf_to_text(part.content))
    return Block(text=_unflowed(part))


def _unflowed(part: Part) -> str:
    """RFC 3676: a trailing blank joins a line with the next, at the same depth of quoting."""
    if part.parameters.get("format", "").lower() != "flowed":
        return part.text
    joiner = "" if part.parameters.get("delsp", "").lower() == "yes" else " "
    lines: list[str] = []
    for line in part.text.split("\n"):
        if lines and _continues(lines[-1], line):
            lines[-1] = lines[-1].removesuffix(" ") + joiner + line.lstrip("> ")
        else:
            lines.append(line)
    return "\n".join(lines)


def _continues(previous: str, line: str) -> bool:
    is_soft = previous.endswith(" ") and previous != "-- " and previous.strip(" >") != ""
    return is_soft and _depth(previous) == _depth(line) and line.strip(" >") != "" and line != "-- "


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(">"))
