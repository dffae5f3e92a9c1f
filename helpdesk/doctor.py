"""What can be wrong with an installation, each check with a sentence and its cure."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from helpdesk import assets, schema
from helpdesk.config import Settings

LEAST_FREE_BYTES = 1024**3
HEARTBEAT_SECONDS = 120
UNSENT_SECONDS = 300


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, whether it is fine, and what to do when it is not."""

    what: str
    fine: bool
    cure: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Every check in order; those that need the database are left out when it does not answer."""
    findings = [_disk(settings), _browser_files()]
    engine = create_engine(settings.database_url or "", connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            findings.append(Finding("The database answers.", fine=True))
            findings.extend(_database(connection))
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        findings.append(Finding(f"The database does not answer: {reason}", fine=False, cure=_DATABASE_CURE))
    finally:
        engine.dispose()
    return findings


_DATABASE_CURE = "Check DATABASE_URL, that PostgreSQL runs, and that this machine may reach it."
Check = Callable[[Connection], Finding]


def _database(connection: Connection) -> Iterable[Finding]:
    yield _version(connection)
    migrated = _migrations(connection)
    yield migrated
    if migrated.fine:
        yield from (check(connection) for check in CHECKS)


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data_dir).free
    return Finding(
        f"{free / 1024**3:.1f} GiB are free in the data folder.",
        fine=free >= LEAST_FREE_BYTES,
        cure="" if free >= LEAST_FREE_BYTES else "Make room: mails and files are kept there.",
    )


def _browser_files() -> Finding:
    there = (assets.folder("static") / "vendor").is_dir()
    return Finding(
        "The browser's files are built." if there else "The browser's files are missing.",
        fine=there,
        cure="" if there else "Run make install.",
    )


def _version(connection: Connection) -> Finding:
    number = int(connection.execute(text("show server_version_num")).scalar_one())
    fine = number >= schema.OLDEST_SERVER
    cure = "" if fine else "Use PostgreSQL 15 or newer."
    return Finding(f"PostgreSQL is version {number // 10000}.", fine=fine, cure=cure)


def _migrations(connection: Connection) -> Finding:
    fine = schema.current(connection) == schema.head()
    what = "The tables are up to date." if fine else "The tables are not up to date."
    return Finding(what, fine=fine, cure="" if fine else "Run: helpdesk db upgrade")


def _rights(connection: Connection) -> Finding:
    superuser = connection.execute(text("select usesuper from pg_user where usename = current_user")).scalar()
    fine = not superuser
    return Finding(
        "The program works without superuser rights." if fine else "The program is a database superuser.",
        fine=fine,
        cure="" if fine else "Name a role without superuser rights in DATABASE_URL.",
    )


def _lines(connection: Connection) -> Finding:
    statement = text("select count(*) from team where is_default and retired_at is null")
    count = connection.execute(statement).scalar_one()
    return Finding(
        f"{count} of 3 lines have a default team.",
        fine=count == 3,
        cure="" if count == 3 else "Give each line one default team: it receives what no rule placed.",
    )


def _policy(connection: Connection) -> Finding:
    count = connection.execute(text("select count(*) from sla_policy where is_default")).scalar_one()
    return Finding(
        "There is a default SLA policy." if count else "There is no default SLA policy.",
        fine=bool(count),
        cure="" if count else "Without it, tickets of clients without a contract have no deadlines.",
    )


def _mailboxes(connection: Connection) -> Finding:
    rows = connection.execute(text("select address, error from mailbox where active and error is not null"))
    failing = [f"{row.address}: {row.error}" for row in rows]
    return Finding(
        "; ".join(failing) if failing else "No mailbox reports an error.",
        fine=not failing,
        cure="Check its server, name and password; it is tried again by itself." if failing else "",
    )


def _worker(connection: Connection) -> Finding:
    statement = text("select extract(epoch from clock_timestamp() - max(beat_at)) from heartbeat")
    seconds = connection.execute(statement).scalar()
    fine = seconds is not None and seconds < HEARTBEAT_SECONDS
    what = "The worker is alive." if fine else "No worker has shown itself lately."
    return Finding(what, fine=fine, cure="" if fine else "Start one: helpdesk worker")


def _unsent(connection: Connection) -> Finding:
    statement = text(
        "select extract(epoch from clock_timestamp() - min(due_at)) from outbox where finished_at is null"
    )
    seconds = connection.execute(statement).scalar() or 0
    fine = seconds < UNSENT_SECONDS
    return Finding(
        "No mail has been waiting to go out." if fine else f"A mail has waited {seconds / 60:.0f} minutes.",
        fine=fine,
        cure="" if fine else "Look at the mailbox's relay or HELPDESK_SMTP_URL, and at the worker's log.",
    )


def _held(connection: Connection) -> Finding:
    count = connection.execute(
        text("select count(*) from inbound_mail where state = 'quarantined'")
    ).scalar_one()
    return Finding(
        "No mail is held." if not count else f"Mails held because they could not be read: {count}.",
        fine=not count,
        cure="" if not count else "Look at them under Held mail: retry or discard each.",
    )


CHECKS: tuple[Check, ...] = (_rights, _lines, _policy, _mailboxes, _worker, _unsent, _held)
