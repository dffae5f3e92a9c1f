"""The append-only log of everything that happened, and the one function that lets things follow from it."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, insert_all

PAYLOAD_VERSION = 1


class EventRow(Base):
    """One fact. Payloads hold ids, enums, numbers and times, never text or names of people."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("ticket_id", "seq"),
        Index("ix_event_kind_recorded_at", "kind", "recorded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    seq: Mapped[int | None]
    kind: Mapped[str]
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    payload: Mapped[dict[str, Any]]
    idem_key: Mapped[str | None] = mapped_column(unique=True)
    voids_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))


@dataclass(frozen=True, kw_only=True)
class Event:
    """What every event says: when (aware UTC, whole seconds) and by whom (a person's id).

    Subclasses are frozen, named in the past tense, carry only ids, enums, numbers and times, and set `kind`.
    """

    kind: ClassVar[str]
    at: datetime
    actor_id: int


@dataclass(frozen=True, kw_only=True)
class TicketEvent(Event):
    """An event of one ticket; `seq` is its place in that ticket's history, given by the ticket itself."""

    ticket_id: int
    seq: int


@dataclass(frozen=True)
class Together:
    """A reaction that takes everything published at once, so that a thousand events cost few statements."""

    react: Callable[[Sequence[tuple[Any, EventRow]]], None]


Reaction = Callable[[Any, EventRow], None] | Together

_reactions: Mapping[type[Event], tuple[Reaction, ...]] | None = None


def install(table: Mapping[type[Event], tuple[Reaction, ...]]) -> None:
    """Set what follows from each event; called once by whatever starts the program."""
    global _reactions
    _reactions = table


def publish(event: Event) -> EventRow:
    """Write the event down, then run its reactions in order, all in the open transaction.

    Raises LookupError when no table is installed or the event is missing from it: forgetting one is a defect.
    """
    return publish_all((event,))[0]


def publish_all(events: Sequence[Event]) -> Sequence[EventRow]:
    """Publish many events of one type: each reaction has seen all of them before the next one begins."""
    if not events:
        return ()
    reactions = _reactions_to(events[0])
    rows = record_all(events)
    for reaction in reactions:
        if isinstance(reaction, Together):
            reaction.react(list(zip(events, rows, strict=True)))
            continue
        for event, row in zip(events, rows, strict=True):
            reaction(event, row)
    return rows


def _reactions_to(event: Event) -> tuple[Reaction, ...]:
    if _reactions is None:
        raise LookupError("No reactions are installed; call events.install() at start.")
    if type(event) not in _reactions:
        raise LookupError(f"{type(event).__name__} has no row in reactions.py.")
    return _reactions[type(event)]


def record(event: Event) -> EventRow:
    """Append the event to the log and give back its row with an id.

    An event found later than it happened says so in `found_at`; all others are recorded as they happen.
    """
    return record_all((event,))[0]


def record_all(events: Iterable[Event]) -> Sequence[EventRow]:
    """Append events to the log in this order, in one statement, and give back their rows with ids.

    The rows are for reading only: what stands in the log does not change.
    """
    values = [_values(event) for event in events]
    ids = insert_all(EventRow, values, "id")
    return [EventRow(id=one.id, **row) for one, row in zip(ids, values, strict=True)]


def _values(event: Event) -> dict[str, Any]:
    return {
        "ticket_id": getattr(event, "ticket_id", None),
        "seq": getattr(event, "seq", None),
        "kind": event.kind,
        "effective_at": event.at,
        "recorded_at": getattr(event, "found_at", None) or event.at,
        "actor_id": event.actor_id,
        "payload": payload_of(event),
        "idem_key": getattr(event, "idem_key", None),
        "voids_id": getattr(event, "voids_id", None),
    }


_fields_of: dict[type[Event], tuple[str, ...]] = {}
_OWN_COLUMNS = frozenset({"at", "actor_id", "ticket_id", "seq", "idem_key"})


def payload_of(event: Event) -> dict[str, Any]:
    """The event's own fields as JSON values, with the version of this shape under `v`."""
    own = {name: _plain(getattr(event, name)) for name in _own_fields(event)}
    return {"v": PAYLOAD_VERSION, **own}


def _own_fields(event: Event) -> tuple[str, ...]:
    known = _fields_of.get(type(event))
    if known is None:
        known = tuple(field.name for field in fields(event) if field.name not in _OWN_COLUMNS)
        _fields_of[type(event)] = known
    return known


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, (tuple, list, frozenset)):
        return [_plain(item) for item in value]
    return value
