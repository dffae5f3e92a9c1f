"""Addresses that differ behind a plus sign only reach one person (RFC 5233), so limits count them as one."""

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from helpdesk.clients.rules import address


def counted_as(email: str) -> str:
    """The address without its plus part; one that begins with a plus, such as a phone number's, stays."""
    local, at, domain = address(email).rpartition("@")
    return (local.partition("+")[0] or local) + at + domain


def is_counted_with(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], email: str
) -> ColumnElement[bool]:
    """Whether a stored address is that one, or differs from it behind a plus sign only; served by an index
    on the column.
    """
    whole = counted_as(email)
    local, at, domain = whole.rpartition("@")
    is_near = column.startswith(f"{local}+", autoescape=True), column.endswith(at + domain, autoescape=True)
    return or_(column == whole, and_(*is_near))
