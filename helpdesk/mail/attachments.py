"""The files of a mail, and which of them the HTML shows in place."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import unquote

from helpdesk.mail.filenames import shown_name
from helpdesk.mail.mime import Part, from_uuencoded

CID = re.compile(r"cid:([^\"'\s>)]+)", re.IGNORECASE)
SOURCE = re.compile(r"""\bsrc\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
UUENCODED = re.compile(
    r"^begin [0-7]{3} (\S[^\n]*)\n((?:[ -`]{2,62}\n)+)(?:`\n| \n|\n)?end\s*$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """One file; `inline` means that the HTML refers to it by `content_id`."""

    name: str
    content_type: str
    size: int
    sha256: str
    content: bytes
    content_id: str
    inline: bool


def read_attachments(files: tuple[Part, ...], html: str) -> tuple[ParsedAttachment, ...]:
    referred = _referred(html)
    return tuple(_attachment(part, number, referred) for number, part in enumerate(files, start=1))


def take_uuencoded(text: str) -> tuple[str, tuple[ParsedAttachment, ...]]:
    """Files written into the text in the old way, and the text without them."""
    if "\nend" not in text or "begin " not in text:
        return text, ()
    found = tuple(
        _made(name.strip(), "application/octet-stream", from_uuencoded(lines.encode("utf-8").splitlines()))
        for name, lines in UUENCODED.findall(text)
    )
    return UUENCODED.sub("", text), found


def _attachment(part: Part, number: int, referred: frozenset[str]) -> ParsedAttachment:
    content_id = part.content_id
    location = part.headers.raw("content-location").strip()
    is_shown = bool({content_id.lower(), location.lower()} & referred)
    is_image = part.content_type.startswith("image/")
    key = content_id or (location if is_shown else "")
    return _made(shown_name(part, number), part.content_type, part.content, key[:300], is_shown and is_image)


def _made(
    name: str, content_type: str, content: bytes, content_id: str = "", inline: bool = False
) -> ParsedAttachment:
    digest = hashlib.sha256(content).hexdigest()
    return ParsedAttachment(name, content_type, len(content), digest, content, content_id, inline)


def _referred(html: str) -> frozenset[str]:
    """Content ids and locations that the HTML names, in lower case, with or without `cid:`."""
    ids = (unquote(one).lower() for one in CID.findall(html))
    sources = (one.lower() for one in SOURCE.findall(html))
    return frozenset({*ids, *sources} - {""})
