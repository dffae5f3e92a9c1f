"""How rich text of Outlook (RTF, also with HTML wrapped in it) reads as plain text. Pure."""

import re
from dataclasses import dataclass, field

from helpdesk.mail.charset import codec_named

TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|(.)", re.DOTALL
)
HIDDEN = """
    fonttbl colortbl stylesheet info pict object header footer headerl headerr footerl footerr themedata
    datastore listtable listoverridetable rsidtbl generator xmlnstbl latentstyles filetbl revtbl
"""
UNSEEN = frozenset(HIDDEN.split())
BREAKS = {"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": " ", "tab": "\t"}
BREAKS |= {"emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”"}
BREAKS |= {"bullet": "•", "emspace": " ", "enspace": " "}
SIGNS = {"~": "\xa0", "-": "", "_": "-", "\n": "\n", "\r": "\n"}
LIMIT = 2_000_000
DEEPEST = 500


@dataclass
class _Reader:
    """Where the reading stands: which groups are unseen, and bytes that wait for their neighbours."""

    codec: str = "cp1252"
    pieces: list[str] = field(default_factory=list)
    waiting: bytearray = field(default_factory=bytearray)
    groups: list[tuple[bool, bool, int]] = field(default_factory=list)
    is_unseen: bool = False
    is_doubled: bool = False
    fallback: int = 1
    to_skip: int = 0

    def write(self, words: str) -> None:
        if self.to_skip and words:
            self.to_skip -= 1
        elif not (self.is_unseen or self.is_doubled):
            self.flush()
            self.pieces.append(words)

    def write_byte(self, value: int) -> None:
        if self.to_skip:
            self.to_skip -= 1
        elif not (self.is_unseen or self.is_doubled):
            self.waiting.append(value)

    def flush(self) -> None:
        if self.waiting:
            self.pieces.append(self.waiting.decode(self.codec, "replace"))
            self.waiting.clear()

    def group(self, sign: str) -> None:
        self.to_skip = 0
        if sign == "{" and len(self.groups) < DEEPEST:
            self.groups.append((self.is_unseen, self.is_doubled, self.fallback))
        elif sign == "}" and self.groups:
            self.is_unseen, self.is_doubled, self.fallback = self.groups.pop()

    def control(self, word: str, number: str) -> None:
        if word in UNSEEN:
            self.is_unseen = True
        elif word == "htmlrtf":
            self.is_doubled = number != "0"
        elif word in BREAKS:
            self.write(BREAKS[word])
        elif word == "u" and number:
            self.write(_letter(int(number)))
            self.to_skip = self.fallback
        elif word == "uc":
            self.fallback = min(int(number or 1), 10)
        elif word == "ansicpg":
            self.codec = codec_named(f"cp{number}") or self.codec


def is_rtf(content: bytes) -> bool:
    return content.lstrip()[:5] == b"{\\rtf"


def rtf_to_text(content: bytes) -> str:
    """The visible words; what RTF hides (tables of fonts, pictures, wrapped tags) is left out."""
    source = content[:LIMIT].decode("latin-1").replace("\\*\\htmltag", "\\info").replace("\\*", "\\info")
    reader = _Reader()
    for found in TOKEN.finditer(source):
        word, number, byte, sign, brace, letter = found.groups()
        if word:
            reader.control(word, number or "")
        elif byte:
            reader.write_byte(int(byte, 16))
        elif sign:
            reader.write(SIGNS.get(sign, sign))
        elif brace:
            reader.group(brace)
        elif letter:
            reader.write(letter)
    reader.flush()
    return _tidy(_paired("".join(reader.pieces)))


def _letter(number: int) -> str:
    """RTF writes code units as signed 16-bit numbers."""
    value = number + 65_536 if number < 0 else number
    return chr(value) if value < 0x110000 else "\ufffd"


def _paired(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
