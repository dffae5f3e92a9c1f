"""In which order a list stands, where a page of it ends, and what comes after that."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, func, literal, text, tuple_

from helpdesk.errors import BadInput
from helpdesk.tickets.filters import Order
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority

INFINITY = text("'infinity'::timestamptz")
NEVER = "never"
FOREVER = 9999


class Placed(Protocol):
    """What a row must tell for its place in any order; `due_at` None: no clock runs, `wake_at` None: it does
    not wait.
    """

    @property
    def number(self) -> int: ...
    @property
    def priority(self) -> Priority: ...
    @property
    def active_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def wake_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class _Keys:
    """The columns that sort, all rising or all falling, the number last; `names` are those of a row."""

    names: tuple[str, ...]
    columns: tuple[Any, ...]
    is_falling: bool = False


KEYS: dict[Order, _Keys] = {
    Order.DUE: _Keys(("due_at", "number"), (Ticket.sort_due, Ticket.id)),
    Order.NEWEST: _Keys(("number",), (Ticket.id,), is_falling=True),
    Order.OLDEST: _Keys(("number",), (Ticket.id,)),
    Order.ACTIVE: _Keys(("active_at", "number"), (Ticket.active_at, Ticket.id), is_falling=True),
    Order.WAKING: _Keys(("wake_at", "number"), (func.coalesce(Ticket.wake_at, INFINITY), Ticket.id)),
    Order.PRIORITY: _Keys(("priority", "due_at", "number"), (Ticket.priority, Ticket.sort_due, Ticket.id)),
}


def forwards(order: Order) -> list[Any]:
    """What to sort by."""
    keys = KEYS[order]
    return [column.desc() if keys.is_falling else column for column in keys.columns]


def backwards(order: Order) -> list[Any]:
    """The same list read from its end."""
    keys = KEYS[order]
    return [column if keys.is_falling else column.desc() for column in keys.columns]


def cursor_of(order: Order, row: Placed) -> str:
    """The place behind this row, for an address."""
    return "~".join(_written(getattr(row, name)) for name in KEYS[order].names)


def after(order: Order, cursor: str) -> ColumnElement[bool]:
    """What lies behind the cursor. Raises BadInput when it is none of this order."""
    keys, parts = KEYS[order], cursor.split("~")
    try:
        mark = [_READERS[name](part) for name, part in zip(keys.names, parts, strict=True)]
    except (ValueError, OverflowError):
        raise BadInput("This page of the list no longer exists: begin at the top.", "after") from None
    return _beyond(keys, mark)


def behind(order: Order, ticket: Ticket) -> ColumnElement[bool]:
    """What comes after this ticket."""
    return _beyond(KEYS[order], _mark_of(order, ticket))


def ahead(order: Order, ticket: Ticket) -> ColumnElement[bool]:
    """What stands before this ticket."""
    keys = KEYS[order]
    return _beyond(_Keys(keys.names, keys.columns, not keys.is_falling), _mark_of(order, ticket))


def _beyond(keys: _Keys, mark: list[Any]) -> ColumnElement[bool]:
    place, other = tuple_(*keys.columns), tuple_(*mark)
    return place < other if keys.is_falling else place > other


def _mark_of(order: Order, ticket: Ticket) -> list[Any]:
    values = {
        "number": literal(ticket.id),
        "priority": literal(ticket.priority.value),
        "active_at": literal(ticket.active_at),
        "due_at": INFINITY if ticket.sort_due.year >= FOREVER else literal(ticket.sort_due),
        "wake_at": literal(ticket.wake_at) if ticket.wake_at else INFINITY,
    }
    return [values[name] for name in KEYS[order].names]


def _written(value: object) -> str:
    if value is None:
        return NEVER
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _number(part: str) -> Any:
    if not (part.isascii() and part.isdecimal() and len(part) < 16):
        raise ValueError(part)
    return literal(int(part))


def _moment(part: str) -> Any:
    moment = datetime.fromisoformat(part.replace(" ", "+"))
    if moment.tzinfo is None:
        raise ValueError(part)
    return literal(moment)


_READERS: dict[str, Any] = {
    "number": _number,
    "priority": lambda part: literal(Priority(part).value),
    "active_at": _moment,
    "due_at": lambda part: INFINITY if part == NEVER else _moment(part),
    "wake_at": lambda part: INFINITY if part == NEVER else _moment(part),
}
