"""Events published together: one statement, one order, and reactions that see each or all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk import events
from helpdesk.db import db
from helpdesk.events import Event, EventRow, TicketEvent, Together, publish, publish_all, record
from helpdesk.reactions import REACTIONS
from tests.factories import a_ticket, the_system

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("session")


@dataclass(frozen=True, kw_only=True)
class Counted(TicketEvent):
    """Something that happens several times."""

    kind: ClassVar[str] = "test.counted"
    words: tuple[str, ...] = ()


seen: list[object] = []


@pytest.fixture(autouse=True)
def reactions() -> Iterator[None]:
    """A table in which this event is looked at one by one, then all together."""
    seen.clear()

    def each(event: Counted, row: EventRow) -> None:
        seen.append((event.seq, row.id))

    def together(happened: Sequence[tuple[Any, EventRow]]) -> None:
        seen.append([event.seq for event, _ in happened])

    events.install({**REACTIONS, Counted: (each, Together(together))})
    yield
    events.install(REACTIONS)


def counted(count: int) -> list[Counted]:
    ticket = a_ticket()
    return [
        Counted(at=NOON, actor_id=the_system().id, ticket_id=ticket.id, seq=ticket.event_seq + place)
        for place in range(1, count + 1)
    ]


def test_each_reaction_has_seen_all_before_the_next_begins() -> None:
    many = counted(3)
    rows = publish_all(many)
    ids = [row.id for row in rows]
    assert seen == [*zip([one.seq for one in many], ids, strict=True), [one.seq for one in many]]
    assert ids == sorted(ids)


def test_one_event_is_a_batch_of_one() -> None:
    (one,) = counted(1)
    row = publish(one)
    assert seen == [(one.seq, row.id), [one.seq]]


def test_nothing_is_published_of_no_events() -> None:
    assert publish_all([]) == ()
    assert seen == []


def test_the_log_holds_what_the_rows_say(session: scoped_session[Session]) -> None:
    (one,) = counted(1)
    words = Counted(
        at=NOON, actor_id=one.actor_id, ticket_id=one.ticket_id, seq=one.seq, words=("a“b\\", "%s", "ё\n")
    )
    row = record(words)
    kept = session.execute(select(EventRow.payload, EventRow.effective_at).where(EventRow.id == row.id)).one()
    assert kept.payload == row.payload == {"v": 1, "words": ["a“b\\", "%s", "ё\n"]}
    assert kept.effective_at == NOON


def test_an_event_without_reactions_is_a_defect() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Forgotten(Event):
        kind: ClassVar[str] = "test.forgotten"

    with pytest.raises(LookupError, match="Forgotten has no row"):
        publish(Forgotten(at=NOON, actor_id=the_system().id))
    assert db.session.scalar(select(EventRow.id).where(EventRow.kind == "test.forgotten")) is None
