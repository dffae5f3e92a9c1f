"""Counting what a page asks of the database."""

from collections.abc import Iterator

import pytest

from helpdesk.mail.models import Mailbox
from tests import counting
from tests.factories import a_mailbox
from tests.servers import Sink, smtp_sink

__all__ = ["smtp_sink"]


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that is sent from here on, savepoints left out."""
    with counting.statements() as sent:
        yield sent


@pytest.fixture
def mailbox(session: object, smtp_sink: Sink) -> Mailbox:
    """A mailbox that can send: its relay keeps what it takes."""
    return a_mailbox(smtp_host="127.0.0.1", smtp_port=smtp_sink.port)
