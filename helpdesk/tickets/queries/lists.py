"""Lists of tickets as rows ready to show: one statement, keyset paging."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, func, literal, or_, select
from sqlalchemy.orm import aliased

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company, Contact
from helpdesk.db import db
from helpdesk.tickets.filters import Order
from helpdesk.tickets.models import ReadMark, Ticket
from helpdesk.tickets.queries import orders
from helpdesk.tickets.queries.counts import LIMIT
from helpdesk.tickets.queries.drafts import has_draft
from helpdesk.tickets.queries.orders import FOREVER
from helpdesk.tickets.queries.waits import waiting_facts
from helpdesk.tickets.rules import Priority, State

__all__ = ["PAGE", "ListPage", "Order", "TicketRow", "count_of", "counted", "first_of", "listed"]

PAGE = 60


@dataclass(frozen=True, kw_only=True)
class TicketRow:
    """One line of a list. `due_at` is the nearest deadline, None when no clock runs; `assignee` None is
    nobody; `waits` says for whom, why, since when and how often already, None when it does not wait.
    """

    number: int
    subject: str
    preview: str
    line: int
    state: State
    priority: Priority
    company: str
    vip: bool
    contact: str
    assignee_id: int | None
    assignee: str | None
    owner_id: int | None
    created_at: datetime
    active_at: datetime
    due_at: datetime | None
    wake_at: datetime | None
    waits: dict[str, Any] | None
    is_unread: bool
    is_unanswered: bool
    is_answered_once: bool
    has_draft: bool


@dataclass(frozen=True)
class ListPage:
    """Rows in order and the cursor of what follows, None at the end."""

    rows: tuple[TicketRow, ...]
    next_cursor: str | None


def listed(
    actor: Actor, *conditions: ColumnElement[bool], order: Order, cursor: str | None, size: int = PAGE
) -> ListPage:
    """The next `size` rows after the cursor for which all conditions hold; one statement."""
    statement = _rows(actor).where(*conditions).order_by(*orders.forwards(order))
    if cursor:
        statement = statement.where(orders.after(order, cursor))
    found = db.session.execute(statement.limit(size + 1)).all()
    rows = tuple(_row(row) for row in found[:size])
    more = len(found) > size
    return ListPage(rows, orders.cursor_of(order, rows[-1]) if more else None)


def first_of(
    *conditions: ColumnElement[bool], order: Order, cursor: str | None, size: int = PAGE
) -> list[tuple[int, datetime]]:
    """Numbers and last activity of the same rows, for whoever has drawn them before; one statement."""
    statement = select(Ticket.id, Ticket.active_at).where(*conditions).order_by(*orders.forwards(order))
    if cursor:
        statement = statement.where(orders.after(order, cursor))
    return [(number, at) for number, at in db.session.execute(statement.limit(size))]


def count_of(*conditions: ColumnElement[bool], most: int = LIMIT) -> ScalarSelect[int]:
    """How many tickets there are; nobody counts further than `most`."""
    some = select(literal(1)).select_from(Ticket).where(*conditions).limit(most)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def counted(*figures: ScalarSelect[int]) -> tuple[int, ...]:
    """Several such figures in one statement."""
    return tuple(db.session.execute(select(*figures)).one())


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    speaker, worker = aliased(Person), aliased(Person)
    return (
        select(
            Ticket.id,
            Ticket.subject,
            Ticket.preview,
            Ticket.line,
            Ticket.state,
            Ticket.priority,
            Company.name.label("company"),
            or_(Company.vip, Contact.vip).label("vip"),
            speaker.name.label("contact"),
            Ticket.assignee_id,
            worker.name.label("assignee"),
            Ticket.owner_id,
            Ticket.created_at,
            Ticket.active_at,
            Ticket.sort_due,
            Ticket.wake_at,
            waiting_facts(),
            and_(
                Ticket.last_message_id.isnot(None),
                Ticket.last_message_id > func.coalesce(ReadMark.last_message_id, 0),
            ).label("is_unread"),
            Ticket.unanswered_since.isnot(None).label("is_unanswered"),
            or_(Ticket.first_answered_at.isnot(None), Ticket.reopen_count > 0).label("is_answered_once"),
            has_draft(actor.person_id).label("has_draft"),
        )
        .join(Company, Company.id == Ticket.company_id)
        .join(Contact, Contact.id == Ticket.contact_id)
        .join(speaker, speaker.id == Contact.person_id)
        .outerjoin(worker, worker.id == Ticket.assignee_id)
        .outerjoin(ReadMark, and_(ReadMark.ticket_id == Ticket.id, ReadMark.person_id == actor.person_id))
    )


def _row(row: Row[Any]) -> TicketRow:
    values = dict(row._mapping)
    due = values.pop("sort_due")
    return TicketRow(number=values.pop("id"), due_at=None if due.year >= FOREVER else due, **values)
