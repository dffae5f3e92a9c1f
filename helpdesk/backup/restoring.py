"""Restoring a backup: into a new folder or an empty database, whole or not at all, with mail still."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import update

from helpdesk import __version__, clock, schema, standstill
from helpdesk.accounts.models import WebSession
from helpdesk.accounts.people import system_id
from helpdesk.app import create_app
from helpdesk.backup import archive, files, places, rows
from helpdesk.backup.archive import KEY, Reader
from helpdesk.backup.errors import BackupError
from helpdesk.backup.making import key_mark, table_part
from helpdesk.backup.manifest import Manifest
from helpdesk.config import KEY_FILE, Settings
from helpdesk.db import db, transaction
from helpdesk.events import publish
from helpdesk.running import with_database
from helpdesk.standstill import DeskRestored, Reason


@dataclass(frozen=True)
class Restored:
    """What was restored; `moved_aside` is where the former data folder went, None when there was none."""

    manifest: Manifest
    moved_aside: Path | None


def restore(settings: Settings, file: Path, *, force: bool = False) -> Restored:
    """Make the desk of that backup, with mail standing still. Raises BackupError; nothing changes then.

    With the embedded database the data folder must be new or empty; `force` moves a former one aside.
    A secret key of "" stands for none that was given: the backup's own is used.
    """
    with archive.reading(file) as backup:
        check_program(backup.manifest)
        if not settings.uses_embedded_database:
            _into_server(settings, backup)
            return Restored(backup.manifest, None)
        target = settings.data_dir.expanduser().resolve()
        places.check_empty(target, force=force)
        with _beside(target) as draft:
            _into_folder(replace(settings, data_dir=draft), backup)
            return Restored(backup.manifest, places.put(draft, target))


def check_program(manifest: Manifest) -> None:
    """Raises BackupError when a newer program made the backup."""
    if not schema.knows(manifest.revision):
        raise BackupError(
            f"This backup was made by helpdesk {manifest.program} (tables {manifest.revision}), which is "
            f"newer than this helpdesk {__version__} (tables {schema.head()}). "
            "Install that version or a newer one, and restore with it."
        )


def check_key(settings: Settings, manifest: Manifest) -> None:
    """Raises BackupError when there is no key, or it is not the one that sealed the secrets in the backup."""
    if settings.secret_key and key_mark(settings.secret_key) == manifest.key_mark:
        return
    cure = (
        "The right one lies in the backup itself, under the name secret.key (unzip -p FILE secret.key)."
        if manifest.key_included
        else "Set the one that the desk had when the backup was made; it was kept outside of the data folder."
    )
    raise BackupError(
        "HELPDESK_SECRET_KEY is not the key of this backup, and passwords of mailboxes could not be opened. "
        + cure
    )


def _into_folder(settings: Settings, backup: Reader) -> None:
    """Everything into a data folder that nobody uses yet."""
    settings.data_dir.mkdir(mode=0o700)
    if backup.manifest.key_included and not settings.secret_key:
        settings = replace(settings, secret_key=backup.read(KEY).decode())
    check_key(settings, backup.manifest)
    if backup.manifest.key_included:
        _write_key(settings)
    files.unpack(backup, settings.data_dir / "blobs")
    with with_database(settings) as ready:
        _fill(ready, backup)


def _into_server(settings: Settings, backup: Reader) -> None:
    """Everything into the empty database of the settings, and the files into the data folder."""
    check_key(settings, backup.manifest)
    places.check_database(settings.database_owner_url or "")
    added = files.unpack(backup, settings.data_dir / "blobs")
    try:
        with with_database(settings) as ready, places.emptied_on_failure(ready):
            _fill(ready, backup)
    except BaseException:
        for path in added:
            path.unlink(missing_ok=True)
        raise


def _fill(settings: Settings, backup: Reader) -> None:
    """Tables of the backup's own revision, its rows, then the steps up to this program's revision."""
    owner, app_url = settings.database_owner_url or "", settings.database_url or ""
    schema.upgrade(owner, app_url=app_url, revision=backup.manifest.revision)
    rows.fill(
        owner,
        backup.manifest.tables,
        lambda one: backup.open(table_part(one.table)),
        backup.manifest.sequences,
    )
    schema.upgrade(owner, app_url=app_url)
    with create_app(settings, process="command").app_context(), transaction():
        _hush(backup.manifest)


def _hush(manifest: Manifest) -> None:
    """End all sign-ins and let mail stand still, and write down that this is a copy."""
    now = clock.now(db.session)
    live = update(WebSession).where(WebSession.ended_at.is_(None)).values(ended_at=now)
    ended = db.session.execute(live.returning(WebSession.id)).all()
    made_at = manifest.created_at
    standstill.begin(Reason.RESTORED, now=now, backup_made_at=made_at)
    publish(DeskRestored(at=now, actor_id=system_id(), backup_made_at=made_at, sessions_ended=len(ended)))


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A place beside the data folder, gone again when the block fails."""
    places.make_parents(target)
    draft = target.with_name(f"{target.name}.{secrets.token_hex(2)}")
    try:
        yield draft
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _write_key(settings: Settings) -> None:
    path = settings.data_dir / KEY_FILE
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(settings.secret_key)
        out.flush()
        os.fsync(out.fileno())
