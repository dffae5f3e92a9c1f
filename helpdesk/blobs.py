"""Files by what is in them: each content is stored once under its SHA-256, outside every served folder."""

import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from helpdesk.errors import BadInput, DomainError

_folder: Path | None = None


def configure(folder: Path) -> None:
    """Name the folder of this process; made at once, readable by its owner only. Raises DomainError."""
    global _folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise DomainError(
            "Attachments cannot be stored in %(folder)s: %(problem)s. See that its disk is there and that "
            "the folder belongs to the user of the service.",
            folder=folder,
            problem=problem.strerror,
        ) from problem
    _folder = folder


def store(content: bytes) -> str:
    """Keep the bytes and give back their SHA-256 in hex; on disk, flushed, before this returns."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(digest)
    if path.exists():
        path.touch()  # whoever tidies leaves alone what was wanted a moment ago
    else:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_flushed(path, content)
    return digest


def path_of(digest: str) -> Path:
    """Where the content of that SHA-256 lies. Raises BadInput for anything but 64 hex digits."""
    if len(digest) != 64 or not all(c in "0123456789abcdef" for c in digest):
        raise BadInput("That is no name of a stored file.")
    if _folder is None:
        raise LookupError("blobs.configure() was not called.")
    return _folder / digest[:2] / digest


def open_blob(digest: str) -> BinaryIO:
    """The stored bytes for reading. Raises FileNotFoundError when they were never stored."""
    return path_of(digest).open("rb")


def forget(digest: str, *, unwanted_since: datetime) -> bool:
    """Take the content away if nobody stored it after that moment; whether it went."""
    path = path_of(digest)
    try:
        if path.stat().st_mtime >= unwanted_since.timestamp():
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _write_flushed(path: Path, content: bytes) -> None:
    """Write beside, flush, rename, flush the folder: a half-written file never has its final name."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
