"""Several workers at once on one database: every mail once, and one dead server stops only itself."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.mail.jobs import poll_mailboxes, process_inbound, send_outbox
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.notifications.models import Outbox, OutboxKind, OutboxRecipient
from helpdesk.postgres import Urls
from helpdesk.secrets_box import seal
from helpdesk.tickets.models import Message, Ticket
from tests.browser.desk import eventually
from tests.conftest import NOON, settings_for
from tests.factories import a_mailbox, three_lines
from tests.mail.letters import SUPPORT, a_mail, arrive, hanna
from tests.servers import PASSWORD, PATIENCE_S, Dovecot, Sink, free_port

pytestmark = pytest.mark.mailserver

MAILS = 24


@pytest.fixture
def desk(own_database: Urls, tmp_path: Path, smtp_sink: Sink) -> Flask:
    """A desk whose relay is the sink; workers see what others have committed."""
    settings = settings_for(
        own_database, tmp_path, HELPDESK_SMTP_URL=smtp_sink.url, HELPDESK_POLL_INTERVAL_SECONDS="1"
    )
    app = create_app(load_settings(settings))
    with app.app_context(), transaction():
        three_lines()
        a_mailbox(SUPPORT)
        hanna()
    return app


def at_once(desk: Flask, job: Callable[[], int], workers: int = 3) -> list[int]:
    """The job in several workers at the same time; how much each did."""

    def work(_number: int) -> int:
        with desk.app_context():
            return job()

    with ThreadPoolExecutor(workers) as threads:
        return list(threads.map(work, range(workers)))


def count(what: type) -> int:
    return db.session.scalar(select(func.count()).select_from(what)) or 0


def test_every_mail_becomes_one_message_and_every_receipt_leaves_once(desk: Flask, smtp_sink: Sink) -> None:
    with desk.app_context():
        now = clock.now(db.session)
        mailbox = db.session.scalars(select(Mailbox)).one()
        for number in range(MAILS):
            sender = f"Visitor <visitor{number}@visitors{number}.example>"
            arrive(a_mail(f"text {number}", sender=sender), mailbox, now=now)
    assert sum(at_once(desk, process_inbound)) == MAILS
    assert sum(at_once(desk, send_outbox)) == MAILS
    with desk.app_context():
        assert (count(Ticket), count(Message), count(Outbox)) == (MAILS, MAILS, MAILS)
    assert sorted(one.recipients[0] for one in smtp_sink.taken) == sorted(
        f"visitor{number}@visitors{number}.example" for number in range(MAILS)
    )


def test_copies_of_one_mail_taken_up_together_become_one_ticket(desk: Flask) -> None:
    with desk.app_context():
        now = clock.now(db.session)
        mailbox = db.session.scalars(select(Mailbox)).one()
        letter = a_mail()
        for _ in range(6):
            arrive(letter, mailbox, now=now)
    at_once(desk, process_inbound)
    with desk.app_context():
        states = db.session.scalars(select(InboundMail.state)).all()
        assert (count(Ticket), states.count(InboundState.IGNORED)) == (1, 5)


def test_a_dead_server_stops_only_its_own_mailbox(desk: Flask, dovecot: Dovecot) -> None:
    with desk.app_context(), transaction():
        for name, port in (("alive", dovecot.port), ("dead", free_port())):
            a_mailbox(
                f"{name}@many.example",
                imap_host=dovecot.host,
                imap_port=port,
                imap_secret=seal(PASSWORD.encode()),
            )
    dovecot.put("alive@many.example", a_mail().as_bytes())
    with desk.app_context():
        assert poll_mailboxes() == 1
    with desk.app_context():
        failing = db.session.scalars(select(Mailbox.address).where(Mailbox.failing_since.is_not(None))).all()
        assert failing == ["dead@many.example"]


def test_while_one_server_says_nothing_another_is_looked_into_again(desk: Flask, dovecot: Dovecot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as worker:
        with desk.app_context(), transaction():
            for name, port in (("alive", dovecot.port), ("silent", silent.getsockname()[1])):
                a_mailbox(
                    f"{name}@again.example",
                    imap_host=dovecot.host,
                    imap_port=port,
                    imap_secret=seal(PASSWORD.encode()),
                )
        polling = worker.submit(at_once, desk, poll_mailboxes, 1)
        heard, _ = silent.accept()
        for number in (1, 2):
            dovecot.put("alive@again.example", a_mail(f"letter {number}").as_bytes())
            eventually(partial(has_stored, desk, number), what=f"letter {number} was not fetched")
        assert not polling.done()
        heard.close()
        silent.close()
        assert polling.result() == [2]


def has_stored(desk: Flask, number: int) -> bool:
    with desk.app_context():
        return count(InboundMail) == number


def test_workers_together_keep_to_the_rate_of_a_mailbox(desk: Flask, smtp_sink: Sink) -> None:
    with desk.app_context(), transaction():
        mailbox = db.session.scalars(select(Mailbox)).one()
        mailbox.rate_per_minute = 5
        with clock.frozen(lambda: NOON):
            for number in range(MAILS):
                a_waiting_notice(number, mailbox.id)
    with clock.frozen(lambda: NOON):  # the minute does not pass, however long it takes
        at_once(desk, send_outbox)
    assert len(smtp_sink.taken) == 5


def test_a_relay_that_says_nothing_keeps_nobody_elses_mail_waiting(desk: Flask, smtp_sink: Sink) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as threads:
        with desk.app_context(), transaction():
            mailbox = db.session.scalars(select(Mailbox)).one()
            other = a_mailbox("sales@fernhill.example", smtp_host="127.0.0.1")
            other.smtp_port = silent.getsockname()[1]
            a_waiting_notice(1, other.id)
            a_waiting_notice(2, mailbox.id)
        job = threads.submit(at_once, desk, send_outbox, 1)
        eventually(lambda: len(smtp_sink.taken) == 1)
        assert not job.done()
        silent.accept()[0].close()
        assert job.result(PATIENCE_S) == [2]


def a_waiting_notice(number: int, mailbox_id: int) -> None:
    """A mail that belongs to no ticket and is due."""
    now = clock.now(db.session)
    mail = Outbox(
        key=f"notice {number}",
        kind=OutboxKind.NOTICE,
        mailbox_id=mailbox_id,
        rfc_message_id=f"<{number}@desk.example>",
        subject="News",
        body="Nothing new.",
        language="en",
        due_at=now,
        created_at=now,
    )
    db.session.add(mail)
    db.session.flush()
    db.session.add(OutboxRecipient(outbox_id=mail.id, email=f"reader{number}@b.example", changed_at=now))
