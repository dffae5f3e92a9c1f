"""What a machine says again and again, as one line of the conversation that opens."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpdesk.tickets.views.entries import Entry, Letter

LEAST = 3


@dataclass(frozen=True, kw_only=True)
class Series(Entry):
    """Mails of one machine right after each other, with the days between them; `at` is the first's time."""

    entries: tuple[Entry, ...]
    letters: tuple[Letter, ...]

    @property
    def last(self) -> Letter:
        return self.letters[-1]


def grouped(entries: Iterable[Entry]) -> list[Entry]:
    """The conversation with each run of three or more such mails as one entry."""
    found, run = list[Entry](), list[Entry]()
    for entry in entries:
        if not _goes_on(run, entry):
            found += _as_one(run)
            run = []
        if run or _is_folded(entry):
            run.append(entry)
        else:
            found.append(entry)
    return [*found, *_as_one(run)]


def _is_folded(entry: Entry) -> bool:
    return isinstance(entry, Letter) and entry.is_folded


def _goes_on(run: list[Entry], entry: Entry) -> bool:
    """A day may begin in between; anything else that happened, or another writer, parts them."""
    first = run[0] if run else None
    if not isinstance(first, Letter) or entry.shape == "day":
        return first is not None
    return isinstance(entry, Letter) and entry.is_folded and _who(entry) == _who(first)


def _who(letter: Letter) -> tuple[object, ...]:
    return letter.said.author_id, letter.said.mail_kind, letter.kind


def _as_one(run: list[Entry]) -> Iterator[Entry]:
    """A day that begins after the last of them belongs to what follows."""
    letters = tuple(one for one in run if isinstance(one, Letter))
    if len(letters) < LEAST:
        yield from run
        return
    end = max(place for place, one in enumerate(run) if isinstance(one, Letter)) + 1
    first = letters[0]
    yield Series(
        shape="series",
        at=first.at,
        line=first.line,
        is_paused=first.is_paused,
        entries=tuple(run[:end]),
        letters=letters,
    )
    yield from run[end:]
