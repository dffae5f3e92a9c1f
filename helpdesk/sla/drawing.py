"""The time line of a deadline as places on a strip: open hours wide, closed ones folded to a sliver. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH = 316.0
CLOSED_SHARE = 0.22  # of the strip, for all closed hours together
WIDEST_CLOSED, THINNEST_CLOSED, GAP = 26.0, 2.5, 1.0
DIGIT_FROM = 11.0  # narrower boxes have no room for a digit
EDGE = 16.0  # half of a word below the strip
LETTER, SMALL_LETTER = 5.9, 5.4  # how wide a letter above and below the strip is, about

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Box:
    """A box on the strip. `kind`: closed, idle, line, pause, left, over; `line` its holder, `title` what it
    says when pointed at.
    """

    kind: str
    x: float
    width: float
    line: int | None = None
    title: str = ""

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def has_digit(self) -> bool:
        return self.width >= DIGIT_FROM

    def has_room_for(self, words: str) -> bool:
        return self.width >= len(words) * LETTER + LETTER


@dataclass(frozen=True)
class Axis:
    """Instants and where they stand, both rising; between two of them the strip is even."""

    instants: tuple[int, ...]
    places: tuple[float, ...]

    @property
    def width(self) -> float:
        return self.places[-1]

    def x(self, t: int) -> float:
        """Where an instant stands; what lies outside stands at the nearer end."""
        i = min(max(bisect_right(self.instants, t), 1), len(self.instants) - 1)
        start, end = self.instants[i - 1], self.instants[i]
        share = min(max((t - start) / (end - start), 0.0), 1.0)
        return round(self.places[i - 1] + share * (self.places[i] - self.places[i - 1]), 1)


def axis(open_spans: Spans, start: int, end: int, width: float = WIDTH) -> Axis:
    """The strip from `start` to `end`, where only open hours take room of their own.

    Closed hours are folded to slivers; where these would be too thin to be told apart, they are left out.
    """
    cuts = sorted({start, end, *(t for span in open_spans for t in span if start < t < end)})
    starts = [a for a, _ in open_spans]
    pieces = [(a, b, _is_open(open_spans, starts, a)) for a, b in pairwise(cuts)]
    closed = sum(1 for piece in pieces if not piece[2])
    opened = sum(b - a for a, b, is_open in pieces if is_open)
    sliver = min(WIDEST_CLOSED, width * CLOSED_SHARE / closed) if closed else 0.0
    if sliver < THINNEST_CLOSED and opened:
        sliver = 0.0
    scale = (width - sliver * closed) / opened if opened else 0.0
    places = [0.0]
    for a, b, is_open in pieces:
        places.append(places[-1] + ((b - a) * scale if is_open else sliver if opened else width / closed))
    return Axis(tuple(cuts), (*places[:-1], width))


def boxes(
    line_of: Axis, kind: str, spans: Iterable[tuple[int, int]], line: int | None = None, title: str = ""
) -> list[Box]:
    """One box for each span that is wide enough to be seen, with a hair's breadth between neighbours.

    Spans between which nothing is drawn, because what is closed there was left out, become one box.
    """
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        left, right = line_of.x(start), line_of.x(end)
        if joined and left <= joined[-1][1]:
            joined[-1] = joined[-1][0], right
        else:
            joined.append((left, right))
    return [
        Box(kind, left, round(max(right - left - GAP, 0.8), 1), line, title)
        for left, right in joined
        if right - left > GAP / 2
    ]


def between(open_spans: Spans, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of the open hours that lie from `start` to `end`."""
    return [(max(a, start), min(b, end)) for a, b in open_spans if a < end and b > start]


def closed(open_spans: Spans, start: int, end: int) -> list[tuple[int, int]]:
    """What lies between the open hours."""
    edges = [start, *(t for span in between(open_spans, start, end) for t in span), end]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


def spread(
    places: Iterable[tuple[float, str]], least: float = 40.0, width: float = WIDTH
) -> list[tuple[float, str]]:
    """The words that fit under the strip, from the left, each around its place, without touching."""
    shown: list[tuple[float, str]] = []
    for x, words in places:
        half = max(EDGE, len(words) * SMALL_LETTER / 2)
        inside = min(max(x, half), width - half)
        if not shown or inside - shown[-1][0] >= max(least, _both(shown[-1][1], words)):
            shown.append((inside, words))
    return shown


def _both(before: str, after: str) -> float:
    """How far apart the middles of two words below the strip are when they do not touch."""
    return (len(before) + len(after) + 2) * SMALL_LETTER / 2


def without_touching(
    labels: Iterable[tuple[str, float, str]], width: float = WIDTH
) -> tuple[tuple[str, float, str], ...]:
    """Words above the strip by their left edge; the first ones win where two would touch."""
    shown: list[tuple[str, float, str]] = []
    for name, x, words in labels:
        wide = len(words) * LETTER
        left = round(min(max(x - wide / 2, 0.0), max(width - wide, 0.0)), 1)
        if all(
            left + wide + LETTER < other or left > other + len(said) * LETTER + LETTER
            for _, other, said in shown
        ):
            shown.append((name, left, words))
    return tuple(shown)


def _is_open(open_spans: Spans, starts: Sequence[int], t: int) -> bool:
    i = bisect_right(starts, t) - 1
    return i >= 0 and t < open_spans[i][1]
