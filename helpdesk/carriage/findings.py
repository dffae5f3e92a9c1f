"""What the rows of a file come to: which are new, changed or the same, and what is wrong with the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from helpdesk.errors import N_, DomainError

Change = TypeVar("Change")
Tell = Callable[[int], None]
MOST_FAULTS = 1000
_SHOWN, _SENTENCE = 60, 300
TWICE = N_("Row %(row)s says the same thing already: %(value)s.")


class BadCell(DomainError):
    """A cell that says nothing we understand; `code` is its field."""

    def __init__(self, code: str, sentence: str, /, **values: object) -> None:
        super().__init__(sentence, **values)
        self.code = code


@dataclass(frozen=True)
class Entry:
    """A row by our fields: only what is filled in. Empty cells change nothing."""

    number: int
    values: Mapping[str, str]

    def get(self, code: str) -> str:
        return self.values.get(code, "")

    def need(self, code: str) -> str:
        """What the cell says. Raises BadCell when it is empty."""
        if not self.get(code):
            raise BadCell(code, N_("This cell is empty, and it is needed."))
        return self.get(code)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row, with the field where it is and what stood there."""

    row: int
    code: str
    value: str
    sentence: str
    values: dict[str, Any]


@dataclass
class Findings(Generic[Change]):
    """Filled row by row; `changes` are those to be carried out, in the order of the rows."""

    new: int = 0
    changed: int = 0
    same: int = 0
    wrong_rows: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def take(self, change: Change | None, *, is_new: bool) -> None:
        """Count a row that is right; None stands for one that changes nothing."""
        if change is None:
            self.same += 1
            return
        self.new, self.changed = self.new + is_new, self.changed + (not is_new)
        self.changes.append(change)

    def refuse(self, entry: Entry, problem: BadCell) -> None:
        """Count a row that is wrong."""
        self.wrong_rows.append(entry.number)
        if len(self.faults) < MOST_FAULTS:
            value = shortened(entry.get(problem.code))
            plain = {name: shortened(str(said), _SENTENCE) for name, said in problem.values.items()}
            self.faults.append(Fault(entry.number, problem.code, value, problem.sentence, plain))

    @property
    def counts(self) -> dict[str, int]:
        return {"new": self.new, "changed": self.changed, "same": self.same, "wrong": len(self.wrong_rows)}


class Claims:
    """Who was named in which row, so that a second row about the same is noticed."""

    def __init__(self) -> None:
        self._rows: dict[object, int] = {}

    def take(self, key: object, entry: Entry, code: str) -> None:
        """Raises BadCell when an earlier row was about the same."""
        first = self._rows.setdefault(key, entry.number)
        if first != entry.number:
            raise BadCell(code, TWICE, row=first, value=entry.get(code))


def shortened(text: str, most: int = _SHOWN) -> str:
    """At most so many characters of it, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
