"""What an IMAP server hands over of a message: all its bytes, or of a huge one its head and first words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from helpdesk.config import settings
from helpdesk.mail.actions import Arrival
from helpdesk.mail.mailboxes import ImapAccess
from helpdesk.mail.structure import Leaf, boundary_of, leaves_of

HEAD_OF_HUGE = 1024 * 1024
HEADER_LIMIT = 256 * 1024
TOGETHER_BYTES = 1024 * 1024  # what is bigger is fetched alone
TOGETHER = 50
LISTED_AT_ONCE = 500
WITHHELD = "The server answered without the message."
ODD = (IMAPClientError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


class Unobtainable(Exception):
    """The server answers, but not with this message; the text says what it said instead."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A message as the server lists it: size in bytes, and when it came there (aware, UTC)."""

    uid: int
    size: int
    received_at: datetime


def listed(server: IMAPClient, uids: list[int]) -> Iterator[Listed]:
    """What lies there under these numbers; of what the server says nothing about nothing is known."""
    for start in range(0, len(uids), LISTED_AT_ONCE):
        some = uids[start : start + LISTED_AT_ONCE]
        facts = server.fetch(some, ["RFC822.SIZE", "INTERNALDATE"])
        for uid in some:
            known = facts.get(uid, {})
            yield Listed(
                uid=uid,
                size=int(known.get(b"RFC822.SIZE", 0)),
                received_at=_aware(known.get(b"INTERNALDATE")),
            )


def together(mails: Iterator[Listed], *, at_most: int = TOGETHER) -> Iterator[list[Listed]]:
    """Small neighbours in groups of a megabyte, everything bigger alone."""
    group, size = list[Listed](), 0
    for mail in mails:
        if group and (size + mail.size > TOGETHER_BYTES or len(group) >= at_most):
            yield group
            group, size = [], 0
        group.append(mail)
        size += mail.size
    if group:
        yield group


def copies(server: IMAPClient, access: ImapAccess, group: list[Listed]) -> list[Arrival]:
    """The messages as they lie there, without marking them. Raises Unobtainable when one is withheld."""
    if len(group) == 1:
        return _alone(server, access, group[0])
    answer = server.fetch([mail.uid for mail in group], ["BODY.PEEK[]"])
    bodies = [answer.get(mail.uid, {}).get(b"BODY[]") for mail in group]
    if None in bodies:
        raise Unobtainable(WITHHELD)
    return [arrival_of(access, mail, raw) for mail, raw in zip(group, bodies, strict=True)]


def _alone(server: IMAPClient, access: ImapAccess, mail: Listed) -> list[Arrival]:
    if mail.size > settings().mail_limit_bytes:
        return _partial(server, access, mail)
    try:
        answer = server.fetch([mail.uid], ["BODY.PEEK[]"])
    except IMAPClientAbortError:
        raise
    except ODD as trouble:
        raise Unobtainable(str(trouble)) from trouble
    raw = answer.get(mail.uid, {}).get(b"BODY[]")
    if raw is not None:
        return [arrival_of(access, mail, raw)]
    if mail.uid in server.search(["UID", str(mail.uid)]):
        raise Unobtainable(WITHHELD)
    return []  # somebody took it away meanwhile


def _partial(server: IMAPClient, access: ImapAccess, mail: Listed) -> list[Arrival]:
    """The header and the first words, put together as a mail that can be read; the files stay there."""
    try:
        head, leaves, boundary = _outline(server, mail.uid)
        words = next((leaf for leaf in leaves if leaf.is_words), None)
        body = _words(server, mail.uid, words, boundary) if words else b""
    except IMAPClientAbortError:
        raise
    except ODD as trouble:
        raise Unobtainable(str(trouble)) from trouble
    left = tuple(leaf for leaf in leaves if leaf is not words or leaf.size > HEAD_OF_HUGE)
    return [arrival_of(access, mail, head + body, left)]


def _outline(server: IMAPClient, uid: int) -> tuple[bytes, list[Leaf], bytes]:
    """The header, what the message consists of, and what parts it (empty: nothing)."""
    item = f"BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>"
    answer = server.fetch([uid], [item, "BODYSTRUCTURE"]).get(uid, {})
    head = _section(answer, b"BODY[HEADER]")
    structure = answer.get(b"BODYSTRUCTURE")
    return head.rstrip(b"\r\n") + b"\r\n\r\n", leaves_of(structure), boundary_of(structure)


def _words(server: IMAPClient, uid: int, leaf: Leaf, boundary: bytes) -> bytes:
    text = f"BODY.PEEK[{leaf.path}]<0.{HEAD_OF_HUGE}>"
    if not boundary:
        return _section(server.fetch([uid], [text]).get(uid, {}), f"BODY[{leaf.path}]".encode())
    answer = server.fetch([uid], [f"BODY.PEEK[{leaf.path}.MIME]", text]).get(uid, {})
    mime = _section(answer, f"BODY[{leaf.path}.MIME]".encode()).rstrip(b"\r\n")
    body = _section(answer, f"BODY[{leaf.path}]".encode())
    return b"--%b\r\n%b\r\n\r\n%b\r\n--%b--\r\n" % (boundary, mime, body, boundary)


def _section(answer: Any, name: bytes) -> bytes:
    """Servers name a piece with or without the place where it began."""
    for key, value in answer.items():
        if isinstance(key, bytes) and re.sub(rb"<\d+>$", b"", key).upper() == name.upper():
            return value or b""
    raise Unobtainable(f"The server does not hand over {name.decode()}.")


def arrival_of(access: ImapAccess, mail: Listed, raw: bytes, left: tuple[Leaf, ...] | None = None) -> Arrival:
    """What was copied, with where it lay and since when it can have lain there."""
    return Arrival(
        mailbox_id=access.mailbox_id,
        raw=raw,
        size=mail.size,
        received_at=mail.received_at,
        folder=access.folder,
        uidvalidity=access.uidvalidity,
        uid=mail.uid,
        is_partial=left is not None,
        left_behind=tuple(leaf.described for leaf in left or ()),
        looked_before_at=access.polled_at,
    )


def _aware(moment: datetime | None) -> datetime:
    if moment is None:
        return datetime.max.replace(tzinfo=UTC)  # stored as the moment of the fetch
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
