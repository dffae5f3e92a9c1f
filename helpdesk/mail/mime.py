"""How raw bytes become a tree of MIME parts, within limits and without ever failing."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from helpdesk.mail.charset import Decoded, decode
from helpdesk.mail.cms import is_signed_data, signed_content
from helpdesk.mail.headers import HEADER_LINE, Headers, read_parameters, without_control

MAX_DEPTH = 20
MAX_PARTS = 500
MAX_HEADERS = 1_000
MAX_HEADER_BYTES = 256 * 1024
TOO_COMPLEX = "MailTooComplex"
OCTETS = "application/octet-stream"
SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})

LINES = re.compile(rb"[^\n]*\n|[^\n]+")
FOREIGN_BOUNDARY = re.compile(rb"(?:^|\n)--([^\s-][^\r\n]{2,69}?)[ \t]*\r?\n(?=[Cc]ontent-)")
BASE64_NOISE = re.compile(rb"[^A-Za-z0-9+/=]")


@dataclass(frozen=True)
class Part:
    """One node of the tree; `body` holds the bytes below the headers as they came."""

    headers: Headers
    body: bytes
    content_type: str
    parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]
    children: tuple["Part", ...] = ()

    @property
    def encoding(self) -> str:
        return _encoding(self.headers)

    @property
    def is_multipart(self) -> bool:
        """It has parts that belong to this very mail; an enclosed mail does not."""
        return bool(self.children) and (self.content_type.startswith("multipart/") or self.is_smime)

    @property
    def is_smime(self) -> bool:
        return self.content_type in SMIME or self._file_name.endswith(".p7m")

    @property
    def is_hollow(self) -> bool:
        """Declared as several parts, but none could be told apart: all that is left is text."""
        return self.content_type.startswith("multipart/") and not self.children

    @cached_property
    def content(self) -> bytes:
        """The bytes with the transfer encoding undone."""
        return decode_transfer(self.body, self.encoding)

    @cached_property
    def decoded(self) -> Decoded:
        return decode(self.content, self.parameters.get("charset", ""))

    @property
    def text(self) -> str:
        return self.decoded.text

    @property
    def _file_name(self) -> str:
        return (self.disposition_parameters.get("filename") or self.parameters.get("name") or "").lower()

    @property
    def content_id(self) -> str:
        return self.headers.raw("content-id").strip().strip("<>").strip()

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in order of appearance."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass
class Budget:
    """What one mail may still use up, and what was found wrong on the way."""

    parts: int = MAX_PARTS
    defects: list[str] = field(default_factory=list)

    @property
    def is_spent(self) -> bool:
        return any(defect.startswith(TOO_COMPLEX) for defect in self.defects)

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)


def read_tree(raw: bytes) -> tuple[Part, tuple[str, ...]]:
    """The whole mail as a tree, and its defects; beyond the limits it is cut and MailTooComplex noted."""
    budget = Budget()
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
        budget.note("only carriage returns end its lines")
    return _read_part(raw, 0, budget), tuple(budget.defects)


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """Undo base64, quoted-printable or uuencode; anything else is taken as it is."""
    if encoding == "base64":
        return _from_base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return from_uuencoded(body.splitlines())
    return body


def from_uuencoded(lines: list[bytes]) -> bytes:
    """The lines between `begin` and `end`, both optional; damaged lines are skipped."""
    found = []
    for line in lines:
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            found.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            found.append(_uu_or_nothing(line[:length]))
    return b"".join(found)


def _uu_or_nothing(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        return b""


def _from_base64(body: bytes) -> bytes:
    """The library stops at padding and refuses odd ends; some mailers write padding in the middle."""
    letters = BASE64_NOISE.sub(b"", body) if b"=" in body.rstrip(b"=\r\n\t ") else b""
    try:
        return b"".join(map(padded_base64, letters.split(b"="))) if letters else binascii.a2b_base64(body)
    except binascii.Error:
        return padded_base64(BASE64_NOISE.sub(b"", body).replace(b"=", b""))


def padded_base64(letters: bytes) -> bytes:
    """Decode letters of the alphabet only; a last one that means nothing by itself is left out."""
    whole = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _read_part(raw: bytes, depth: int, budget: Budget, default: str = "text/plain") -> Part:
    budget.parts -= 1
    headers, body = _split_headers(raw, budget)
    content_type, parameters = read_parameters(headers.raw("content-type"))
    disposition, given = read_parameters(headers.raw("content-disposition"))
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", content_type):
        content_type = default if content_type in {"", "text"} else _odd_type(content_type)
    children = _children(content_type, parameters, headers, body, depth, budget)
    return Part(headers, body, content_type, parameters, disposition, given, children)


def _odd_type(content_type: str) -> str:
    if content_type.startswith("multipart/"):
        return "multipart/mixed"
    known = {"text/*": "text/plain", "plain": "text/plain", "html": "text/html", "text/": "text/plain"}
    return known.get(content_type, "text/plain" if "/" not in content_type else "application/octet-stream")


def _split_headers(raw: bytes, budget: Budget) -> tuple[Headers, bytes]:
    """Header lines up to the first blank line; odd lines among them are noted and passed over."""
    lines: list[tuple[str, bytes]] = []
    position = 0
    for found in LINES.finditer(raw):
        line = found[0]
        if not line.strip(b"\r\n"):
            position = found.end()
            break
        if not _take_line(line, lines, found.start() == 0):
            if not _headers_go_on(raw[found.end() : found.end() + 2_000]):
                budget.note("no blank line between headers and body")
                break
            budget.note("a header line has no name")
        position = found.end()
        if len(lines) > MAX_HEADERS or position > MAX_HEADER_BYTES:
            budget.note(f"{TOO_COMPLEX}: headers")
            break
    return Headers(without_control(lines)), raw[position:]


def _take_line(line: bytes, lines: list[tuple[str, bytes]], is_first: bool) -> bool:
    if line[:1] in b" \t":
        if lines:
            lines[-1] = (lines[-1][0], lines[-1][1] + line)
        return bool(lines) or not line.strip()
    if line.startswith((b"From ", b">From ")):
        return is_first or not lines or line.startswith(b">")
    found = HEADER_LINE.match(line)
    if not found:
        return False
    lines.append((found[1].decode("ascii").lower(), found[2]))
    return True


def _headers_go_on(rest: bytes) -> bool:
    block = re.split(rb"\r?\n\r?\n", rest, maxsplit=1)[0].splitlines()[:3]
    return bool(block) and any(re.match(rb"[A-Za-z][A-Za-z-]+: ", line) for line in block)


def _children(
    content_type: str, parameters: dict[str, str], headers: Headers, body: bytes, depth: int, budget: Budget
) -> tuple[Part, ...]:
    if content_type in {"message/rfc822", "message/global"}:
        pieces = [decode_transfer(body, _encoding(headers)).lstrip(b"\r\n")]
    elif content_type in SMIME or (content_type == OCTETS and b".p7m" in _naming(headers)):
        pieces = _signed_pieces(decode_transfer(body, _encoding(headers)), budget)
    elif content_type.startswith("multipart/"):
        pieces = _pieces(body, parameters.get("boundary", ""), budget)
    else:
        return ()
    if depth >= MAX_DEPTH or len(pieces) > budget.parts or budget.is_spent:
        budget.note(f"{TOO_COMPLEX}: {'nesting' if depth >= MAX_DEPTH else 'parts'}")
        return ()
    default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
    return tuple(_read_part(piece, depth + 1, budget, default) for piece in pieces)


def _encoding(headers: Headers) -> str:
    return headers.raw("content-transfer-encoding").strip(" \"'").split(";")[0].lower()


def _naming(headers: Headers) -> bytes:
    named = headers.raw("content-type") + headers.raw("content-disposition")
    return named.lower().encode("utf-8", "replace")


def _signed_pieces(der: bytes, budget: Budget) -> list[bytes]:
    """What an opaque signature wraps; an encrypted one holds nothing that could be read."""
    if not is_signed_data(der):
        return []
    content = signed_content(der)
    if content is None:
        budget.note("the signed content cannot be taken out")
    return [content] if content else []


def _pieces(body: bytes, boundary: str, budget: Budget) -> list[bytes]:
    """The bytes between delimiter lines; a boundary that never occurs is guessed from the body."""
    pieces = _cut(body, boundary.encode("utf-8", "replace"), budget) if boundary else []
    if pieces:
        return pieces
    budget.note("the declared boundary does not occur")
    guessed = FOREIGN_BOUNDARY.search(body)
    return _cut(body, guessed[1], budget) if guessed else []


def _cut(body: bytes, boundary: bytes, budget: Budget) -> list[bytes]:
    delimiter = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|$)")
    pieces: list[bytes] = []
    start = -1
    for found in delimiter.finditer(body):
        if start >= 0:
            pieces.append(_after_line(body[start : found.start()]))
        start = found.end()
        if found[1]:
            return pieces
        if len(pieces) > MAX_PARTS:
            break
    if start >= 0:
        budget.note("the last boundary is missing")
        pieces.append(_after_line(body[start:]))
    return pieces


def _after_line(piece: bytes) -> bytes:
    """Drop the line end that belongs to the delimiter line."""
    return piece[2:] if piece.startswith(b"\r\n") else piece.removeprefix(b"\n")
