"""A restored copy is quiet: it neither fetches nor sends nor takes mail in until somebody says so."""

import smtplib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import readiness, secrets_box, standstill
from helpdesk.accounts.people import system_id
from helpdesk.app import create_app
from helpdesk.backup.making import make_backup
from helpdesk.backup.restoring import restore
from helpdesk.clock import now as time_of
from helpdesk.config import Settings, load_settings
from helpdesk.db import db, transaction
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow
from helpdesk.history import SettingChange
from helpdesk.mail.door import start_door
from helpdesk.mail.models import Encryption, InboundMail, Mailbox
from helpdesk.mail.restarting import MAYBE_SENT, Waiting, start_mail, waiting
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxRecipient
from helpdesk.postgres import Urls
from helpdesk.timetable import timetable
from helpdesk.worker import run_once
from tests.conftest import settings_for
from tests.servers import PASSWORD, Dovecot, Sink, free_port

pytestmark = pytest.mark.mailserver
RECIPIENT = "hanna@halden.example"


def a_waiting_mail(key: str) -> None:
    """Somebody's answer that is due to go out now."""
    moment, mailbox = time_of(db.session), db.session.scalars(select(Mailbox)).first()
    assert mailbox
    row = Outbox(
        key=key,
        kind="reply",
        mailbox_id=mailbox.id,
        rfc_message_id=f"<{key}@fernhill.example>",
        subject="About your printer",
        body="It is mended.",
        language="en",
        due_at=moment,
        created_at=moment,
    )
    row.recipients = [OutboxRecipient(email=RECIPIENT, changed_at=moment)]
    db.session.add(row)


@pytest.fixture
def source(desk: Flask, dovecot: Dovecot) -> Flask:
    """A desk at work: a letter lies in its mailbox on the server, and an answer waits to go out."""
    dovecot.put("support", b"From: Eva <eva@halden.example>\r\nSubject: Help\r\n\r\nIt smokes.\r\n")
    with transaction():
        db.session.execute(db.update(Outbox).values(finished_at=time_of(db.session)))
        for mailbox in db.session.scalars(select(Mailbox)):
            mailbox.imap_host, mailbox.imap_port, mailbox.imap_user = dovecot.host, dovecot.port, "support"
            mailbox.imap_encryption, mailbox.next_poll_at = Encryption.NONE, None
            mailbox.imap_secret = secrets_box.seal(PASSWORD.encode())
        a_waiting_mail("waited")
    return desk


@pytest.fixture
def copy(
    source: Flask, settings: Settings, empty_database: Callable[[], Urls], place: Path, smtp_sink: Sink
) -> Iterator[Flask]:
    """The desk that came out of the backup, as its worker runs it."""
    make_backup(settings, place / "one.backup")
    env = settings_for(empty_database(), place / "copy", HELPDESK_SMTP_URL=smtp_sink.url)
    there = load_settings(env)
    restore(there, place / "one.backup")
    app = create_app(there, process="worker")
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def work(app: Flask) -> None:
    """Every job of the worker once."""
    for job in timetable(app.extensions["settings"]):
        run_once(app, job)


def inbound(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(InboundMail.id).where(InboundMail.subject == "Help")).all())


def test_the_worker_of_a_restored_copy_sends_and_fetches_nothing(copy: Flask, smtp_sink: Sink) -> None:
    work(copy)
    assert smtp_sink.taken == []
    assert inbound(copy) == 0
    with copy.app_context():
        assert waiting() == Waiting(from_before=1, written_since=0)
        tomorrow = time_of(db.session) + timedelta(days=1)
        assert readiness.outgoing_mail(tomorrow).is_ok  # pages stay reachable behind a load balancer
        assert db.session.scalars(select(Mailbox.polled_at)).all() == [None] * len(
            db.session.scalars(select(Mailbox.id)).all()
        )


def test_once_mail_is_started_the_worker_sends_and_fetches(copy: Flask, smtp_sink: Sink) -> None:
    with copy.app_context(), transaction():
        start_mail(send_waiting=True, by=system_id(), now=time_of(db.session))
    work(copy)
    assert RECIPIENT in [one.recipients[0] for one in smtp_sink.taken]
    assert inbound(copy) >= 1


def test_what_waited_is_dropped_as_perhaps_sent_and_what_came_since_goes_out(
    copy: Flask, smtp_sink: Sink
) -> None:
    with copy.app_context():
        with transaction():
            stopped_at = db.session.scalar(db.text("select mail_stopped_at from firm"))
            a_waiting_mail("since")
            db.session.flush()
            later = db.update(Outbox).where(Outbox.key == "since")
            db.session.execute(later.values(created_at=stopped_at + timedelta(seconds=1)))
        assert waiting() == Waiting(from_before=1, written_since=1)
        with transaction():
            assert start_mail(send_waiting=False, by=system_id(), now=time_of(db.session)) == 1
        old = db.session.scalars(select(Outbox).where(Outbox.key == "waited")).one()
        fate = db.session.scalars(select(OutboxRecipient).where(OutboxRecipient.outbox_id == old.id)).one()
        assert (fate.state, fate.answer) == (DeliveryState.UNCERTAIN, MAYBE_SENT)
        assert old.finished_at is not None
        event = db.session.scalars(select(EventRow).order_by(EventRow.id.desc()).limit(1)).one()
        assert (event.kind, event.payload["waiting_dropped"]) == ("desk.mail_started", 1)
        assert event.payload["waiting_sent"] == 0
        told = db.session.scalars(select(SettingChange).where(SettingChange.thing_kind == "standstill")).all()
        assert {one.field: (one.before, one.after) for one in told} == {
            "goes": (False, True),
            "waiting_dropped": (None, 1),
        }
    work(copy)
    sent = [one.raw for one in smtp_sink.taken]
    assert any(b"<since@fernhill.example>" in raw for raw in sent)
    assert not any(b"<waited@fernhill.example>" in raw for raw in sent)


def test_the_door_asks_other_servers_to_come_again_later(copy: Flask) -> None:
    with copy.app_context():
        address = db.session.scalars(select(Mailbox.address)).first() or ""
    port = free_port()
    door = start_door(copy, "127.0.0.1", port)
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
            server.ehlo()
            server.mail("eva@halden.example")
            assert server.rcpt(address)[0] == 451
            with copy.app_context(), transaction():
                standstill.end()
            assert server.rcpt(address)[0] == 250
    finally:
        door.stop()


def test_mail_that_goes_is_not_started_again(desk: Flask) -> None:
    with pytest.raises(RuleViolation, match="Mail goes already"):
        start_mail(send_waiting=True, by=system_id(), now=time_of(db.session))


def test_the_original_goes_on_as_if_nothing_had_been(
    source: Flask, settings: Settings, place: Path, smtp_sink: Sink
) -> None:
    make_backup(settings, place / "one.backup")
    app = create_app(replace(settings, smtp_url=smtp_sink.url), process="worker")
    work(app)
    assert RECIPIENT in [one.recipients[0] for one in smtp_sink.taken]
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
