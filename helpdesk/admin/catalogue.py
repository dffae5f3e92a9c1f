"""What the screen of categories and tags shows: each entry with how many open tickets carry it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Label, func, select

from helpdesk.db import db
from helpdesk.tickets.models import Category, Tag, Ticket
from helpdesk.tickets.rules import OPEN_STATES

LIMIT = 1000


@dataclass(frozen=True)
class Row:
    """An entry; `open_count` stops at a thousand."""

    id: int
    name: str
    is_offered: bool
    open_count: int


def categories() -> list[Row]:
    """All in their order, those put away last. One statement."""
    order = (Category.retired_at.is_not(None), Category.position, Category.id)
    counted = _counted(Ticket.category_id == Category.id, Category)
    rows = db.session.execute(
        select(Category.id, Category.name, Category.retired_at, counted).order_by(*order)
    )
    return [Row(row.id, row.name, row.retired_at is None, row.open_count) for row in rows]


def tags() -> list[Row]:
    """All by name, those put away last. One statement."""
    order = (Tag.retired_at.is_not(None), func.lower(Tag.name))
    counted = _counted(Ticket.tags.contains(func.array_append([], Tag.name)), Tag)
    rows = db.session.execute(select(Tag.id, Tag.name, Tag.retired_at, counted).order_by(*order))
    return [Row(row.id, row.name, row.retired_at is None, row.open_count) for row in rows]


def _counted(condition: ColumnElement[bool], outer: type[Category] | type[Tag]) -> Label[int]:
    some = select(Ticket.id).where(condition, Ticket.state.in_(OPEN_STATES)).limit(LIMIT).correlate(outer)
    return select(func.count()).select_from(some.subquery()).scalar_subquery().label("open_count")
