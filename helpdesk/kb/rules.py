"""How an instruction is read, plain text into blocks, and what typed words look for. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a part of an instruction is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    STEPS = "steps"
    POINTS = "points"


@dataclass(frozen=True)
class Block:
    """One part of an instruction; headings and paragraphs have one text, lists one for each item."""

    kind: BlockKind
    texts: tuple[str, ...]


_STEP = re.compile(r"^\s{0,3}\d{1,2}[.)]\s+")
_POINT = re.compile(r"^\s{0,3}[-*•]\s+")
_HEADING = re.compile(r"^#{1,4}\s+")
_STARTS = ((BlockKind.HEADING, _HEADING), (BlockKind.STEPS, _STEP), (BlockKind.POINTS, _POINT))


def blocks_of(body: str) -> tuple[Block, ...]:
    """The parts in order: blank lines part paragraphs, "1. " begins a step, "- " a point, "## " a heading."""
    parts: list[tuple[BlockKind, list[str]]] = []
    broken = True
    for line in body.splitlines():
        if not line.strip():
            broken = True
            continue
        kind, words = _read(line)
        if kind is BlockKind.PARAGRAPH and parts and not broken and parts[-1][0] is not BlockKind.HEADING:
            parts[-1][1][-1] += f" {words}"
        elif kind in (BlockKind.STEPS, BlockKind.POINTS) and parts and parts[-1][0] is kind:
            parts[-1][1].append(words)
        else:
            parts.append((kind, [words]))
        broken = False
    return tuple(Block(kind, tuple(texts)) for kind, texts in parts)


def _read(line: str) -> tuple[BlockKind, str]:
    for kind, start in _STARTS:
        if start.match(line):
            return kind, start.sub("", line).strip()
    return BlockKind.PARAGRAPH, line.strip()


def steps_of(body: str) -> tuple[str, ...]:
    """Every step of the instruction in order, whatever stands between."""
    return tuple(text for block in blocks_of(body) if block.kind is BlockKind.STEPS for text in block.texts)


def as_answer(title: str, body: str) -> str:
    """The instruction as text for a mail: the title, then the parts with their numbers and dashes."""
    return "\n\n".join([title, *(_written(block) for block in blocks_of(body))])


def _written(block: Block) -> str:
    if block.kind is BlockKind.STEPS:
        return "\n".join(f"{n}. {text}" for n, text in enumerate(block.texts, start=1))
    if block.kind is BlockKind.POINTS:
        return "\n".join(f"- {text}" for text in block.texts)
    return block.texts[0]


_WORD = re.compile(r"\w[\w'’-]*")
_ENDING = 3
_SHORTEST_BEGINNING = 5
MOST_WORDS = 12


def words_of(typed: str, most: int = MOST_WORDS) -> tuple[str, ...]:
    """The different words of what somebody typed, the last ones when there are too many."""
    words = dict.fromkeys(re.sub(r"['’-]", "", word) for word in _WORD.findall(typed.casefold()))
    return tuple(word for word in words if word)[-most:]


def beginning(word: str) -> str:
    """The part that other forms of a word share, roughly: Snowball takes печать and печати for two words."""
    return word[: max(_SHORTEST_BEGINNING, len(word) - _ENDING)] if len(word) > _SHORTEST_BEGINNING else word


@dataclass(frozen=True)
class Experience:
    """How often an instruction was tried on a ticket and how often it solved it."""

    solved: int = 0
    tried: int = 0

    @property
    def weight(self) -> float:
        """A factor for ranking, 0.8 to 1.6: one lucky call counts less than twenty of thirty."""
        return 0.8 + 0.8 * (self.solved + 1) / (self.tried + 4)
