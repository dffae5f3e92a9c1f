"""What the clocks of tickets are computed from, for any number of tickets in one statement."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import BigInteger, Text, any_, bindparam, cast, func, null, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.sla.ledger import KINDS, Fact
from helpdesk.sla.models import SlaFiring


class Mark(NamedTuple):
    """What names a crossing within its ticket; it is written down once."""

    metric: str
    line: int | None
    cycle: int
    epoch: int
    percent: int


@dataclass(frozen=True)
class History:
    """The facts of one ticket in order, the crossings that stand written down, and those withdrawn since."""

    facts: Sequence[Fact]
    marks: frozenset[Mark]
    withdrawn: frozenset[Mark]


_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
_MARK = (SlaFiring.metric, SlaFiring.line, SlaFiring.cycle, SlaFiring.epoch, SlaFiring.percent)
_FACTS = select(
    EventRow.ticket_id,
    EventRow.payload,
    EventRow.id,
    EventRow.seq,
    EventRow.kind,
    EventRow.effective_at,
    EventRow.actor_id,
).where(EventRow.ticket_id == _IDS, EventRow.kind == any_(bindparam("kinds", type_=ARRAY(Text))))
_FIRINGS = select(
    SlaFiring.ticket_id,
    func.jsonb_build_array(*_MARK),
    cast(null(), BigInteger),
    cast(null(), BigInteger),
    cast(null(), Text),
    SlaFiring.withdrawn_at,
    cast(null(), BigInteger),
).where(SlaFiring.ticket_id == _IDS)
# Each of the two has an index of its own.
_STANDING, _WITHDRAWN = SlaFiring.withdrawn_at.is_(None), SlaFiring.withdrawn_at.is_not(None)
_READ = union_all(_FACTS, _FIRINGS.where(_STANDING), _FIRINGS.where(_WITHDRAWN))


def histories_of(ticket_ids: Iterable[int]) -> dict[int, History]:
    """Of each of these tickets all that its clocks depend on; one statement."""
    ids = list(ticket_ids)
    facts, marks = defaultdict[int, list[Fact]](list), defaultdict[tuple[int, bool], set[Mark]](set)
    for row in db.session.execute(_READ, {"ids": ids, "kinds": list(KINDS)}):
        if row.id is None:
            marks[row.ticket_id, row.effective_at is None].add(Mark(*row.payload))
        else:
            fact = Fact(row.id, row.seq, row.kind, row.effective_at, row.actor_id, row.payload)
            facts[row.ticket_id].append(fact)
    return {
        one: History(
            sorted(facts[one], key=_place), frozenset(marks[one, True]), frozenset(marks[one, False])
        )
        for one in ids
    }


def _place(fact: Fact) -> int:
    return fact.seq
