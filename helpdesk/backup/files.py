"""The stored files that rows name: which columns name them, and how they go into a backup and out of it."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from psycopg2 import sql

from helpdesk import blobs
from helpdesk.backup.archive import Reader, Writer
from helpdesk.backup.errors import DamagedBackup
from helpdesk.backup.rows import CHUNK, Meter, Snapshot

# Every column that holds the name of a stored file; a test looks for others.
BLOB_COLUMNS = (("attachment", "sha256"), ("firm", "logo_sha256"), ("upload", "sha256"))
# These endings and types are pressed already; pressing them again only takes time.
PRESSED = (b"\xff\xd8\xff", b"\x89PNG", b"PK\x03\x04", b"%PDF", b"GIF8", b"\x1f\x8b", b"RIFF")


@dataclass(frozen=True)
class Packed:
    """Size in bytes of every file that went in, by name, and the names of those that were not to be had."""

    sizes: dict[str, int]
    missing: tuple[str, ...]


def named_in(snapshot: Snapshot) -> list[str]:
    """The names of all stored files that the rows of this instant need, in order."""
    existing = {table.name: table.columns for table in snapshot.tables}
    parts = [
        sql.SQL("select {1} from {0} where {1} is not null").format(*map(sql.Identifier, pair))
        for pair in BLOB_COLUMNS
        if pair[1] in existing.get(pair[0], ())
    ]
    return sorted(name for (name,) in snapshot.values(sql.SQL(" union ").join(parts)))


def pack(names: Iterable[str], archive: Writer) -> Packed:
    """Put each file in; one that is gone, unreadable or changed is left out and named."""
    sizes: dict[str, int] = {}
    missing = []
    for name in names:
        if is_whole(name):
            sizes[name] = _pack_one(name, archive)
        else:
            missing.append(name)
    return Packed(sizes, tuple(missing))


def is_whole(name: str) -> bool:
    """Whether the file is there and holds what its name says."""
    found = hashlib.sha256()
    try:
        with blobs.open_blob(name) as file:
            for piece in _pieces(file):
                found.update(piece)
    except OSError:
        return False
    return found.hexdigest() == name


def unpack(archive: Reader, folder: Path) -> list[Path]:
    """Lay every file of the backup into the folder of blobs; the paths that were not there before.

    Raises DamagedBackup when one is not what its name says.
    """
    added = []
    for name in archive.manifest.blobs:
        target = folder / name[:2] / name
        if not target.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            added.append(target)
            _unpack_one(archive, name, target)
    return added


def part_name(name: str) -> str:
    return f"blobs/{name[:2]}/{name}"


def _pack_one(name: str, archive: Writer) -> int:
    with blobs.open_blob(name) as file:
        start = file.read(4)
        file.seek(0)
        with archive.part(part_name(name), squeezed=not start.startswith(PRESSED)) as sink:
            shutil.copyfileobj(file, sink, CHUNK)
        return file.tell()


def _unpack_one(archive: Reader, name: str, target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file, archive.open(part_name(name)) as source:
        meter = Meter(file)
        shutil.copyfileobj(source, meter, CHUNK)
        file.flush()
        os.fsync(file.fileno())
    if meter.sha256 != name:
        raise DamagedBackup(f"The file {name} of the backup is not what it was.")


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece
