"""The doors for a local mail server, SMTP and LMTP: it gets its 250 only once a message is stored."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import clock, standstill
from helpdesk.config import Settings
from helpdesk.db import db, transaction
from helpdesk.mail.actions import Arrival, store_all
from helpdesk.mail.mailboxes import mailbox_of, mailboxes_of

THREADS = 4
CLOSE_SECONDS = 1.0
LONGEST_LINE = 2**20  # bytes
STILL = "451 4.3.2 Mail stands still in this copy of the desk, please try again later"
NOBODY = "550 5.1.1 No such mailbox here"
LATER = "451 The desk cannot store mail just now, please try again later"
log = logging.getLogger(__name__)


class Door:
    """Answers a mail server; everything that touches the database runs in threads, never in the loop."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="door")
        self._running: set[Future[str]] = set()

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._in_thread(self._judge, address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        return await self._in_thread(self._keep, raw, _path(envelope.mail_from), *envelope.rcpt_tos)

    async def handle_exception(self, error: Exception) -> str:
        """Whatever breaks in here is no reason to refuse a mail for good, and nobody's business outside."""
        log.error("door: broken", exc_info=error)
        return LATER

    async def _in_thread(self, work: Callable[..., str], *arguments: bytes | str) -> str:
        running = self._threads.submit(work, *arguments)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return await asyncio.wrap_future(running)

    def _judge(self, address: str) -> str:
        if not address.isprintable():  # nobody has one with NUL or half a letter, and no database takes it
            return NOBODY
        try:
            with self._app.app_context():
                if standstill.is_on():
                    return STILL
                return "250 OK" if mailbox_of((address,)) else NOBODY
        except SQLAlchemyError:
            log.exception("door: cannot look up a recipient")
            return LATER

    def _keep(self, raw: bytes, sender: str, *recipients: str) -> str:
        try:
            with self._app.app_context(), transaction():
                stored = keep(raw, sender, recipients, now=clock.now(db.session))
        except SQLAlchemyError:
            log.exception("door: cannot store a message")
            return LATER
        if stored is None:  # the address is gone since it was named
            return LATER
        log.info("door: stored inbound_mail=%s bytes=%d", stored, len(raw))
        return f"250 2.0.0 Stored as {stored}"

    def close(self) -> None:
        """What is being stored is stored to the end, unless the database keeps it waiting: no mail server was
        told that it has been, so it comes again.
        """
        self._threads.shutdown(wait=False)
        wait(set(self._running), timeout=CLOSE_SECONDS)


def _path(sender: str | None) -> str:
    """The envelope's sender; empty for the null sender of reports and automatic answers (RFC 5321, 4.5.5)."""
    return "" if sender in {None, "<>"} else str(sender)


def keep(raw: bytes, sender: str | None, recipients: tuple[str, ...], *, now: datetime) -> int | None:
    """Store what was handed over, once for each mailbox that is named, as other servers do: the ticket says
    then who else has it. The first one's id, None when no recipient is ours. `sender` None: nobody named him.
    """
    first = mailbox_of(recipients)
    if first is None:
        return None
    ids = dict.fromkeys((first.id, *mailboxes_of(recipients)))
    return min(store_all([_arrival(one, raw, sender, recipients, now) for one in ids], now=now))


def _arrival(
    mailbox_id: int, raw: bytes, sender: str | None, recipients: tuple[str, ...], now: datetime
) -> Arrival:
    return Arrival(
        mailbox_id=mailbox_id,
        raw=raw,
        size=len(raw),
        received_at=now,
        envelope_from=sender,
        envelope_to=recipients,
    )


class PatientSMTP(SMTP):
    """Takes lines that are longer than RFC 5321 allows: local programs write them, and a mail is not lost."""

    line_length_limit = LONGEST_LINE


class PatientLMTP(PatientSMTP, LMTP):
    """The same in LMTP (RFC 2033): after the data each recipient gets an answer of its own."""

    _recipients = 0

    async def push(self, status: Any) -> None:
        said = status.encode() if isinstance(status, str) else status
        if self._recipients and not said.startswith(b"354"):
            said, self._recipients = b"\r\n".join([said] * self._recipients), 0
        elif said.startswith(b"354"):
            self._recipients = len(self.envelope.rcpt_tos) if self.envelope else 0
        await super().push(said)


class PatientController(Controller):
    """Serves one of the two protocols."""

    protocol: type[SMTP] = PatientSMTP

    def factory(self) -> SMTP:
        return self.protocol(self.handler, **self.SMTP_kwargs)


class LMTPController(PatientController):
    """Serves LMTP."""

    protocol = PatientLMTP


class RunningDoor:
    """A door that listens until it is stopped."""

    def __init__(self, app: Flask, host: str, port: int, kind: type[PatientController]) -> None:
        settings: Settings = app.extensions["settings"]
        self._door = Door(app)
        self._controller = kind(
            self._door,
            hostname=host,
            port=port,
            server_hostname="helpdesk",
            ident="Helpdesk",
            data_size_limit=settings.mail_limit_bytes,
            enable_SMTPUTF8=True,
        )
        self._controller.start()

    def stop(self) -> None:
        """Take no more mail."""
        self._controller.stop()
        self._door.close()


def start_door(app: Flask, host: str, port: int) -> RunningDoor:
    """Listen on host and port in threads of this process; raises OSError when the port is taken."""
    return RunningDoor(app, host, port, PatientController)


@contextmanager
def open_doors(app: Flask, settings: Settings) -> Iterator[None]:
    """The doors that the settings name listen while the block runs. Raises OSError when a port is taken."""
    wanted = ((settings.smtp_door_port, PatientController), (settings.lmtp_door_port, LMTPController))
    with ExitStack() as doors:
        for port, kind in wanted:
            if port:
                doors.callback(RunningDoor(app, settings.smtp_door_host, port, kind).stop)
        yield
