"""What a check says, and what it may look at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from helpdesk.config import Settings


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it is fine, and what to click or type when it is not."""

    what: str
    fine: bool
    cure: str = ""


@dataclass(frozen=True)
class Fault:
    """Something wrong, and its cure."""

    what: str
    cure: str


@dataclass(frozen=True)
class Patient:
    """The installation that is looked at; its tables are up to date."""

    settings: Settings
    connection: Connection

    def rows(self, question: str, **values: Any) -> Sequence[Row[Any]]:
        return self.connection.execute(text(question), values).all()

    def value(self, question: str, **values: Any) -> Any:
        return self.connection.execute(text(question), values).scalar()


Check = Callable[[Patient], list[Finding]]


def judged(fine: str, faults: Sequence[Fault]) -> list[Finding]:
    """A line for each fault; without any, the one line that says that all is well."""
    if not faults:
        return [Finding(fine, fine=True)]
    return [Finding(fault.what, fine=False, cure=fault.cure) for fault in faults]
