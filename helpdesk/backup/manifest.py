"""What a backup says about itself: of which desk, from when, what must be in it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from helpdesk.backup.errors import BackupError
from helpdesk.backup.rows import Copied
from helpdesk.backup.tables import SequenceState, Table

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """`key_mark` recognises the secret key without telling it; `key_included` whether it lies in the file.

    `blobs` maps the name (SHA-256) of each stored file to its size in bytes. `missing` are files that the
    rows name and the folder did not have. `parts` is the SHA-256 of every other part by its name in the file.
    """

    format: int
    program: str
    revision: str
    created_at: datetime
    zone: str
    firm: str
    server: str
    key_included: bool
    key_mark: str
    tables: tuple[Copied, ...]
    sequences: tuple[SequenceState, ...]
    blobs: Mapping[str, int]
    missing: tuple[str, ...]
    parts: Mapping[str, str]

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.tables)

    @property
    def blob_bytes(self) -> int:
        return sum(self.blobs.values())

    def as_json(self) -> bytes:
        plain = asdict(self) | {"created_at": self.created_at.isoformat()}
        return json.dumps(plain, indent=1, ensure_ascii=False).encode()


def read(text: bytes) -> Manifest:
    """Raises BackupError when it says nothing that this program understands."""
    try:
        plain = json.loads(text)
        return _manifest(plain)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise BackupError("The backup does not say what is in it; it cannot be restored.") from problem


def _manifest(plain: dict[str, Any]) -> Manifest:
    if plain["format"] != FORMAT:
        raise BackupError(
            f"The backup was made by helpdesk {plain['program']}, which writes it in a newer way. "
            f"Install helpdesk {plain['program']} or newer and restore with that."
        )
    values = plain | {
        "created_at": datetime.fromisoformat(plain["created_at"]),
        "tables": tuple(_copied(one) for one in plain["tables"]),
        "sequences": tuple(SequenceState(**one) for one in plain["sequences"]),
        "missing": tuple(plain["missing"]),
    }
    return Manifest(**values)


def _copied(plain: dict[str, Any]) -> Copied:
    table = plain["table"]
    return Copied(**plain | {"table": Table(table["name"], tuple(table["columns"]), tuple(table["order"]))})
