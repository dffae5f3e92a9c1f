"""Part of a parsed file that nobody vouches for: what is missing or of another shape becomes a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from helpdesk.errors import DomainError
from helpdesk.sla.calendar import FIRST_YEAR, LAST_YEAR

T = TypeVar("T")
LONGEST_QUOTE = 60
MOST_SECONDS = 100 * 366 * 86400


class CaseError(DomainError):
    """Something in a file of cases that cannot be read; the text names the place."""


@dataclass(frozen=True, slots=True)
class Given:
    """A mapping of the file with its place in words, such as “Case A-1, event 2”."""

    place: str
    value: Mapping[Any, Any]

    def has(self, key: str) -> bool:
        """Whether the key is there and says something."""
        return self.value.get(key) is not None

    def need(self, key: str) -> Any:
        """What stands at the key."""
        if not self.has(key):
            raise CaseError("%(place)s: “%(key)s” is missing.", place=self.place, key=key)
        return self.value[key]

    def text(self, key: str) -> str:
        """A word or a number, as text."""
        found = self.need(key)
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise self.wrong(key, found, "a word")
        return str(found)

    def seconds(self, key: str) -> int:
        """A whole number of seconds, not below zero and at most a lifetime."""
        return seconds_from(self.need(key), f"{self.place}: {key}")

    def flag(self, key: str) -> bool:
        """Yes or no; no when it is not there."""
        found = self.value.get(key, False)
        if not isinstance(found, bool):
            raise self.wrong(key, found, "true or false")
        return found

    def instant(self, key: str) -> int:
        """POSIX seconds of an ISO instant."""
        found = self.need(key)
        try:
            return instant(found)
        except (TypeError, ValueError, OverflowError):
            raise self.wrong(key, found, "an instant such as 2026-03-02T09:00:00Z") from None

    def word(self, key: str, table: Mapping[str, T], default: str | None = None) -> T:
        """What the word at the key means by that table."""
        found = self.value.get(key) if default is None else self.value.get(key, default)
        if found is None:
            self.need(key)
        if not isinstance(found, str) or found not in table:
            raise self.wrong(key, found, f"one of {', '.join(table)}")
        return table[found]

    def part(self, key: str) -> "Given":
        """The mapping at the key; an empty one when it is not there."""
        found = self.value.get(key) or {}
        return Given(f"{self.place}: {key}", self.mapping(key, found))

    def parts(self) -> Iterator[tuple[str, "Given"]]:
        """Each mapping in this one by its name."""
        for name, found in self.value.items():
            yield str(name), Given(f"{self.place} {name}", self.mapping(str(name), found))

    def rows(self, key: str) -> list[Any]:
        """The list at the key; empty when it is not there."""
        found = self.value.get(key)
        if found is None:
            return []
        if not isinstance(found, list | tuple):
            raise self.wrong(key, found, "a list")
        return list(found)

    def mapping(self, key: str, found: object) -> Mapping[Any, Any]:
        """The same, if it is a mapping."""
        if not isinstance(found, Mapping):
            raise CaseError(
                "%(place)s: “%(key)s” holds names with their values, not %(found)s.",
                place=self.place,
                key=key,
                found=quoted(found),
            )
        return found

    def wrong(self, key: str, found: object, wanted: str) -> CaseError:
        """The sentence for something of another shape."""
        return CaseError(
            "%(place)s: “%(key)s” is %(wanted)s, not %(found)s.",
            place=self.place,
            key=key,
            wanted=wanted,
            found=quoted(found),
        )


def quoted(found: object) -> str:
    """What stood there, short enough for a sentence."""
    text = found.isoformat() if isinstance(found, date) else str(found)
    return f"“{text[:LONGEST_QUOTE]}…”" if len(text) > LONGEST_QUOTE else f"“{text}”"


def seconds_from(found: object, place: str) -> int:
    """A whole number of seconds."""
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= MOST_SECONDS:
        raise CaseError(
            "%(place)s is a whole number of seconds, not %(found)s.", place=place, found=quoted(found)
        )
    return found


def instant(text: str | date) -> int:
    """POSIX seconds of an ISO instant; fractions are cut off, no offset means UTC."""
    written = text.isoformat() if isinstance(text, date) else text
    given = datetime.fromisoformat(written)
    aware = given if given.tzinfo else given.replace(tzinfo=UTC)
    if not FIRST_YEAR <= aware.year <= LAST_YEAR:
        raise ValueError(text)
    return int(aware.timestamp() // 1)
