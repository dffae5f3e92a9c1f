"""Whom a mail names beside us: people who may want to read along."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from helpdesk.clients.models import Company, Contact, ContactAddress
from helpdesk.clients.rules import address, is_address
from helpdesk.db import db
from helpdesk.intake.incoming import Incoming, Sender, SenderCheck
from helpdesk.intake.standing import takes_part
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.watch_rules import Named, Naming


def take_named(
    ticket: Ticket, incoming: Incoming, message_id: int | None, *, is_signed: bool, by: int, now: datetime
) -> None:
    """Let those who were named watch, or propose them; `is_signed`: it came back with a mark of ours.

    Only for words of the client's side; a mark proves nothing where our server says that it is not he.
    Machines and blind copies name nobody.
    """
    if not incoming.named or message_id is None or incoming.is_machine or incoming.is_aside:
        return
    author_id = db.session.get_one(Message, message_id).author_id
    naming = Naming(
        company_id=ticket.company_id,
        takes_part=takes_part(ticket, author_id, incoming.sender.email),
        is_proved=incoming.check is SenderCheck.PASS or (is_signed and incoming.check is SenderCheck.NONE),
    )
    named = _known(ticket, incoming.named)
    tickets.name_watchers(ticket, named, naming, message_id, by=by, now=now)


def _known(ticket: Ticket, people: Sequence[Sender]) -> list[Named]:
    """Each with what we know of him; the requester himself is left out."""
    emails = {address(one.email): one.name for one in people if is_address(one.email)}
    rows = db.session.execute(
        select(ContactAddress.email, Contact.id, Contact.verified_at, Company)
        .join(Contact, Contact.id == ContactAddress.contact_id)
        .join(Company, Company.id == Contact.company_id)
        .where(ContactAddress.email.in_(emails), Contact.retired_at.is_(None))
    )
    found = {row.email: row for row in rows}
    named = []
    for email, name in emails.items():
        row = found.get(email)
        if row is None:
            named.append(Named(email=email, name=name))
        elif row.id != ticket.contact_id:
            company_id = row.Company.id if row.Company.shares_requests else None
            verified = row.verified_at is not None
            named.append(
                Named(email=email, name=name, contact_id=row.id, company_id=company_id, is_verified=verified)
            )
    return named
