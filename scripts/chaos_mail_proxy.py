"""A line to an IMAP server that breaks: in the middle of a literal, with a BYE, and with numbers made new."""

import random
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

VALIDITY = re.compile(rb"\[UIDVALIDITY (\d+)\]")
LEAST, MOST = 1_500, 120_000  # bytes until a line that is to break does
BREAKS = 0.35
BYE = b"* BYE the server goes down\r\n"


@dataclass
class Proxy:
    """Hands lines on to the server; `epoch` is added to the number that stands for all its numbers."""

    host: str
    server_port: int
    dice: random.Random
    port: int = 0
    epoch: int = 0
    is_rough: bool = True
    cut: int = 0
    byes: int = 0
    listener: socket.socket = field(default_factory=socket.socket)

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._line, args=(client,), daemon=True).start()

    def _line(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection((self.host, self.server_port), timeout=30)
        except OSError:
            client.close()
            return
        until = self.dice.randint(LEAST, MOST) if self.is_rough and self.dice.random() < BREAKS else None
        threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
        with suppress(OSError):
            self._answers(server, client, until)
        for one in (client, server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _answers(self, server: socket.socket, client: socket.socket, until: int | None) -> None:
        passed = 0
        while data := server.recv(16_384):
            data = self._changed(data)
            passed += len(data)
            if until is not None and passed > until:
                self._break_off(client, data[: max(0, len(data) - (passed - until))])
                return
            client.sendall(data)

    def _changed(self, data: bytes) -> bytes:
        """Other numbers, and a server that cannot MOVE, so that copies and deletions are tried as well."""
        if b"CAPABILITY" in data:
            data = data.replace(b" MOVE ", b" ")
        return VALIDITY.sub(lambda found: b"[UIDVALIDITY %d]" % (int(found[1]) + self.epoch), data)

    def _break_off(self, client: socket.socket, rest: bytes) -> None:
        client.sendall(rest)
        if self.dice.random() < 0.4:
            self.byes += 1
            client.sendall(b"\r\n" + BYE)
        else:
            self.cut += 1


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError):
        while data := client.recv(16_384):
            server.sendall(data)
    with suppress(OSError):
        server.shutdown(socket.SHUT_WR)


@contextmanager
def a_proxy(host: str, server_port: int, seed: int) -> Iterator[Proxy]:
    """A proxy on a free port until the end."""
    proxy = Proxy(host, server_port, random.Random(seed))  # noqa: S311  (accidents, no secret)
    proxy.listener.bind(("127.0.0.1", 0))
    proxy.listener.listen(64)
    proxy.port = proxy.listener.getsockname()[1]
    threading.Thread(target=proxy.serve, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.listener.close()
