"""Another setting for one test, in force at once and taken back at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Flask

from helpdesk.config import IN_FORCE


@contextmanager
def chosen(app: Flask, **values: Any) -> Iterator[None]:
    """Let these settings hold inside the block."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, **values)
    app.extensions.pop(IN_FORCE, None)
    try:
        yield
    finally:
        app.extensions["settings"] = before
        app.extensions.pop(IN_FORCE, None)
