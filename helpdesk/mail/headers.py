"""How header lines are read: unfolding, encoded words, parameters and addresses, whatever their state."""

import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from helpdesk.mail.charset import clean_text, decode

HEADER_LINE = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*)$", re.DOTALL)
ENCODED_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?(.*?)\?=", re.DOTALL)
BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")
FOLD = re.compile(r"\r?\n(?=[ \t])|\r?\n")
CONTROLS = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:\\.|[^"\\])*"?|[^;]*)', re.DOTALL)
ADDRESS = re.compile(r"(?<![^\s<>()\",;:\\])[^\s<>()\",;:\\]+@[^\s<>()\",;:\\@]+")  # from the start of a word
MESSAGE_ID = re.compile(r"<[^<>]+>")
ID_BYTES = 998
NAME_LIMIT = 200
TEXT_LIMIT = 32 * 1024
CONTROL = "x-helpdesk-"


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: the name as shown, and the address with its domain in lower case."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Headers:
    """The header lines of one part, in order, undecoded."""

    lines: tuple[tuple[str, bytes], ...]

    def raw(self, name: str) -> str:
        """The first header of that name, unfolded but with its encoded words."""
        return next(self.raw_all(name), "")

    def raw_all(self, name: str) -> Iterator[str]:
        wanted = name.lower()
        return (unfold(value) for key, value in self.lines if key == wanted)

    def in_order(self, *names: str) -> Iterator[tuple[str, str]]:
        """The headers of these names, given in lower case, topmost first, unfolded."""
        return ((key, unfold(value)) for key, value in self.lines if key in names)

    def text(self, name: str) -> str:
        """The first header of that name, decoded, on one line."""
        return one_line(decode_words(self.raw(name)[:TEXT_LIMIT]))

    def has(self, name: str) -> bool:
        return any(key == name.lower() for key, _ in self.lines)

    def addresses(self, *names: str) -> tuple[Address, ...]:
        values = (value for name in names for value in self.raw_all(name))
        return tuple(address for value in values for address in read_addresses(value))


def without_control(lines: Iterable[tuple[str, bytes]]) -> tuple[tuple[str, bytes], ...]:
    """The lines without those by which the desk itself could be steered: nobody outside may write them."""
    return tuple(line for line in lines if not line[0].startswith(CONTROL))


def unfold(value: bytes) -> str:
    """The value without its folds; 8-bit text goes through the ladder of character sets."""
    text = clean_text(value.decode("ascii")) if value.isascii() else decode(value).text
    return FOLD.sub("", text).strip()


def one_line(text: str) -> str:
    """Without controls, direction overrides and repeated blanks; composed (NFC)."""
    if text.isascii() and text.isprintable():
        return text.strip()
    spaced = re.sub(r"[\t\n\r]+", " ", text)
    return unicodedata.normalize("NFC", CONTROLS.sub("", clean_text(spaced))).strip()


def decode_words(text: str) -> str:
    """RFC 2047, with adjacent words of one character set joined before they are decoded."""
    if "=?" not in text:
        return text
    text = BETWEEN_WORDS.sub(r"\1", text)
    pieces: list[tuple[str, bytes | str]] = []
    position = 0
    for word in ENCODED_WORD.finditer(text):
        if word.start() > position:
            pieces.append(("", text[position : word.start()]))
        _append_word(pieces, word[1].lower(), _word_bytes(word[2], word[3]))
        position = word.end()
    pieces.append(("", text[position:]))
    return "".join(piece if isinstance(piece, str) else _word_text(piece, name) for name, piece in pieces)


def read_parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured header as (value in lower case, parameters); RFC 2231 and RFC 2047 both understood."""
    head, _, _ = value.partition(";")
    found: dict[str, str] = {}
    for key, given in PARAMETER.findall(value):
        found.setdefault(key.lower(), _unquoted(given))
    return head.strip().strip('"').lower(), _joined(found)


def read_addresses(value: str) -> tuple[Address, ...]:
    """The mailboxes of an address header; groups are opened, names decoded after the split."""
    found = (_read_address(piece) for piece in _split_addresses(value))
    return tuple(address for address in found if address)


def read_message_ids(value: str) -> tuple[str, ...]:
    """The ids of In-Reply-To or References, oldest first, without repeats."""
    ids = ("".join(one.split()) for one in MESSAGE_ID.findall(value))
    return tuple(dict.fromkeys(bounded_id(one) for one in ids if one != "<>"))


def bounded_id(message_id: str) -> str:
    """The id itself; of one that no index could hold its fingerprint, the same wherever it stands."""
    raw = message_id.encode("utf-8", "replace")
    return message_id if len(raw) <= ID_BYTES else f"<{hashlib.sha256(raw).hexdigest()}@long.local>"


def lowered_domain(email: str) -> str:
    local, at, domain = email.rpartition("@")
    return f"{local}{at}{domain.lower().rstrip('.')}"


def _append_word(pieces: list[tuple[str, bytes | str]], charset: str, raw: bytes) -> None:
    if pieces and pieces[-1][0] == charset:
        previous = pieces[-1][1]
        if isinstance(previous, bytes):
            pieces[-1] = (charset, previous + raw)
            return
    pieces.append((charset, raw))


def _word_text(raw: bytes, charset: str) -> str:
    """UTF-7 is read here, where text stays text, and never in bodies."""
    if charset == "utf-7":
        return clean_text(raw.decode("utf-7", "replace"))
    return decode(raw, charset).text


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw.replace(b"_", b" "), header=False)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _unquoted(value: str) -> str:
    value = value.strip()
    if not value.startswith('"'):
        return value
    return re.sub(r'\\(["\\])', r"\1", value[1:].removesuffix('"'))


def _joined(found: dict[str, str]) -> dict[str, str]:
    plain = {key: decode_words(value) for key, value in found.items() if "*" not in key}
    extended: dict[str, list[tuple[int, str, bool]]] = {}
    for key, value in found.items():
        name, star, rest = key.partition("*")
        if star:
            number = rest.rstrip("*")
            order = int(number) if number.isdecimal() and len(number) < 5 else 0
            extended.setdefault(name, []).append((order, value, rest == "" or rest.endswith("*")))
    return plain | {name: _continued(sorted(pieces)) for name, pieces in extended.items()}


def _continued(pieces: list[tuple[int, str, bool]]) -> str:
    charset, raw = "", b""
    for position, (_, given, encoded) in enumerate(pieces):
        value = given
        if position == 0 and encoded and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        raw += unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    return decode_words(decode(raw, charset or "utf-8").text)


def _split_addresses(value: str) -> Iterator[str]:
    """Cut at commas and semicolons that stand outside quotes, comments and angle brackets."""
    start, depth, quoted, angle, position = 0, 0, False, False, 0
    while position < len(value):
        sign = value[position]
        if sign == "\\":
            position += 1
        elif sign == '"' and depth == 0:
            quoted = not quoted
        elif not quoted:
            depth = max(depth + (sign == "(") - (sign == ")"), 0)
            angle = (angle or sign == "<") and sign != ">"
            if depth == 0 and ((sign in ",;" and not angle) or (sign == ":" and not angle)):
                if sign != ":":
                    yield value[start:position]
                start = position + 1
        position += 1
    yield value[start:]


def _read_address(piece: str) -> Address | None:
    piece = piece.strip()
    before, opened, rest = piece.rpartition("<")
    if opened and piece.count('"') % 2 == 0:
        return _address(before, rest.partition(">")[0], piece)
    comments = re.findall(r"\(((?:\\.|[^()\\])*)\)", piece)
    bare = re.sub(r"\([^()]*\)", " ", piece)
    found = ADDRESS.search(re.sub(r"\s*@\s*", "@", bare))
    if not found:
        return None
    left_over = re.sub(r"\s*@\s*", "@", bare).replace(found[0], " ").strip(' "\t')
    return _address(comments[0] if comments else left_over, found[0], piece)


def _address(name: str, inside: str, piece: str) -> Address | None:
    email = re.sub(r"\s+", "", inside.rpartition(":")[2] if inside.startswith("@") else inside)
    email = lowered_domain(decode_words(email).strip("\"'<>"))
    if "@" not in email:
        found = ADDRESS.search(piece)
        email = lowered_domain(found[0]) if found else ""
    if "@" not in email or CONTROLS.search(email) or len(email) > 320:
        return None
    return Address(_display_name(name, piece), email)


def _display_name(name: str, piece: str) -> str:
    if not name.strip():
        comment = re.search(r"\(([^()]+)\)", piece)
        name = comment[1] if comment else ""
    shown = re.sub(r'\\(.)|"', r"\1", name.strip())
    return one_line(decode_words(shown)).strip(" '\"")[:NAME_LIMIT]
