"""A relay that takes mail and writes down what it took, and now and then fails in every way that relays fail.

What happens to a mail is decided by the seed, the mail and how often it came, so the same seed does the same.
It may die after it took a mail; whoever started it starts it again.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

STALL_S = 4.0
# Up to which number of a throw from 0 to 1 something happens; most mails are simply taken.
FATES = (
    (0.03, "dies"),
    (0.06, "hangs up"),
    (0.08, "stalls"),
    (0.12, "puts off"),
    (0.14, "drops"),
    (0.16, "refuses"),
    (0.20, "puts the recipient off"),
)


def fate_of(seed: int, sender: str, nth: int) -> str:
    """What happens to the mail of that return address when it comes for the nth time."""
    throw = random.Random(f"{seed}/{sender}/{nth}").random()  # noqa: S311  (a plan, no secret)
    return next((name for bound, name in FATES if throw < bound), "takes")


class Relay:
    """Answers as its dice say; every mail that it took is a line of the log before the answer leaves."""

    def __init__(self, seed: int, log: Path) -> None:
        self.seed, self.log = seed, log
        rows = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        self.came = Counter(row["sender"] for row in rows)

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        fate = self._fate(envelope)
        if fate == "puts the recipient off":
            self._write(envelope, "put off")
            return "450 4.2.1 The mailbox is busy"
        if fate == "drops" and server.transport is not None:
            self._write(envelope, "dropped")
            server.transport.abort()  # type: ignore[attr-defined]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        fate = self._fate(envelope)
        if fate == "puts off":
            self._write(envelope, "put off")
            return "451 4.3.0 Try again later"
        if fate == "refuses":
            self._write(envelope, "refused")
            return "554 5.7.1 Not wanted here"
        self._write(envelope, "taken")
        if fate == "dies":
            os._exit(1)
        if fate == "stalls":
            await asyncio.sleep(STALL_S)
        if fate == "hangs up" and server.transport is not None:
            server.transport.abort()  # type: ignore[attr-defined]
        return "250 2.0.0 Queued"

    def _fate(self, envelope: Envelope) -> str:
        sender = envelope.mail_from or ""
        return fate_of(self.seed, sender, self.came[sender])

    def _write(self, envelope: Envelope, what: str) -> None:
        raw = bytes(envelope.content or b"")  # type: ignore[arg-type]
        rfc_id = (message_from_bytes(raw)["Message-ID"] or "").strip() if raw else ""
        sender = envelope.mail_from or ""
        row = {"sender": sender, "what": what, "id": rfc_id, "to": envelope.rcpt_tos, "at": time.time()}
        with self.log.open("a") as file:
            file.write(json.dumps(row) + "\n")
            file.flush()
        self.came[sender] += 1


def main() -> int:
    """Take mail until somebody stops it, or it dies by its own dice."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--log", type=Path, required=True)
    given = arguments.parse_args()
    controller = Controller(Relay(given.seed, given.log), hostname="127.0.0.1", port=given.port)
    controller.start()
    try:
        while True:
            time.sleep(3600)
    finally:
        controller.stop()


if __name__ == "__main__":
    sys.exit(main())
