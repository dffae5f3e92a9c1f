"""What differs between two texts, word by word: what stayed, what went, what came."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

from helpdesk.rich.marked import Word

AROUND = 8  # words that stay around a difference
LEAST_IN_COMMON = 3  # fewer words in a row that both have make a new sentence look like patchwork
MOST_WORDS = 600  # comparing more takes too long; then all of it went and all of it came


class Act(StrEnum):
    """What became of some words."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Piece:
    """Words in a row with one fate and one look."""

    act: Act
    text: str
    looks: tuple[str, ...] = ()


Told = tuple[Act, Word]
GAP: Told = (Act.LEFT_OUT, Word("… "))


def compared(before: Sequence[Word], after: Sequence[Word], *, whole: bool = False) -> tuple[Piece, ...]:
    """Both in one, in reading order; unless `whole`, what stayed far from any difference is left out."""
    told = list(_told(before, after))
    return _pieces(told if whole else _shortened(told))


def is_told(pieces: Sequence[Piece]) -> bool:
    """Whether there is a difference to be seen."""
    return any(piece.act in {Act.GONE, Act.NEW} for piece in pieces)


def _told(before: Sequence[Word], after: Sequence[Word]) -> Iterator[Told]:
    old, new = [_key(word) for word in before], [_key(word) for word in after]
    head = _in_common(old, new)
    tail = _in_common(old[head:][::-1], new[head:][::-1])
    yield from ((Act.SAME, word) for word in after[:head])
    at, to = head, head
    for start, there, size in _blocks(old[head : len(old) - tail], new[head : len(new) - tail]):
        yield from ((Act.GONE, word) for word in before[at : head + start])
        yield from ((Act.NEW, word) for word in after[to : head + there])
        yield from ((Act.SAME, word) for word in after[head + there : head + there + size])
        at, to = head + start + size, head + there + size
    yield from ((Act.SAME, word) for word in after[len(after) - tail :])


def _blocks(old: list[Word], new: list[Word]) -> Iterator[tuple[int, int, int]]:
    """Where long enough stretches stand in both, and the end of both."""
    if max(len(old), len(new)) <= MOST_WORDS:
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
            if block.size >= LEAST_IN_COMMON:
                yield block.a, block.b, block.size
    yield len(old), len(new), 0


def _key(word: Word) -> Word:
    return Word(word.text.rstrip(" \t\xa0"), word.looks)


def _in_common(old: Sequence[Word], new: Sequence[Word]) -> int:
    pairs = zip(old, new, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new)))


def _shortened(told: Sequence[Told]) -> Iterator[Told]:
    runs = [(act, list(run)) for act, run in groupby(told, key=lambda one: one[0])]
    for at, (act, run) in enumerate(runs):
        before, after = AROUND * (at > 0), AROUND * (at < len(runs) - 1)
        if act is not Act.SAME or len(run) <= before + after + 1:
            yield from run
            continue
        yield from run[:before]
        yield GAP
        yield from run[len(run) - after :]


def _pieces(told: Sequence[Told] | Iterator[Told]) -> tuple[Piece, ...]:
    alike = groupby(told, key=lambda one: (one[0], one[1].looks))
    return tuple(Piece(act, "".join(word.text for _, word in run), looks) for (act, looks), run in alike)
