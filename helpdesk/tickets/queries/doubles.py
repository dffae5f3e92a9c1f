"""Which open tickets may be the same request again: of the same client, the most alike first."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Person
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.db import db
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries.counts import is_open
from helpdesk.tickets.queries.visibility import visible_to
from helpdesk.tickets.rules import State

LOOKED_AT = 60
SHOWN = 6
WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, kw_only=True)
class Likely:
    """A ticket that may be the same request; `likeness` between 0 and 1 is that of the subjects."""

    number: int
    subject: str
    state: State
    line: int
    contact: str
    active_at: datetime
    is_same_contact: bool
    likeness: float


@dataclass(frozen=True)
class LastWords:
    """The last message of a ticket: who, when, what."""

    author: str
    at: datetime
    text: str


def likely_doubles(ticket: Ticket, actor: Actor) -> list[Likely]:
    """Open tickets of the same contact or company that the person may see; one statement."""
    same_client = [Ticket.contact_id == ticket.contact_id]
    if ticket.company.kind is not CompanyKind.UNKNOWN:
        same_client.append(Ticket.company_id == ticket.company_id)
    contact = aliased(Person)
    rows = db.session.execute(
        select(Ticket.id, Ticket.subject, Ticket.state, Ticket.line, Ticket.active_at, Ticket.contact_id)
        .add_columns(contact.name)
        .join(Contact, Contact.id == Ticket.contact_id)
        .join(contact, contact.id == Contact.person_id)
        .where(is_open(), or_(*same_client), Ticket.id != ticket.id, visible_to(actor))
        .order_by(Ticket.active_at.desc(), Ticket.id.desc())
        .limit(LOOKED_AT)
    )
    found = [
        Likely(
            number=row.id,
            subject=row.subject,
            state=row.state,
            line=row.line,
            contact=row.name,
            active_at=row.active_at,
            is_same_contact=row.contact_id == ticket.contact_id,
            likeness=likeness(row.subject, ticket.subject),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.likeness, not one.is_same_contact))[:SHOWN]


def likeness(one: str, other: str) -> float:
    """The share of words that two subjects have in common (Jaccard)."""
    first, second = (set(WORD.findall(text.casefold().replace("ё", "е"))) for text in (one, other))
    return len(first & second) / len(first | second) if first | second else 0.0


def last_words(numbers: tuple[int, ...]) -> dict[int, LastWords]:
    """The last message of each of these tickets; one statement."""
    rows = db.session.execute(
        select(Message.ticket_id, Person.name, Message.created_at, Message.text, Message.reply_until)
        .join(Ticket, Ticket.last_message_id == Message.id)
        .join(Person, Person.id == Message.author_id)
        .where(Ticket.id.in_(numbers))
    )
    return {number: LastWords(name, at, text[:until].strip()) for number, name, at, text, until in rows}
