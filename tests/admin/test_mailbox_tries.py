"""The button that tries a mailbox before it is saved: with what is typed, and no password goes too far."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk import standstill
from helpdesk.config import IN_FORCE, settings
from helpdesk.db import db
from helpdesk.mail.models import Encryption, Mailbox
from helpdesk.secrets_box import seal
from helpdesk.standstill import Reason
from tests.browsing import form
from tests.conftest import NOON
from tests.factories import a_mailbox
from tests.servers import PASSWORD, Dovecot, Sink, dovecot, smtp_sink

__all__ = ["dovecot", "smtp_sink"]
pytestmark = [pytest.mark.usefixtures("session", "now"), pytest.mark.mailserver]


def typed(server: Dovecot, **other: str) -> dict[str, str]:
    sheet = {"address": "ada@fernhill.example", "name": "Fernhill", "imap_host": server.host}
    more = {"imap_port": str(server.port), "imap_encryption": "none", "imap_user": "ada"}
    return {**sheet, **more, "imap_password": PASSWORD, "smtp_encryption": "none", **other}


def tried(desk: FlaskClient, sheet: dict[str, str]) -> str:
    answer = desk.post("/settings/mailboxes/test", data=form(**sheet))
    assert answer.status_code == 200
    return answer.text


def kept(server: Dovecot) -> Mailbox:
    return a_mailbox(
        "ada@fernhill.example",
        imap_host=server.host,
        imap_port=server.port,
        imap_user="ada",
        imap_secret=seal(PASSWORD.encode()),
    )


def test_a_mailbox_is_tried_before_it_is_saved(desk: FlaskClient, dovecot: Dovecot) -> None:
    page = tried(desk, typed(dovecot))
    assert "Fetching works." in page
    assert db.session.scalar(select(Mailbox)) is None


def test_what_was_typed_stays_in_the_form_without_the_password(desk: FlaskClient, dovecot: Dovecot) -> None:
    page = tried(desk, typed(dovecot, imap_folder="Suport"))
    assert "There is no folder Suport." in page
    assert 'value="Suport"' in page
    assert PASSWORD not in page


def test_only_the_findings_come_to_a_page_that_asks_for_them(desk: FlaskClient, dovecot: Dovecot) -> None:
    sheet = typed(dovecot, imap_password="wrong")
    answer = desk.post("/settings/mailboxes/test", data=form(**sheet), headers={"HX-Request": "true"})
    assert "The server refuses this name and password." in answer.text
    assert "<form" not in answer.text


def test_the_kept_password_is_tried_at_its_own_server(desk: FlaskClient, dovecot: Dovecot) -> None:
    mailbox = kept(dovecot)
    page = tried(desk, typed(dovecot, imap_password="", mailbox_id=str(mailbox.id)))
    assert "Fetching works." in page


@pytest.mark.parametrize("other", [{"imap_user": "eve"}, {"imap_host": "localhost"}])
def test_the_kept_password_goes_to_nobody_else(
    desk: FlaskClient, dovecot: Dovecot, other: dict[str, str]
) -> None:
    mailbox = kept(dovecot)
    page = tried(desk, typed(dovecot, imap_password="", mailbox_id=str(mailbox.id), **other))
    assert "Fetching works." not in page
    assert "The kept one goes nowhere else" in page


def test_the_kept_password_is_never_sent_in_the_clear_where_it_was_encrypted(
    desk: FlaskClient, dovecot: Dovecot
) -> None:
    mailbox = kept(dovecot)
    mailbox.imap_encryption = Encryption.STARTTLS
    db.session.flush()
    page = tried(desk, typed(dovecot, imap_password="", mailbox_id=str(mailbox.id)))
    assert "Fetching works." not in page


def test_a_letter_comes_to_whoever_tries(desk: FlaskClient, dovecot: Dovecot, smtp_sink: Sink) -> None:
    sheet = typed(dovecot, imap_host="", smtp_host="127.0.0.1", smtp_port=str(smtp_sink.port), letter="1")
    assert "Sending works." in tried(desk, sheet)
    (taken,) = smtp_sink.taken
    assert b"The desk can send mail" in taken.raw
    assert b"Auto-Submitted: auto-generated" in taken.raw


def test_a_restored_copy_sends_no_letter(desk: FlaskClient, dovecot: Dovecot, smtp_sink: Sink) -> None:
    standstill.begin(Reason.RESTORED, now=NOON, backup_made_at=NOON)
    sheet = typed(dovecot, imap_host="", smtp_host="127.0.0.1", smtp_port=str(smtp_sink.port), letter="1")
    tried(desk, sheet)
    assert smtp_sink.taken == []


def test_the_desk_s_own_door_is_no_relay(
    desk: FlaskClient, dovecot: Dovecot, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, IN_FORCE, replace(settings(), smtp_door_port=2525))
    sheet = typed(dovecot, smtp_host="localhost", smtp_port="2525")
    page, saved = tried(desk, sheet), desk.post("/settings/mailboxes", data=form(**sheet))
    assert "Fetching works." in page
    assert "the desk&#39;s own door for mail" in page
    assert saved.status_code == 422


def test_without_a_server_there_is_nothing_to_try(desk: FlaskClient, dovecot: Dovecot) -> None:
    assert "Type a server first." in tried(desk, typed(dovecot, imap_host=""))


def test_who_tries_too_often_waits(desk: FlaskClient, dovecot: Dovecot) -> None:
    codes = [desk.post("/settings/mailboxes/test", data=form()).status_code for _ in range(21)]
    assert codes == [200] * 20 + [429]
