"""Rows on their way into the database: ids taken in blocks, tables filled by COPY, parents first."""

import io
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import text

from helpdesk.db import db

Row = dict[str, Any]
BLOCK = 2000
ORDER = (
    "ticket",
    "inbound_mail",
    "call",
    "message",
    "event",
    "event_text",
    "handover",
    "ticket_wait",
    "participant",
    "article_use",
    "routing_decision",
    "ticket_sla",
    "sla_clock",
    "sla_firing",
    "outbox",
    "outbox_recipient",
    "mail_reference",
    "read_mark",
    "notice",
)
LAST_YEAR = 9999  # how the driver writes infinity
_encode = json.JSONEncoder(ensure_ascii=False).encode
_NEEDS_ESCAPE = re.compile(r"[\\\n\r\t]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class Ids:
    """Ids from the tables' own sequences, asked for in blocks; what is not used stays a gap."""

    def __init__(self) -> None:
        self._taken: dict[str, Iterator[int]] = {}

    def next(self, sequence: str) -> int:
        """One more id, higher than all before it."""
        found = next(self._taken.get(sequence, iter(())), None)
        if found is None:
            self._taken[sequence] = iter(take(sequence, BLOCK))
            return next(self._taken[sequence])
        return found


def take(sequence: str, count: int) -> list[int]:
    """The next `count` values of the sequence."""
    statement = text("select nextval(cast(:name as regclass)) from generate_series(1, :count)")
    values = db.session.scalars(statement, {"name": sequence, "count": count})
    return sorted(values)


class Batch:
    """Rows by table; all rows of one table have the same columns."""

    def __init__(self) -> None:
        self.rows: defaultdict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, **row: Any) -> Row:
        """One more row; it may be changed until the batch is written."""
        self.rows[table].append(row)
        return row

    def extend(self, other: "Batch") -> None:
        """Take all rows of another batch."""
        for table, rows in other.rows.items():
            self.rows[table].extend(rows)

    def write(self) -> int:
        """Put everything into the open transaction; how many rows."""
        for table in ORDER:
            if self.rows[table]:
                _copy(table, self.rows[table])
        return sum(map(len, self.rows.values()))


def _copy(table: str, rows: list[Row]) -> None:
    columns = list(rows[0])
    lines = ("\t".join([_field(row[name]) for name in columns]) for row in rows)
    names = ", ".join(f'"{name}"' for name in columns)
    cursor = db.session.connection().connection.cursor()
    try:
        cursor.copy_expert(f"copy {table} ({names}) from stdin", io.StringIO("\n".join(lines) + "\n"))
    finally:
        cursor.close()


def _field(value: Any) -> str:
    """A value in PostgreSQL's text format of COPY."""
    written = _WRITTEN.get(type(value))
    if written is None:
        written = _WRITTEN[type(value)] = _escaped_value if isinstance(value, Enum) else str
    return written(value)


def _escaped(value: str) -> str:
    return value.translate(_ESCAPES) if _NEEDS_ESCAPE.search(value) else value


def _escaped_value(value: Enum) -> str:
    return str(value.value)


def _instant(value: datetime) -> str:
    return "infinity" if value.year == LAST_YEAR else value.isoformat()


def _json(value: object) -> str:
    return _escaped(_encode(value))


def _array(items: tuple[str, ...]) -> str:
    """An array of words; jsonb columns are given lists instead."""
    quoted = ('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items)
    return _escaped("{" + ",".join(quoted) + "}")


_WRITTEN: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: r"\N",
    str: _escaped,
    bool: lambda value: "t" if value else "f",
    datetime: _instant,
    bytes: lambda value: "\\\\x" + value.hex(),
    tuple: _array,
    list: _json,
    dict: _json,
}
