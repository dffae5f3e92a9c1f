"""Mails are opened in a process of their own, which is ended when one takes too long or too much."""

import atexit
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import TypeVar

from helpdesk.errors import N_
from helpdesk.mail.body_alone import BodyAlone
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.reading_child import BODY, MAIL, READY

WALL_SECONDS = 20.0
START_SECONDS = 60.0
CLOSE_SECONDS = 0.5
MAILS_EACH = 1000  # then a fresh process, so that memory stays what it is
Opened = TypeVar("Opened", ParsedMail, BodyAlone)
TOO_MUCH = N_("Reading it took too much time or memory.")


class Unreadable(Exception):
    """The mail could not be opened within the limits; the text says why."""


class NoReader(Exception):
    """The process that reads cannot be started, which is no fault of any mail."""


@dataclass
class Child:
    """A running reader, the pipe to it, and how many mails it may still read."""

    process: subprocess.Popen[bytes]
    pipe: Connection
    left: int = MAILS_EACH

    def end(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.wait()


class Reader:
    """One reader process that lives on between mails, and a new one after each that broke."""

    def __init__(self, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._child: Child | None = None
        self._lock = threading.Lock()

    def read(self, raw: bytes) -> ParsedMail:
        """What the mail says. Raises Unreadable, and NoReader when nothing can be read at all."""
        return self._opened(MAIL, raw, ParsedMail)

    def read_body(self, raw: bytes) -> BodyAlone:
        """A body without a head. Raises as `read` does."""
        return self._opened(BODY, raw, BodyAlone)

    def _opened(self, kind: bytes, raw: bytes, wanted: type[Opened]) -> Opened:
        with self._lock:
            child = self._fresh()
            try:
                answer = self._ask(child, kind, raw)
            except (EOFError, OSError) as broken:
                self._drop()
                raise Unreadable(TOO_MUCH) from broken
        if isinstance(answer, wanted):
            return answer
        raise Unreadable(str(answer))

    def _fresh(self) -> Child:
        if self._child is not None and self._child.left <= 0:
            self._drop()
        child = self._child = self._child or _start()
        child.left -= 1
        return child

    def _ask(self, child: Child, kind: bytes, raw: bytes) -> object:
        child.pipe.send_bytes(kind)
        child.pipe.send_bytes(raw)
        if not child.pipe.poll(self._wall_seconds):
            raise TimeoutError
        return child.pipe.recv()

    def _drop(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def close(self) -> None:
        """End the process; the next mail starts another. One that still reads ends by itself, with us."""
        if self._lock.acquire(timeout=CLOSE_SECONDS):
            try:
                self._drop()
            finally:
                self._lock.release()


def _start() -> Child:
    ours, theirs = Pipe()
    command = [sys.executable, "-m", "helpdesk.mail.reading_child", str(theirs.fileno())]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment)
    theirs.close()
    child = Child(process, ours)
    try:
        if ours.poll(START_SECONDS) and ours.recv_bytes() == READY:
            return child
    except (EOFError, OSError) as broken:
        child.end()
        raise NoReader from broken
    child.end()
    raise NoReader


reader = Reader()
atexit.register(reader.close)
