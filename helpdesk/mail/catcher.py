"""A relay that takes every mail and keeps it as a file, so that nothing leaves: for demonstrations."""

import asyncio
import itertools
import socket
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from helpdesk.clock import process_time

SUFFIX = ".eml"
ENVELOPE = "X-Demo-Recipients"


@dataclass(frozen=True)
class Catcher:
    """A running relay; `port` is where it listens."""

    controller: Controller
    port: int

    def stop(self) -> None:
        self.controller.stop()


class Keeper:
    """Writes each mail under a name made of the time, so that names sort by age."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = itertools.count()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        await asyncio.to_thread(self._keep, content, envelope.rcpt_tos)
        return "250 2.0.0 Caught"

    def _keep(self, content: bytes, recipients: list[str]) -> None:
        """First under a name that nobody lists, then under its own, so that no half mail is read."""
        head = f"{ENVELOPE}: {', '.join(recipients)}\r\n".encode("utf-8", "replace")
        name = f"{process_time():%Y%m%d-%H%M%S-%f}-{next(self._count):04d}"
        beside = self._folder / f"{name}.part"
        beside.write_bytes(head + content)
        beside.rename(self._folder / f"{name}{SUFFIX}")


def start_catcher(folder: Path, host: str, port: int) -> Catcher:
    """Listen in a thread of this process; port 0 takes any free one. Raises OSError if it is taken."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    port = port or _free_port(host)
    controller = Controller(
        Keeper(folder), hostname=host, port=port, server_hostname="catcher", enable_SMTPUTF8=True
    )
    controller.start()
    return Catcher(controller, port)


def _free_port(host: str) -> int:
    with closing(socket.socket()) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
