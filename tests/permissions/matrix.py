"""The hand-written table of answers, read from matrix.yaml."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from helpdesk.accounts.permissions import Role
from tests.permissions.things import THINGS

NO_RELATION = "-"
FILE = Path(__file__).with_name("matrix.yaml")


@dataclass(frozen=True)
class Door:
    """One method of one route."""

    route: str
    answers: dict[str, dict[str, int]]
    thing: str | None = None
    form: dict[str, Any] = field(default_factory=dict)
    url: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    public: bool = False
    demo: bool = False

    def __str__(self) -> str:
        return self.route

    @property
    def method(self) -> str:
        return self.route.split(" ")[0]

    @property
    def rule(self) -> str:
        return self.route.split(" ")[1]

    @property
    def relations(self) -> tuple[str, ...]:
        return THINGS[self.thing].relations if self.thing else (NO_RELATION,)

    def expected(self, relation: str, role: Role) -> int | None:
        """The status written in the table; None when it is missing."""
        row = self.answers.get(relation, {})
        return row.get(role.value, row.get("signed_in") if role is not Role.ANONYMOUS else None)


@dataclass(frozen=True)
class Cell:
    """One question to the desk and the answer it has to give."""

    door: Door
    relation: str
    role: Role

    def __str__(self) -> str:
        return f"{self.door.route} {self.relation} {self.role}"

    @property
    def situation(self) -> str:
        """Who asks, and how he stands to which thing: the same for many doors."""
        return f"{self.door.thing or 'nothing'} {self.relation} {self.role}"

    @property
    def expected(self) -> int | None:
        return self.door.expected(self.relation, self.role)

    @property
    def is_denied(self) -> bool:
        """Turned away: not let in, not seen, or not allowed. Public doors deny nobody on purpose."""
        stranger = self.role is Role.ANONYMOUS and not self.door.public
        return stranger or self.expected in (401, 403, 404)


@cache
def doors() -> tuple[Door, ...]:
    """Every entry of the table, in its order."""
    entries = yaml.load(FILE.read_text("utf-8"), yaml.CSafeLoader)
    return tuple(Door(**entry) for entry in entries)


def cells_of(door: Door) -> tuple[Cell, ...]:
    """That door for every role in every relation that its thing knows."""
    return tuple(Cell(door, relation, role) for relation in door.relations for role in Role)


@cache
def cells() -> tuple[Cell, ...]:
    """Every door for every role in every relation that its thing knows."""
    return tuple(cell for door in doors() for cell in cells_of(door))


def allowed_by_situation() -> dict[str, list[Cell]]:
    """All questions that are let in, under the situation in which they are asked."""
    asked: dict[str, list[Cell]] = {}
    for cell in cells():
        if not cell.is_denied:
            asked.setdefault(cell.situation, []).append(cell)
    return asked
