"""What the tests of whole processes stand on: a desk of their own for each file."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from helpdesk.postgres import Urls, add_database, drop_database
from tests.browser.cast import Cast, found
from tests.browser.desk import Desk, a_desk
from tests.conftest import TEMPLATE
from tests.servers import Dovecot, dovecot

__all__ = ["dovecot"]


@pytest.fixture(scope="module")
def desk(server: Urls, dovecot: Dovecot, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk of which nothing runs yet."""
    urls = add_database(server, request.module.__name__.rpartition(".")[2], template=TEMPLATE)
    with TemporaryDirectory(prefix="desk-doors-") as folder, a_desk(urls, Path(folder), dovecot) as desk:
        yield desk
    drop_database(urls)


@pytest.fixture(scope="module")
def cast(desk: Desk, dovecot: Dovecot) -> Cast:
    """The firm of the story, written but not yet at work."""
    with desk.rows():
        return found(dovecot)
