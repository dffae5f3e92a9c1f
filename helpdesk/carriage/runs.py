"""What an administrator does with an import: hand in a file, say what its columns mean, start it, stop it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.carriage import comma, excel
from helpdesk.carriage.cargo import FIELDS, Cargo, guess, missing
from helpdesk.carriage.findings import Entry
from helpdesk.carriage.models import ImportRun, RunState
from helpdesk.carriage.sheet import FIELD, MIB, MOST_BYTES, Row, Sheet
from helpdesk.db import db, notify
from helpdesk.errors import N_, BadInput, RuleViolation
from helpdesk.i18n import page_language

CHANNEL = "import"
PREVIEWED = 5
_CELL_SHOWN = 200
NO_FILE = N_("Choose a file first.")
TOO_BIG = N_("This file is bigger than %(most)s MiB. Split it and bring the parts in one after the other.")
UNMAPPED = N_("No column says “%(field)s” yet. Choose the one that does.")
TWICE = N_("Two columns say “%(field)s”. Leave one of them out.")
NOT_READY = N_("This file is not checked yet.")
WRONG_ROWS = N_("Some rows are wrong. Nothing is brought in until all of them are right.")
UNDER_WAY = N_("This import is under way.")
IS_DONE = N_("This import is done already.")
GONE = N_("The file is no longer kept. Hand it in once more.")
UNDER_WAY_STATES = frozenset({RunState.MAPPED, RunState.RUNNING})


def read(content: bytes) -> Sheet:
    """The table in a file of either format. Raises BadInput for what is none."""
    return excel.read(content) if excel.is_workbook(content) else comma.read(content)


def hand_in(cargo: Cargo, file_name: str, content: bytes, *, by: int, now: datetime) -> ImportRun:
    """Keep the file, with a guess what its columns mean. Raises BadInput when it cannot be read."""
    if not content:
        raise BadInput(NO_FILE, FIELD)
    if len(content) > MOST_BYTES:
        raise BadInput(TOO_BIG, FIELD, most=MOST_BYTES // MIB)
    sheet = read(content)
    headers = list(sheet.headers)
    run = ImportRun(
        cargo=cargo,
        state=RunState.UPLOADED,
        file_name=" ".join(file_name.split())[-100:] or "?",
        content=content,
        encoding=sheet.encoding,
        headers=headers,
        preview=[[cell[:_CELL_SHOWN] for cell in row.cells] for row in sheet.rows[:PREVIEWED]],
        row_count=len(sheet.rows),
        mapping=_remembered(cargo, headers) or guess(cargo, headers),
        by_id=by,
        created_at=now,
        changed_at=now,
    )
    db.session.add(run)
    db.session.flush()
    return run


def give_meaning(
    run: ImportRun, mapping: Sequence[str | None], options: Mapping[str, bool], *, now: datetime
) -> None:
    """Say which column is which field, and have the rows checked. Raises BadInput for what is missing."""
    _check_kept(run)
    known = {field.code for field in FIELDS[run.cargo]}
    run.mapping = [code if code in known else None for code in mapping[: len(run.headers)]]
    run.options = dict(options)
    for field in FIELDS[run.cargo]:
        if run.mapping.count(field.code) > 1:
            raise BadInput(TWICE, field.code, field=field.head(page_language()))
    for field in missing(run.cargo, run.mapping):
        raise BadInput(UNMAPPED, field.code, field=field.head(page_language()))
    _queue(run, RunState.MAPPED, now)


def check_again(run: ImportRun, *, now: datetime) -> None:
    """Check the rows once more, against what the desk holds by now."""
    _check_kept(run)
    _queue(run, RunState.MAPPED, now)


def start(run: ImportRun, *, now: datetime) -> None:
    """Have all rows carried out. Raises RuleViolation while one of them is wrong."""
    _check_kept(run)
    if run.state is not RunState.CHECKED:
        raise RuleViolation(NOT_READY)
    if run.counts.get("wrong"):
        raise RuleViolation(WRONG_ROWS)
    _queue(run, RunState.RUNNING, now)


def ask_to_stop(run: ImportRun, *, now: datetime) -> None:
    """Stop before anything is kept; one that is done already stays done."""
    if run.state in UNDER_WAY_STATES:
        run.cancel_asked_at = run.cancel_asked_at or now


def entries_of(run: ImportRun) -> list[Entry]:
    """The rows by our fields, only the filled cells. Raises RuleViolation when the file is gone."""
    columns = [(place, code) for place, code in enumerate(run.mapping or []) if code]
    return [
        Entry(row.number, {code: row.cells[place] for place, code in columns if row.cells[place]})
        for row in rows_of(run).rows
    ]


def rows_of(run: ImportRun) -> Sheet:
    """The table as it was handed in."""
    if run.content is None:
        raise RuleViolation(GONE)
    return read(run.content)


def wrong_rows(run: ImportRun) -> list[Row]:
    """The rows that are wrong, as they were handed in."""
    wrong = set(run.wrong_rows)
    return [row for row in rows_of(run).rows if row.number in wrong]


def _queue(run: ImportRun, state: RunState, now: datetime) -> None:
    run.state, run.changed_at = state, now
    run.progress, run.attempts, run.cancel_asked_at, run.failure = 0, 0, None, ""
    if state is RunState.MAPPED:
        run.counts, run.faults, run.wrong_rows = {}, [], []
    db.session.flush()
    notify(CHANNEL)


def _check_kept(run: ImportRun) -> None:
    if run.state in UNDER_WAY_STATES:
        raise RuleViolation(UNDER_WAY)
    if run.state is RunState.DONE:
        raise RuleViolation(IS_DONE)
    kept = select(ImportRun.content.is_not(None)).where(ImportRun.id == run.id)
    if not db.session.scalar(kept):
        raise RuleViolation(GONE)


def _remembered(cargo: Cargo, headers: list[str]) -> list[Any] | None:
    """What the same headers meant the last time."""
    last = (
        select(ImportRun.mapping)
        .where(ImportRun.cargo == cargo, ImportRun.headers == headers, ImportRun.state != RunState.UPLOADED)
        .order_by(ImportRun.id.desc())
    )
    return db.session.scalar(last.limit(1))
