"""A desk whose database does not answer says so and comes back by itself."""

import socket
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine

from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db
from helpdesk.mail import listening
from helpdesk.mail.mailboxes import ImapAccess
from helpdesk.mail.models import Encryption
from helpdesk.postgres import Urls
from tests.conftest import settings_for
from tests.servers import free_port


@pytest.fixture
def desk(own_database: Urls, tmp_path: Path) -> Flask:
    """A desk of its own, whose engine may be broken."""
    return create_app(load_settings(settings_for(own_database, tmp_path)))


@pytest.fixture
def nowhere() -> str:
    """The address of a port where nobody listens."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    return f"postgresql+psycopg2://desk@127.0.0.1:{port}/desk"


def point_at(desk: Flask, url: str) -> object:
    engines = db._app_engines[desk]
    before, engines[None] = engines[None], create_engine(url)
    return before


def test_pages_answer_503_and_say_when_to_try_again(desk: Flask, nowhere: str) -> None:
    client = desk.test_client()
    client.set_cookie("sid", "some session")
    point_at(desk, nowhere)
    answer = client.get("/profile")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "does not answer" in answer.text


def test_scripts_get_one_sentence(desk: Flask, nowhere: str) -> None:
    client = desk.test_client()
    client.set_cookie("sid", "some session")
    point_at(desk, nowhere)
    answer = client.get("/profile", headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert "<html" not in answer.text


def test_the_desk_recovers_without_a_restart(desk: Flask, nowhere: str) -> None:
    client = desk.test_client()
    client.set_cookie("sid", "some session")
    working = point_at(desk, nowhere)
    assert client.get("/profile").status_code == 503
    db._app_engines[desk][None] = working  # type: ignore[assignment]
    assert client.get("/profile").status_code == 303


def test_a_connection_that_died_in_the_pool_is_noticed(desk: Flask, own_database: Urls) -> None:
    client = desk.test_client()
    client.set_cookie("sid", "some session")
    assert client.get("/profile").status_code == 303
    same_role = create_engine(own_database.app)
    with same_role.connect() as connection:
        connection.exec_driver_sql(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    same_role.dispose()
    assert client.get("/profile").status_code == 303


def test_alive_but_not_ready_without_a_database(desk: Flask, nowhere: str) -> None:
    point_at(desk, nowhere)
    client = desk.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not ok", "checks": {"database": "not ok"}}


def test_the_sign_in_page_and_style_sheets_need_no_database(desk: Flask, nowhere: str) -> None:
    point_at(desk, nowhere)
    client = desk.test_client()
    assert client.get("/sign-in").status_code == 200
    assert client.get("/static/css/desk.css").status_code == 200


def test_a_listener_leaves_off_with_a_sentence(
    desk: Flask, nowhere: str, caplog: pytest.LogCaptureFixture
) -> None:
    point_at(desk, nowhere)
    with caplog.at_level("WARNING", listening.__name__):
        listening._listen_in_thread(desk, silent_mailbox())
    assert caplog.messages == ["listen: mailbox=7 left off: the database is away"]
    assert desk.extensions["listening_failed"] == {7: 1}


def silent_mailbox() -> ImapAccess:
    """A mailbox behind a port where nobody listens."""
    return ImapAccess(
        mailbox_id=7,
        host="127.0.0.1",
        port=free_port(),
        encryption=Encryption.NONE,
        user="support",
        password="",
        folder="INBOX",
        uidvalidity=None,
        last_uid=0,
    )
