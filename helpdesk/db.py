"""The database session, the base of all tables, and the only place that commits or rolls back."""

import enum
import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache, wraps
from typing import Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Enum,
    LargeBinary,
    MetaData,
    Row,
    Text,
    TextClause,
    Uuid,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, registry

Question = TypeVar("Question", bound=Callable[..., Any])
ANSWERS, CALLS = "asked_once", "calls"
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def _values(members: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in members]


_metadata = MetaData(naming_convention=NAMES)


def choice(members: type[enum.Enum], name: str) -> Enum:
    """A column type for a second column of the same enum in one table:

    Its check constraint needs its own name.
    """
    return Enum(
        members, name=name, native_enum=False, length=40, values_callable=_values, create_constraint=True
    )


class Base(DeclarativeBase):
    """Every table hangs here;

    The type map sits on the registry because of Flask-SQLAlchemy 3.1 on SQLAlchemy 2.1.
    """

    metadata = _metadata
    registry = registry(
        metadata=_metadata,
        type_annotation_map={
            int: BigInteger(),
            str: Text(),
            bytes: LargeBinary(),
            datetime: DateTime(timezone=True),
            date: Date(),
            uuid.UUID: Uuid(),
            dict[str, Any]: JSONB(),
            list[Any]: JSONB(),
            enum.Enum: Enum(
                enum.Enum, native_enum=False, length=40, values_callable=_values, create_constraint=True
            ),
        },
    )


db = SQLAlchemy(model_class=Base)


@contextmanager
def transaction() -> Iterator[None]:
    """One unit of work of a door: everything written inside is kept, or nothing."""
    try:
        yield
        _call_out()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        db.session.info.pop(CALLS, None)
        raise


def _call_out() -> None:
    """Send what `notify` gathered, in one statement."""
    calls = db.session.info.pop(CALLS, None)
    if calls:
        every = text(
            "select pg_notify(channel, payload) from unnest(:channels, :payloads) call(channel, payload)"
        )
        channels, payloads = zip(*calls, strict=True)
        db.session.execute(every, {"channels": list(channels), "payloads": list(payloads)})


@contextmanager
def savepoint() -> Iterator[None]:
    """A part of the open transaction that may fail by itself; its error goes on to the caller."""
    with db.session.begin_nested():
        yield


@contextmanager
def remembering() -> Iterator[None]:
    """While several things are done in one transaction, settings are asked for once: see `asked_once`."""
    db.session.info[ANSWERS] = {}
    try:
        yield
    finally:
        db.session.info.pop(ANSWERS, None)


def asked_once(question: Question) -> Question:
    """A question about settings: inside `remembering` its answer stands until the end, else it is asked anew.

    Only for what the work in between does not change, and for arguments that can be keys.
    """

    @wraps(question)
    def answer(*args: Any, **kwargs: Any) -> Any:
        answers = db.session.info.get(ANSWERS)
        if answers is None:
            return question(*args, **kwargs)
        key = (question, args, tuple(sorted(kwargs.items())))
        if key not in answers:
            answers[key] = question(*args, **kwargs)
        return answers[key]

    return cast("Question", answer)


def end_read() -> None:
    """Give the connection back after reading, so that nothing stays open while a door talks to the
    network.
    """
    db.session.rollback()
    db.session.info.pop(CALLS, None)


def notify(channel: str, payload: str = "") -> None:
    """Wake whoever listens on `channel` once the open transaction is kept; the same call twice is one."""
    db.session.info.setdefault(CALLS, {})[channel, payload] = None


def insert_all(
    model: type[Base], rows: Sequence[Mapping[str, Any]], *returning: str, skip_known: bool = False
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Write rows in this order in one statement, however many, and give back those columns of each.

    All rows name the same columns. With `skip_known` a row whose unique key exists is left out. Several
    times as fast as values of a statement: the rows travel as one document.
    """
    statement = _inserting(model.__tablename__, tuple(rows[0]), returning, skip_known)
    found = db.session.execute(statement, {"rows": json.dumps(rows, default=str)})
    return found.all() if returning else ()


@cache
def _inserting(
    name: str, columns: tuple[str, ...], returning: tuple[str, ...], skip_known: bool
) -> TextClause:
    table, dialect = Base.metadata.tables[name], postgresql.dialect()  # type: ignore[no-untyped-call]
    typed = ", ".join(f"{column} {table.c[column].type.compile(dialect)}" for column in columns)
    listed = ", ".join(columns)
    return text(
        f"insert into {name} ({listed}) select {listed}"  # noqa: S608  (names of columns only)
        f" from rows from (jsonb_to_recordset(cast(:rows as jsonb)) as ({typed}))"
        f" with ordinality as given ({listed}, place_) order by place_"
        f"{' on conflict do nothing' if skip_known else ''}"
        f"{' returning ' if returning else ''}{', '.join(returning)}"
    )
