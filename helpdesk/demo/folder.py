"""The demo's own data folder, which is never mistaken for a desk in use."""

import shutil
from pathlib import Path

from helpdesk.errors import DomainError

MARK = "this-is-a-demo"


class DemoError(DomainError):
    """Why the demo cannot start, in a sentence."""


def claim(folder: Path, *, reset: bool) -> None:
    """Make the folder the demo's. Raises DemoError when something else lives in it."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise DemoError(f"{folder} holds something that is not a demo; choose another folder with --data.")
    if reset and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / MARK).touch()
