"""Saying who the client is."""

from datetime import datetime

from helpdesk.clients.models import Contact
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets.actions.ledger import raise_version, stamp
from helpdesk.tickets.events import ClientIdentified
from helpdesk.tickets.models import Ticket


def identify_client(ticket: Ticket, contact: Contact, *, by: int, now: datetime) -> EventRow:
    """Put the ticket to that contact and his company; nothing else ever changes a ticket's company."""
    if ticket.contact_id == contact.id:
        raise RuleViolation("This ticket is already his.")
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
