"""What lies in an S/MIME envelope (CMS, RFC 5652): whether it is sealed, and what was signed. Pure.

Signatures are never checked here, so nothing is claimed about them.
"""

from dataclasses import dataclass

SIGNED = bytes.fromhex("06092a864886f70d010702")
ENVELOPED = frozenset({bytes.fromhex("06092a864886f70d010703"), bytes.fromhex("060b2a864886f70d0109100117")})
SEQUENCE, SET, OCTETS, EXPLICIT, INTEGER = 0x30, 0x31, 0x04, 0xA0, 0x02
CONSTRUCTED = 0x20
DEEPEST = 30
HEAD = 64


class _NotCms(Exception):
    """The bytes are no such structure."""


@dataclass(frozen=True, slots=True)
class _Value:
    """One element: its tag, and where its contents begin and end in the whole."""

    tag: int
    start: int
    end: int
    after: int


def is_signed_data(der: bytes) -> bool:
    return SIGNED in der[:HEAD]


def is_enveloped_data(der: bytes) -> bool:
    return any(kind in der[:HEAD] for kind in ENVELOPED)


def signed_content(der: bytes) -> bytes | None:
    """The bytes that were signed, lifted out of a SignedData; None if there are none or it is damaged."""
    try:
        outer = _expect(der, 0, SEQUENCE)
        kind = _read(der, outer.start)
        if der[outer.start : kind.after] != SIGNED:
            return None
        signed = _expect(der, _expect(der, kind.after, EXPLICIT).start, SEQUENCE)
        digests = _expect(der, _expect(der, signed.start, INTEGER).after, SET)
        content = _expect(der, digests.after, SEQUENCE)
        inner = _expect(der, _read(der, content.start).after, EXPLICIT)
        return _octets(der, inner.start, 0)
    except (_NotCms, IndexError):
        return None


def _expect(der: bytes, position: int, tag: int) -> _Value:
    found = _read(der, position)
    if found.tag != tag:
        raise _NotCms
    return found


def _read(der: bytes, position: int, depth: int = 0) -> _Value:
    """Tag and length, also the indefinite one that streams are written with (BER)."""
    tag, first = der[position], der[position + 1]
    start = position + 2
    if first == 0x80:
        end = _end_of_contents(der, start, depth)
        return _Value(tag, start, end, end + 2)
    length = first
    if first > 0x80:
        count = first & 0x7F
        if count > 8:
            raise _NotCms
        length = int.from_bytes(der[start : start + count], "big")
        start += count
    if start + length > len(der):
        raise _NotCms
    return _Value(tag, start, start + length, start + length)


def _end_of_contents(der: bytes, position: int, depth: int) -> int:
    if depth > DEEPEST:
        raise _NotCms
    while der[position : position + 2] != b"\0\0":
        position = _read(der, position, depth + 1).after
    return position


def _octets(der: bytes, position: int, depth: int) -> bytes:
    """An OCTET STRING in one piece, or joined from several."""
    found = _read(der, position)
    if found.tag == OCTETS:
        return der[found.start : found.end]
    if found.tag != OCTETS | CONSTRUCTED or depth > DEEPEST:
        raise _NotCms
    pieces = []
    position = found.start
    while position < found.end:
        pieces.append(_octets(der, position, depth + 1))
        position = _read(der, position).after
    return b"".join(pieces)
