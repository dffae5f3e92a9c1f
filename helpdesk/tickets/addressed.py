"""To whom a page said that an answer goes, and what of that is no longer so."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

LONGEST, MOST = 320, 200  # of one address, and of addresses


@dataclass(frozen=True, kw_only=True)
class Addressed:
    """`to` is "" where no address of the client works; the `watching` get a copy; mail to the `shut` comes
    back. None: nothing was said of it.
    """

    contact_id: int | None = None
    to: str | None = None
    watching: frozenset[str] | None = None
    shut: frozenset[str] | None = None

    def filled(self, now: "Addressed") -> "Addressed":
        """With what stands now where nothing was said."""
        return replace(now, **{name: value for name, value in vars(self).items() if value is not None})

    @property
    def stored(self) -> dict[str, Any]:
        """As a draft keeps it and a form carries it."""
        said = {
            "contact_id": self.contact_id,
            "to": self.to,
            "watching": None if self.watching is None else sorted(self.watching),
            "shut": None if self.shut is None else sorted(self.shut),
        }
        return {name: value for name, value in said.items() if value is not None}

    @property
    def written(self) -> str:
        return json.dumps(self.stored, ensure_ascii=False, separators=(",", ":"))


UNSAID = Addressed()


@dataclass(frozen=True, kw_only=True)
class Turned:
    """What is not as it was shown: another client or address, other copies, mail that would come back."""

    has_moved: bool = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    shut: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.has_moved or self.added or self.removed or self.shut)


def addressed_in(written: str) -> Addressed:
    """What a form carries; whatever is none of ours says nothing."""
    try:
        return addressed_from(json.loads(written))
    except (ValueError, RecursionError):
        return UNSAID


def addressed_from(stored: object) -> Addressed:
    """What a draft keeps."""
    said = stored if isinstance(stored, Mapping) else {}
    contact_id, to = said.get("contact_id"), said.get("to")
    return Addressed(
        contact_id=contact_id if type(contact_id) is int and 0 < contact_id < 2**31 else None,
        to=to if _is_text(to) else None,
        watching=_texts(said.get("watching")),
        shut=_texts(said.get("shut")),
    )


def turned(shown: Addressed, now: Addressed, cc: Iterable[str]) -> Turned:
    """What changed for an answer with this copy. Who was taken off by hand, or stands there already, was
    decided on and changes nothing.
    """
    copied, watching = set(cc), now.watching or frozenset()
    known = shown.watching
    added = set() if known is None else watching - known - copied
    removed = set() if known is None else (known - watching) & copied - {now.to}
    reached = {(now.to or "").lower(), *copied, *added} - removed
    shut = set() if shown.shut is None else (now.shut or frozenset()) & reached - shown.shut
    return Turned(
        has_moved=_has_moved(shown, now),
        added=tuple(sorted(added)),
        removed=tuple(sorted(removed)),
        shut=tuple(sorted(shut)),
    )


def copies_now(shown: Addressed, now: Addressed, cc: Iterable[str]) -> tuple[str, ...]:
    """The copy as it would be: with whoever came to watch, without whoever watches no more."""
    typed, change = tuple(cc), turned(shown, now, cc)
    gone = (shown.watching or frozenset()) - (now.watching or frozenset())
    return (*(one for one in typed if one not in gone), *change.added)


def to_third_parties(shown: Addressed) -> Addressed:
    """What counts of it for a mail that does not go to the client."""
    return replace(UNSAID, shut=shown.shut)


def _has_moved(shown: Addressed, now: Addressed) -> bool:
    other = shown.contact_id is not None and shown.contact_id != now.contact_id
    return other or (shown.to is not None and shown.to != now.to)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and "\0" not in value


def _texts(value: object) -> frozenset[str] | None:
    if not isinstance(value, list):
        return None
    return frozenset(one for one in value[:MOST] if _is_text(one))
