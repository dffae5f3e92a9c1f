"""How the cells of a file are read: addresses, domains, yes and no, languages, zones, lists."""

import re
from collections.abc import Collection, Iterable, Mapping
from zoneinfo import available_timezones

from helpdesk.carriage.findings import BadCell, Entry
from helpdesk.clients import phones, rules
from helpdesk.errors import N_
from helpdesk.i18n import LANGUAGES
from helpdesk.mail.mailboxes import bare

LONGEST_NAME, LONGEST_NOTE, MOST = 200, 4000, 30
OUR_MAILBOX = N_("%(value)s is a mailbox of this desk: what is sent there becomes a ticket.")
NO_MAIL = N_("“%(value)s” is no e-mail address.")
NO_NUMBER = N_("“%(value)s” is no phone number.")
NO_LANGUAGE = N_("“%(value)s” is no language of the desk. Write en or ru.")
NO_ZONE = N_("“%(value)s” is no time zone. Write it like Europe/London.")
NO_YES = N_("“%(value)s” is neither yes nor no.")
TOO_LONG = N_("This is longer than %(most)s characters.")
TOO_MANY = N_("These are more than %(most)s.")

_YES = frozenset({"yes", "y", "true", "1", "x", "on", "да", "д", "истина", "✓", "+"})
_NO = frozenset({"no", "n", "false", "0", "off", "нет", "н", "ложь", "-"})
_TONGUES: Mapping[str, str] = {
    "en": "en", "eng": "en", "english": "en", "английский": "en", "англ": "en", "en-us": "en", "en-gb": "en",
    "ru": "ru", "rus": "ru", "russian": "ru", "русский": "ru", "рус": "ru", "ru-ru": "ru",
}  # fmt: skip
_ZONES = {name.casefold(): name for name in available_timezones()}
_BETWEEN = re.compile(r"[;,\n]+")
_BETWEEN_ADDRESSES = re.compile(r"[;,\s]+")


def line(entry: Entry, code: str, *, most: int = LONGEST_NAME) -> str | None:
    """The cell on one line; None when it is empty or not there."""
    return _within(" ".join(entry.get(code).split()), code, most)


def text(entry: Entry, code: str, *, most: int = LONGEST_NOTE) -> str | None:
    """The cell with its line breaks; None when it is empty or not there."""
    return _within(tidy(entry.get(code)), code, most)


def tidy(words: str) -> str:
    """A text as it is compared and kept: line breaks of one kind, nothing around it."""
    return words.replace("\r\n", "\n").replace("\r", "\n").strip()


def yes(entry: Entry, code: str) -> bool | None:
    """Yes or no; None when the cell is empty. Raises BadCell for anything else."""
    said = entry.get(code).casefold()
    if said and said not in _YES | _NO:
        raise BadCell(code, NO_YES, value=entry.get(code))
    return said in _YES if said else None


def language(entry: Entry, code: str = "language") -> str | None:
    """The code of a language that the desk speaks."""
    said = entry.get(code).casefold()
    if not said:
        return None
    found = _TONGUES.get(said)
    if found not in LANGUAGES:
        raise BadCell(code, NO_LANGUAGE, value=entry.get(code))
    return found


def zone(entry: Entry, code: str = "zone") -> str | None:
    """The name of a time zone, in its own spelling."""
    said = entry.get(code)
    if said and said.casefold() not in _ZONES:
        raise BadCell(code, NO_ZONE, value=said)
    return _ZONES.get(said.casefold())


def addresses(entry: Entry, code: str) -> tuple[str, ...]:
    """Mail addresses as they are stored, each once."""
    found = [rules.address(piece) for piece in _BETWEEN_ADDRESSES.split(entry.get(code)) if piece]
    for said in found:
        if not rules.is_address(said):
            raise BadCell(code, NO_MAIL, value=said)
    return _few(found, code)


def not_ours(emails: Iterable[str], ours: Collection[str], code: str) -> None:
    """Nobody is reached at a mailbox of the desk. Raises BadCell for the first address that is one."""
    for email in emails:
        if bare(email) in ours:
            raise BadCell(code, OUR_MAILBOX, value=email)


def numbers(entry: Entry, code: str) -> tuple[str, ...]:
    """Phone numbers as typed, each once."""
    found = pieces(entry, code)
    for said in found:
        if not phones.digits_of(said) or len(said) > LONGEST_NAME:
            raise BadCell(code, NO_NUMBER, value=said)
    return found


def pieces(entry: Entry, code: str) -> tuple[str, ...]:
    """What stands in the cell between semicolons, commas or line breaks."""
    return _few([" ".join(piece.split()) for piece in _BETWEEN.split(entry.get(code)) if piece.strip()], code)


def chosen(entry: Entry, code: str, words: Mapping[str, str], sentence: str) -> str | None:
    """Which of our words is meant; raises BadCell with the sentence when none is."""
    said = entry.get(code)
    if said and said.casefold() not in words:
        raise BadCell(code, sentence, value=said)
    return words[said.casefold()] if said else None


def _few(found: list[str], code: str) -> tuple[str, ...]:
    once = tuple(dict.fromkeys(found))
    if len(once) > MOST:
        raise BadCell(code, TOO_MANY, most=MOST)
    return once


def _within(words: str, code: str, most: int) -> str | None:
    if len(words) > most:
        raise BadCell(code, TOO_LONG, most=most)
    return words or None
