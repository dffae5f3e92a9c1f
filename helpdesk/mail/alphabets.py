"""Which letters beyond ASCII a language writes, how often, and in which single-byte sets it is sent. Pure."""

import re
from collections import Counter
from math import log
from typing import NamedTuple

WESTERN, CENTRAL = ("cp1252",), ("cp1250", "iso-8859-2")
TURKISH, BALTIC = ("cp1254",), ("cp1257",)
LOOKED_THROUGH = 8_000
TELLING = "jkvwyz"  # of ASCII, those that some languages write often and others hardly ever
STRAY = 1e-5  # a letter that the language does not know
IN_WORD = log(1e-6)  # a sign in the middle of a word, or a capital behind a small letter
PLAIN, HIGH = re.compile(rb"[A-Za-z]"), re.compile(rb"[\x80-\xff]")
CAPITALS = "".join(chr(code) for code in range(0xC0, 0x180) if chr(code).isupper())
LAST = re.compile(r"(?![\x00-\x7f])[^\W\d_](?!\w)")
ODD = re.compile(
    r"(?<=[^\W\d_])[^\w\x00-\x7f’‘·\xad–—](?=[^\W\d_])|[®©°²³¹¼½¾¯](?=[^\W\d_])|"
    r"(?<=[^\W\d_])[¹³¼½¾¯¦¬¡¿¸¨´÷×±¢£¥¤¶§]|[\x80-\x9f\ufffd]|(?<=[a-z])[" + CAPITALS + "]"
)
MARGINS = {"cp1250": 5.0, "iso-8859-2": 5.0, "cp1254": 5.0, "cp1257": 8.0}  # likelier than Western by (nats)


class Tongue(NamedTuple):
    """Sets it is sent in, how many of 10,000 letters are which of those beyond ASCII and of the telling ones
    of ASCII, and which share of the former ends a word.
    """

    sets: tuple[str, ...]
    often: dict[str, int]
    ends: float = 0.3


def _often(text: str) -> dict[str, int]:
    """From "ą99 ć40"."""
    return {one[0]: int(one[1:]) for one in text.split()}


LATIN_1 = [chr(code) for code in range(0xDF, 0x100) if chr(code).isalpha()]
TONGUES = (
    Tongue(WESTERN, dict.fromkeys(LATIN_1, 8) | _often("k150 j60 z80 v150 w60 y60")),  # several, or names
    Tongue(WESTERN, _often("é2 ö1 ü1 k77 j15 z7 v98 w236 y197")),  # English
    Tongue(WESTERN, _often("ä55 ö35 ü65 ß30 k142 j27 z113 v85 w192 y4")),  # German
    Tongue(WESTERN, _often("é150 è27 à49 ê22 ç9 ù6 û6 ô3 î5 â5 ï1 œ2 ë1 k7 j61 z33 v184 w7 y13")),  # French
    Tongue(WESTERN, _often("á50 é43 í73 ñ31 ó83 ú17 ü1 k2 j49 z47 v114 w2 y101")),  # Spanish
    Tongue(
        WESTERN, _often("ã73 á12 â6 ç53 é34 ê45 í13 ó30 ô6 õ40 ú21 à7 k2 j40 z47 v158 w4 y2")
    ),  # Portuguese
    Tongue(WESTERN, _often("à64 è50 é5 ì10 ò10 ù17 k2 j2 z118 v210 w3 y2"), ends=0.97),  # Italian
    Tongue(WESTERN, _often("å134 ä180 ö131 k314 j61 z7 v242 w14 y71")),  # Swedish
    Tongue(WESTERN, _often("å119 æ87 ø94 k339 j73 z3 v233 w7 y70")),  # Danish, Norwegian
    Tongue(WESTERN, _often("ä358 ö44 å1 k497 j204 z5 v225 w9 y174")),  # Finnish
    Tongue(
        WESTERN, _often("á180 ð439 é65 í157 ó99 ö78 ú61 ý23 þ146 æ87 k331 j114 z1 v244 w1 y90")
    ),  # Icelandic
    Tongue(WESTERN, _often("é8 ë8 ï4 è1 ö1 ü1 ê1 k225 j146 z139 v285 w152 y3")),  # Dutch
    Tongue(CENTRAL, _often("ą99 ć40 ę111 ł182 ń20 ó85 ś66 ź6 ż83 k351 j228 z565 v4 w465 y376")),  # Polish
    Tongue(
        CENTRAL,
        _often("á87 č46 ď2 é63 ě122 í164 ň1 ó2 ř38 š69 ť1 ú5 ů20 ý100 ž72 k374 j212 z220 v466 w3 y191"),
    ),  # Czech
    Tongue(
        CENTRAL,
        _often(
            "á180 č100 ď15 é90 í100 ĺ1 ľ35 ň15 ó10 ô15 ŕ1 š90 ť60 ú90 ý100 ž90 ä2 k380 j190 z210 v450 w3 y150"
        ),
    ),  # Slovak
    Tongue(
        CENTRAL, _often("á337 é351 í59 ó109 ö78 ő88 ú22 ü41 ű19 k471 j145 z450 v190 w3 y250")
    ),  # Hungarian
    Tongue(CENTRAL, _often("ă200 â60 î100 ş120 ţ120 k20 j25 z70 v120 w3 y5")),  # Romanian
    Tongue(CENTRAL, _often("č95 ć50 đ25 š85 ž50 k360 j470 z190 v370 w2 y2")),  # Croatian, Slovene
    Tongue(TURKISH, _often("ç116 ğ113 ı511 ö78 ş178 ü185 â5 î1 k468 j3 z150 v96 w2 y334")),  # Turkish
    Tongue(BALTIC, _often("ą60 č45 ę20 ė160 į60 š120 ų130 ū45 ž85 k450 j220 z30 v230 w2 y140")),  # Lithuanian
    Tongue(
        BALTIC, _often("ā400 č15 ē170 ģ10 ī170 ķ15 ļ35 ņ40 š80 ū40 ž25 k380 j230 z180 v240 w2 y2")
    ),  # Latvian
    Tongue(WESTERN, _often("ä110 ö15 ü55 õ100 š1 ž1 k420 j150 z5 v180 w3 y5")),  # Estonian
)


def guessed(raw: bytes) -> str | None:
    """The text in the set of the language that fits best; None where a Western one fits nearly as well, and
    where it is hardly a text of Latin letters.
    """
    sample = raw[:LOOKED_THROUGH]
    if len(PLAIN.findall(sample)) < len(HIGH.findall(sample)):
        return None
    western = fit(sample, *WESTERN)
    best = max(MARGINS, key=lambda codec: fit(sample, codec) - MARGINS[codec])
    return raw.decode(best, "replace") if fit(sample, best) > western + MARGINS[best] else None


def fit(sample: bytes, codec: str) -> float:
    """How likely the language that fits best writes that (natural logarithm)."""
    text = sample.decode(codec, "replace")
    every = Counter(letter for letter in text.lower() if letter.isalpha())
    letters = Counter({one: times for one, times in every.items() if one > "\x7f" or one in TELLING})
    plain = every.total() - letters.total()
    ends = len(LAST.findall(text))
    most = max(_likelihood(letters, plain, ends, one) for one in TONGUES if codec in one.sets)
    return most + IN_WORD * (len(ODD.findall(text)) + abs(text.count("»") - text.count("«")))


def _likelihood(letters: Counter[str], plain: int, ends: int, tongue: Tongue) -> float:
    rest = log(1 - sum(tongue.often.values()) / 10_000)
    high = sum(
        times * log(tongue.often.get(letter, 0) / 10_000 or STRAY) for letter, times in letters.items()
    )
    last = ends * log(tongue.ends) + (letters.total() - ends) * log(1 - tongue.ends)
    return high + last + plain * rest
