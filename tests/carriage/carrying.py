"""Bringing files in, in tests: handed in, mapped as guessed, checked and carried out by the worker's job."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from helpdesk import clock
from helpdesk.carriage import comma, excel, exporting, runs
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.exporting import Form
from helpdesk.carriage.jobs import carry
from helpdesk.carriage.models import ImportRun, RunState
from helpdesk.carriage.queries import fault_lines
from helpdesk.db import db, transaction
from tests.factories import the_system


def a_csv(*lines: Sequence[str]) -> bytes:
    """The lines as somebody's CSV file."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue().encode()


def handed_in(cargo: Cargo, content: bytes, *, by: int | None = None) -> ImportRun:
    """The file as it is after uploading."""
    with transaction():
        now = clock.now(db.session)
        return runs.hand_in(cargo, "clients.csv", content, by=by or the_system().id, now=now)


def checked(cargo: Cargo, content: bytes, *, by: int | None = None, **options: bool) -> ImportRun:
    """The file with its columns as guessed, after the worker looked at every row."""
    run = handed_in(cargo, content, by=by)
    with transaction():
        runs.give_meaning(run, run.mapping or [], options, now=clock.now(db.session))
    carry()
    return fresh(run)


def brought_in(cargo: Cargo, content: bytes, *, by: int | None = None, **options: bool) -> ImportRun:
    """The file after all of its rows were written; those that write nothing are not started."""
    run = checked(cargo, content, by=by, **options)
    assert run.state is RunState.CHECKED, run.failure
    assert not run.wrong_rows, faults(run)
    with transaction():
        runs.start(run, now=clock.now(db.session))
    carry()
    assert fresh(run).state is RunState.DONE, run.failure
    return run


def fresh(run: ImportRun) -> ImportRun:
    """The row as it is now."""
    db.session.refresh(run)
    return run


def faults(run: ImportRun) -> list[str]:
    """What is wrong, as people read it."""
    return [line.sentence for line in fault_lines(run)]


def exported(cargo: Cargo, form: Form = Form.CSV, language: str = "en") -> bytes:
    """Everything of that kind as a file."""
    return b"".join(exporting.pieces(cargo, form, language=language))


def rows_in(content: bytes) -> list[dict[str, Any]]:
    """The rows of a file by its headers."""
    read = excel.read if excel.is_workbook(content) else comma.read
    sheet = read(content)
    return [dict(zip(sheet.headers, row.cells, strict=True)) for row in sheet.rows]
