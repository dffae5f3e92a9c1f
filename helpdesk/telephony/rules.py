"""What follows from the words of a call: a subject from the first sentence, a card from the steps. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_CALL_S = 6 * 3600
MOST_DIGITS = 15
SUBJECT_LENGTH = 90
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s|\n")


def subject_from(happened: str) -> str:
    """The first sentence, cut at a word when it is long."""
    first = _SENTENCE_END.split(happened.strip(), maxsplit=1)[0].strip().rstrip(".")
    if len(first) <= SUBJECT_LENGTH:
        return first
    return first[:SUBJECT_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def seconds_of(timer: str) -> int:
    """The timer's whole seconds; nonsense is none, and whatever slept for a day counts six hours."""
    if not (timer.isascii() and timer.isdigit()):
        return 0
    return min(int(timer), LONGEST_CALL_S) if len(timer) <= MOST_DIGITS else LONGEST_CALL_S


@dataclass(frozen=True)
class Tried:
    """An instruction that was run in the call: its ticked steps, and whether it did not help."""

    article_id: int
    title: str
    steps: tuple[str, ...]
    is_failed: bool


def done_with_steps(done: str, tried: Sequence[Tried]) -> str:
    """What the operator did, with the ticked steps that the text does not name yet."""
    missing = [step for one in tried for step in one.steps if step not in done]
    return "\n".join(part for part in (done.strip(), *missing) if part)


def tried_of(done: str, tried: Sequence[Tried], did_not_help: str) -> str:
    """The card's "tried": what was done, then each instruction that did not help, by its title.

    `did_not_help` is the sentence for one with %s for its title.
    """
    failed = [did_not_help % one.title for one in tried if one.is_failed]
    return "\n".join([part for part in (done_with_steps(done, tried), *failed) if part])
