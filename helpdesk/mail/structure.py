"""What a message consists of, read from the outline that an IMAP server gives of it (RFC 3501, 7.4.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from typing import Any

DEPTH, LEAVES = 20, 500
ROUGHLY = 3 / 4  # of the bytes of base64 are bytes of the file


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One part that has no parts: `path` as FETCH names it, `size` in bytes as it is encoded."""

    path: str
    content_type: str
    name: str
    size: int
    encoding: str
    is_file: bool

    @property
    def is_words(self) -> bool:
        return self.content_type in {"text/plain", "text/html"} and not self.is_file

    @property
    def described(self) -> dict[str, str | int]:
        size = int(self.size * ROUGHLY) if self.encoding == "base64" else self.size
        return {"name": self.name or self.content_type, "content_type": self.content_type, "size": size}


def leaves_of(structure: Any) -> list[Leaf]:
    """The parts in their order, the first few hundred of them."""
    found = list[Leaf]()
    for leaf in _walk(structure, "", 0):
        found.append(leaf)
        if len(found) >= LEAVES:
            break
    return found


def boundary_of(structure: Any) -> bytes:
    """What stands between the parts; empty for a message of one part."""
    if not _is_multipart(structure):
        return b""
    return next((value for name, value in _pairs(structure[2]) if name == "boundary"), "").encode() or b"part"


def _walk(structure: Any, path: str, depth: int) -> Iterator[Leaf]:
    if depth > DEPTH or not isinstance(structure, tuple) or not structure:
        return
    if not _is_multipart(structure):
        yield _leaf(structure, path or "1")
        return
    for number, part in enumerate(structure[0], start=1):
        yield from _walk(part, f"{path}.{number}".lstrip("."), depth + 1)


def _leaf(part: tuple[Any, ...], path: str) -> Leaf:
    kind, way = _disposition(part)
    names = (*_pairs(way), *_pairs(part[2]))
    name = next((value for key, value in names if key in {"filename", "name"}), "")
    return Leaf(
        path=path,
        content_type=f"{_text(part[0])}/{_text(part[1])}".lower(),
        name=_readable(name),
        size=part[6] if isinstance(part[6], int) else 0,
        encoding=_text(part[5]).lower(),
        is_file=kind == "attachment" or bool(name),
    )


def _disposition(part: tuple[Any, ...]) -> tuple[str, Any]:
    """It stands behind fields that depend on the type, so the pair is looked for by its shape."""
    for field in part[7:]:
        if (
            isinstance(field, tuple)
            and len(field) == 2
            and _text(field[0]).lower() in {"attachment", "inline"}
        ):
            return _text(field[0]).lower(), field[1]
    return "", ()


def _is_multipart(part: Any) -> bool:
    return isinstance(part, tuple) and bool(part) and isinstance(part[0], list)


def _pairs(flat: Any) -> list[tuple[str, str]]:
    if not isinstance(flat, tuple):
        return []
    return [(_text(key).lower(), _text(value)) for key, value in zip(flat[::2], flat[1::2], strict=False)]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def _readable(name: str) -> str:
    try:
        shown = str(make_header(decode_header(name)))
    except (ValueError, LookupError):
        shown = name
    return "".join(sign for sign in shown if sign.isprintable())[:150]
