"""What a receipt or a complaint says: who read a mail, whom it reached, who called it unwanted."""

import re
from dataclasses import dataclass

from helpdesk.mail.bounces import fields_of
from helpdesk.mail.headers import read_addresses
from helpdesk.mail.mime import Part

READ = re.compile(r";\s*displayed\b", re.IGNORECASE)
ARRIVED = frozenset({"delivered"})


@dataclass(frozen=True, slots=True)
class Receipts:
    """Addresses in lower case, each once: whom a mail reached, who read it, who reported it as unwanted."""

    delivered: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    complained: tuple[str, ...] = ()


def read_receipts(tree: Part) -> Receipts:
    """From the parts that machines read (RFC 3464, 8098, 5965); empty where there are none."""
    return Receipts(
        delivered=_once(_delivered(tree)),
        read=_once(_read(tree)),
        complained=_once(_complained(tree)),
    )


def _parts(tree: Part, kind: str) -> list[Part]:
    return [part for part in tree.walk() if part.content_type.endswith(f"/{kind}")]


def _delivered(tree: Part) -> list[str]:
    blocks = [block for part in _parts(tree, "delivery-status") for block in fields_of(part)]
    arrived = (block for block in blocks if block.get("action", "").lower().strip() in ARRIVED)
    return [
        email for block in arrived for email in _emails(block, "original-recipient", "final-recipient")[:1]
    ]


def _read(tree: Part) -> list[str]:
    blocks = [block for part in _parts(tree, "disposition-notification") for block in fields_of(part)]
    shown = (block for block in blocks if READ.search(block.get("disposition", "")))
    return [email for block in shown for email in _emails(block, "original-recipient", "final-recipient")[:1]]


def _complained(tree: Part) -> list[str]:
    """Most providers blacken the address in the report, but leave it in the mail that they enclose."""
    blocks = [block for part in _parts(tree, "feedback-report") for block in fields_of(part)]
    named = [email for block in blocks for email in _emails(block, "original-rcpt-to", "removal-recipient")]
    if named:
        return named
    enclosed = [part for part in tree.walk() if part is not tree and part.headers.has("to")]
    return [one.email for part in enclosed[:1] for one in part.headers.addresses("to")][:1]


def _emails(block: dict[str, str], *names: str) -> list[str]:
    values = (block.get(name, "").rpartition(";")[2] for name in names)
    return [one.email for value in values for one in read_addresses(value)]


def _once(emails: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(email.lower() for email in emails))
