"""Whom one may copy or ask: the client's colleagues, and whoever was written to on this ticket."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from helpdesk.accounts.models import Person
from helpdesk.clients.models import CompanyKind, Contact, ContactAddress
from helpdesk.clients.reach import closed
from helpdesk.db import db
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import MessageKind

MOST = 8


@dataclass(frozen=True)
class Reachable:
    """An address with its owner's name, "" when nobody knows him."""

    email: str
    name: str = ""


def reachable(ticket: Ticket, typed: str, *, own: frozenset[str]) -> list[Reachable]:
    """Addresses that hold the typed letters, in them or in the name; none of our own mailboxes, and none from
    which mail comes back.
    """
    word = typed.strip().lower()
    people = {one.email: one for one in _colleagues(ticket, word)}
    others = {email: Reachable(email) for email in _written_to(ticket) if word in email}
    found = {**others, **people}
    shut = closed(found, by_machine=False)
    return [one for email, one in sorted(found.items()) if email not in own and email not in shut][:MOST]


def _colleagues(ticket: Ticket, word: str) -> list[Reachable]:
    """Contacts of the ticket's company; of a company that nobody has named, only the client himself."""
    fits = or_(
        ContactAddress.email.contains(word, autoescape=True),
        func.lower(Person.name).contains(word, autoescape=True),
    )
    here = Contact.company_id == ticket.company_id
    if ticket.company.kind is not CompanyKind.CLIENT:
        here = Contact.id == ticket.contact_id
    rows = db.session.execute(
        select(ContactAddress.email, Person.name)
        .join(Contact, Contact.id == ContactAddress.contact_id)
        .join(Person, Person.id == Contact.person_id)
        .where(here, Contact.retired_at.is_(None), ContactAddress.undeliverable_at.is_(None), fits)
        .order_by(Person.sort_key, ContactAddress.id)
        .limit(MOST)
    )
    return [Reachable(*row) for row in rows]


def _written_to(ticket: Ticket) -> set[str]:
    """Every address that a mail of this ticket named."""
    rows = db.session.scalars(
        select(Message.recipients).where(Message.ticket_id == ticket.id, Message.kind != MessageKind.NOTE)
    )
    lists = [[*row.get("to", []), *row.get("cc", []), row.get("from") or ""] for row in rows]
    every = [one if isinstance(one, str) else one["email"] for listed in lists for one in listed]
    return {email.lower() for email in every if email}
