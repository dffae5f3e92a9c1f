"""Rows on their way into the database: ids taken in blocks, tables filled by COPY, parents first."""

import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
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
    if value is None:
        return r"\N"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return "infinity" if value.year == 9999 else value.isoformat()
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, tuple):
        return _array(value).translate(_ESCAPES)
    if isinstance(value, (list, Mapping)):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    return str(value)


def _array(items: tuple[str, ...]) -> str:
    """An array of words; jsonb columns are given lists instead."""
    quoted = ('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items)
    return "{" + ",".join(quoted) + "}"
