"""Formed words as single words that know how they look: what can be compared and shown without any HTML."""

import re
from dataclasses import dataclass

from helpdesk.rich.plain import plain

# Code points that Unicode keeps for a program's own use: no text has them; what does is rid of them.
FIRST = 0xFDD0
LOOKS = ("strong", "em", "s", "code")
TAGS = {"b": "strong", "i": "em", "del": "s", "strike": "s", "pre": "code"}
SIGN = {look: (chr(FIRST + 2 * at), chr(FIRST + 2 * at + 1)) for at, look in enumerate(LOOKS)}
SIGNS = SIGN | {tag: SIGN[look] for tag, look in TAGS.items()}
OPENS = {before: look for look, (before, _) in SIGN.items()}
CLOSES = {after: look for look, (_, after) in SIGN.items()}
ANY_SIGN = "".join([*OPENS, *CLOSES])
PIECE = re.compile(rf"[{ANY_SIGN}]|\n|[^\s{ANY_SIGN}]+[^\S\n]*|[^\S\n]+")


@dataclass(frozen=True)
class Word:
    """A word with the blanks behind it, or the end of a line; `looks` are out of LOOKS, outermost first."""

    text: str
    looks: tuple[str, ...] = ()


def words_in(text: str) -> tuple[Word, ...]:
    """The words of a text without form."""
    return _read(_without_signs(text))


def words_of(html: str) -> tuple[Word, ...]:
    """The words of cleaned HTML, as `plain` would write them, with their looks."""
    return _read(plain(_without_signs(html), signs=SIGNS))


def text_of(words: tuple[Word, ...]) -> str:
    return "".join(word.text for word in words)


def _read(signed: str) -> tuple[Word, ...]:
    found, open_now = list[Word](), list[str]()
    for piece in PIECE.findall(signed):
        if piece in OPENS:
            open_now.append(OPENS[piece])
        elif piece in CLOSES:
            open_now.reverse()
            open_now.remove(CLOSES[piece])
            open_now.reverse()
        else:
            found.append(Word(piece, tuple(look for look in LOOKS if look in open_now)))
    return tuple(found)


def _without_signs(text: str) -> str:
    return re.sub(rf"[{ANY_SIGN}]", "", text)
