"""Rows on their way: out of one snapshot of a database, into an empty one, and whether they arrived."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from sqlalchemy.engine import make_url

from helpdesk.backup import tables
from helpdesk.backup.errors import BackupError
from helpdesk.backup.tables import SequenceState, Table

CHUNK = 1024 * 1024
# What the text of a value depends on: the same row gives the same bytes on every server.
PLAIN = (
    "-c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=postgres -c bytea_output=hex"
    " -c extra_float_digits=1 -c client_encoding=UTF8"
    " -c statement_timeout=0 -c lock_timeout=60s -c idle_in_transaction_session_timeout=0"
)


class Sink(Protocol):
    def write(self, piece: bytes, /) -> Any: ...


@dataclass(frozen=True)
class Copied:
    """What was in one table: `sha256` is over its rows as text, in the order of its key."""

    table: Table
    rows: int
    bytes: int
    sha256: str


class Meter:
    """Passes on what is written and keeps count."""

    def __init__(self, sink: Sink | None = None) -> None:
        self._sink, self._hash, self.bytes = sink, hashlib.sha256(), 0

    def write(self, piece: bytes) -> int:
        self._hash.update(piece)
        self.bytes += len(piece)
        if self._sink is not None:
            self._sink.write(piece)
        return len(piece)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Snapshot:
    """One instant of a database; whatever others write meanwhile is not in it."""

    def __init__(self, connection: Any) -> None:
        with connection, connection.cursor() as cursor:
            self.tables = tables.tables(cursor)
        self._cursor = connection.cursor()
        self._hold()
        self.revision = tables.revision(self._cursor)
        self._cursor.execute("select clock_timestamp(), current_setting('server_version')")
        self.taken_at, self.server_version = self._cursor.fetchone()

    def _hold(self) -> None:
        """No migration changes a table while it is copied (as pg_dump does). The snapshot is taken after."""
        if self.tables:
            names = sql.SQL(", ").join(sql.Identifier(table.name) for table in self.tables)
            self._cursor.execute(sql.SQL("lock table {} in access share mode").format(names))

    def copy(self, table: Table, sink: Sink) -> Copied:
        return copy_out(self._cursor, table, sink)

    def values(self, statement: sql.Composable) -> list[tuple[Any, ...]]:
        self._cursor.execute(statement)
        return list(self._cursor.fetchall())

    def sequences(self) -> tuple[SequenceState, ...]:
        return tables.sequences(self._cursor)


@contextmanager
def snapshot(url: str) -> Iterator[Snapshot]:
    """The database as it is now, for reading, as long as the block runs."""
    with closing(connect(url)) as connection:
        connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        yield Snapshot(connection)


def connect(url: str) -> Any:
    """A raw connection that writes and reads values in one fixed way."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg2.connect(plain, options=PLAIN, connect_timeout=10, application_name="helpdesk backup")


def copy_out(cursor: Any, table: Table, sink: Sink | None) -> Copied:
    """Write the table's rows; with None they are only counted and summed up."""
    meter = Meter(sink)
    cursor.copy_expert(table.copy_out().as_string(cursor), meter, CHUNK)
    return Copied(table, cursor.rowcount, meter.bytes, meter.sha256)


def fill(
    url: str,
    copied: Sequence[Copied],
    open_rows: Callable[[Copied], BinaryIO],
    sequences: Iterable[SequenceState],
) -> None:
    """Put the rows into freshly made tables of the same revision, all in one transaction.

    `url` is the owner's: references, indexes and triggers are taken off and put on again. Every table is read
    back; raises BackupError when it is not exactly what was copied, and nothing stays.
    """
    with closing(connect(url)) as connection, connection, connection.cursor() as cursor:
        here = {table.name: table for table in tables.tables(cursor)}
        _check_shape(here, copied)
        with _bare(cursor, here.values()):
            for one in copied:
                with open_rows(one) as rows:
                    cursor.copy_expert(one.table.copy_in().as_string(cursor), rows, CHUNK)
        tables.set_sequences(cursor, tuple(sequences))
        for one in copied:
            _check_arrived(cursor, one)
    _analyse(url)


def _check_shape(here: dict[str, Table], copied: Sequence[Copied]) -> None:
    there = {one.table.name: set(one.table.columns) for one in copied}
    if there != {name: set(table.columns) for name, table in here.items()}:
        raise BackupError(
            "The tables of the copy are not those of its revision; it was not made by this program."
        )


@contextmanager
def _bare(cursor: Any, here: Iterable[Table]) -> Iterator[None]:
    """The tables empty, without what would stop or slow down rows in any order; put back afterwards."""
    names = [sql.Identifier(table.name) for table in here]
    references, indexes = tables.references(cursor), tables.indexes(cursor)
    for one in references:
        _do(cursor, "alter table {} drop constraint {}", one.table, one.name)
    for name in names:
        cursor.execute(sql.SQL("alter table {} disable trigger user").format(name))
        cursor.execute(sql.SQL("delete from {}").format(name))
    for name, _definition in indexes:
        _do(cursor, "drop index {}", name)
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    for name in names:
        cursor.execute(sql.SQL("alter table {} enable trigger user").format(name))
    for one in references:
        _do(cursor, "alter table {} add constraint {} " + one.definition, one.table, one.name)


def _check_arrived(cursor: Any, one: Copied) -> None:
    found = copy_out(cursor, one.table, None)
    if (found.rows, found.sha256) != (one.rows, one.sha256):
        raise BackupError(
            f"The rows of {one.table.name} did not arrive as they were: {found.rows} of {one.rows}. "
            "Nothing was changed; please try again."
        )


def _analyse(url: str) -> None:
    """Figures for the planner, so that the first page is as fast as the last."""
    with closing(connect(url)) as connection:
        connection.autocommit = True
        connection.cursor().execute("analyze")


def _do(cursor: Any, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
