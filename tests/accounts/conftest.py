"""Counting what a page asks of the database."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from helpdesk.mail.models import Mailbox
from tests.factories import a_mailbox
from tests.servers import Sink, smtp_sink

__all__ = ["smtp_sink"]


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that is sent from here on, savepoints left out."""
    sent: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def mailbox(session: object, smtp_sink: Sink) -> Mailbox:
    """A mailbox that can send: its relay keeps what it takes."""
    return a_mailbox(smtp_host="127.0.0.1", smtp_port=smtp_sink.port)
