"""The demo's post office, through real SMTP both ways."""

import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.mail.catcher import start_catcher
from helpdesk.mail.door import start_door
from helpdesk.mail.jobs import process_inbound, send_outbox
from helpdesk.postgres import Urls
from helpdesk.tickets.models import Message, Ticket
from tests.browsing import visit_token
from tests.conftest import settings_for
from tests.factories import a_mailbox, three_lines
from tests.mail.letters import HANNA, SUPPORT, hanna
from tests.servers import free_port

pytestmark = pytest.mark.mailserver


@pytest.fixture
def desk(own_database: Urls, tmp_path: Path) -> Iterator[Flask]:
    """A demo desk with its door and its catcher open."""
    port = free_port()
    catcher = start_catcher(tmp_path / "caught", "127.0.0.1", 0)
    more = {
        "HELPDESK_DEMO": "yes",
        "HELPDESK_SMTP_DOOR_PORT": str(port),
        "HELPDESK_SMTP_URL": f"smtp://127.0.0.1:{catcher.port}",
    }
    app = create_app(load_settings(settings_for(own_database, tmp_path, **more)))
    with app.app_context(), transaction():
        three_lines()
        a_mailbox(SUPPORT)
        hanna()
    door = start_door(app, "127.0.0.1", port)
    yield app
    door.stop()
    catcher.stop()


@pytest.fixture
def visitor(desk: Flask) -> FlaskClient:
    return desk.test_client()


def write(visitor: FlaskClient, **fields: object) -> int:
    usual = {"writer": HANNA, "subject": "Blank pages", "text": "Room 3 prints blank pages."}
    data = {"csrf_token": visit_token(visitor), **usual, **fields}
    return visitor.post("/demo/mail", data=data, content_type="multipart/form-data").status_code


def work(desk: Flask) -> None:
    """What the worker does."""
    with desk.app_context():
        process_inbound()
        send_outbox()


def the_caught(visitor: FlaskClient) -> str:
    """The address of the newest mail's answer form."""
    page = visitor.get("/demo/mail").text
    return page.partition('href="/demo/mail/')[2].partition('"')[0]


def test_a_letter_of_a_visitor_becomes_a_ticket_and_the_receipt_can_be_read(
    desk: Flask, visitor: FlaskClient
) -> None:
    assert write(visitor) == 303
    work(desk)
    page = visitor.get("/demo/mail").text
    with desk.app_context():
        number = db.session.scalars(select(Ticket.id)).one()
    assert f"[HD#{number}] Blank pages" in page
    assert "Hello Hanna Bell" in page


def test_the_answer_to_a_caught_mail_lands_on_its_ticket(desk: Flask, visitor: FlaskClient) -> None:
    write(visitor)
    work(desk)
    key = the_caught(visitor)
    assert "Re: [HD#" in visitor.get(f"/demo/mail/{key}").text
    assert write(visitor, answers=key, subject="something else", text="Also in room 5.") == 303
    work(desk)
    with desk.app_context():
        texts = [text.strip() for text in db.session.scalars(select(Message.text).order_by(Message.id))]
        assert len(db.session.scalars(select(Ticket.id)).all()) == 1
    assert texts == ["Room 3 prints blank pages.", "Also in room 5."]


def test_a_letter_without_words_comes_back(visitor: FlaskClient) -> None:
    assert write(visitor, text=" ") == 422


def test_a_name_with_a_line_break_sends_nothing(visitor: FlaskClient) -> None:
    assert write(visitor, subject="x\r\nBcc: everybody@elsewhere.example") == 422


def test_another_place_than_this_machine_finds_nothing(visitor: FlaskClient) -> None:
    assert visitor.get("/demo/mail", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404


def test_a_made_up_name_of_a_mail_is_not_found(visitor: FlaskClient) -> None:
    assert visitor.get("/demo/mail/..%2Fsecret").status_code == 404
    assert visitor.get("/demo/mail/20260304-110000-000000-0000").status_code == 404


def test_the_door_is_where_the_page_says(desk: Flask) -> None:
    port = desk.extensions["settings"].smtp_door_port
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
        assert server.ehlo()[0] == 250
