"""The one file of a backup: a zip that ends with a seal over all its bytes, written whole or not at all."""

import errno
import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from helpdesk.backup import manifest
from helpdesk.backup.errors import BackupError, DamagedBackup
from helpdesk.backup.manifest import Manifest
from helpdesk.backup.rows import CHUNK, Meter

MANIFEST, KEY = "manifest.json", "secret.key"
SEAL_NAME = b"helpdesk backup, sha256 "
NO_SEAL = b"0" * 64
OPEN_ONCE = os.O_WRONLY | os.O_CREAT | os.O_EXCL


class Writer:
    """Takes parts one after the other."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zip = zipped

    @contextmanager
    def part(self, name: str, *, squeezed: bool = True) -> Iterator[IO[bytes]]:
        """Something to write the part's bytes to; it may have any size."""
        head = zipfile.ZipInfo(name)
        head.compress_type = zipfile.ZIP_DEFLATED if squeezed else zipfile.ZIP_STORED
        head.external_attr = 0o600 << 16
        with self._zip.open(head, "w", force_zip64=True) as sink:
            yield sink

    def add(self, name: str, content: bytes) -> str:
        """Write a small part at once; its SHA-256."""
        with self.part(name) as sink:
            sink.write(content)
        return hashlib.sha256(content).hexdigest()


@contextmanager
def writing(file: Path, *, force: bool = False) -> Iterator[Writer]:
    """A new backup file, readable by its owner only. It appears under its name when it is whole and on disk.

    Raises BackupError when the name is taken (unless `force`), and when the disk does not take it.
    """
    check_free(file, force=force)
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(draft, OPEN_ONCE, 0o600), "wb") as raw:
            yield from _sealed(raw)
        check_free(file, force=force)
        draft.replace(file)
        _flush_folder(file.parent)
    except OSError as problem:
        raise BackupError(_sentence(file, problem)) from problem
    finally:
        draft.unlink(missing_ok=True)


def check_free(file: Path, *, force: bool) -> None:
    if file.is_dir():
        raise BackupError(f"{file} is a folder. Name a file in it: {file / 'desk.backup'}")
    if file.exists() and not force:
        raise BackupError(
            f"{file} exists already and was left as it is. Choose another name, or add --force."
        )
    if not file.parent.is_dir():
        raise BackupError(f"There is no folder {file.parent}. Make it first, or choose another place.")


@contextmanager
def reading(file: Path) -> Iterator["Reader"]:
    """The backup of that file, after every byte of it was checked. Raises DamagedBackup."""
    try:
        check_seal(file)
        with zipfile.ZipFile(file) as zipped:
            yield Reader(zipped)
    except zipfile.BadZipFile as problem:
        raise DamagedBackup(f"{file} is damaged: {problem}. Take another copy of it.") from problem
    except OSError as problem:
        if problem.errno == errno.ENOSPC or problem.filename not in (str(file), file):
            raise
        raise DamagedBackup(f"{file} cannot be read: {problem.strerror}.") from problem


class Reader:
    """The parts of a whole backup."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zip = zipped
        self.manifest: Manifest = manifest.read(zipped.read(MANIFEST))

    def open(self, name: str) -> BinaryIO:
        return self._zip.open(name)  # type: ignore[return-value]

    def read(self, name: str) -> bytes:
        return self._zip.read(name)


def check_seal(file: Path) -> None:
    """Read the whole file and compare. Raises DamagedBackup with what seems to have happened to it."""
    size = file.stat().st_size
    with file.open("rb") as raw:
        if not raw.read(4).startswith(b"PK"):
            raise DamagedBackup(f"{file} is no backup of a helpdesk.")
        raw.seek(max(0, size - len(SEAL_NAME) - len(NO_SEAL)))
        name, seal = raw.read(len(SEAL_NAME)), raw.read(len(NO_SEAL))
        if name != SEAL_NAME:
            raise DamagedBackup(
                f"{file} is not complete: its end is missing. "
                "It was cut off while it was copied; copy it again."
            )
        raw.seek(0)
        found = _sum(raw, size - len(NO_SEAL))
    if found.encode() != seal:
        raise DamagedBackup(
            f"{file} is damaged: its bytes are not those that were written. Take another copy of it."
        )


def _sealed(raw: BinaryIO) -> Iterator[Writer]:
    meter = Tape(raw)
    with zipfile.ZipFile(meter, "w", compresslevel=1, allowZip64=True) as zipped:  # type: ignore[call-overload]
        yield Writer(zipped)
        zipped.comment = SEAL_NAME + NO_SEAL
    raw.seek(-len(NO_SEAL), os.SEEK_END)
    raw.write(meter.sha256.encode())
    raw.flush()
    os.fsync(raw.fileno())


class Tape(Meter):
    """A file that only grows: what was written is never touched again, so it can be summed up by the way."""

    def flush(self) -> None:
        """The zip asks for it after each part; once at the end is enough."""

    def tell(self) -> int:
        raise OSError(errno.ESPIPE, "only forwards")

    seek = tell


def _sum(raw: BinaryIO, length: int) -> str:
    """The SHA-256 of the first `length` bytes, and of zeros where the seal stands."""
    meter = Meter()
    while length:
        piece = raw.read(min(CHUNK, length))
        if not piece:
            break
        meter.write(piece)
        length -= len(piece)
    meter.write(NO_SEAL)
    return meter.sha256


def _sentence(file: Path, problem: OSError) -> str:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"There is not enough room for {file}. Nothing was written; make room or choose another disk."
    return f"{file} cannot be written: {problem.strerror or problem}. Nothing was left behind."


def _flush_folder(folder: Path) -> None:
    with suppress(OSError):  # some network file systems know no folders to flush
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
