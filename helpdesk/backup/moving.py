"""The move from the embedded database to a server: checked, copied in one snapshot, the old one left."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

import psycopg2
from sqlalchemy.engine import make_url

from helpdesk import clock, schema, standstill
from helpdesk.accounts.people import system_id
from helpdesk.app import create_app
from helpdesk.backup import places, rows
from helpdesk.backup.errors import BackupError
from helpdesk.backup.rows import Copied, Snapshot, connect
from helpdesk.config import Settings
from helpdesk.db import db, transaction
from helpdesk.events import publish
from helpdesk.standstill import DeskMoved, Reason

IN_MEMORY = 64 * 1024 * 1024


@dataclass(frozen=True)
class Moved:
    """What arrived; `is_one_role` when program and owner are the same role."""

    tables: tuple[Copied, ...]
    is_one_role: bool


def faults(app_url: str, owner_url: str) -> list[str]:
    """Everything that keeps the desk from moving there, each with its cure; changes nothing."""
    found = places.faults_of(owner_url)
    if found or is_same_role(app_url, owner_url):
        return found
    try:
        with closing(connect(app_url)) as connection, connection.cursor() as cursor:
            cursor.execute("select 1")
    except psycopg2.OperationalError as problem:
        return [f"The program's role cannot sign in: {str(problem).strip().splitlines()[-1]}"]
    return [] if _place(app_url) == _place(owner_url) else ["Both addresses have to name the same database."]


def move(settings: Settings, app_url: str, owner_url: str) -> Moved:
    """Copy the desk into that database and leave this one behind, with mail standing still in it.

    The settings carry the addresses of the embedded database, which nobody else uses. Raises BackupError; the
    other database is empty again then and this one goes on as before.
    """
    if found := faults(app_url, owner_url):
        raise BackupError("\n".join(found))
    there = replace(settings, database_url=app_url, database_owner_url=owner_url)
    with rows.snapshot(settings.database_url or "") as snapshot, places.emptied_on_failure(there):
        schema.upgrade(owner_url, app_url=app_url, revision=snapshot.revision or "head")
        copied = _copy(snapshot, owner_url)
    _leave(settings, _place(app_url))
    return Moved(copied, is_same_role(app_url, owner_url))


def is_same_role(app_url: str, owner_url: str) -> bool:
    return make_url(app_url).username == make_url(owner_url).username


def _copy(snapshot: Snapshot, owner_url: str) -> tuple[Copied, ...]:
    """Each table goes through a file without a name, so that the other side gets it in one piece."""
    with _spools(snapshot) as spools:
        copied, by_name = tuple(one for one, _ in spools), {one.table.name: spool for one, spool in spools}
        rows.fill(owner_url, copied, lambda one: by_name[one.table.name], snapshot.sequences())
        return copied


@contextmanager
def _spools(snapshot: Snapshot) -> Iterator[list[tuple[Copied, BinaryIO]]]:
    spools: list[tuple[Copied, BinaryIO]] = []
    try:
        for table in snapshot.tables:
            spool = cast("BinaryIO", tempfile.SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115  closed below
            spools.append((snapshot.copy(table, spool), spool))
            spool.seek(0)
        yield spools
    finally:
        for _one, spool in spools:
            spool.close()


def _leave(settings: Settings, place: str) -> None:
    """Whoever starts the copy that was left behind is told, and it neither fetches nor sends."""
    with create_app(settings, process="command").app_context(), transaction():
        now = clock.now(db.session)
        standstill.begin(Reason.MOVED, now=now, moved_to=place)
        publish(DeskMoved(at=now, actor_id=system_id()))


def _place(url: str) -> str:
    """Where the database is, without names and passwords."""
    there = make_url(url)
    host = there.host or there.query.get("host") or "localhost"
    return f"{host}{f':{there.port}' if there.port else ''}/{there.database or ''}"
