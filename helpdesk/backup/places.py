"""Where a desk may be put: empty folders and databases, and how a former folder steps aside."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from helpdesk import clock
from helpdesk.backup.errors import BackupError
from helpdesk.backup.rows import connect
from helpdesk.config import Settings
from helpdesk.postgres import is_running
from helpdesk.schema import OLDEST_SERVER

OBJECTS = (
    "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S', 'v')"
)


def is_taken(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


def check_empty(folder: Path, *, force: bool) -> None:
    """Raises BackupError when something lies there that would be lost; `force` allows to move it aside."""
    if is_taken(folder) and is_running(folder):
        raise BackupError(f"The desk in {folder} is running. Stop it first.")
    if folder.is_mount():
        raise BackupError(
            f"{folder} is a mount point and cannot be exchanged. Restore into a folder in it with --data."
        )
    if is_taken(folder) and not force:
        raise BackupError(
            f"{folder} is not empty and was left as it is. Choose a new folder with --data, "
            "or add --force: what lies there is then moved aside, not deleted."
        )


def move_aside(folder: Path) -> Path:
    """Give the folder a name that says when it was left; the new name."""
    stamp = clock.process_time().strftime("%Y%m%d-%H%M%S")
    aside = folder.with_name(f"{folder.name}.before-{stamp}")
    folder.rename(aside)
    return aside


def put(draft: Path, target: Path) -> Path | None:
    """Give the finished folder its name; where the former one went, None when there was none."""
    aside = move_aside(target) if is_taken(target) else None
    try:
        draft.rename(target)  # takes the place of an empty folder, too
    except OSError as problem:
        if aside:
            aside.rename(target)
        raise BackupError(f"{target} cannot be made: {problem.strerror}.") from problem
    return aside


def make_parents(target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise BackupError(f"The folder {target.parent} cannot be made: {problem.strerror}.") from problem


def check_database(owner_url: str) -> None:
    """Raises BackupError with everything that keeps a desk out of this database."""
    faults = faults_of(owner_url)
    if faults:
        raise BackupError("\n".join(faults))


def faults_of(owner_url: str) -> list[str]:
    """What is wrong with a database as the home of a desk, each with its cure; looks only."""
    try:
        with closing(connect(owner_url)) as connection, connection, connection.cursor() as cursor:
            first = [fault for look in FIRST_LOOKS if (fault := look(cursor))]
            return first or [fault for look in LOOKS if (fault := look(cursor))]
    except psycopg2.OperationalError as problem:
        reason = str(problem).strip().splitlines()[-1]
        return [f"The server does not answer: {reason}. Check host, port, name and password."]
    except UnicodeError as problem:
        return [f"The database cannot be read: {problem}."]


def _version(cursor: Any) -> str | None:
    number = int(_one(cursor, "show server_version_num"))
    if number >= OLDEST_SERVER:
        return None
    return f"The server is PostgreSQL {number // 10000}; 15 or newer is needed."


def _encoding(cursor: Any) -> str | None:
    found = _one(
        cursor, "select pg_encoding_to_char(encoding) from pg_database where datname = current_database()"
    )
    return (
        None if found == "UTF8" else f"The database has the encoding {found}. Create it with encoding 'UTF8'."
    )


def _letters(cursor: Any) -> str | None:
    if _one(cursor, "select lower('ПЕЧАТЬ Ё')") == "печать ё":
        return None
    return (
        "The database does not know small and capital letters beyond English, so search would miss words. "
        "Create it as the README says: locale_provider icu, or locale 'C.UTF-8'."
    )


def _emptiness(cursor: Any) -> str | None:
    found = _one(cursor, OBJECTS)
    if not found:
        return None
    return f"The database is not empty ({found} tables and sequences). Create a new one; nothing was touched."


def _rights(cursor: Any) -> str | None:
    if _one(cursor, "select has_schema_privilege(current_user, 'public', 'create')"):
        return None
    who = _one(cursor, "select current_user")
    return f"The role {who} may not make tables. Let it own the database, or name its owner with --owner."


FIRST_LOOKS = (_version, _encoding)  # without these the others cannot even ask
LOOKS = (_letters, _emptiness, _rights)


def _one(cursor: Any, question: str) -> Any:
    cursor.execute(question)
    return cursor.fetchone()[0]


@contextmanager
def emptied_on_failure(settings: Settings) -> Iterator[None]:
    """A database that was empty before the block is empty again when it fails."""
    try:
        yield
    except BaseException:
        empty(settings.database_owner_url or "")
        raise


def empty(owner_url: str) -> None:
    """Take away every table, sequence and function of the role; only for a database that was empty before."""
    with closing(connect(owner_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            "select case c.relkind when 'r' then 'table' else 'sequence' end, c.relname from pg_class c"
            " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'S')"
            " order by c.relkind = 'S'"
        )
        for kind, name in cursor.fetchall():
            drop = sql.SQL("drop {} if exists {} cascade").format(sql.SQL(kind), sql.Identifier(name))
            cursor.execute(drop)
        cursor.execute(
            "select oid::regprocedure::text from pg_proc"
            " where pronamespace = 'public'::regnamespace and proowner = current_user::regrole"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("drop function {}").format(sql.SQL(name)))
