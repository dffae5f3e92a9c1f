"""What the routes about returned mail and caps act on: a ticket whose client cannot be reached."""

from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.clients.models import ContactAddress
from helpdesk.db import db
from helpdesk.notifications.cap_models import Cap, CapBite
from helpdesk.notifications.models import Outbox, OutboxKind
from helpdesk.tickets.models import Ticket
from tests.conftest import NOON
from tests.permissions.placed import Maker, Placed

DEAD = "dead@elsewhere.example"


def unreachable(make: Maker) -> Maker:
    """The ticket with a dead address of its contact, and a receipt that a limit held back."""

    def with_both(relation: str, person: Person | None) -> Placed:
        placed = make(relation, person)
        ticket = db.session.get(Ticket, placed.url["number"])
        if ticket is not None:
            _shut(ticket)
            _hold(ticket)
        return Placed(placed.url, {**placed.values, "dead": DEAD})

    return with_both


def _shut(ticket: Ticket) -> None:
    held = db.session.scalar(select(ContactAddress).where(ContactAddress.email == DEAD))
    if held is None:
        held = ContactAddress(contact_id=ticket.contact_id, email=DEAD)
        db.session.add(held)
    held.contact_id, held.undeliverable_at = ticket.contact_id, NOON
    db.session.flush()


def _hold(ticket: Ticket) -> None:
    mail = Outbox(
        key=f"matrix:{ticket.id}",
        kind=OutboxKind.ACKNOWLEDGEMENT,
        ticket_id=ticket.id,
        rfc_message_id=f"<matrix{ticket.id}@fernhill.example>",
        subject="x",
        body="x",
        language="en",
        due_at=NOON,
        finished_at=NOON,
        created_at=NOON,
    )
    db.session.add(mail)
    db.session.flush()
    db.session.add(CapBite(cap=Cap.ADDRESS, who=DEAD, ticket_id=ticket.id, outbox_id=mail.id, at=NOON))
    db.session.flush()
