"""Priorities that people changed: how far the deadlines were then, why, and what was forgiven."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.reports.scope import Scope
from helpdesk.sla.models import SlaPolicyVersion, TicketSla
from helpdesk.tickets.clock_use import PRESSED_PERCENT
from helpdesk.tickets.events import PriorityChanged
from helpdesk.tickets.models import EventText, Ticket
from helpdesk.tickets.rules import Priority

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which changes: since when, upwards or downwards, and only those that a deadline pressed."""

    since: datetime
    raised: bool = False
    pressed_only: bool = False


@dataclass(frozen=True)
class Totals:
    """What the filters leave, and how many of them while a deadline was missed or nearly so."""

    count: int
    pressed: int


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of the list; `used_percent` None: nobody looked at the clocks then."""

    id: int
    number: int
    subject: str
    company: str
    at: datetime
    by: str
    old: Priority
    new: Priority
    used_percent: int | None
    breached: bool
    forgiven: bool
    reason: str

    @property
    def is_pressed(self) -> bool:
        return self.breached or (self.used_percent or 0) > PRESSED_PERCENT


def changes(scope: Scope, wanted: Wanted, *, before: int | None = None) -> list[Change]:
    """One page, newest first, and one more when there is a next page; `before` is the last id of the page
    before. One statement.
    """
    statement = _listed().where(*_meant(scope, wanted))
    if before is not None:
        last = aliased(EventRow)
        place = select(last.recorded_at).where(last.id == before).scalar_subquery()
        statement = statement.where(tuple_(EventRow.recorded_at, EventRow.id) < tuple_(place, before))
    order = (EventRow.recorded_at.desc(), EventRow.id.desc())
    return [_change(row) for row in db.session.execute(statement.order_by(*order).limit(PAGE_SIZE + 1))]


def totals(scope: Scope, wanted: Wanted) -> Totals:
    """How many there are; one statement."""
    statement = select(func.count(), func.count().filter(_is_pressed())).select_from(EventRow)
    statement = statement.join(Ticket, Ticket.id == EventRow.ticket_id).where(*_meant(scope, wanted))
    return Totals(*db.session.execute(statement).one())


def _listed() -> Select[*tuple[Any, ...]]:
    return (
        select(EventRow, Ticket.subject, Company.name.label("company"), Person.name.label("by"))
        .add_columns(EventText.text.label("reason"), SlaPolicyVersion.forgive)
        .join(Ticket, Ticket.id == EventRow.ticket_id)
        .join(Company, Company.id == Ticket.company_id)
        .join(Person, Person.id == EventRow.actor_id)
        .outerjoin(EventText, EventText.event_id == EventRow.id)
        .outerjoin(TicketSla, TicketSla.ticket_id == Ticket.id)
        .outerjoin(SlaPolicyVersion, SlaPolicyVersion.id == TicketSla.policy_version_id)
    )


def _meant(scope: Scope, wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    old, new = EventRow.payload["old"].astext, EventRow.payload["new"].astext
    yield EventRow.kind == PriorityChanged.kind
    yield EventRow.recorded_at >= wanted.since
    yield new < old if wanted.raised else new > old
    yield scope.condition
    if wanted.pressed_only:
        yield _is_pressed()


def _is_pressed() -> ColumnElement[bool]:
    used = EventRow.payload["used_percent"].as_integer()
    return or_(EventRow.payload["breached"].as_boolean(), used > PRESSED_PERCENT)


def _change(row: Any) -> Change:
    payload = row.EventRow.payload
    breached = bool(payload.get("breached"))
    lowered = payload["new"] > payload["old"]
    return Change(
        id=row.EventRow.id,
        number=row.EventRow.ticket_id,
        subject=row.subject,
        company=row.company,
        at=row.EventRow.recorded_at,
        by=row.by,
        old=Priority(payload["old"]),
        new=Priority(payload["new"]),
        used_percent=payload.get("used_percent"),
        breached=breached,
        forgiven=breached and lowered and bool(row.forgive),
        reason=row.reason or "",
    )
