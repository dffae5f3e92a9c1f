"""Whom a mail may still go to at the moment it leaves; everybody else is told why not, one by one."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from helpdesk.clients.models import ContactAddress
from helpdesk.clients.reach import Barrier, closed
from helpdesk.db import db
from helpdesk.errors import N_, BadInput
from helpdesk.mail.compose import address_for
from helpdesk.mail.mailboxes import bare, own_addresses
from helpdesk.mail.probing import is_probe
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.addresses import client_address

OWN = N_("That is a mailbox of the desk itself.")
BARRIERS = {
    Barrier.UNDELIVERABLE: N_("Mail to this address comes back, so nothing was sent."),
    Barrier.COMPLAINED: N_("This person called our mail unwanted, so nothing was sent by itself."),
}


OUR_WORDS = frozenset({OWN, *BARRIERS.values()})


def reachable(mail: Outbox, pending: Iterable[OutboxRecipient], *, now: datetime) -> list[str]:
    """The addresses to send to; the others are failed here, in the open transaction.

    A notice goes to whom the ticket belongs by now, not to whom it belonged when it was written.
    """
    waiting = list(pending)
    if mail.kind is OutboxKind.NOTICE and mail.ticket_id is not None and mail.attempts <= 1:
        _follow_client(mail.ticket_id, waiting)
    barred = _barred([one.email for one in waiting], by_machine=mail.kind is not OutboxKind.REPLY)
    if is_probe(mail):
        barred = {email: words for email, words in barred.items() if words != OWN}
    for recipient in waiting:
        if recipient.email in barred:
            recipient.state, recipient.changed_at = DeliveryState.FAILED, now
            recipient.answer = barred[recipient.email]
    db.session.flush()
    return [one.email for one in waiting if one.email not in barred]


def left_out(mail: Outbox) -> frozenset[str]:
    """The addresses that never were part of the mail, and do not stand in its head either."""
    rows = db.session.scalars(select(OutboxRecipient).where(OutboxRecipient.outbox_id == mail.id))
    return frozenset(
        one.email
        for one in rows
        if one.state is DeliveryState.FAILED and (one.answer in OUR_WORDS or _fault(one.email))
    )


def _barred(emails: list[str], *, by_machine: bool) -> dict[str, str]:
    """Why each of those that must not or cannot be written to is left out."""
    ours = own_addresses()
    found = {email: BARRIERS[one.barrier] for email, one in closed(emails, by_machine=by_machine).items()}
    found |= {email: OWN for email in emails if bare(email) in ours}
    return found | {email: words for email in emails if (words := _fault(email))}


def _fault(email: str) -> str:
    try:
        address_for(email)
    except BadInput as fault:
        return str(fault)
    return ""


def _follow_client(ticket_id: int, recipients: list[OutboxRecipient]) -> None:
    """Where somebody said meanwhile that the ticket is another person's, the notice goes to that one."""
    ticket = db.session.get_one(Ticket, ticket_id)
    of_contact = select(ContactAddress.email).where(ContactAddress.contact_id == ticket.contact_id)
    known = set(db.session.scalars(of_contact))
    address = client_address(ticket)
    for recipient in recipients[:1]:
        if recipient.email not in known and address is not None:
            recipient.email, recipient.name = address, ""
