"""How many statements a page takes."""

from flask.testing import FlaskClient
from sqlalchemy import event

from helpdesk.db import db


def statements(client: FlaskClient, address: str) -> int:
    """What the page at that address asks the database, without savepoints."""
    seen: list[str] = []
    connection = db.session.connection()

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(connection, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return len([statement for statement in seen if not statement.startswith(("SAVEPOINT", "RELEASE"))])
