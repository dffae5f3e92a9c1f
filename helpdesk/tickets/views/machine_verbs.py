"""Doors to what people decide about machines' doings: an address is written to again, a receipt goes out."""

from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import or_, select

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clients.actions import open_address
from helpdesk.clients.models import ContactAddress
from helpdesk.clients.reach import closed
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.notifications.held_receipts import ALREADY, held_receipt, release_receipt
from helpdesk.notifications.models import Outbox, OutboxRecipient
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import ticket_loader
from helpdesk.tickets.views.acting import act, here
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.forms import HEAD
from helpdesk.tickets.views.refused import comes_back


@blueprint.post("/tickets/<int:number>/address-opening")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("")
@takes(*HEAD, "email")
def address_opening(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Write to an address again from which mail came back."""
    email = request.form.get("email", "").strip().lower()

    def verb(actor: Actor, now: datetime) -> None:
        if not _is_of(ticket, email) or email not in closed([email], by_machine=True):
            raise RuleViolation("Mail goes to this address already.")
        open_address(email, by=actor.person_id, now=now)

    return act(ticket, verb, here(ticket, gettext("Mail goes to %(email)s again.", email=email)))


def _is_of(ticket: Ticket, email: str) -> bool:
    """The contact's address, or one that this ticket's mail went to."""
    own = select(ContactAddress.id).where(
        ContactAddress.contact_id == ticket.contact_id, ContactAddress.email == email
    )
    sent = (
        select(OutboxRecipient.id)
        .join(Outbox, Outbox.id == OutboxRecipient.outbox_id)
        .where(Outbox.ticket_id == ticket.id, OutboxRecipient.email == email)
    )
    return db.session.scalar(select(or_(own.exists(), sent.exists()))) or False


@blueprint.post("/tickets/<int:number>/receipt-release")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("")
@takes(*HEAD)
def receipt_release(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Send the acknowledgement that a cap held back."""

    def verb(actor: Actor, now: datetime) -> None:
        bite = held_receipt(ticket.id)
        if bite is None:
            raise RuleViolation(ALREADY)
        release_receipt(bite, by=actor.person_id, now=now)

    return act(ticket, verb, here(ticket, gettext("The acknowledgement is on its way.")))
