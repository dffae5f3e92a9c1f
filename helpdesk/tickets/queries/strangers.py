"""Senders whom nobody has identified: the list of them, and what one of them has written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Row, String, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company, CompanyKind, Contact, ContactAddress, ContactPhone
from helpdesk.db import db
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries.counts import is_open

PAGE_SIZE = 50
LAST_SAID, LONGEST = 4, 6000
BREAK = "\n"


@dataclass(frozen=True)
class Stranger:
    """One sender: everybody who rang from one number is one. `contact_id` is his latest."""

    contact_id: int
    person_id: int
    name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    tickets: int
    open_tickets: int
    first_seen: datetime
    last_seen: datetime


def strangers_waiting() -> int:
    """How many senders with open tickets nobody has identified."""
    waits = select(Ticket.id).where(Ticket.contact_id == Contact.id, is_open()).exists()
    query = select(func.count()).select_from(Contact).join(Company, Company.id == Contact.company_id)
    unknown = (Company.kind == CompanyKind.UNKNOWN, Contact.retired_at.is_(None))
    return db.session.scalar(query.where(*unknown, waits)) or 0


def strangers_page(*, only_open: bool, after: tuple[datetime, int] | None = None) -> list[Stranger]:
    """One page of unknown senders, last seen first, and one more when there is a next page. One statement.

    `after` is (last seen, contact) of the last one of the page before.
    """
    known = _grouped()
    query = select(known).order_by(known.c.last_seen.desc(), known.c.contact_id.desc())
    if only_open:
        query = query.where(known.c.open_tickets > 0)
    if after:
        at, contact_id = after
        later = (known.c.last_seen == at) & (known.c.contact_id < contact_id)
        query = query.where((known.c.last_seen < at) | later)
    return [_stranger(row) for row in db.session.execute(query.limit(PAGE_SIZE + 1))]


def _keyed() -> CTE:
    """Every unidentified contact with what tells him from others, and what his tickets say."""
    number = (
        select(func.min(ContactPhone.e164)).where(ContactPhone.contact_id == Contact.id).scalar_subquery()
    )
    tickets = (
        select(
            func.count().label("tickets"),
            func.count().filter(is_open()).label("open_tickets"),
            func.max(Ticket.active_at).label("active_at"),
        )
        .where(Ticket.contact_id == Contact.id)
        .lateral()
    )
    return (
        select(
            Contact.id,
            Contact.person_id,
            Contact.created_at,
            func.coalesce(number, literal("contact ") + cast(Contact.id, String)).label("key"),
            tickets.c.tickets,
            tickets.c.open_tickets,
            _listed(ContactAddress.email, ContactAddress.contact_id).label("emails"),
            _listed(ContactPhone.typed, ContactPhone.contact_id).label("phones"),
            func.greatest(Contact.created_at, tickets.c.active_at).label("seen_at"),
        )
        .join(Company, Company.id == Contact.company_id)
        .join(tickets, literal(True))
        .where(Company.kind == CompanyKind.UNKNOWN, Contact.retired_at.is_(None))
        .cte("keyed")
    )


def _grouped() -> CTE:
    """One row a sender."""
    keyed = _keyed()
    return (
        select(
            func.max(keyed.c.id).label("contact_id"),
            func.max(keyed.c.person_id).label("person_id"),
            func.array_agg(aggregate_order_by(Person.name, keyed.c.id.desc())).label("names"),
            func.string_agg(keyed.c.emails, BREAK).label("emails"),
            func.string_agg(keyed.c.phones, BREAK).label("phones"),
            func.min(keyed.c.created_at).label("first_seen"),
            func.max(keyed.c.seen_at).label("last_seen"),
            func.sum(keyed.c.tickets).label("tickets"),
            func.sum(keyed.c.open_tickets).label("open_tickets"),
        )
        .join(Person, Person.id == keyed.c.person_id)
        .group_by(keyed.c.key)
        .cte("grouped")
    )


def _listed(column: Any, contact_id: Any) -> Any:
    return select(func.string_agg(column, BREAK)).where(contact_id == Contact.id).scalar_subquery()


def _entries(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((text or "").split(BREAK))) if text else ()


def _stranger(row: Row[Any]) -> Stranger:
    return Stranger(
        contact_id=row.contact_id,
        person_id=row.person_id,
        name=row.names[0],
        emails=_entries(row.emails),
        phones=_entries(row.phones),
        tickets=int(row.tickets),
        open_tickets=int(row.open_tickets),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )


def said_by(contact_ids: Sequence[int]) -> str:
    """The last things they wrote, with their signatures."""
    query = (
        select(func.left(Message.text, LONGEST))
        .join(Ticket, Ticket.id == Message.ticket_id)
        .join(Contact, Contact.id == Ticket.contact_id)
        .where(Ticket.contact_id.in_(contact_ids), Message.author_id == Contact.person_id)
        .order_by(Message.id.desc())
        .limit(LAST_SAID)
    )
    return "\n".join(db.session.scalars(query))
