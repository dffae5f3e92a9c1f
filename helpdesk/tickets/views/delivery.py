"""What became of an answer on its way to the client, in words, and whether it can still be taken back."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext

from helpdesk.notifications.models import DeliveryState
from helpdesk.notifications.reactions import UNDO
from helpdesk.tickets.rules import MessageKind
from helpdesk.tickets.views.reading import Said

UNDER_WAY = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DELAYED})
BAD = frozenset({DeliveryState.BOUNCED, DeliveryState.FAILED, DeliveryState.UNCERTAIN})


@dataclass(frozen=True)
class Reader:
    """Who looks, when, and whether he may write here, and let a mail go out again."""

    person_id: int
    now: datetime
    may_write: bool
    may_repeat: bool


@dataclass(frozen=True)
class Copy:
    """One recipient's copy in words, with the relay's own answer where something is wrong."""

    email: str
    words: str
    answer: str
    is_bad: bool


@dataclass(frozen=True)
class Delivery:
    """A sentence about the copies; `undo_url` takes the mail back, for `seconds` more at least, and
    `again_url` lets it go once more. `copies` tell them apart where they differ.
    """

    words: str = ""
    is_bad: bool = False
    undo_url: str | None = None
    seconds: int = 0
    again_url: str | None = None
    copies: tuple[Copy, ...] = ()


def delivery_of(number: int, said: Said, reader: Reader | None, *, is_withdrawn: bool) -> Delivery:
    """The worst state first, with the relay's own words when something is wrong."""
    if is_withdrawn:
        return Delivery(gettext("Taken back, never sent"))
    states = [DeliveryState(copy["state"]) for copy in said.copies]
    if BAD & set(states):
        return _not_arrived(number, said, states, reader)
    if reader is not None and _can_be_undone(said, states, reader):
        return _undoable(number, said, reader)
    order = [DeliveryState.DELAYED, DeliveryState.SENDING, DeliveryState.QUEUED, DeliveryState.ACCEPTED]
    state = next((one for one in order if one in states), None)
    copies = _copies(said) if state is DeliveryState.DELAYED else ()
    return Delivery(_words(state) if state else "", copies=copies)


def _not_arrived(number: int, said: Said, states: list[DeliveryState], reader: Reader | None) -> Delivery:
    """Nobody, or not everybody, has it; each copy says why. Once nothing is under way it may go again."""
    lost = [state for state in states if state in BAD]
    words = _words(lost[0]) if len(lost) == len(states) else gettext("Not delivered to everybody")
    is_over = not set(states) & UNDER_WAY
    may_repeat = reader is not None and reader.may_repeat and is_over
    again = url_for("tickets.resending", number=number, message_id=said.id) if may_repeat else None
    return Delivery(words, is_bad=True, again_url=again, copies=_copies(said))


def _copies(said: Said) -> tuple[Copy, ...]:
    return tuple(
        Copy(
            email=copy["email"],
            words=_words(DeliveryState(copy["state"])),
            answer=(copy["answer"] or "") if copy["state"] != DeliveryState.ACCEPTED else "",
            is_bad=DeliveryState(copy["state"]) in BAD,
        )
        for copy in said.copies
    )


def _can_be_undone(said: Said, states: list[DeliveryState], reader: Reader) -> bool:
    is_own = said.kind in (MessageKind.REPLY, MessageKind.FORWARD) and said.author_id == reader.person_id
    return reader.may_write and is_own and bool(states) and set(states) == {DeliveryState.QUEUED}


def _undoable(number: int, said: Said, reader: Reader) -> Delivery:
    left = max(0, round((said.created_at + UNDO - reader.now).total_seconds()))
    words = gettext("Goes out in %(seconds)s s", seconds=left) if left else _words(DeliveryState.QUEUED)
    url = url_for("tickets.withdrawal", number=number, message_id=said.id)
    return Delivery(words, undo_url=url, seconds=left)


def _words(state: DeliveryState) -> str:
    return {
        DeliveryState.QUEUED: gettext("Leaves in a moment"),
        DeliveryState.SENDING: gettext("Is being sent"),
        DeliveryState.ACCEPTED: gettext("Sent"),
        DeliveryState.DELAYED: gettext("Delayed, will be tried again"),
        DeliveryState.BOUNCED: gettext("Came back"),
        DeliveryState.UNCERTAIN: gettext("Perhaps sent, perhaps not"),
        DeliveryState.FAILED: gettext("Not sent"),
    }[state]
