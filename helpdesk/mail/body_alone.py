"""A body without a head: its words, and what is left of them after folding. Pure."""

from dataclasses import dataclass

from helpdesk.mail.charset import decode
from helpdesk.mail.quotes import fold

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class BodyAlone:
    """All the words, and those before the fold."""

    text: str
    reply: str


def open_body(raw: bytes) -> BodyAlone:
    text = decode(raw.removeprefix(BYTE_ORDER_MARK)).text
    return BodyAlone(text, fold(text).reply)
