"""What a try of a mail server found: one line a step, and for the step that failed the cure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

SAID_LENGTH = 160
BYTES = re.compile(r"^b(['\"])(.*)\1$", re.DOTALL)  # as imaplib shows what a server refused with


class Step(StrEnum):
    """What is tried, in this order."""

    NAME = "name"
    PORT = "port"
    ENCRYPTION = "encryption"
    GREETING = "greeting"
    TOKEN = "token"  # noqa: S105  the step, not one
    SIGN_IN = "sign_in"
    FOLDER = "folder"
    EXTRAS = "extras"
    SENDER = "sender"
    LETTER = "letter"


class Outcome(StrEnum):
    """How a step went; a note is worth knowing and stops nothing."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One step in words of the reader's language; `said` is the server's own answer, trimmed."""

    step: Step
    outcome: Outcome
    words: str
    cure: str = ""
    said: str = ""


class Stopped(Exception):
    """A step failed; those after it make no sense."""

    def __init__(self, step: Step, words: str, cure: str = "", said: object = "") -> None:
        super().__init__(words)
        self.finding = Finding(step=step, outcome=Outcome.BAD, words=words, cure=cure, said=trimmed(said))


def good(step: Step, words: str) -> Finding:
    return Finding(step=step, outcome=Outcome.GOOD, words=words)


def note(step: Step, words: str, cure: str = "") -> Finding:
    return Finding(step=step, outcome=Outcome.NOTE, words=words, cure=cure)


def collected(steps: Iterator[Finding]) -> tuple[Finding, ...]:
    """The findings up to the first step that failed, which is the last one."""
    found: list[Finding] = []
    try:
        for finding in steps:
            found.append(finding)  # noqa: PERF402  what was found before a failure stays
    except Stopped as stop:
        found.append(stop.finding)
    return tuple(found)


def trimmed(said: object) -> str:
    """A foreign answer in one short line without control characters."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    text = BYTES.sub(r"\2", text)
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(clean.split())[:SAID_LENGTH]
