"""The drill with figures: a desk is written, backed up, made again, moved to a server, and all compared."""

import argparse
import hashlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from helpdesk import blobs, schema
from helpdesk.app import create_app
from helpdesk.backup import rows
from helpdesk.backup.making import make_backup
from helpdesk.backup.moving import move
from helpdesk.backup.restoring import restore
from helpdesk.config import Settings, load_settings
from helpdesk.db import db, transaction
from helpdesk.demo.seeding import seed_tickets
from helpdesk.postgres import add_database, embedded
from helpdesk.running import with_database
from helpdesk.tickets.models import Attachment, Message

MIB = 1024 * 1024
# What a copy says about itself differs on purpose.
ITS_OWN = frozenset({"event", "firm", "web_session"})
Sums = dict[str, tuple[int, str]]


def main() -> int:
    """0 when every copy is identical."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tickets", type=int, default=1000)
    count = arguments.parse_args().tickets
    with TemporaryDirectory(prefix="drill-") as place:
        Path(place).chmod(0o711)  # PostgreSQL does not run as root, and has to get in
        return run(Path(place), count)


def run(place: Path, count: int) -> int:
    source, file = settings_for(place / "desk"), place / "desk.backup"
    with with_database(source) as ready:
        with timed(f"written: {count} tickets"):
            fill(ready, count)
        with timed("backed up"):
            made = make_backup(ready, file)
        before = sums(ready)
    total = made.manifest.rows
    print(f"         {total} rows, {len(made.manifest.blobs)} files, a file of {made.bytes / MIB:.1f} MiB")
    with timed("restored"):
        restore(replace(source, data_dir=place / "copy", secret_key=""), file)
    wrong = compare("restored", before, settings_for(place / "copy"))
    wrong += compare_files(place / "desk" / "blobs", place / "copy" / "blobs")
    with embedded(place / "server", durable=False) as server, with_database(source) as ready:
        there = add_database(server, "moved")
        with timed("moved"):
            move(ready, there.app, there.owner)
        wrong += differences("moved", before, sums(ready.with_database(there.app, there.owner)))
    print("Every row and every file is identical." if not wrong else "\n".join(wrong))
    return 1 if wrong else 0


def settings_for(folder: Path) -> Settings:
    return load_settings({"HELPDESK_DATA_DIR": str(folder)})


def fill(ready: Settings, count: int) -> None:
    """Tickets, and one attachment for every tenth of them."""
    schema.upgrade(ready.database_owner_url or "", app_url=ready.database_url or "")
    with create_app(ready, process="command").app_context():
        seed_tickets(count, seed=1)
        with transaction():
            ids = db.session.scalars(db.select(Message.id).order_by(Message.id).limit(max(1, count // 10)))
            db.session.add_all([attachment(number) for number in ids.all()])
        db.engine.dispose()


def attachment(message_id: int) -> Attachment:
    content = hashlib.sha512(str(message_id).encode()).digest() * (message_id % 900 + 1)
    kind, name = "application/octet-stream", f"{message_id}.bin"
    return Attachment(
        message_id=message_id, name=name, content_type=kind, size=len(content), sha256=blobs.store(content)
    )


def sums(ready: Settings) -> Sums:
    with rows.snapshot(ready.database_url or "") as snapshot:
        copied = [snapshot.copy(table, rows.Meter()) for table in snapshot.tables]
    return {one.table.name: (one.rows, one.sha256) for one in copied if one.table.name not in ITS_OWN}


def compare(what: str, before: Sums, copy: Settings) -> list[str]:
    with with_database(copy) as ready:
        return differences(what, before, sums(ready))


def differences(what: str, before: Sums, after: Sums) -> list[str]:
    return [
        f"{what}: {name} differs" for name in sorted(before | after) if before.get(name) != after.get(name)
    ]


def compare_files(here: Path, there: Path) -> list[str]:
    same = contents(here) == contents(there)
    return [] if same else ["restored: the files differ"]


def contents(folder: Path) -> dict[str, bytes]:
    return {one.name: hashlib.sha256(one.read_bytes()).digest() for one in folder.rglob("*") if one.is_file()}


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:7.1f} s  {what}")


if __name__ == "__main__":
    sys.exit(main())
