"""Are the clocks right? Recomputes them from the log, compares with the cache, and rewrites it on request."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from helpdesk import clock
from helpdesk.db import db, transaction
from helpdesk.sla import rows
from helpdesk.sla.clocks import NEVER, Reading, cached, read
from helpdesk.sla.differences import NOT_COMPUTED, Difference, between, of_crossings, of_fields
from helpdesk.sla.histories import History, histories_of
from helpdesk.sla.ledger import choices_in
from helpdesk.sla.models import SlaClock, TicketSla
from helpdesk.sla.rows import Cached, Row
from helpdesk.sla.sweep import ITS_OWN_FAULT
from helpdesk.tickets.models import Ticket

BATCH = 200
_CLOCK = SlaClock.__table__
_NOT_OF_THE_LOG = frozenset({"id"})


@dataclass
class Stored:
    """What the cache holds of one ticket."""

    ticket: Row
    clocks: list[Row] = field(default_factory=list)

    def as_of(self, history: History) -> datetime:
        """The instant for which the rows were written; without any that of the last event."""
        written = [row["checkpoint_at"] for row in self.clocks] or [fact.at for fact in history.facts]
        return max(written, default=NEVER)

    @property
    def waits(self) -> bool:
        """The sweep could not compute it and put it off: its next firing is not that of the log."""
        return self.ticket["failing_since"] is not None


def verify(ticket_ids: Iterable[int]) -> Iterator[tuple[int, list[Difference]]]:
    """For one batch after the other how many tickets it had and what differs; each is a short transaction."""
    for batch in _batches(ticket_ids):
        with transaction():
            found = sure(suspects(batch))
        yield len(batch), found


def suspects(ticket_ids: Sequence[int]) -> list[Difference]:
    """What looks different, read without any lock: somebody may have written between two of the readings."""
    stored, histories = _stored(ticket_ids), histories_of(ticket_ids)
    return [
        one
        for ticket_id in ticket_ids
        if ticket_id in stored
        for one in _of(ticket_id, stored[ticket_id], histories[ticket_id])
    ]


def sure(found: Iterable[Difference]) -> list[Difference]:
    """What is still different while nobody else can write these tickets."""
    ticket_ids = sorted({one.ticket_id for one in found})
    if not ticket_ids:
        return []
    _lock(ticket_ids)
    return suspects(ticket_ids)


def rebuild(ticket_ids: Iterable[int]) -> int:
    """Write the cache of these tickets anew from their logs; how many tickets that were.

    What was written down as crossed stays so and is not told again; what was crossed and never written down
    is due for the sweep. A ticket whose clocks cannot be computed is left as it is.
    """
    count = 0
    for batch in _batches(ticket_ids):
        with transaction():
            count += _rebuild(batch)
    return count


def _rebuild(ticket_ids: Sequence[int]) -> int:
    last_events = _lock(ticket_ids)
    now, histories = clock.now(db.session), histories_of(last_events)
    readings = {
        ticket_id: _reading(ticket_id, histories[ticket_id], max(now, last))
        for ticket_id, last in last_events.items()
    }
    sound = {one: got for one, got in readings.items() if not isinstance(got, Exception)}
    for ticket_id, reading in sound.items():
        if reading is not None:
            _choose(ticket_id, histories[ticket_id])
    rows.write([_cache_of(ticket_id, reading) for ticket_id, reading in sound.items()])
    return len(sound)


def _cache_of(ticket_id: int, reading: Reading | None) -> Cached:
    return cached(reading) if reading else Cached(ticket_id, (), None, missed=False)


def _choose(ticket_id: int, history: History) -> None:
    """The policy as the log last chose it."""
    values = _chosen(history)
    statement = insert(TicketSla).values(ticket_id=ticket_id, **values)
    changed = TicketSla.policy_version_id.is_distinct_from(statement.excluded.policy_version_id)
    changed |= TicketSla.contract_id.is_distinct_from(statement.excluded.contract_id)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["ticket_id"], set_=values, where=changed)
    )


def _lock(ticket_ids: Sequence[int]) -> dict[int, datetime]:
    """Nobody else writes these tickets until the transaction ends; when each had its last event."""
    statement = select(Ticket.id, Ticket.last_event_at).where(Ticket.id.in_(ticket_ids)).order_by(Ticket.id)
    return {
        row.id: row.last_event_at for row in db.session.execute(statement.with_for_update(key_share=True))
    }


def _stored(ticket_ids: Sequence[int]) -> Mapping[int, Stored]:
    ours = (TicketSla.missed, TicketSla.policy_version_id, TicketSla.contract_id, TicketSla.failing_since)
    of_tickets = (
        select(Ticket.id, Ticket.sort_due, *ours)
        .outerjoin(TicketSla, TicketSla.ticket_id == Ticket.id)
        .where(Ticket.id.in_(ticket_ids))
    )
    found = {row["id"]: Stored(dict(row)) for row in db.session.execute(of_tickets).mappings()}
    for row in db.session.execute(select(_CLOCK).where(_CLOCK.c.ticket_id.in_(ticket_ids))).mappings():
        found[row["ticket_id"]].clocks.append(_plain(row))
    return found


def _plain(row: Mapping[Any, Any]) -> Row:
    return {
        name: value.value if isinstance(value, Enum) else value
        for name, value in row.items()
        if name not in _NOT_OF_THE_LOG
    }


def _of(ticket_id: int, stored: Stored, history: History) -> Iterator[Difference]:
    reading = _reading(ticket_id, history, stored.as_of(history))
    if isinstance(reading, Exception):
        yield Difference(ticket_id, "", NOT_COMPUTED, None, type(reading).__name__)
        return
    right = _cache_of(ticket_id, reading)
    yield from of_fields(ticket_id, "", stored.ticket, _verdict(right, reading, history))
    yield from of_crossings(ticket_id, reading.vanished if reading else ())
    for one in between(ticket_id, stored.clocks, right.clocks):
        if not (stored.waits and one.field == "next_fire_at"):
            yield one


def _verdict(right: Cached, reading: Reading | None, history: History) -> Row:
    """What the log says of the ticket as a whole. Without a policy there is no deadline, and no more."""
    due = {"sort_due": right.sort_due or NEVER}
    return {**due, "missed": right.missed, **_chosen(history)} if reading else due


def _chosen(history: History) -> Row:
    last = choices_in(history.facts)[-1]
    return {"policy_version_id": last.policy_version_id, "contract_id": last.contract_id}


def _reading(ticket_id: int, history: History, as_of: datetime) -> Reading | Exception | None:
    try:
        return read(ticket_id, history, as_of)
    except ITS_OWN_FAULT as problem:
        return problem


def _batches(ticket_ids: Iterable[int]) -> Iterator[Sequence[int]]:
    todo: list[int] = []
    for ticket_id in ticket_ids:
        todo.append(ticket_id)
        if len(todo) == BATCH:
            yield todo
            todo = []
    if todo:
        yield todo
