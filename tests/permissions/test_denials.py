"""A refused request has written nothing and locked nothing: PostgreSQL gave its transaction no number."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask, request_finished
from sqlalchemy import text

from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db
from helpdesk.postgres import Urls, add_database, drop_database
from tests.conftest import TEMPLATE, settings_for
from tests.permissions.asking import ask, prepared
from tests.permissions.matrix import Cell, cells

DENIED = [cell for cell in cells() if cell.is_denied]


@pytest.fixture(scope="module")
def desk(server: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A demo on a database of its own, where what is prepared is really committed."""
    urls = add_database(server, "denials_desk", template=TEMPLATE)
    data: Path = tmp_path_factory.mktemp("denials")
    app = create_app(load_settings(settings_for(urls, data, HELPDESK_DEMO="yes")))
    yield app
    with app.app_context():
        db.engine.dispose()
    drop_database(urls)


@contextmanager
def transaction_numbers(app: Flask) -> Iterator[list[int | None]]:
    """The number of the request's transaction as it stands before the answer leaves; None without one."""
    seen: list[int | None] = []

    def look(*_: object, **__: object) -> None:
        seen.append(db.session.execute(text("select pg_current_xact_id_if_assigned()")).scalar_one())

    with request_finished.connected_to(look, app):
        yield seen


@pytest.mark.parametrize("cell", DENIED, ids=str)
def test_a_denied_request_wrote_and_locked_nothing(desk: Flask, cell: Cell) -> None:
    with desk.app_context():
        question = prepared(desk, cell)
    with transaction_numbers(desk) as numbers:
        answer = ask(question)
    assert (answer.status_code, numbers[-1]) == (cell.expected, None)
