"""The room a mail gets in its frame: how high it is at each width that the style sheet tells apart."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTHS = (320, 440, 540, 620)
UP_TO = (440, 540, 620, 640)  # words are counted at the least width of a range, pictures at the most
LONG = 620  # pixels; a higher mail begins folded


@dataclass(frozen=True)
class Room:
    """How high the mail stands, in pixels, where it has at least this width."""

    width: int
    height: int

    @property
    def is_long(self) -> bool:
        return self.height > LONG


def rooms_of(heights: Iterable[int]) -> list[Room]:
    """One for each width, narrow ones first."""
    return [Room(width, height) for width, height in zip(WIDTHS, heights, strict=False)]
