"""What a page asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask.testing import FlaskClient
from sqlalchemy import event

from helpdesk.db import db


@contextmanager
def asked() -> Iterator[list[str]]:
    """Every statement that runs meanwhile, without savepoints."""
    seen: list[str] = []
    connection = db.session.connection()

    def note(*args: object) -> None:
        if not str(args[2]).startswith(("SAVEPOINT", "RELEASE")):
            seen.append(str(args[2]))

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(connection, "before_cursor_execute", note)


def statements(client: FlaskClient, address: str) -> int:
    """How many statements the page at that address takes."""
    with asked() as seen:
        assert client.get(address).status_code == 200
    return len(seen)
