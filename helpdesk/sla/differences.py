"""What the cache of clocks says against what the log says, field by field and in plain sentences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from helpdesk.sla.histories import Mark
from helpdesk.sla.rows import Row

NOT_COMPUTED = "clocks"
WHOLE = "row"
CROSSING = "crossing"
CLOCKS = {
    "first_response": "first response",
    "next_response": "next response",
    "update": "update",
    "resolution": "resolution",
    "ola": "line",
}
FIELDS = {
    "calendar_version_id": "calendar version",
    "elapsed_s": "elapsed seconds",
    "target_s": "target in seconds",
    "due_at": "deadline",
    "met": "kept in time",
    "missed_once": "missed once",
    "missed": "missed",
    "next_fire_at": "next threshold at",
    "next_percent": "next threshold in percent",
    "event_seq": "last event",
    "sort_due": "deadline in lists",
    "policy_version_id": "policy version",
    "contract_id": "contract",
    "checkpoint_at": "counted up to",
}
# Two rows of one clock are the same clock; the rest of a row is what the log says of it.
KEY = ("metric", "line", "cycle")
NEVER_YEAR = 9999


@dataclass(frozen=True)
class Difference:
    """One field that is not what the log says; `clock` is empty when it is of the ticket as a whole."""

    ticket_id: int
    clock: str
    field: str
    stored: Any
    computed: Any

    def __str__(self) -> str:
        where = f"Ticket {self.ticket_id}, {self.clock}" if self.clock else f"Ticket {self.ticket_id}"
        if self.field == NOT_COMPUTED:
            return f"{where}: its clocks cannot be computed ({self.computed})."
        if self.field == WHOLE:
            missing = "is missing" if self.stored is None else "stands there, and the log knows of none"
            return f"{where}: the row of this clock {missing}."
        if self.field == CROSSING:
            return f"{where}: {self.stored} % was written down as crossed, and by the log it never was."
        name = FIELDS.get(self.field, self.field.replace("_", " "))
        return f"{where}: {name} is {said(self.stored)}, and by the log {said(self.computed)}."

    def plain(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "ticket": self.ticket_id,
            "clock": self.clock or None,
            "field": self.field,
            "stored": _plain(self.stored),
            "computed": _plain(self.computed),
        }


def between(ticket_id: int, stored: Sequence[Row], computed: Sequence[Row]) -> Iterator[Difference]:
    """What differs between the rows of a ticket's clocks and those that the log gives."""
    have, want = _by_key(stored), _by_key(computed)
    for key in sorted(have.keys() | want.keys(), key=str):
        row, right, clock = have.get(key), want.get(key), _name(*key)
        if row is None or right is None:
            yield Difference(ticket_id, clock, WHOLE, _there(row), _there(right))
        else:
            yield from of_fields(ticket_id, clock, row, right)


def of_crossings(ticket_id: int, vanished: Iterable[Mark]) -> Iterator[Difference]:
    """Every crossing that stands written down without the log having it."""
    for mark in sorted(vanished, key=str):
        clock = _name(mark.metric, mark.line, mark.cycle)
        yield Difference(ticket_id, clock, CROSSING, mark.percent, None)


def of_fields(ticket_id: int, clock: str, stored: Row, computed: Row) -> Iterator[Difference]:
    """Every field of `computed` that is stored otherwise."""
    for name, right in computed.items():
        if stored[name] != right:
            yield Difference(ticket_id, clock, name, stored[name], right)


def said(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return "never" if value.year == NEVER_YEAR else f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return str(value)


def _by_key(rows: Sequence[Row]) -> Mapping[tuple[Any, ...], Row]:
    return {tuple(row[name] for name in KEY): row for row in rows}


def _name(metric: str, line: int | None, cycle: int) -> str:
    name = f"{CLOCKS[metric]} {line}" if line else CLOCKS[metric]
    return f"{name}, time {cycle}" if cycle > 1 else name


def _there(row: Row | None) -> str | None:
    return None if row is None else "there"


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value
