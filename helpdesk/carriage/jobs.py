"""The worker's part of imports: checking files and carrying them out, each whole in one transaction."""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from helpdesk import clock, history
from helpdesk.carriage import agents, articles, companies, contacts, progress, runs
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.findings import Entry, Findings
from helpdesk.carriage.models import ImportRun, RunState
from helpdesk.carriage.progress import Progress, Stopped
from helpdesk.carriage.words import NAMES
from helpdesk.db import db, transaction
from helpdesk.errors import N_, DomainError

log = logging.getLogger(__name__)

KIND = "import"
MOST_ATTEMPTS = 3
KEPT = timedelta(days=7)
GAVE_UP = N_("The work on this file broke off several times. Nothing was written.")
MEANWHILE = N_(
    "Somebody entered one of these while the rows were being written. Nothing was kept; check again."
)
_LOCKS = {cargo: 7_302_450 + place for place, cargo in enumerate(Cargo)}


def carry() -> int:
    """Check and carry out what waits; how many files. One kind is never worked on twice at a time."""
    forget_old_files()
    waiting = select(ImportRun.id).where(ImportRun.state.in_(runs.UNDER_WAY_STATES)).order_by(ImportRun.id)
    with transaction():
        ids = list(db.session.scalars(waiting))
    return sum(_one(run_id) for run_id in ids)


def forget_old_files() -> None:
    """Let go of files that nobody touched for a week; what was found in them stays."""
    with transaction():
        old = ImportRun.changed_at < clock.now(db.session) - KEPT
        idle = ImportRun.state.not_in(runs.UNDER_WAY_STATES)
        gone = update(ImportRun).where(old, idle, ImportRun.content.is_not(None)).values(content=None)
        db.session.execute(gone)


def _one(run_id: int) -> bool:
    """Do what the file waits for; False when another worker is at its kind.

    Killed at any point, nothing of it is kept and the next worker begins anew.
    """
    try:
        with transaction():
            run = db.session.get_one(ImportRun, run_id, populate_existing=True)
            if run.state not in runs.UNDER_WAY_STATES or not _hold(run.cargo):
                return False
            db.session.refresh(run)
            if run.state not in runs.UNDER_WAY_STATES:
                return False
            if progress.begin(run_id) > MOST_ATTEMPTS:
                _end(run_id, RunState.FAILED, failure=GAVE_UP)
            else:
                _work(run)
    except Stopped:
        _give_up(run_id, RunState.CANCELLED, "")
    except IntegrityError:
        log.warning("import %s met rows of somebody else", run_id)
        _give_up(run_id, RunState.FAILED, MEANWHILE)
    except DomainError as problem:
        _give_up(run_id, RunState.FAILED, str(problem))
    return True


def _hold(cargo: Cargo) -> bool:
    """Keep other workers from this kind until the end of the transaction."""
    return bool(db.session.scalar(text("select pg_try_advisory_xact_lock(:key)"), {"key": _LOCKS[cargo]}))


def _work(run: ImportRun) -> None:
    """Read every row, and write all of them when that is wanted and none is wrong."""
    now, wanted, tell = clock.now(db.session), run.state, Progress(run.id)
    findings = _examine(run, runs.entries_of(run), tell)
    if wanted is RunState.RUNNING and not findings.wrong_rows:
        tell.offset = run.row_count
        _carry_out(run, findings, tell, now)
        _note(run, findings, now)
        _end(run.id, RunState.DONE, findings, content=None)
    else:
        _end(run.id, RunState.CHECKED, findings)


def _examine(run: ImportRun, entries: list[Entry], tell: Progress) -> Findings[Any]:
    if run.cargo is Cargo.CONTACTS:
        return contacts.examine(entries, makes_companies=bool(run.options.get("makes_companies")), tell=tell)
    modules = {Cargo.COMPANIES: companies, Cargo.AGENTS: agents, Cargo.ARTICLES: articles}
    found: Findings[Any] = modules[run.cargo].examine(entries, tell=tell)
    return found


def _carry_out(run: ImportRun, findings: Findings[Any], tell: Progress, now: datetime) -> None:
    changes, by = findings.changes, run.by_id
    if run.cargo is Cargo.COMPANIES:
        companies.carry_out(changes, now=now, tell=tell)
    elif run.cargo is Cargo.CONTACTS:
        contacts.carry_out(changes, now=now, tell=tell)
    elif run.cargo is Cargo.AGENTS:
        invites = bool(run.options.get("invites"))
        agents.carry_out(changes, invites=invites, by=by, now=now, tell=tell)
    else:
        articles.carry_out(changes, by=by, now=now, tell=tell)


def _note(run: ImportRun, findings: Findings[Any], now: datetime) -> None:
    """One line in the history for the whole file."""
    facts: history.Facts = {
        "what": str(NAMES[run.cargo]),
        "new": findings.new,
        "changed": findings.changed,
        "same": findings.same,
    }
    history.changed((KIND, run.id, run.file_name), None, facts, by=run.by_id, now=now)


def _end(
    run_id: int, state: RunState, findings: Findings[Any] | None = None, *, failure: str = "", **more: Any
) -> None:
    """Write down how it ended, unless somebody asked to stop: the lock on the row settles which was first."""
    found: dict[str, Any] = {}
    if findings is not None:
        faults = [vars(fault) for fault in findings.faults]
        found = {"counts": findings.counts, "faults": faults, "wrong_rows": findings.wrong_rows}
    db.session.flush()
    ended = (
        update(ImportRun)
        .where(ImportRun.id == run_id, ImportRun.cancel_asked_at.is_(None))
        .values(state=state, failure=failure, changed_at=clock.now(db.session), **found, **more)
        .execution_options(synchronize_session=False)
    )
    if not db.session.execute(ended.returning(ImportRun.id)).one_or_none():
        raise Stopped
    db.session.expire_all()


def _give_up(run_id: int, state: RunState, failure: str) -> None:
    with transaction():
        run = db.session.get_one(ImportRun, run_id, populate_existing=True)
        run.state, run.failure, run.changed_at = state, failure, clock.now(db.session)
