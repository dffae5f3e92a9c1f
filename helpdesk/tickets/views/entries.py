"""The pieces of which a ticket's conversation is drawn: messages, moves, thin lines and days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from helpdesk.tickets.timeline import Sentence
from helpdesk.tickets.views.delivery import Delivery
from helpdesk.tickets.views.mail_body import MailBody
from helpdesk.tickets.views.origins import Origin
from helpdesk.tickets.views.reading import Passed, Said


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One piece of the conversation; `shape` is message, move, line or day. `line` held the ticket then."""

    shape: str
    at: datetime
    line: int
    is_paused: bool = False


@dataclass(frozen=True, kw_only=True)
class Letter(Entry):
    """A message as it is drawn. `frame_url` shows a mail as it was sent, None when there is nothing more
    to see. `formed` are words of our own with their form, None: they have none.
    """

    said: Said
    kind: str
    initials: str
    tint: int
    way: str
    way_icon: str
    extra: str
    files: Sequence[tuple[str, str, str]]
    frame_url: str | None
    frame_is_open: bool
    body: MailBody
    logos: Sequence[tuple[str, str, str]]
    formed: Markup | None
    delivery: Delivery
    is_withdrawn: bool
    origin: Origin
    is_unproved: bool = False
    answers_at: str = ""
    signs: tuple[str, ...] = ()
    begins: bool = False

    @property
    def is_folded(self) -> bool:
        """What a machine wrote after the ticket began is there to be opened, not to be read past."""
        return self.said.is_machine and not self.begins


@dataclass(frozen=True, kw_only=True)
class Move(Entry):
    """A hand-over; `why` is after how long and by whom, `number` counts returns."""

    passed: Passed
    why: str
    by: str
    reason: str
    note: str

    @property
    def tried(self) -> str | list[tuple[bool, str]]:
        """Several steps as a list, a single one as it was written."""
        steps = [row.strip(" -•\t") for row in self.passed.tried.splitlines()]
        steps = [step for step in steps if step]
        return [(True, step) for step in steps] if len(steps) > 1 else self.passed.tried


@dataclass(frozen=True, kw_only=True)
class Line(Entry):
    """A thin line of the system."""

    sentence: Sentence


@dataclass(frozen=True, kw_only=True)
class Day(Entry):
    """A new civil day of the reader."""

    words: str
