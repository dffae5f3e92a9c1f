"""A worker that is killed at any moment loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from helpdesk import clock
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.notifications.models import Outbox
from helpdesk.postgres import Urls
from helpdesk.secrets_box import seal
from helpdesk.tickets.models import Message, Ticket
from tests.conftest import settings_for
from tests.factories import a_mailbox, three_lines
from tests.mail.letters import SUPPORT, a_mail
from tests.servers import PASSWORD, PATIENCE_S, Dovecot, Sink, process_wait

pytestmark = [pytest.mark.mailserver, pytest.mark.slow]

MAILS = 30


@pytest.fixture
def environment(own_database: Urls, tmp_path: Path, smtp_sink: Sink) -> dict[str, str]:
    more = {"HELPDESK_SMTP_URL": smtp_sink.url, "HELPDESK_POLL_INTERVAL_SECONDS": "1"}
    return settings_for(own_database, tmp_path, **more)


@pytest.fixture
def desk(environment: dict[str, str], dovecot: Dovecot) -> Flask:
    app = create_app(load_settings(environment))
    with app.app_context(), transaction():
        three_lines()
        a_mailbox(
            SUPPORT,
            imap_host=dovecot.host,
            imap_port=dovecot.port,
            imap_secret=seal(PASSWORD.encode()),
        )
    return app


@contextmanager
def a_worker(environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a process group of its own; whatever the test did not end is killed."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "helpdesk", "worker"],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield worker
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def until(worker: "subprocess.Popen[bytes]", is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not is_so():
        assert worker.poll() is None, "The worker ended by itself."
        assert time.monotonic() < give_up, "It takes too long."
        process_wait(worker)


def count(desk: Flask, what: type, *where: object) -> int:
    with desk.app_context():
        statement = select(func.count()).select_from(what).where(*where)  # type: ignore[arg-type]
        return db.session.scalar(statement) or 0


def let_reservations_run_out(desk: Flask) -> None:
    """As if the minutes had passed for which the dead worker had reserved its work."""
    with desk.app_context(), transaction():
        now = clock.now(db.session)
        db.session.execute(update(Mailbox).values(next_poll_at=None))
        waiting = update(InboundMail).where(InboundMail.state == InboundState.RECEIVED)
        db.session.execute(waiting.values(next_try_at=now))
        leased = update(Outbox).where(Outbox.lease_until.is_not(None))
        db.session.execute(leased.values(lease_until=now - timedelta(seconds=1)))


def test_three_kills_later_every_mail_is_one_ticket_and_one_receipt(
    desk: Flask, environment: dict[str, str], dovecot: Dovecot, smtp_sink: Sink
) -> None:
    for number in range(MAILS):
        sender = f"Visitor <visitor{number}@visitors{number}.example>"
        dovecot.put(SUPPORT, a_mail(f"text {number}", sender=sender).as_bytes())
    for stored, what in ((4, InboundMail), (4, Ticket), (12, Ticket)):
        with a_worker(environment) as worker:
            until(worker, lambda stored=stored, what=what: count(desk, what) >= stored)  # type: ignore[misc]
        let_reservations_run_out(desk)
    with a_worker(environment) as worker:
        until(
            worker,
            lambda: count(desk, Outbox, Outbox.finished_at.is_not(None)) == MAILS,
        )
    assert [count(desk, what) for what in (InboundMail, Ticket, Message, Outbox)] == [MAILS] * 4
    reached = [one.recipients[0] for one in smtp_sink.taken]
    assert len(reached) == len(set(reached))
