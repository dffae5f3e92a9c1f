"""Collect every sentence of pages and program into the catalogues: what is gone goes, what is new waits."""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = ROOT / "helpdesk" / "translations"
LANGUAGES = ("en", "ru")
METHODS = {"helpdesk": [("**.py", "python")], "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")]}
KEYWORDS = DEFAULT_KEYWORDS | {
    "lazy_gettext": None,
    "_l": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
ERRORS = ("RuleViolation", "BadInput", "NotPermitted", "StaleChange", "CalendarError", "DomainError")
KEYWORDS |= dict.fromkeys(ERRORS)  # what is refused is said in English and shown in the reader's language
HEAD = {
    "project": "helpdesk",
    "version": "1",
    "msgid_bugs_address": "-",
    "last_translator": "-",
    "language_team": "-",
}
TITLE = "# What the desk says; `make messages` adds what is new and takes out what is gone."


def collect() -> Catalog:
    """All sentences that can be seen, with the files they stand in."""
    found = Catalog(project="helpdesk", charset="utf-8")
    for folder, methods in METHODS.items():
        for name, _, sentence, comments, context in extract_from_dir(
            ROOT / folder, methods, keywords=KEYWORDS
        ):
            found.add(sentence, None, [(f"{folder}/{name}", 1)], auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Catalog:
    """The catalogue as it is kept; empty when there is none yet."""
    file = file_of(language)
    if not file.exists():
        return Catalog(locale=language, header_comment=TITLE, fuzzy=False, **HEAD)
    with file.open("rb") as kept:
        return read_po(kept, locale=language)


def file_of(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


def missing(language_catalogue: Catalog) -> Iterator[Message]:
    """The sentences without a translation, or with one that somebody has to look at."""
    for message in language_catalogue:
        strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(strings)):
            yield message


def write(language: str) -> Catalog:
    """Bring the catalogue in line with the sources; English sentences are their own translation."""
    kept = catalogue(language)
    kept.update(collect(), no_fuzzy_matching=True, update_creation_date=False)
    kept.obsolete.clear()
    for message in kept if language == "en" else ():
        if message.id:
            message.string = message.id
    file_of(language).parent.mkdir(parents=True, exist_ok=True)
    with file_of(language).open("wb") as out:
        write_po(out, kept, width=0, sort_output=True, include_lineno=False)
    return kept


if __name__ == "__main__":
    for each in LANGUAGES:
        written = write(each)
        waiting = len(list(missing(written)))
        sys.stdout.write(f"{each}: {len(written)} sentences, {waiting} without a translation\n")
