"""What stands before and after a ticket in a list, by the keys that sort it."""

from typing import Any

from sqlalchemy import ColumnElement, literal, select, tuple_

from helpdesk.db import db
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.counts import is_open
from helpdesk.tickets.queries.lists import FOREVER, INFINITY, Order


def neighbours(
    ticket: Ticket, *conditions: ColumnElement[bool], order: Order, has_left: bool
) -> tuple[int | None, int | None]:
    """The tickets before and after this one in a list, None at its ends; one statement.

    `has_left`: the ticket no longer stands in the list, so its first one comes next.
    """
    near = select(Ticket.id).where(*conditions)
    due = [is_open()] if order is Order.DUE else []
    rising, falling = _ways(order)
    before = near.where(*due, _place_of(order) < _mark_of(order, ticket)).order_by(*falling).limit(1)
    after = near.where(*due, *([] if has_left else [_place_of(order) > _mark_of(order, ticket)]))
    after = after.order_by(*rising).limit(1)
    found = db.session.execute(select(before.scalar_subquery(), after.scalar_subquery())).one()
    return (None if has_left else found[0]), found[1]


def _ways(order: Order) -> tuple[list[Any], list[Any]]:
    """The order of the list forwards and backwards."""
    if order is Order.DUE:
        return [Ticket.sort_due, Ticket.id], [Ticket.sort_due.desc(), Ticket.id.desc()]
    return [Ticket.id.desc()], [Ticket.id]


def _place_of(order: Order) -> Any:
    return tuple_(Ticket.sort_due, Ticket.id) if order is Order.DUE else -Ticket.id


def _mark_of(order: Order, ticket: Ticket) -> Any:
    if order is Order.NEWEST:
        return -ticket.id
    due = INFINITY if ticket.sort_due.year >= FOREVER else literal(ticket.sort_due)
    return tuple_(due, literal(ticket.id))
