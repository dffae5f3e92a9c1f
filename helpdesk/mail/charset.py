"""How bytes of unknown or wrongly declared character set become text that PostgreSQL can store."""

import codecs
import re
from typing import NamedTuple

from helpdesk.mail import alphabets

ALIASES = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "x-gbk": "gb18030",
    "x-cp1251": "cp1251",
    "cp-1251": "cp1251",
    "win-1251": "cp1251",
    "x-user-defined": "cp1252",
    "x-unknown": "ascii",
    "unknown-8bit": "ascii",
    "unknown": "ascii",
    "default": "ascii",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
}
# Codecs of Python that are not character sets, or (UTF-7) hide markup from every later check.
REFUSED = frozenset({"utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined"})
CYRILLIC, GREEK = frozenset("оеаинтсрвлкмдпу"), frozenset("αοιετσνηυρπκλςάέήίόύώ")
HEBREW, ARABIC = frozenset("יוהלאתמרבנש"), frozenset("اليمنرتوبةعدسأ")
SCRIPTS = {
    "cp1251": CYRILLIC, "koi8-u": CYRILLIC, "cp866": CYRILLIC, "cp1253": GREEK, "iso-8859-7": GREEK,
    "cp1255": HEBREW, "cp1256": ARABIC,
}  # fmt: skip
CYRILLIC_SETS = tuple(codec for codec, frequent in SCRIPTS.items() if frequent is CYRILLIC)
FEW = 16  # letters that may be of any script
LESS_OFTEN = dict.fromkeys(("cp1253", "iso-8859-7", "cp1255", "cp1256"), 0.1)
KANA, HANGUL = re.compile("[\u3041-\u30ff]"), re.compile("[\uac00-\ud7a3]")
EASTERN = (("cp932", KANA, 0.3), ("euc_jp", KANA, 0.3), ("cp949", HANGUL, 0.9))
JAPANESE_SHIFT = re.compile(rb"\x1b\$[@B(]")  # the escapes of ISO-2022-JP, RFC 1468
SURROGATES = re.compile("[\ud800-\udfff]")
HIGH = re.compile(rb"[\x80-\xff]")
BEFORE_PLAIN = re.compile(rb"[\x80-\xff][A-Za-z]")
HIGH_RUN = re.compile(rb"[\x80-\xff]+")


class Decoded(NamedTuple):
    """Text, and which step of the ladder gave it."""

    text: str
    step: str


def decode(raw: bytes, declared: str = "") -> Decoded:
    """Try escapes, declared, UTF-8, declared with few losses, a guess, then Windows-1252; never raises."""
    codec = codec_named(declared)
    for step in (_as_shifted, _as_declared, _as_utf8, _as_declared_with_losses, _as_guessed):
        text = step(raw, codec)
        if text is not None:
            return Decoded(clean_text(text), step.__name__.removeprefix("_as_"))
    return Decoded(clean_text(raw.decode("cp1252", "replace")), "replaced")


def codec_named(name: str) -> str:
    """Python's codec for a charset label, or empty if there is none that may be used."""
    label = name.strip().strip("\"'").lower()
    label = ALIASES.get(label, label)
    label = ALIASES.get(label.removeprefix("x-"), label.removeprefix("x-"))
    try:
        found = codecs.lookup(label).name if label else ""
    except (LookupError, ValueError, UnicodeError):
        return ""
    return found if _is_character_set(found) else ""


def clean_text(text: str) -> str:
    """No NUL, no lone surrogates, line ends as one newline."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else SURROGATES.sub("\ufffd", text)


def _is_character_set(codec: str) -> bool:
    if codec.replace("-", "_") in REFUSED or codec in REFUSED:
        return False
    try:
        "".encode(codec)
    except (LookupError, ValueError, TypeError):
        return False
    return True


def _strict(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _as_shifted(raw: bytes, codec: str) -> str | None:
    """Japanese between escapes is all ASCII to any other set that may have been declared."""
    if codec.startswith("iso2022") or not JAPANESE_SHIFT.search(raw):
        return None
    return _strict(raw, "iso2022_jp_2")


def _as_declared(raw: bytes, codec: str) -> str | None:
    if not codec or (codec == "cp1252" and _strict(raw, "utf-8") and HIGH.search(raw)):
        return None
    return _strict(raw, codec)


def _as_utf8(raw: bytes, codec: str) -> str | None:
    return _strict(raw, "utf-8")


def _as_declared_with_losses(raw: bytes, codec: str) -> str | None:
    """A truncated or slightly damaged text is still what it says it is."""
    if not codec or codec == "ascii":
        return None
    text = raw.decode(codec, "replace")
    return text if text.count("\ufffd") * 10 <= len(HIGH.findall(raw)) else None


def _as_guessed(raw: bytes, codec: str) -> str | None:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(raw, "utf-16")
    by_script = _guessed_eastern(raw) or _guessed_script(raw[:20_000], raw) or _guessed_chinese(raw)
    return by_script or alphabets.guessed(raw)


def _guessed_script(sample: bytes, raw: bytes) -> str | None:
    """Cyrillic, Greek, Hebrew or Arabic if high bytes stand in words: half of the letters or more are the
    frequent small ones of that script.

    In the languages that are written with Latin letters they stand alone among plain ones.
    """
    runs = HIGH_RUN.findall(sample)
    letters = sum(map(len, runs))
    known = SCRIPTS if letters >= FEW else CYRILLIC_SETS
    best = max(known, key=lambda codec: _share_of_frequent(sample, codec) - LESS_OFTEN.get(codec, 0))
    if letters < max(3, 2 * len(runs)) or _share_of_frequent(sample, best) < 0.5:
        return None
    return raw.decode(best, "replace")


def _guessed_eastern(raw: bytes) -> str | None:
    """Japanese or Korean if a good part of the letters are those that only they write.

    Syllables whose second byte is a plain letter are rare in Korean, and "África" is full of them.
    """
    for codec, own, share in EASTERN:
        text = _strict(raw, codec) or ""
        high = [letter for letter in text if letter > "\x7f"]
        letters = len(own.findall(text))
        is_spelled = codec != "cp949" or len(BEFORE_PLAIN.findall(raw)) * 2 <= letters
        if len(high) >= 4 and letters >= share * len(high) and is_spelled:
            return text
    return None


def _guessed_chinese(raw: bytes) -> str | None:
    """GB 18030 if high bytes always stand in pairs and nearly all of them are ideographs."""
    runs = HIGH_RUN.findall(raw)
    if not runs or any(len(run) % 2 for run in runs):
        return None
    text = _strict(raw, "gb18030") or ""
    high = [letter for letter in text if letter > "\x7f"]
    ideographs = sum("\u4e00" <= letter <= "\u9fff" for letter in high)
    return text if len(high) >= 2 and ideographs * 10 >= len(high) * 7 else None


def _share_of_frequent(sample: bytes, codec: str) -> float:
    high = [letter for letter in sample.decode(codec, "replace") if letter > "\x7f"]
    return sum(letter in SCRIPTS[codec] for letter in high) / max(len(high), 1)
