"""What a thing of the matrix gives to the question: the arguments of its address and values for its form."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from helpdesk.accounts.models import Person

CANARY = "canary-7f3a"


@dataclass(frozen=True)
class Placed:
    """The arguments of the URL, and values that the form may name with $."""

    url: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)


Maker = Callable[[str, Person | None], Placed]


@dataclass(frozen=True)
class Thing:
    """How to place the thing, and in which relations it can stand."""

    make: Maker
    relations: tuple[str, ...]
