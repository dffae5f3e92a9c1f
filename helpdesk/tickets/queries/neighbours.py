"""What stands before and after a ticket in a list, by the keys that sort it."""

from sqlalchemy import ColumnElement, select

from helpdesk.db import db
from helpdesk.tickets.filters import Order
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import orders


def neighbours(
    ticket: Ticket, *conditions: ColumnElement[bool], order: Order, has_left: bool
) -> tuple[int | None, int | None]:
    """The tickets before and after this one in a list, None at its ends; one statement.

    `has_left`: the ticket no longer stands in the list, so its first one comes next.
    """
    near = select(Ticket.id).where(*conditions)
    before = near.where(orders.ahead(order, ticket)).order_by(*orders.backwards(order)).limit(1)
    after = near.where(*([] if has_left else [orders.behind(order, ticket)]))
    after = after.order_by(*orders.forwards(order)).limit(1)
    found = db.session.execute(select(before.scalar_subquery(), after.scalar_subquery())).one()
    return (None if has_left else found[0]), found[1]
