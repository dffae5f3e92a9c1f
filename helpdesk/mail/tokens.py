"""The signed tokens by which our own mail is known again: in reply addresses, Message-IDs and bodies."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

MAC_LENGTH = 20
LOCAL_LENGTH = 64  # of an address before the @ (RFC 5321, 4.5.3.1.1)
SHAPE = r"([tmb])\.(\d{1,18})\.(\d{1,18})\.(\d{1,6})\.([a-z2-7]{20})"
ADDRESS = re.compile(rf"^[^@]*\+{SHAPE}@", re.IGNORECASE)
MESSAGE_ID = re.compile(rf"^<?{SHAPE}(?:\.[a-z0-9]{{1,40}})?@", re.IGNORECASE)
MARKER = re.compile(rf"\[ref:{SHAPE}\]", re.IGNORECASE)

Keys = Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Token:
    """What a valid token proves: it was made by us for this ticket and this outgoing message."""

    ticket_id: int
    message_id: int
    version: int


def make_token(key: bytes, ticket_id: int, message_id: int, version: int, *, use: str = "t") -> str:
    """The signed text; `use` is t (reply address), m (Message-ID) or b (body), so none passes for another."""
    head = f"{use}.{ticket_id}.{message_id}.{version}"
    return f"{head}.{_mac(key, head)}"


def newest(keys: Keys) -> tuple[int, bytes]:
    """The version to sign with; older ones stay valid for reading."""
    version = max(keys)
    return version, keys[version]


def reply_address(mailbox_address: str, token: str) -> str:
    """Where answers come back to; the mailbox itself when its name leaves no room for more."""
    local, _, domain = mailbox_address.rpartition("@")
    long = f"{local}+{token}"
    return f"{long}@{domain}" if len(long) <= LOCAL_LENGTH else mailbox_address


def read_token(address: str, keys: Keys) -> Token | None:
    """The token in a reply address; None if there is none, or one that we did not make."""
    return _checked(ADDRESS.match(address.strip()), "t", keys)


def make_message_id(
    key: bytes, ticket_id: int, message_id: int, version: int, *, domain: str, unique: str
) -> str:
    """A signed Message-ID; `unique` (letters and digits) tells apart the mails of one message."""
    token = make_token(key, ticket_id, message_id, version, use="m")
    suffix = re.sub(r"[^a-z0-9]", "", unique.lower())[:40]
    return f"<{token}{'.' if suffix else ''}{suffix}@{domain}>"


def read_message_id(message_id: str, keys: Keys) -> Token | None:
    return _checked(MESSAGE_ID.match(message_id.strip()), "m", keys)


def make_marker(key: bytes, ticket_id: int, message_id: int, version: int) -> str:
    """A line for the foot of a mail, for mailers that keep nothing but the quoted body."""
    return f"[ref:{make_token(key, ticket_id, message_id, version, use='b')}]"


def read_markers(text: str, keys: Keys) -> tuple[Token, ...]:
    """The valid markers of a body, first to last; at most 50 candidates are looked at."""
    found = (_checked(match, "b", keys) for _, match in zip(range(50), MARKER.finditer(text), strict=False))
    return tuple(dict.fromkeys(token for token in found if token))


def has_address_shape(address: str) -> bool:
    """Whether it looks like a reply address of ours, whoever made it."""
    return ADDRESS.match(address.strip()) is not None


def has_id_shape(message_id: str) -> bool:
    return MESSAGE_ID.match(message_id.strip()) is not None


def marker_shapes(text: str) -> int:
    return sum(1 for _ in zip(range(50), MARKER.finditer(text), strict=False))


def without_markers(text: str) -> str:
    """The text without marks of earlier mails, so that an answer carries none but its own."""
    return MARKER.sub("", text)


def _checked(match: re.Match[str] | None, use: str, keys: Keys) -> Token | None:
    if match is None or match[1].lower() != use:
        return None
    ticket_id, message_id, version = int(match[2]), int(match[3]), int(match[4])
    key = keys.get(version)
    head = f"{use}.{match[2]}.{match[3]}.{match[4]}"
    if key is None or not hmac.compare_digest(_mac(key, head), match[5].lower()):
        return None
    return Token(ticket_id, message_id, version)


def _mac(key: bytes, head: str) -> str:
    """100 bits of HMAC-SHA256 as base32 in lower case, since local parts lose their case."""
    digest = hmac.new(key, head.encode("ascii"), hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii")[:MAC_LENGTH].lower()
