"""A whole desk beside the test: web server, worker, mail servers, database, each a process of its own."""

import os
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar
from urllib.request import urlopen

import psycopg2
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.engine import make_url

from helpdesk.app import create_app
from helpdesk.clock import now as time_of
from helpdesk.config import load_settings
from helpdesk.db import db, notify, transaction
from helpdesk.heartbeat import Heartbeat
from helpdesk.notifications.models import Outbox
from helpdesk.postgres import Urls
from tests.conftest import settings_for
from tests.mail.letters import read
from tests.servers import PATIENCE_S, Dovecot, Sink, free_port

ROOT = Path(__file__).resolve().parents[2]
LOOK_EVERY = 0.05
PUT_OUT = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
T = TypeVar("T")


def eventually(look: Callable[[], T], *, what: str = "", within: float = PATIENCE_S) -> T:
    """What `look` finds once it finds something; it is asked again and again for so many seconds."""
    end, pause = time.monotonic() + within, threading.Event()
    while not (found := look()):
        assert time.monotonic() < end, what or f"nothing after {within:.0f} seconds"
        pause.wait(LOOK_EVERY)
    return found


class Part:
    """One `helpdesk` command running beside the test; its words go to a file."""

    def __init__(self, *command: str, env: Mapping[str, str], log: Path) -> None:
        self.name, self.log = command[0], log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "helpdesk", *command],
                env=dict(env),
                cwd=ROOT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def check_alive(self) -> None:
        assert self.process.poll() is None, f"helpdesk {self.name} has ended:\n{self.said()[-4000:]}"

    def stop(self) -> None:
        """Ask it to end as Ctrl-C and systemd do; one that does not is killed with its children."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Desk:
    """A running desk, and the ways by which a test reaches it: pages, mail, and its rows."""

    urls: Urls
    folder: Path
    env: dict[str, str]
    app: Flask
    address: str
    smtp_port: int
    sink: Sink
    dovecot: Dovecot
    parts: list[Part] = field(default_factory=list)

    def start(self, *names: str) -> None:
        """Start these commands and wait until they are at work."""
        for name in names:
            part = Part(name, env=self.env, log=self.folder / f"{name}-{len(self.parts)}.log")
            self.parts.append(part)
        for name in names:
            eventually(self._answers if name == "serve" else self._works, what=f"helpdesk {name} is not up")

    def stop(self) -> None:
        for part in reversed(self.parts):
            part.stop()

    def _answers(self) -> bool:
        self._check_alive()
        try:
            with urlopen(f"{self.address}/healthz", timeout=5) as answer:  # noqa: S310  (our own address)
                return bool(answer.status == 200)
        except OSError:
            return False

    def _works(self) -> bool:
        self._check_alive()
        with self.app.app_context():
            return bool(db.session.scalar(select(func.count()).select_from(Heartbeat)))

    def _check_alive(self) -> None:
        for part in self.parts:
            part.check_alive()

    @contextmanager
    def rows(self) -> Iterator[None]:
        """Look at the rows, or arrange them; kept when the block ends."""
        with self.app.app_context(), transaction():
            yield

    def letter(self, mail: EmailMessage, mailbox: str) -> None:
        """Somebody's mail arrives in the IMAP mailbox of the desk."""
        self.dovecot.put(mailbox, mail.as_bytes())

    def hand_in(self, mail: EmailMessage | bytes, *, sender: str, to: str) -> None:
        """A mail server hands a mail over at the desk's SMTP door."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=20) as door:
            door.sendmail(sender, [to], raw)

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What the relay took for that address so far, oldest first."""
        return [read(raw) for raw in self._taken_for(address)]

    def _taken_for(self, address: str) -> list[bytes]:
        return [taken.raw for taken in self.sink.taken if address in taken.recipients]

    def wait_for_mail(self, address: str, count: int) -> EmailMessage:
        """The mail with that number to the address, as soon as it has left."""
        waiting = f"mail {count} to {address} has not left"
        return read(eventually(lambda: self._taken_for(address)[count - 1 :], what=waiting)[0])

    def let_undo_pass(self) -> None:
        """Replies wait some seconds, so that one can take them back; here they leave at once."""
        with self.rows():
            now = time_of(db.session)
            db.session.execute(update(Outbox).where(Outbox.due_at > now).values(due_at=now))
            notify("outbox")

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """Nobody gets into the database, and whoever was in is put out; afterwards it is there again."""
        self._command(f'alter database "{self.urls.database}" allow_connections false')
        try:
            self._command(PUT_OUT, self.urls.database)
            yield
        finally:
            self._command(f'alter database "{self.urls.database}" allow_connections true')

    def _command(self, statement: str, *values: str) -> None:
        url = make_url(self.urls.admin).set(drivername="postgresql", database="postgres")
        connection = psycopg2.connect(url.render_as_string(hide_password=False))
        connection.autocommit = True
        try:
            connection.cursor().execute(statement, values)
        finally:
            connection.close()


@contextmanager
def a_desk(urls: Urls, folder: Path, dovecot: Dovecot, **more: str) -> Iterator[Desk]:
    """A desk on that database with its relay; nothing runs until `start`, everything ends with the block."""
    port, smtp_port, sink = free_port(), free_port(), Sink()
    chosen = {
        "HELPDESK_PORT": str(port),
        "HELPDESK_BASE_URL": f"http://127.0.0.1:{port}",
        "HELPDESK_THREADS": "8",
        "HELPDESK_SMTP_URL": sink.url,
        "HELPDESK_SMTP_DOOR_PORT": str(smtp_port),
        "HELPDESK_POLL_INTERVAL_SECONDS": "1",
        "HELPDESK_SWEEP_INTERVAL_SECONDS": "1",
        **more,
    }
    settings = settings_for(urls, folder, **chosen)
    app = create_app(load_settings(settings), process="command")
    outside = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
    desk = Desk(
        urls=urls,
        folder=folder,
        env={**outside, **settings},
        app=app,
        address=chosen["HELPDESK_BASE_URL"],
        smtp_port=smtp_port,
        sink=sink,
        dovecot=dovecot,
    )
    sink.start()
    try:
        yield desk
    finally:
        desk.stop()
        sink.stop()
        with app.app_context():
            db.engine.dispose()
