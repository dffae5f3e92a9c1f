"""The envelope sender of one outgoing mail: whatever comes back to it is about that mail."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

from helpdesk.mail.tokens import LOCAL_LENGTH, Keys, newest

RETURN = re.compile(r"^[^@]*\+r\.(\d{1,18})\.(\d{1,6})\.([a-z2-7]{16})@", re.IGNORECASE)


def return_address(mailbox_address: str, outbox_id: int, keys: Keys) -> str:
    """Where reports about that mail go; the mailbox itself when its name leaves no room for more."""
    version, key = newest(keys)
    head = f"r.{outbox_id}.{version}"
    local, _, domain = mailbox_address.rpartition("@")
    long = f"{local}+{head}.{_mac(key, head)}"
    return f"{long}@{domain}" if len(long) <= LOCAL_LENGTH else mailbox_address


def outbox_id_of(addresses: Iterable[str], keys: Keys) -> int | None:
    """The mail whose return address is among these; None if there is none, or one that we did not make."""
    for address in addresses:
        found = RETURN.match(address.strip())
        key = keys.get(int(found[2])) if found else None
        if found and key and hmac.compare_digest(_mac(key, f"r.{found[1]}.{found[2]}"), found[3].lower()):
            return int(found[1])
    return None


def _mac(key: bytes, head: str) -> str:
    """80 bits of HMAC-SHA256 as base32 in lower case, since local parts lose their case."""
    digest = hmac.new(key, head.encode("ascii"), hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii")[:16].lower()
