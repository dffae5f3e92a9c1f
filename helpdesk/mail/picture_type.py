"""What kind of picture bytes are, and how large, by their first bytes alone; nothing is decoded. Pure."""

import struct
from typing import NamedTuple

PIXELS = 40_000_000
JPEG_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


class Picture(NamedTuple):
    """Its type as a browser must be told, and its size in pixels."""

    content_type: str
    width: int
    height: int


def picture_in(content: bytes) -> Picture | None:
    """PNG, JPEG, GIF or WebP of at most 40 megapixels; None for everything else, SVG too."""
    found = _read(content)
    is_fit = found and 0 < found.width * found.height <= PIXELS
    return found if is_fit else None


def is_oversized(content: bytes) -> bool:
    """A picture that would fill the memory of whoever looks at it."""
    found = _read(content)
    return found is not None and found.width * found.height > PIXELS


def _read(content: bytes) -> Picture | None:
    try:
        return next((one for read in READERS if (one := read(content))), None)
    except (struct.error, IndexError):
        return None


def _png(content: bytes) -> Picture | None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR":
        return None
    return Picture("image/png", *struct.unpack(">II", content[16:24]))


def _gif(content: bytes) -> Picture | None:
    if content[:6] not in {b"GIF87a", b"GIF89a"}:
        return None
    return Picture("image/gif", *struct.unpack("<HH", content[6:10]))


def _jpeg(content: bytes) -> Picture | None:
    """The frame header stands behind segments of known length."""
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    position = 2
    while position < len(content) - 9:
        if content[position] != 0xFF:
            return None
        kind = content[position + 1]
        if kind in JPEG_SIZES:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return Picture("image/jpeg", width, height)
        length = 0 if kind == 0xFF else struct.unpack(">H", content[position + 2 : position + 4])[0]
        position += 1 if kind == 0xFF else 2 + max(length, 2)
    return None


def _webp(content: bytes) -> Picture | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    kind = content[12:16]
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(content[at : at + 3], "little") for at in (24, 27))
    elif kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 ":
        width, height = (one & 0x3FFF for one in struct.unpack("<HH", content[26:30]))
    else:
        return None
    return Picture("image/webp", width, height)


READERS = (_png, _jpeg, _gif, _webp)
