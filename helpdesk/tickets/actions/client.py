"""Saying who the client is."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, or_, select, update

from helpdesk.clients.actions import absorb, hold_address, unite
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.clients.queries import emails_of, same_sender
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets.actions.ledger import keep_words, lock, raise_version, stamp
from helpdesk.tickets.events import ClientIdentified
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import OPEN_STATES, check_not_merged
from helpdesk.tickets.watch_models import TicketWatcher


def identify_client(ticket: Ticket, contact: Contact, *, by: int, now: datetime) -> list[Ticket]:
    """Put the ticket to that contact and his company; nothing else ever changes a ticket's company.

    Addresses and numbers of a sender whom nobody knew become that contact's, so that his next mail finds
    him, and his other open tickets go along; all that moved are given back. Comes unlocked: locks are taken
    in the order address, contacts, tickets, as intake takes them. Raises RuleViolation.
    """
    check_not_merged(is_merged=ticket.merged_into_id is not None)
    if ticket.contact_id == contact.id:
        raise RuleViolation(_("This ticket is already his."))
    sender = db.session.get_one(Contact, ticket.contact_id)
    return _identify(sender, contact, [ticket.id], by=by, now=now)


def change_requester(ticket: Ticket, contact: Contact, *, by: int, now: datetime) -> EventRow:
    """Put this one ticket to that contact and his company; nobody's addresses or other tickets move.

    Comes unlocked. Raises RuleViolation.
    """
    check_not_merged(is_merged=ticket.merged_into_id is not None)
    lock(ticket)
    if ticket.contact_id == contact.id:
        raise RuleViolation(_("This ticket is already his."))
    return _put(ticket, contact, by=by, now=max(now, ticket.last_event_at))


def identify_sender(sender: Contact, contact: Contact, *, by: int, now: datetime) -> list[Ticket]:
    """The same without a ticket at hand, for a sender whom nobody knows. Raises RuleViolation."""
    if sender.verified_at is not None or sender.company.kind is not CompanyKind.UNKNOWN:
        raise RuleViolation(_("Somebody has said already who this is."))
    return _identify(sender, contact, [], by=by, now=now)


def unite_contacts(double: Contact, into: Contact, *, by: int, now: datetime) -> list[Ticket]:
    """Two entries are one person: whatever the double asked for is the other's now, finished or not.

    Comes unlocked, as identify_client. Raises RuleViolation (see clients.actions.unite).
    """
    for email in emails_of([double.id, into.id]):
        hold_address(email)
    _locked_contacts([double.id], into)
    unite(double, into, now=now)
    query = select(Ticket).where(Ticket.contact_id == double.id).order_by(Ticket.id)
    locked = query.with_for_update(key_share=True, of=Ticket).execution_options(populate_existing=True)
    tickets = list(db.session.scalars(locked))
    for ticket in tickets:
        _put(ticket, into, by=by, now=max(now, ticket.last_event_at))
    watched = update(TicketWatcher).where(TicketWatcher.contact_id == double.id)
    db.session.execute(watched.values(contact_id=into.id))
    return tickets


def open_tickets_of(contact_ids: Sequence[int]) -> list[int]:
    """The numbers of their unfinished tickets."""
    query = select(Ticket.id).where(Ticket.contact_id.in_(contact_ids), Ticket.state.in_(OPEN_STATES))
    return sorted(db.session.scalars(query))


def open_tickets_of_company(company_id: int) -> int:
    """How many unfinished tickets the company has."""
    query = select(func.count()).where(Ticket.company_id == company_id, Ticket.state.in_(OPEN_STATES))
    return db.session.scalar(query) or 0


def _identify(
    sender: Contact, contact: Contact, numbers: Sequence[int], *, by: int, now: datetime
) -> list[Ticket]:
    for email in emails_of(same_sender(sender)):
        hold_address(email)
    strangers = _locked_contacts([sender.id, *same_sender(sender)], contact)
    if contact.retired_at is not None:
        raise RuleViolation(_("This contact is no longer there. Choose once more."))
    tickets = _locked_tickets(same_sender(sender), numbers)
    for stranger in strangers:
        if stranger.verified_at is None and stranger.company.kind is CompanyKind.UNKNOWN:
            absorb(stranger, contact, now=now)
    moving = [ticket for ticket in tickets if ticket.contact_id != contact.id]
    for ticket in moving:
        _put(ticket, contact, by=by, now=max(now, ticket.last_event_at))
    return moving


def _locked_contacts(ids: Sequence[int], known: Contact) -> list[Contact]:
    """Everybody whose rows change, locked by ascending id; the known one is not given back."""
    query = select(Contact).where(Contact.id.in_({*ids, known.id})).order_by(Contact.id)
    locked = db.session.scalars(
        query.with_for_update(key_share=True, of=Contact).execution_options(populate_existing=True)
    )
    return [contact for contact in locked if contact.id != known.id]


def _locked_tickets(contact_ids: Sequence[int], numbers: Sequence[int]) -> list[Ticket]:
    theirs = Ticket.contact_id.in_(contact_ids) & Ticket.state.in_(OPEN_STATES)
    query = select(Ticket).where(or_(theirs, Ticket.id.in_(numbers))).order_by(Ticket.id)
    return list(
        db.session.scalars(
            query.with_for_update(key_share=True, of=Ticket).execution_options(populate_existing=True)
        )
    )


def _put(ticket: Ticket, contact: Contact, *, by: int, now: datetime) -> EventRow:
    old_contact_id, old_company_id = ticket.contact_id, ticket.company_id
    ticket.contact_id, ticket.company_id = contact.id, contact.company_id
    raise_version(ticket)
    row = publish(
        ClientIdentified(
            **stamp(ticket, by, now),
            old_contact_id=old_contact_id,
            new_contact_id=contact.id,
            old_company_id=old_company_id,
            new_company_id=contact.company_id,
        )
    )
    keep_words(row, contact.person.name)
    return row
