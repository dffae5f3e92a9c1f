"""Imports as they are shown: columns with their first values, faults in sentences, how far the work is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.carriage.cargo import FIELDS, field_of
from helpdesk.carriage.models import ImportRun, RunState
from helpdesk.carriage.words import NAMES
from helpdesk.db import db
from helpdesk.i18n import gettext, number, page_language

SHOWN = 100
LISTED = 20


@dataclass(frozen=True)
class RunLine:
    """One line of the list of imports."""

    id: int
    file_name: str
    cargo: str
    state: str
    rows: int
    counts: dict[str, int]
    at: datetime
    by: str


@dataclass(frozen=True)
class Column:
    """A column of the file: its header, the field it is taken for, its first values."""

    place: int
    header: str
    code: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class FaultLine:
    """What is wrong with one row, in the reader's language."""

    row: int
    column: str
    value: str
    words: str
    sentence: str


@dataclass(frozen=True)
class Meter:
    """How far the work is."""

    done: int
    total: int
    words: str
    is_stopping: bool


def latest() -> list[RunLine]:
    """The files of the last time, newest first."""
    query = (
        select(
            ImportRun.id, ImportRun.file_name, ImportRun.cargo, ImportRun.state, ImportRun.row_count,
            ImportRun.counts, ImportRun.created_at, Person.name,
        )
        .join(Person, Person.id == ImportRun.by_id).order_by(ImportRun.id.desc()).limit(LISTED)
    )  # fmt: skip
    return [
        RunLine(row.id, row.file_name, str(NAMES[row.cargo]), row.state.value, row.row_count, row.counts,
                row.created_at, row.name)
        for row in db.session.execute(query)
    ]  # fmt: skip


def columns(run: ImportRun, mapping: Sequence[str | None] | None = None) -> list[Column]:
    """The columns of the file with what they mean now."""
    meant = mapping or run.mapping or []
    return [
        Column(
            place=place,
            header=header or gettext("column %(number)s", number=place + 1),
            code=(meant[place] if place < len(meant) else None) or "",
            values=tuple(row[place] for row in run.preview if row[place]),
        )
        for place, header in enumerate(run.headers)
    ]


def fields(run: ImportRun) -> list[tuple[str, str, bool]]:
    """The fields of this kind: code, name in the reader's language, whether it has to be there."""
    language = page_language()
    return [(field.code, field.head(language), field.is_required) for field in FIELDS[run.cargo]]


def fault_lines(run: ImportRun) -> list[FaultLine]:
    """What is wrong, by row; the first thousand."""
    return [_fault_line(run, fault) for fault in run.faults]


def meter(run: ImportRun) -> Meter:
    """How far the work is, in rows; writing comes after checking."""
    writes = run.state is RunState.RUNNING
    done = min(run.progress, run.row_count * 2)
    is_writing = writes and done > run.row_count
    shown = done - run.row_count if is_writing else done
    values = {"done": number(shown), "total": number(run.row_count)}
    if is_writing:
        words = gettext("%(done)s of %(total)s rows written", **values)
    else:
        words = gettext("%(done)s of %(total)s rows checked", **values)
    return Meter(done, run.row_count * (2 if writes else 1), words, run.cancel_asked_at is not None)


def _fault_line(run: ImportRun, fault: dict[str, Any]) -> FaultLine:
    sentence = str(fault["sentence"])
    said = gettext(sentence, **fault["values"])
    words = gettext("Row %(row)s: %(words)s", row=number(fault["row"]), words=said)
    return FaultLine(fault["row"], _header(run, fault["code"]), fault["value"], said, words)


def _header(run: ImportRun, code: str) -> str:
    """As the file calls the column; our own word for a field that no column fills."""
    mapping = run.mapping or []
    if code in mapping:
        return str(run.headers[mapping.index(code)])
    return field_of(run.cargo, code).head(page_language())
