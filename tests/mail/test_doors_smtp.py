"""The SMTP door: what a mail server may hand over, and what it is told."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import select, text

from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.mail.door import start_door
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.models import InboundMail
from helpdesk.postgres import Urls
from helpdesk.tickets.models import Ticket
from tests.conftest import settings_for
from tests.factories import a_mailbox, three_lines
from tests.mail.letters import HANNA, SUPPORT, a_mail
from tests.servers import free_port

pytestmark = pytest.mark.mailserver


@pytest.fixture
def desk(own_database: Urls, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A desk on a database of its own, since the door works in threads."""
    app = create_app(load_settings(settings_for(own_database, tmp_path_factory.mktemp("door"))))
    with app.app_context(), transaction():
        three_lines()
        a_mailbox(SUPPORT)
    return app


@contextmanager
def at_the_door(desk: Flask) -> Iterator[smtplib.SMTP]:
    port = free_port()
    door = start_door(desk, "127.0.0.1", port)
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
            server.ehlo()
            yield server
    finally:
        door.stop()


def test_a_mail_handed_over_is_stored_before_the_answer_and_becomes_a_ticket(desk: Flask) -> None:
    with at_the_door(desk) as server:
        refused = server.send_message(a_mail(), HANNA, [SUPPORT])
    assert refused == {}
    with desk.app_context():
        mail = db.session.scalars(select(InboundMail)).one()
        assert (mail.envelope_from, mail.envelope_to) == (HANNA, [SUPPORT])
        process_inbound()
        assert db.session.scalars(select(Ticket.subject)).all() == ["Prescriptions print blank"]


def test_a_reply_address_reaches_its_mailbox(desk: Flask) -> None:
    with at_the_door(desk) as server:
        server.mail(HANNA)
        assert server.rcpt("support+t.1.2.1.aaaa@fernhill.example")[0] == 250


def test_an_unknown_mailbox_is_refused_for_good(desk: Flask) -> None:
    with at_the_door(desk) as server:
        server.mail(HANNA)
        assert server.rcpt("sales@fernhill.example")[0] == 550
        server.putcmd("rcpt", "TO:<sup\x00port@fernhill.example>")
        assert server.getreply() == (550, b"5.1.1 No such mailbox here")


def test_what_breaks_inside_refuses_no_mail_for_good_and_tells_nothing(app: Flask) -> None:
    broken = Flask("without a database")
    broken.extensions["settings"] = app.extensions["settings"]
    with at_the_door(broken) as server:
        server.mail(HANNA)
        code, said = server.rcpt(SUPPORT)
    assert (code, b"Error" in said) == (451, False)


def test_a_mail_over_the_limit_is_refused_before_it_is_sent(desk: Flask) -> None:
    with at_the_door(desk) as server:
        assert server.mail(HANNA, ["size=99999999"])[0] == 552


def test_while_the_database_cannot_store_the_sender_is_told_to_come_again(desk: Flask) -> None:
    with at_the_door(desk) as server:
        server.mail(HANNA)
        server.rcpt(SUPPORT)
        break_storing(desk)
        assert server.data(a_mail().as_bytes())[0] == 451


def break_storing(desk: Flask) -> None:
    """From now on the desk may not write mail, as when the disk is full."""
    owner = desk.extensions["settings"].database_owner_url
    with desk.app_context():
        engine = db.create_engine(owner.replace("postgresql://", "postgresql+psycopg2://"))
        with engine.begin() as connection:
            connection.execute(text("alter table inbound_mail rename to inbound_mail_away"))
        engine.dispose()


def test_a_line_longer_than_the_standard_allows_costs_no_mail(desk: Flask) -> None:
    with at_the_door(desk) as server:
        server.sendmail(HANNA, [SUPPORT], a_mail().as_bytes() + b"word " * 50_000)
    with desk.app_context():
        assert "word word" in db.session.scalars(select(InboundMail.raw)).one().decode()
