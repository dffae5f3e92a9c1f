"""What somebody typed into the search box, taken apart: a number, words, phrases, and words with a prefix.

Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.errors import N_
from helpdesk.tickets.rules import Line, State

TYPED_LIMIT = 200
MOST_WORDS = 8
NUMBER = re.compile(r"\[?(?:\w{1,12}#|#)?(\d{1,12})\]?")
PART = re.compile(r'(?:(?P<prefix>\w+):)?(?:"(?P<phrase>[^"]*)"|«(?P<quoted>[^»]*)»|(?P<word>[^\s"«»]+))')
WORD = re.compile(r"[\w@.+-]*\w")
PREFIXES: Mapping[str, str] = {
    "client": "client", "клиент": "client",
    "line": "line", "линия": "line",
    "tag": "tag", "метка": "tag", "тег": "tag",
    "state": "state", "состояние": "state", "статус": "state",
}  # fmt: skip
STATES: Mapping[str, tuple[State, ...]] = {
    "new": (State.NEW,), "нов": (State.NEW,),
    "open": (State.OPEN,), "откр": (State.OPEN,),
    "wait": (State.WAITING_CLIENT, State.WAITING_THIRD_PARTY),
    "жд": (State.WAITING_CLIENT, State.WAITING_THIRD_PARTY),
    "ожид": (State.WAITING_CLIENT, State.WAITING_THIRD_PARTY),
    "solved": (State.RESOLVED,), "resolved": (State.RESOLVED,), "реш": (State.RESOLVED,),
    "closed": (State.CLOSED,), "закр": (State.CLOSED,),
}  # fmt: skip


@dataclass(frozen=True)
class Remark:
    """Why a word with a prefix was passed over: an English sentence and the word it speaks of."""

    sentence: str
    word: str


@dataclass(frozen=True)
class Typed:
    """A search. `text` is all of it on one line; `number` is set when it can be a ticket's number."""

    text: str = ""
    number: int | None = None
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def has_words(self) -> bool:
        return bool(self.words or self.phrases)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.clients or self.lines or self.tags or self.states)

    @property
    def plain(self) -> str:
        """The words and phrases without prefixes, to look elsewhere."""
        return " ".join((*self.words, *self.phrases))


def read(text: str) -> Typed:
    """Take it apart; ё counts as е, and what is no word at all is passed over."""
    line = " ".join(text.replace("\0", " ").split())[:TYPED_LIMIT]
    found: dict[str, list[str]] = {name: [] for name in ("word", "phrase", *PREFIXES.values())}
    for part in PART.finditer(line):
        name = PREFIXES.get((part["prefix"] or "").casefold())
        value = part["phrase"] or part["quoted"] or part["word"] or ""
        if name is None and part["prefix"]:
            value = f"{part['prefix']}:{value}"
        kind = name or ("word" if part["word"] else "phrase")
        found[kind].append(folded(value))
    return _typed(line, found)


def folded(text: str) -> str:
    """As words are compared: small letters, ё as е."""
    return text.casefold().replace("ё", "е")


def number_in(text: str) -> int | None:
    """The ticket number, when that is all that was typed: 1042, #1042, HD#1042, [HD#1042]."""
    found = NUMBER.fullmatch(text.strip())
    return int(found[1]) if found else None


def _typed(line: str, found: Mapping[str, list[str]]) -> Typed:
    states = [(word, _states(word)) for word in found["state"]]
    lines = [(word, int(word) if word in {str(int(one)) for one in Line} else None) for word in found["line"]]
    return Typed(
        text=line,
        number=number_in(line),
        words=tuple(word for part in found["word"] for word in WORD.findall(part))[:MOST_WORDS],
        phrases=tuple(phrase for phrase in found["phrase"] if WORD.search(phrase))[:MOST_WORDS],
        clients=tuple(found["client"])[:MOST_WORDS],
        lines=tuple(number for _, number in lines if number),
        tags=tuple(found["tag"])[:MOST_WORDS],
        states=tuple(state for _, several in states for state in several),
        remarks=(
            *(Remark(N_("There is no line %(word)s."), word) for word, number in lines if number is None),
            *(Remark(N_("There is no state “%(word)s”."), word) for word, several in states if not several),
        ),
    )


def _states(word: str) -> tuple[State, ...]:
    return next((several for begin, several in STATES.items() if word.startswith(begin)), ())
