"""What a database consists of, read from its catalogue: tables, columns, references, sequences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

VERSION_TABLE = "alembic_version"

# Generated columns make themselves anew. Text is ordered byte by byte, the same on every server.
TABLES = """
select c.relname,
    array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = ''),
    coalesce((
        select array_agg(
            format('%%I', k.attname)
            || case when k.attcollation <> 0 then ' collate "C"' else '' end order by place.n)
        from pg_index i
        cross join unnest(i.indkey::int2[]) with ordinality as place(attnum, n)
        join pg_attribute k on k.attrelid = c.oid and k.attnum = place.attnum
        where i.indrelid = c.oid and i.indisprimary
    ), array[format('%%I::text collate "C"', c.relname)])
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> %s
group by c.oid, c.relname
order by c.relname
"""
REFERENCES = """
select c.relname, k.conname, pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid
where k.contype = 'f' and k.connamespace = 'public'::regnamespace order by c.relname, k.conname
"""
INDEXES = """
select i.relname, pg_get_indexdef(i.oid)
from pg_index x join pg_class i on i.oid = x.indexrelid
where i.relnamespace = 'public'::regnamespace and not x.indisprimary
    and not exists (select 1 from pg_constraint k where k.conindid = i.oid)
order by i.relname
"""
SEQUENCES = """
select c.relname from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S' order by c.relname
"""


@dataclass(frozen=True)
class Table:
    """A table with the columns that are written, and the order (as SQL) in which its rows are copied."""

    name: str
    columns: tuple[str, ...]
    order: tuple[str, ...] = ()

    def copy_out(self) -> sql.Composed:
        return sql.SQL("copy (select {} from {} order by {}) to stdout").format(
            self._columns(), sql.Identifier(self.name), sql.SQL(", ".join(self.order))
        )

    def copy_in(self) -> sql.Composed:
        return sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(self.name), self._columns())

    def _columns(self) -> sql.Composed:
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))


@dataclass(frozen=True)
class Reference:
    """A foreign key; tables may point at each other in circles, so it is off while rows are filled in."""

    table: str
    name: str
    definition: str


@dataclass(frozen=True)
class SequenceState:
    """Where a sequence stands; `is_called` False means that `last_value` itself comes next."""

    name: str
    last_value: int
    is_called: bool


def tables(cursor: Any) -> tuple[Table, ...]:
    """Every table of the desk but the one that names the revision."""
    cursor.execute(TABLES, (VERSION_TABLE,))
    return tuple(Table(name, tuple(columns), tuple(order)) for name, columns, order in cursor.fetchall())


def references(cursor: Any) -> tuple[Reference, ...]:
    cursor.execute(REFERENCES)
    return tuple(Reference(*row) for row in cursor.fetchall())


def indexes(cursor: Any) -> tuple[tuple[str, str], ...]:
    """Name and definition of each index that no constraint stands on."""
    cursor.execute(INDEXES)
    return tuple((name, definition) for name, definition in cursor.fetchall())


def sequences(cursor: Any) -> tuple[SequenceState, ...]:
    """They stand outside of transactions: read them after the rows, then none is behind its table."""
    cursor.execute(SEQUENCES)
    return tuple(_state(cursor, name) for (name,) in cursor.fetchall())


def set_sequences(cursor: Any, states: Sequence[SequenceState]) -> None:
    for state in states:
        cursor.execute(
            "select setval(%s::regclass, %s, %s)",
            (f'public."{state.name}"', state.last_value, state.is_called),
        )


def revision(cursor: Any) -> str | None:
    """The migration that the tables stand at; None in a database without the desk's tables."""
    cursor.execute("select to_regclass(%s)", (f"public.{VERSION_TABLE}",))
    if cursor.fetchone()[0] is None:
        return None
    cursor.execute(f"select version_num from {VERSION_TABLE}")  # noqa: S608  a constant
    row = cursor.fetchone()
    return row[0] if row else None


def _state(cursor: Any, name: str) -> SequenceState:
    cursor.execute(sql.SQL("select last_value, is_called from {}").format(sql.Identifier(name)))
    return SequenceState(name, *cursor.fetchone())
