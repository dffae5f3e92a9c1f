"""What became of an answer on its way to the client, in words, and whether it can still be taken back."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext

from helpdesk.notifications.models import DeliveryState
from helpdesk.notifications.reactions import UNDO
from helpdesk.tickets.rules import MessageKind
from helpdesk.tickets.views.reading import Said

BAD = frozenset({DeliveryState.BOUNCED, DeliveryState.FAILED, DeliveryState.UNCERTAIN})


@dataclass(frozen=True)
class Reader:
    """Who looks, when, and whether he may answer clients here."""

    person_id: int
    now: datetime
    may_reply: bool


@dataclass(frozen=True)
class Delivery:
    """A sentence about the copies; `undo_url` takes the answer back, for `seconds` more at least."""

    words: str = ""
    is_bad: bool = False
    undo_url: str | None = None
    seconds: int = 0


def delivery_of(number: int, said: Said, reader: Reader | None, *, is_withdrawn: bool) -> Delivery:
    """The worst state first, with the relay's own words when something is wrong."""
    if is_withdrawn:
        return Delivery(gettext("Taken back, never sent"))
    states = [DeliveryState(copy["state"]) for copy in said.copies]
    bad = [copy for copy in said.copies if DeliveryState(copy["state"]) in BAD]
    if bad:
        words = _words(DeliveryState(bad[0]["state"]))
        told = f"{words}: {bad[0]['email']}" + (f" ({bad[0]['answer']})" if bad[0]["answer"] else "")
        return Delivery(told, is_bad=True)
    if reader is not None and _can_be_undone(said, states, reader):
        return _undoable(number, said, reader)
    order = [DeliveryState.DELAYED, DeliveryState.SENDING, DeliveryState.QUEUED, DeliveryState.ACCEPTED]
    state = next((one for one in order if one in states), None)
    return Delivery(_words(state) if state else "")


def _can_be_undone(said: Said, states: list[DeliveryState], reader: Reader) -> bool:
    is_own = said.kind is MessageKind.REPLY and said.author_id == reader.person_id
    return reader.may_reply and is_own and bool(states) and set(states) == {DeliveryState.QUEUED}


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
