"""Recomputes as their pages show them: what they follow, how far they are, and which tickets failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import and_, func, select

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Person
from helpdesk.calendars.models import Calendar
from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.i18n import gettext, number
from helpdesk.sla.models import SlaPolicy
from helpdesk.sla.what_if.models import ItemState, SlaRecompute, SlaRecomputeItem, Subject
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visible_to

LATEST, FAILURES, MOVED = 30, 100, 50
STATES: Mapping[str, Any] = {
    "planned": lazy_gettext("planned"),
    "running": lazy_gettext("under way"),
    "done": lazy_gettext("done"),
    "cancelled": lazy_gettext("taken back"),
}
REACHES: Mapping[str, Any] = {
    "onward": lazy_gettext("open tickets, from then on"),
    "retroactive": lazy_gettext("open tickets, from their beginning"),
}
FOLLOWS: Mapping[str, Any] = {
    Subject.CALENDAR: lazy_gettext("Working hours “%(name)s”"),
    Subject.POLICY: lazy_gettext("SLA policy “%(name)s”"),
    Subject.COMPANY: lazy_gettext("Contracts of %(name)s"),
    Subject.ZONE: lazy_gettext("Time zone of “%(name)s”"),
}
TABLES: Mapping[str, Any] = {
    Subject.CALENDAR: Calendar,
    Subject.POLICY: SlaPolicy,
    Subject.COMPANY: Company,
    Subject.ZONE: Calendar,
}


@dataclass(frozen=True)
class Progress:
    """How many tickets of a recompute stand where; `come` and `gone` count deadlines of clients."""

    total: int
    changed: int = 0
    skipped: int = 0
    failed: int = 0
    come: int = 0
    gone: int = 0

    @property
    def done(self) -> int:
        """Tickets that had their turn."""
        return self.changed + self.skipped + self.failed

    @property
    def words(self) -> str:
        """Read aloud beside the bar."""
        return gettext("%(done)s of %(total)s tickets", done=number(self.done), total=number(self.total))


@dataclass(frozen=True)
class Line:
    """One recompute in the list and on its page."""

    id: int
    name: str
    reach: str
    state: str
    state_words: str
    effective_at: datetime
    finished_at: datetime | None
    by: str
    why: str
    seen: Mapping[str, int]
    progress: Progress


@dataclass(frozen=True)
class Moved:
    """A ticket whose deadline moved; `subject` is None where whoever looks may not see it."""

    number: int
    subject: str | None
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True)
class Failure:
    """A ticket that could not follow, and why."""

    number: int
    sentence: str


def lines(only: int | None = None) -> list[Line]:
    """The latest recomputes, newest first, or one of them; at most five statements."""
    statement = select(SlaRecompute, Person.name).join(Person, Person.id == SlaRecompute.by_id)
    if only is not None:
        statement = statement.where(SlaRecompute.id == only)
    rows = db.session.execute(statement.order_by(SlaRecompute.id.desc()).limit(LATEST)).all()
    names, tallies = _names([run for run, _ in rows]), _tallies([run.id for run, _ in rows])
    return [_line(run, by, names, tallies) for run, by in rows]


def progress_of(run: SlaRecompute) -> Progress:
    """How far it is now; one statement."""
    return _progress(run, _tallies([run.id]))


def moved(actor: Actor, run_id: int) -> list[Moved]:
    """The first tickets whose deadline towards the client is another by it, by number; one statement."""
    before, after = (EventRow.payload[name].astext for name in ("due_before", "due_after"))
    item, key = SlaRecomputeItem, func.concat(f"recompute:{run_id}:", SlaRecomputeItem.ticket_id)
    rows = (
        select(item.ticket_id, Ticket.subject, before, after)
        .join(EventRow, EventRow.idem_key == key)
        .outerjoin(Ticket, and_(Ticket.id == item.ticket_id, visible_to(actor)))
        .where(item.recompute_id == run_id, item.state == ItemState.CHANGED)
        .where(before.is_distinct_from(after))
        .order_by(item.ticket_id)
        .limit(MOVED)
    )
    found = db.session.execute(rows)
    return [Moved(number, subject, _at(old), _at(new)) for number, subject, old, new in found]


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def failures(run_id: int) -> list[Failure]:
    """The tickets that failed, by number."""
    failed = select(SlaRecomputeItem).where(
        SlaRecomputeItem.recompute_id == run_id, SlaRecomputeItem.state == ItemState.FAILED
    )
    rows = db.session.scalars(failed.order_by(SlaRecomputeItem.ticket_id).limit(FAILURES))
    return [Failure(row.ticket_id, row.failure) for row in rows]


def _line(run: SlaRecompute, by: str, names: Mapping[tuple[str, int], str], tallies: "Tallies") -> Line:
    return Line(
        id=run.id,
        name=str(FOLLOWS[run.subject] % {"name": names.get((run.subject, run.subject_id), "?")}),
        reach=str(REACHES[run.reach]),
        state=run.state.value,
        state_words=str(STATES[run.state]),
        effective_at=run.effective_at,
        finished_at=run.finished_at,
        by=by,
        why=run.why,
        seen=run.seen,
        progress=_progress(run, tallies),
    )


Tallies = Mapping[int, Mapping[str, tuple[int, int, int]]]


def _progress(run: SlaRecompute, tallies: Tallies) -> Progress:
    own = tallies.get(run.id, {})
    come, gone = (sum(tally[place] for tally in own.values()) for place in (1, 2))
    counts = {state: own.get(state, (0, 0, 0))[0] for state in ("changed", "skipped", "failed")}
    total = max(run.total, sum(tally[0] for tally in own.values()))
    return Progress(total, **counts, come=come, gone=gone)


def _tallies(run_ids: Sequence[int]) -> Tallies:
    columns = (
        SlaRecomputeItem.recompute_id,
        SlaRecomputeItem.state,
        func.count(),
        func.sum(SlaRecomputeItem.come),
        func.sum(SlaRecomputeItem.gone),
    )
    rows = select(*columns).where(SlaRecomputeItem.recompute_id.in_(run_ids))
    found: dict[int, dict[str, tuple[int, int, int]]] = {}
    for run_id, state, count, come, gone in db.session.execute(
        rows.group_by(SlaRecomputeItem.recompute_id, SlaRecomputeItem.state)
    ):
        found.setdefault(run_id, {})[state.value] = (count, int(come), int(gone))
    return found


def _names(runs: Sequence[SlaRecompute]) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for subject, table in TABLES.items():
        ids = {run.subject_id for run in runs if run.subject == subject}
        if ids:
            named = db.session.execute(select(table.id, table.name).where(table.id.in_(ids)))
            found |= {(subject, row.id): row.name for row in named}
    return found
