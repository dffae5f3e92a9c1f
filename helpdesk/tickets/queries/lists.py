"""Lists of tickets as rows ready to show: one statement, keyset paging, in the order of time left."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import aliased

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company, Contact
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.tickets.filters import Filters, Holder, Risk, YesNo
from helpdesk.tickets.models import Handover, ReadMark, Ticket
from helpdesk.tickets.queries.counts import LIMIT, RISK, is_open
from helpdesk.tickets.rules import HandoverKind, Priority, State

PAGE = 60
INFINITY = text("'infinity'::timestamptz")
NEVER = "never"
FOREVER = 9999


class Order(StrEnum):
    """How a list is sorted: by time left, or the newest first."""

    DUE = "due"
    NEWEST = "newest"


@dataclass(frozen=True, kw_only=True)
class TicketRow:
    """One line of a list. `due_at` is the nearest deadline, None when no clock runs; `assignee` None is
    nobody.
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
    due_at: datetime | None
    is_unread: bool
    is_unanswered: bool
    is_answered_once: bool


@dataclass(frozen=True)
class ListPage:
    """Rows in order and the cursor of what follows, None at the end."""

    rows: tuple[TicketRow, ...]
    next_cursor: str | None


def listed(
    actor: Actor, *conditions: ColumnElement[bool], order: Order, cursor: str | None, size: int = PAGE
) -> ListPage:
    """The next `size` rows after the cursor for which all conditions hold; one statement."""
    statement = _rows(actor).where(*conditions)
    if order is Order.DUE:
        statement = statement.where(is_open()).order_by(Ticket.sort_due, Ticket.id)
    else:
        statement = statement.order_by(Ticket.id.desc())
    if cursor:
        statement = statement.where(_after(order, cursor))
    found = db.session.execute(statement.limit(size + 1)).all()
    rows = tuple(_row(row) for row in found[:size])
    more = len(found) > size
    return ListPage(rows, _cursor(order, rows[-1]) if more else None)


def count_of(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many tickets there are, at most LIMIT."""
    some = select(literal(1)).select_from(Ticket).where(*conditions).limit(LIMIT)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def counted(*figures: ScalarSelect[int]) -> tuple[int, ...]:
    """Several such figures in one statement."""
    return tuple(db.session.execute(select(*figures)).one())


def newer_than(moment: datetime, *conditions: ColumnElement[bool]) -> int:
    """How many tickets came into a list, or got words of the client, since then."""
    return counted(count_of(is_open(), Ticket.active_at > moment, *conditions))[0]


def matching(filters: Filters, actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """The filters as conditions; the verdict `sla` is left to whoever knows clocks."""
    conditions: list[ColumnElement[bool]] = [
        column.in_(values) for column, values in _listings(filters) if values
    ]
    if filters.company is not None:
        conditions.append(Ticket.company_id == filters.company)
    if filters.tag:
        conditions.append(Ticket.tags.contains([filters.tag]))
    if filters.q:
        conditions.append(Ticket.stems.op("@@")(func.websearch_to_tsquery("russian", filters.q)))
    if filters.first_contact:
        conditions.append(Ticket.first_contact.is_(filters.first_contact is YesNo.YES))
    if filters.discarded:
        no = Ticket.discarded_at.is_(None)
        conditions.append(no if filters.discarded is YesNo.NO else ~no)
    if filters.reached:
        conditions.append(highest_line() == filters.reached)
    if filters.of_team:
        conditions.append(of_teams(filters.of_team))
    return [*conditions, *_holder(filters, actor), *_risk(filters, now), *_spans(filters)]


def of_teams(team_ids: Collection[int]) -> ColumnElement[bool]:
    """What these teams hold, or own towards the client."""
    ids = sorted(team_ids)
    return or_(Ticket.team_id.in_(ids), Ticket.owner_team_id.in_(ids))


def highest_line() -> ColumnElement[int]:
    """The highest line that the ticket was ever on; in the end it often goes back to line 1."""
    passed = func.max(func.greatest(Handover.from_line, Handover.to_line))
    highest = select(passed).where(Handover.ticket_id == Ticket.id).correlate(Ticket).scalar_subquery()
    return func.greatest(Ticket.line, highest)


def _listings(filters: Filters) -> list[tuple[Any, tuple[Any, ...]]]:
    return [
        (Ticket.state, filters.state),
        (Ticket.priority, filters.priority),
        (Ticket.type, filters.type),
        (Ticket.line, filters.line),
        (Ticket.team_id, filters.team),
    ]


def _holder(filters: Filters, actor: Actor) -> list[ColumnElement[bool]]:
    if filters.assignee is None:
        return []
    if filters.assignee is Holder.NOBODY:
        return [Ticket.assignee_id.is_(None)]
    return [Ticket.assignee_id == (actor.person_id if filters.assignee is Holder.ME else filters.assignee)]


def _risk(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    if filters.risk is None:
        return []
    if filters.risk is Risk.BREACHED:
        return [Ticket.sort_due <= now]
    if filters.risk is Risk.PRESSING:
        return [Ticket.sort_due <= now + RISK]
    return [Ticket.sort_due > now, Ticket.sort_due <= now + RISK]


def _spans(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, start, end in (
        (Ticket.created_at, filters.created_from, filters.created_to),
        (Ticket.resolved_at, filters.resolved_from, filters.resolved_to),
        (Ticket.first_answered_at, filters.answered_from, filters.answered_to),
    ):
        found += _within(column, start, end)
    return [
        *found,
        *_passed(HandoverKind.ESCALATION, _ups(filters)),
        *_passed(HandoverKind.RETURN, _backs(filters)),
    ]


def _ups(filters: Filters) -> list[ColumnElement[bool]]:
    to = [Handover.to_line == filters.handed_to] if filters.handed_to else []
    return [*_within(Handover.at, filters.escalated_from, filters.escalated_to), *to]


def _backs(filters: Filters) -> list[ColumnElement[bool]]:
    by = [Handover.from_line == filters.returned_by] if filters.returned_by else []
    why = [Handover.reason_code.in_(filters.returned_for)] if filters.returned_for else []
    return [*_within(Handover.at, filters.returned_from, filters.returned_to), *by, *why]


def _passed(kind: HandoverKind, asked: list[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """That it passed between lines in the way asked for; nothing when nothing is asked."""
    return [exists().where(Handover.ticket_id == Ticket.id, Handover.kind == kind, *asked)] if asked else []


def _within(column: Any, start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    return [*([column >= start] if start else []), *([column < end] if end else [])]


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
            Ticket.sort_due,
            and_(
                Ticket.last_message_id.isnot(None),
                Ticket.last_message_id > func.coalesce(ReadMark.last_message_id, 0),
            ).label("is_unread"),
            Ticket.unanswered_since.isnot(None).label("is_unanswered"),
            Ticket.first_answered_at.isnot(None).label("is_answered_once"),
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


def _cursor(order: Order, row: TicketRow) -> str:
    if order is Order.NEWEST:
        return str(row.number)
    return f"{row.due_at.astimezone(UTC).isoformat() if row.due_at else NEVER}~{row.number}"


def _after(order: Order, cursor: str) -> ColumnElement[bool]:
    """What lies behind the cursor. Raises BadInput when it is none of ours."""
    try:
        due, _, number = cursor.rpartition("~")
        if order is Order.NEWEST:
            return Ticket.id < int(number)
        if due == NEVER:
            return and_(Ticket.sort_due == INFINITY, Ticket.id > int(number))
        moment = datetime.fromisoformat(due)
        return or_(Ticket.sort_due > moment, and_(Ticket.sort_due == moment, Ticket.id > int(number))) & (
            Ticket.sort_due >= moment
        )
    except ValueError:
        raise BadInput("This page of the list no longer exists: begin at the top.", "after") from None
