"""What became of a message's mails on their way out, in words, and what may still be done about them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import url_for
from flask_babel import gettext

from helpdesk.i18n import moment
from helpdesk.mail.retelling import retold
from helpdesk.notifications.models import DeliveryState, OutboxKind
from helpdesk.notifications.reactions import UNDO
from helpdesk.tickets.rules import MessageKind
from helpdesk.tickets.views.reading import Facts, Said

UNDER_WAY = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DELAYED})
BAD = frozenset({DeliveryState.BOUNCED, DeliveryState.FAILED, DeliveryState.UNCERTAIN})
ORDER = (DeliveryState.DELAYED, DeliveryState.SENDING, DeliveryState.QUEUED, DeliveryState.ACCEPTED)
OVERDUE = timedelta(seconds=45)  # with the next look at it, whoever reads the ticket knows within a minute
LOOK_SOON_S, LOOK_LATER_S = 3, 15


@dataclass(frozen=True)
class Reader:
    """Who looks, when, and whether he may write here, and let a mail go out again."""

    person_id: int
    now: datetime
    may_write: bool
    may_repeat: bool


@dataclass(frozen=True)
class Copy:
    """One recipient's copy in words, since when, and with the relay's own answer. `sort` is good, bad or
    wait; `label` says what it is a copy of where that is not the message itself. `is_doubtful`: nobody can
    tell whether it left.
    """

    email: str
    words: str
    answer: str
    sort: str
    at: datetime | None
    label: str = ""
    is_doubtful: bool = False

    @property
    def is_bad(self) -> bool:
        return self.sort == "bad"


@dataclass(frozen=True)
class Delivery:
    """A sentence about the copies; `undo_url` takes the mail back, for `seconds` more at least, and
    `again_url` lets it go once more. `copies` tell them apart, folded where all is well. `others` are
    mails of the desk about this message. `look_url` is asked again in `look_s` seconds, while news may come.
    """

    words: str = ""
    is_bad: bool = False
    is_waiting: bool = False
    undo_url: str | None = None
    seconds: int = 0
    again_url: str | None = None
    copies: tuple[Copy, ...] = ()
    others: tuple[Copy, ...] = ()
    look_url: str = ""
    look_s: int = 0

    @property
    def is_well(self) -> bool:
        return not (self.is_bad or self.is_waiting or self.undo_url)


def delivery_of(number: int, said: Said, reader: Reader | None, *, is_withdrawn: bool) -> Delivery:
    """The worst state first, with the relay's own words."""
    answers = [copy for copy in said.copies if copy["kind"] == OutboxKind.REPLY]
    letters = [copy for copy in said.copies if copy["kind"] != OutboxKind.REPLY]
    others = tuple(_copy(copy, reader, _label(copy)) for copy in letters)
    if is_withdrawn:
        return Delivery(gettext("Taken back, never sent"))
    found = replace(_of_answer(number, said, answers, reader), others=others)
    url = url_for("tickets.delivery", number=number, message_id=said.id)
    return replace(found, look_url=url, look_s=_next_look(said.copies, found))


def _of_answer(number: int, said: Said, copies: Sequence[Facts], reader: Reader | None) -> Delivery:
    states = [DeliveryState(copy["state"]) for copy in copies]
    listed = tuple(_copy(copy, reader) for copy in copies)
    if BAD & set(states):
        return replace(_not_arrived(number, said, states, reader), copies=listed)
    waiting = min((since for copy in copies if (since := _waits_since(copy, reader))), default=None)
    undo = reader is not None and _can_be_undone(said, states, reader)
    if waiting is not None:
        words = gettext("Waiting since %(moment)s, goes out by itself", moment=moment(waiting))
        return Delivery(words, is_waiting=True, copies=listed, undo_url=_undo(number, said) if undo else None)
    if reader is not None and undo:
        return _undoable(number, said, reader)
    state = next((one for one in ORDER if one in states), None)
    return Delivery(_words(state) if state else "", copies=listed)


def _not_arrived(number: int, said: Said, states: list[DeliveryState], reader: Reader | None) -> Delivery:
    """Nobody, or not everybody, has it; each copy says why. Once nothing is under way it may go again."""
    lost = [state for state in states if state in BAD]
    words = _words(lost[0]) if len(lost) == len(states) else gettext("Not delivered to everybody")
    is_over = not set(states) & UNDER_WAY
    may_repeat = reader is not None and reader.may_repeat and is_over
    again = url_for("tickets.resending", number=number, message_id=said.id) if may_repeat else None
    return Delivery(words, is_bad=True, again_url=again)


def _can_be_undone(said: Said, states: list[DeliveryState], reader: Reader) -> bool:
    is_own = said.kind in (MessageKind.REPLY, MessageKind.FORWARD) and said.author_id == reader.person_id
    return reader.may_write and is_own and bool(states) and set(states) == {DeliveryState.QUEUED}


def _undoable(number: int, said: Said, reader: Reader) -> Delivery:
    left = max(0, round((said.created_at + UNDO - reader.now).total_seconds()))
    words = gettext("Goes out in %(seconds)s s", seconds=left) if left else _words(DeliveryState.QUEUED)
    return Delivery(words, undo_url=_undo(number, said), seconds=left)


def _undo(number: int, said: Said) -> str:
    return url_for("tickets.withdrawal", number=number, message_id=said.id)


def _copy(copy: Facts, reader: Reader | None, label: str = "") -> Copy:
    state, since = DeliveryState(copy["state"]), _waits_since(copy, reader)
    answer = copy["answer"] or (copy["error"] if since else "") or ""
    return Copy(
        email=copy["email"],
        words=_words_of_copy(copy, state, since),
        answer=retold(answer),
        sort="bad" if state in BAD else "wait" if state in UNDER_WAY else "good",
        at=_known_since(copy) if since is None else None,
        label=label,
        is_doubtful=state is DeliveryState.UNCERTAIN,
    )


def _known_since(copy: Facts) -> datetime:
    return datetime.fromisoformat(copy["read_at"] or copy["delivered_at"] or copy["changed_at"])


def _words_of_copy(copy: Facts, state: DeliveryState, since: datetime | None) -> str:
    if since is not None:
        return gettext("Waiting since %(moment)s", moment=moment(since))
    if state is DeliveryState.DELAYED and copy["finished_at"]:
        return gettext("Delayed on its way, the other server keeps trying")
    if state is DeliveryState.DELAYED:
        due = datetime.fromisoformat(copy["due_at"])
        return gettext("Delayed, next try %(moment)s", moment=moment(due))
    if state is DeliveryState.ACCEPTED and copy["read_at"]:
        return gettext("Displayed by the reader's program")
    if state is DeliveryState.ACCEPTED and copy["delivered_at"]:
        return gettext("Delivered")
    return _words(state)


def _waits_since(copy: Facts, reader: Reader | None) -> datetime | None:
    """Since when a copy has waited that should have left; None while all is as it should be."""
    if reader is None or copy["state"] not in (DeliveryState.QUEUED, DeliveryState.DELAYED):
        return None
    if copy["state"] == DeliveryState.DELAYED and not copy["waits_for_relay"]:
        return None  # the recipient's own server asked for patience
    since = datetime.fromisoformat(copy["waiting_since"] or copy["due_at"])
    return since if copy["waiting_since"] or reader.now - since > OVERDUE else None


def _next_look(copies: Sequence[Facts], found: Delivery) -> int:
    """In how many seconds there may be news; 0: there will be none."""
    states = {DeliveryState(copy["state"]) for copy in copies}
    if not states & UNDER_WAY:
        return 0
    if found.undo_url and found.seconds:
        return found.seconds + 2
    is_slow = found.is_waiting or DeliveryState.DELAYED in states
    return LOOK_LATER_S if is_slow else LOOK_SOON_S


def _label(copy: Facts) -> str:
    return gettext("Receipt") if copy["kind"] == OutboxKind.ACKNOWLEDGEMENT else gettext("Notice")


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
