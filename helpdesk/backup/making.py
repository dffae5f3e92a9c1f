"""Making a backup: one instant of the database, the files it names and the key, while the desk goes on."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from psycopg2 import sql

from helpdesk import __version__, config, secrets_box
from helpdesk.backup import archive, files, rows
from helpdesk.backup.archive import KEY, MANIFEST, Writer
from helpdesk.backup.errors import BackupError
from helpdesk.backup.manifest import FORMAT, Manifest
from helpdesk.backup.rows import Copied, Snapshot
from helpdesk.backup.tables import Table
from helpdesk.config import Settings

FIRM = sql.SQL("select name, zone from firm")


@dataclass(frozen=True)
class Made:
    """What was written, and whether the secret key must be kept beside it."""

    manifest: Manifest
    bytes: int


def make_backup(settings: Settings, file: Path, *, force: bool = False) -> Made:
    """Write the whole desk into `file`. Raises BackupError in words, and then nothing is left behind.

    The settings carry the addresses of a database that answers.
    """
    archive.check_free(file, force=force)
    with rows.snapshot(settings.database_url or "") as snapshot:
        if snapshot.revision is None:
            raise BackupError("There is nothing to back up: this database has no desk in it yet.")
        with archive.writing(file, force=force) as writer:
            made = _write(settings, snapshot, writer)
    return Made(made, file.stat().st_size)


def key_mark(secret_key: str) -> str:
    """Recognises a key without telling it."""
    secrets_box.configure(secret_key)
    return hashlib.sha256(secrets_box.key_for("mark of a backup")).hexdigest()[:16]


def _write(settings: Settings, snapshot: Snapshot, writer: Writer) -> Manifest:
    copied = tuple(_write_table(snapshot, writer, table) for table in snapshot.tables)
    packed = files.pack(files.named_in(snapshot), writer)
    parts = {table_part(one.table): one.sha256 for one in copied}
    if key_included := lives_in_folder(settings):
        parts[KEY] = writer.add(KEY, settings.secret_key.encode())
    firm, zone = _firm(settings, snapshot)
    manifest = Manifest(
        format=FORMAT,
        program=__version__,
        revision=snapshot.revision or "",
        created_at=snapshot.taken_at,
        zone=zone,
        firm=firm,
        server=snapshot.server_version,
        key_included=key_included,
        key_mark=key_mark(settings.secret_key),
        tables=copied,
        sequences=snapshot.sequences(),
        blobs=packed.sizes,
        missing=packed.missing,
        parts=parts,
    )
    writer.add(MANIFEST, manifest.as_json())
    return manifest


def table_part(table: Table) -> str:
    return f"tables/{table.name}.copy"


def lives_in_folder(settings: Settings) -> bool:
    """Whether the key is the one that the desk made for itself in the data folder."""
    kept = settings.data_dir / config.KEY_FILE
    return kept.is_file() and kept.read_text(encoding="ascii").strip() == settings.secret_key


def _write_table(snapshot: Snapshot, writer: Writer, table: Table) -> Copied:
    with writer.part(table_part(table)) as sink:
        return snapshot.copy(table, sink)


def _firm(settings: Settings, snapshot: Snapshot) -> tuple[str, str]:
    """Name and zone as chosen on the screen, else as the environment says."""
    chosen = snapshot.values(FIRM) if "firm" in {table.name for table in snapshot.tables} else []
    name, zone = chosen[0] if chosen else (None, None)
    return name or settings.firm_name, zone or settings.default_timezone
