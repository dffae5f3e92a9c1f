"""The end of a talk with a server, however slowly it goes on talking."""

import smtplib
import socket
import threading
from contextlib import suppress


class Deadline:
    """Cuts the line of a talk when its time is up; every step of it then ends as a broken connection.

    The time limit of a socket does not do that: it begins anew with every byte.
    """

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None
        self._server: smtplib.SMTP | None = None
        self._is_over = False

    def watch(self, server: smtplib.SMTP) -> None:
        """Cut this talk when the time is up, at once if it is up already."""
        self._server = server
        if self._is_over:
            self._cut()

    def begin(self, seconds: float) -> None:
        """Give it so long from now on."""
        self.end()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        """The talk is over; nothing is cut any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _cut(self) -> None:
        self._is_over = True
        line = self._server.sock if self._server is not None else None
        if line is not None:
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)
