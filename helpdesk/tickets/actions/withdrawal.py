"""Taking an answer back before it has left: it stays in the history, and everything else is as before it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk.db import db
from helpdesk.errors import NotPermitted, RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets.actions.ledger import stamp
from helpdesk.tickets.actions.waits import take_back_waits, wait_on
from helpdesk.tickets.events import ReplyWithdrawn
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import WAITING_STATES, State

REPLIED = "ticket.agent_replied"
FORWARDED = "ticket.forwarded"
SECOND_BUTTON = ("ticket.state_changed", "ticket.resolved")
HARMLESS = (
    "ticket.note_added",
    "ticket.person_mentioned",
    "ticket.linked",
    "ticket.unlinked",
    "ticket.article_linked",
    "ticket.article_solved",
    "ticket.third_party_wrote",
    FORWARDED,
)
OVER = ("ticket.resolved", "ticket.discarded", "ticket.closed", "ticket.call_joined", REPLIED)


def withdraw_reply(ticket: Ticket, message: Message, *, by: int, now: datetime) -> EventRow:
    """Take back one's own mail and what was done with the same press of a button (wait, resolve).

    No clock remembers it, an unanswered client is unanswered since when he was, and whoever became owner by
    answering is it no more. Raises RuleViolation when anything but a note or more words of the client's has
    happened since, or once it has left.
    """
    if message.author_id != by:
        raise NotPermitted("Only who wrote an answer can take it back.")
    history = _history(ticket.id)
    replied = _reply_in(history, message.id)
    act = _act(history, replied)
    before = _standing(
        event for event in history if event.seq < replied.seq and not _is_voided(event, history)
    )
    voided = tuple(event.seq for event in act)
    asked_since = (event.at for event in history if event.seq > replied.seq and _asks(event))
    before.owed_since = before.owed_since or next(asked_since, None)
    _restore(ticket, before, replied)
    if len(voided) > 1:
        take_back_waits(ticket, voided)
        wait_on(ticket)
    return publish(
        ReplyWithdrawn(**stamp(ticket, by, now), message_id=message.id, voids_id=replied.id, voided=voided)
    )


@dataclass(frozen=True)
class _Past:
    """One event of the ticket, as far as taking back needs it."""

    id: int
    seq: int
    kind: str
    at: datetime
    actor_id: int
    payload: dict[str, object]


@dataclass
class _Standing:
    """Where a ticket stood after a part of its history."""

    state: State = State.NEW
    wake_at: datetime | None = None
    owed_since: datetime | None = None


def _history(ticket_id: int) -> list[_Past]:
    columns = (EventRow.id, EventRow.seq, EventRow.kind, EventRow.effective_at, EventRow.actor_id)
    rows = db.session.execute(
        select(*columns, EventRow.payload)
        .where(EventRow.ticket_id == ticket_id, EventRow.kind.like("ticket.%"))
        .order_by(EventRow.seq)
    )
    return [_Past(*row) for row in rows]


def _reply_in(history: Iterable[_Past], message_id: int) -> _Past:
    for event in history:
        if event.kind in (REPLIED, FORWARDED) and event.payload["message_id"] == message_id:
            return event
    raise RuleViolation("Only a mail that has not left can be taken back.")


def _act(history: Sequence[_Past], replied: _Past) -> list[_Past]:
    """The answer and what its second button did."""
    since = [event for event in history if event.seq > replied.seq]
    if any(replied.id == event.payload.get("voids_id") for event in since):
        raise RuleViolation("This answer was already taken back.")
    act = [replied]
    if since and _belongs(since[0], replied):
        act.append(since.pop(0))
    if not all(_is_harmless(event) for event in since):
        raise RuleViolation("Something else has happened on this ticket since: write again instead.")
    return act


def _is_harmless(event: _Past) -> bool:
    """What stays true without the answer; words of the client's do where they moved no state."""
    wrote = event.kind == "ticket.client_wrote" and event.payload["old"] == event.payload["state"]
    return wrote or event.kind in HARMLESS


def _belongs(event: _Past, replied: _Past) -> bool:
    same_press = (event.at, event.actor_id) == (replied.at, replied.actor_id)
    return same_press and event.kind in SECOND_BUTTON


def _is_voided(event: _Past, history: Iterable[_Past]) -> bool:
    taken_back = [one.payload["voided"] for one in history if one.kind == ReplyWithdrawn.kind]
    return any(event.seq in seqs for seqs in taken_back if isinstance(seqs, list))


def _standing(history: Iterable[_Past]) -> _Standing:
    found = _Standing()
    for event in history:
        found.state = State(str(event.payload["state"]))
        wake_at = event.payload.get("wake_at")
        found.wake_at = datetime.fromisoformat(str(wake_at)) if wake_at else found.wake_at
        if event.kind in OVER:
            found.owed_since = _still_owed(found.owed_since, event)
        elif _asks(event):
            found.owed_since = found.owed_since or event.at
    if found.state not in WAITING_STATES:
        found.wake_at = None
    return found


def _still_owed(owed_since: datetime | None, event: _Past) -> datetime | None:
    """A call entered later answers only what the client had asked before it."""
    return owed_since if owed_since is not None and owed_since > event.at else None


def _asks(event: _Past) -> bool:
    """Whether a person of the client's is owed an answer from this event on."""
    if event.kind == "ticket.opened":
        return not (event.payload["live"] or event.payload["by_machine"] or not event.payload["message_id"])
    return event.kind == "ticket.client_wrote" and not event.payload["is_machine"]


def _restore(ticket: Ticket, before: _Standing, replied: _Past) -> None:
    if ticket.state is State.RESOLVED and before.state is not State.RESOLVED:
        ticket.resolved_at, ticket.resolution, ticket.first_contact = None, "", False
    ticket.state, ticket.wake_at = before.state, before.wake_at
    ticket.unanswered_since = before.owed_since
    if replied.payload.get("first"):
        ticket.first_answered_at = None
    if replied.payload.get("made_owner") and ticket.owner_id == replied.actor_id:
        ticket.owner_id = None
