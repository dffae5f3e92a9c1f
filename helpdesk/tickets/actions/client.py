"""Saying who the client is."""

from datetime import datetime

from helpdesk.clients.actions import absorb
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets.actions.ledger import raise_version, stamp
from helpdesk.tickets.events import ClientIdentified
from helpdesk.tickets.models import Ticket


def identify_client(ticket: Ticket, contact: Contact, *, by: int, now: datetime) -> EventRow:
    """Put the ticket to that contact and his company; nothing else ever changes a ticket's company.

    Addresses and numbers of a sender whom nobody knew become that contact's, so that his next mail finds him.
    """
    if ticket.contact_id == contact.id:
        raise RuleViolation("This ticket is already his.")
    if contact.retired_at is not None:
        raise RuleViolation("This contact is no longer there. Choose once more.")
    sender = db.session.get_one(Contact, ticket.contact_id)
    if sender.verified_at is None and sender.company.kind is CompanyKind.UNKNOWN:
        absorb(sender, contact, now=now)
    old_contact_id, old_company_id = ticket.contact_id, ticket.company_id
    ticket.contact_id, ticket.company_id = contact.id, contact.company_id
    raise_version(ticket)
    return publish(
        ClientIdentified(
            **stamp(ticket, by, now),
            old_contact_id=old_contact_id,
            new_contact_id=contact.id,
            old_company_id=old_company_id,
            new_company_id=contact.company_id,
        )
    )
