"""A letter's HTML for the frame beside its text: unsaved words travel in the frame's address."""

import base64
import binascii
import zlib

from helpdesk.notifications.letters import laid
from helpdesk.notifications.texts import phrases
from helpdesk.rich import letters

LONGEST = 16_384  # bytes of a text; it may have 4,000 letters
LONGEST_ADDRESS = 6_000  # with the rest of the request's first line it stays within what servers read


def packed(body: str) -> str:
    """The text as a part of an address; "" for one that does not fit into any."""
    written = base64.urlsafe_b64encode(zlib.compress(body.encode(), 9)).decode().rstrip("=")
    return written if len(written) <= LONGEST_ADDRESS else ""


def unpacked(written: str) -> str | None:
    """The text again; None for what `packed` never made."""
    try:
        raw = base64.b64decode(written + "=" * (-len(written) % 4), b"-_", validate=True)
        opened = zlib.decompressobj()
        text = opened.decompress(raw, LONGEST)
        return text.decode() if opened.eof else None
    except (binascii.Error, zlib.error, ValueError):
        return None


def letter_page(body: str, language: str, known: dict[str, str], *, closing_html: str | None) -> str:
    """The whole page as the client's program draws it. `known` fills the places and is escaped;
    `closing_html` is the signature's form, None: lines of words.
    """
    _, html = laid(body, language, known, by_phone=False, closing_html=closing_html)
    return letters.page(letters.above(phrases(language)["above"]) + html, language)
