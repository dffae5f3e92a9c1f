"""The marks that outgoing mail carries, so that its answers are known again: signed id and reply token."""

import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from helpdesk.config import settings
from helpdesk.mail.tokens import Keys, make_message_id, make_token, newest
from helpdesk.secrets_box import key_for

PURPOSE = "reply tokens"
NO_DOMAIN = "helpdesk.localhost"


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What one mail carries: its own Message-ID and the token of its reply address."""

    rfc_message_id: str
    reply_token: str


def keys() -> Keys:
    """Keys by version: new ones are added, old ones never withdrawn."""
    return {1: key_for(PURPOSE)}


def marks_for(ticket_id: int, message_id: int | None) -> Marks:
    """Marks of a mail about that message of the ticket; None: about the ticket as a whole."""
    version, key = newest(keys())
    about = message_id or 0
    unique = secrets.token_hex(8)
    return Marks(
        rfc_message_id=make_message_id(key, ticket_id, about, version, domain=id_domain(), unique=unique),
        reply_token=make_token(key, ticket_id, about, version),
    )


def instance_id() -> str:
    """How this installation knows its own machine-written mail again; it names nobody and proves nothing."""
    return key_for("instance").hex()[:16]


def id_domain() -> str:
    """The right side of our Message-IDs: the desk's own host name where it has one."""
    host = urlsplit(settings().base_url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host if "." in host else NO_DOMAIN
    return NO_DOMAIN
