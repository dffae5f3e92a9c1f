"""One field of the history as people read it: short values before and after, texts compared word by word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from helpdesk.admin.sections import Kind
from helpdesk.admin.words import LANGUAGES
from helpdesk.i18n import gettext, number
from helpdesk.rich.comparing import Piece, compared, is_told
from helpdesk.rich.marked import Word, text_of, words_in, words_of

LONG = 100  # letters; what is longer, or has several lines, is a text


@dataclass(frozen=True)
class Was:
    """A field as the history keeps it."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Line:
    """One field, before and after, as people read it; empty words mean nothing was or is there.

    Of a text `pieces` tell what differs, with a few words around, and `whole` tells both texts in one.
    """

    field: str
    before: str
    after: str
    pieces: tuple[Piece, ...] = ()
    whole: tuple[Piece, ...] = ()


def lines_of(fields: Iterable[Was], kind: Kind | None) -> tuple[Line, ...]:
    """What the fields say; words and their form, which the history keeps apart, are one line."""
    found = {one.field: one for one in fields}
    forms = dict(kind.forms) if kind else {}
    return tuple(_lines(found, forms, kind))


def _lines(found: dict[str, Was], forms: dict[str, str], kind: Kind | None) -> Iterator[Line]:
    told = {words: form for form, words in forms.items() if form in found}
    for field, was in found.items():
        if field in told:
            continue
        if field in forms:
            yield _formed(was, found.get(forms[field]), forms[field], kind)
        else:
            yield _line(was, kind)


def _formed(form: Was, words: Was | None, field: str, kind: Kind | None) -> Line:
    """A side without form has its words alone; where the history has none either, the other side's."""
    before, after = (words_of(one) if one else None for one in (form.before, form.after))
    old, new = (words.before, words.after) if words else (None, None)
    old = (words_in(old) if old else ()) if words else _bare(after)
    new = (words_in(new) if new else ()) if words else _bare(before)
    return _compared(_name(field, kind), old if before is None else before, new if after is None else after)


def _bare(words: tuple[Word, ...] | None) -> tuple[Word, ...]:
    return tuple(replace(word, looks=()) for word in words or ())


def _line(was: Was, kind: Kind | None) -> Line:
    before, after = was.before, was.after
    if kind and kind.say:
        before, after = kind.say(was.field, before), kind.say(was.field, after)
    if was.field == "language":
        before, after = (str(LANGUAGES.get(one, one)) if one else one for one in (before, after))
    old, new = shown(before), shown(after)
    if all(len(text) <= LONG and "\n" not in text for text in (old, new)):
        return Line(_name(was.field, kind), old, new)
    return _compared(_name(was.field, kind), words_in(old), words_in(new))


def _compared(name: str, before: tuple[Word, ...], after: tuple[Word, ...]) -> Line:
    line = Line(name, text_of(before), text_of(after), whole=compared(before, after, whole=True))
    pieces = compared(before, after) if before and after else ()
    return replace(line, pieces=pieces if is_told(pieces) else ())


def _name(field: str, kind: Kind | None) -> str:
    return str(kind.fields.get(field, field) if kind else field)


def shown(value: Any) -> str:
    """A value of the history as people read it."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int):
        return number(value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
