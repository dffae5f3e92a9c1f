"""One message from a pipe: stored and committed, or the mail server is told to keep it."""

import os
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.utils import getaddresses
from enum import IntEnum
from typing import BinaryIO

from helpdesk import clock, standstill
from helpdesk.config import MIB
from helpdesk.db import db, transaction
from helpdesk.mail.door import keep
from helpdesk.mail.mailboxes import bare, own_addresses
from helpdesk.mail.queries import default_mailbox

HEAD = 256 * 1024
NAMED_IN = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
HINTS = ("ORIGINAL_RECIPIENT", "RECIPIENT")  # Postfix's local and Exim's pipe say it so


class Outcome(IntEnum):
    """How the command ends, in the words of sysexits.h."""

    STORED = 0
    NO_MESSAGE = 65  # EX_DATAERR
    NOBODY = 67  # EX_NOUSER
    LATER = 75  # EX_TEMPFAIL


def message_on(stream: BinaryIO, limit: int) -> bytes | str:
    """The message, or why there is none to take."""
    raw = without_postmark(stream.read(limit + 1))
    if not raw.strip():
        return "There is no message on the standard input."
    return raw if len(raw) <= limit else f"The message is larger than {limit // MIB} MiB."


def without_postmark(raw: bytes) -> bytes:
    """The message without the line that mbox and some pipes put before it."""
    return raw.partition(b"\n")[2] if raw.startswith(b"From ") else raw


def take_in(raw: bytes, recipients: tuple[str, ...], sender: str | None) -> tuple[Outcome, str]:
    """Store the message and commit, with a sentence about what came of it; `sender` None was not said."""
    with transaction():
        if standstill.is_on():
            return Outcome.LATER, "Mail stands still in this copy of the desk."
        named = recipients or _named(raw, os.environ)
        kept = keep(raw, _path(sender, os.environ), named, now=clock.now(db.session))
    if kept is not None:
        return Outcome.STORED, f"Stored as {kept}."
    if recipients:
        return Outcome.NOBODY, f"{', '.join(recipients)} is no mailbox of this desk."
    return Outcome.LATER, "This desk has no mailbox yet."


def _path(given: str | None, env: Mapping[str, str]) -> str | None:
    """The envelope's sender, empty for the null one. None where nobody says: that is no sign of a machine."""
    said = env.get("SENDER") if given is None else given
    return None if said is None else said.strip().removeprefix("<").removesuffix(">")


def _named(raw: bytes, env: Mapping[str, str]) -> tuple[str, ...]:
    """Whom the mail server or the message names, else the default mailbox: nothing is lost for a name."""
    message = message_from_bytes(raw[:HEAD], policy=policy.compat32)
    lines = [str(line) for name in NAMED_IN for line in message.get_all(name, [])]
    written = [address for _, address in getaddresses(lines)]
    hints = [env[name] for name in HINTS if env.get(name)]
    ours = own_addresses()
    found = tuple(one for one in (*hints, *written) if bare(one) in ours)
    if found:
        return found[:1]  # a pipe runs once for each recipient: its further mailboxes get copies of their own
    usual = default_mailbox()
    return (usual.address,) if usual else ()
