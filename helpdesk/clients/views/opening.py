"""Door to a ticket that an agent opens for a contact, without a mail or a call."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk import clock, intake, web
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import current_actor, once, policy, remember
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import status_of
from helpdesk.clients import queries
from helpdesk.clients.models import Contact
from helpdesk.clients.views.blueprint import blueprint
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import told
from helpdesk.tickets import words
from helpdesk.tickets.rules import Channel, Priority, TicketType

LONGEST_SUBJECT, LONGEST_TEXT = 200, 20_000


@dataclass(frozen=True)
class TicketSheet:
    """A new ticket as it was typed; `keeps` says that whoever opens it works on it."""

    subject: str = ""
    text: str = ""
    type: str = TicketType.REQUEST.value
    priority: str = Priority.P3.value
    keeps: bool = True


@blueprint.get("/clients/contacts/<int:contact_id>/tickets/new")
@policy(Permission.CALL_LOG)
def new_ticket(contact_id: int) -> ResponseReturnValue:
    """An empty sheet."""
    return _page(_contact(contact_id), TicketSheet())


@blueprint.post("/clients/contacts/<int:contact_id>/tickets")
@policy(Permission.CALL_LOG)
@takes("subject", "text", "type", "priority", "keeps")
def open_ticket(contact_id: int) -> ResponseReturnValue:
    """Open it; what cannot be comes back with every word still there."""
    actor, sheet, found = current_actor(), _sheet(), _contact(contact_id)
    try:
        _check(sheet)
        with transaction():
            if (answered := once(actor)) is not None:
                return web.see_other(answered)
            now = clock.now(db.session)
            incoming = _incoming(sheet, found, actor, now)
            receipt = intake.receive(incoming, by=actor.person_id, now=now)
            place = url_for("tickets.page", number=receipt.ticket_id)
            remember(actor, place)
    except DomainError as error:
        return _page(_contact(contact_id), sheet, error), status_of(error)
    flash(gettext("Ticket %(number)s is open.", number=receipt.ticket_id), "good")
    return web.see_other(place)


def _contact(contact_id: int) -> Contact:
    found = queries.contact(contact_id)
    return found if found is not None and found.retired_at is None else abort(404)


def _sheet() -> TicketSheet:
    sent = request.form
    return TicketSheet(
        subject=" ".join(sent.get("subject", "").split()),
        text=sent.get("text", "").replace("\r\n", "\n").strip(),
        type=sent.get("type", TicketType.REQUEST.value),
        priority=sent.get("priority", Priority.P3.value),
        keeps="keeps" in sent,
    )


def _check(sheet: TicketSheet) -> None:
    if not 1 <= len(sheet.subject) <= LONGEST_SUBJECT:
        raise BadInput(gettext("Say in a few words what it is about."), "subject")
    if not 1 <= len(sheet.text) <= LONGEST_TEXT:
        raise BadInput(gettext("Say what the client needs."), "text")
    if sheet.type not in list(TicketType) or sheet.priority not in list(Priority):
        raise BadInput(gettext("That is no choice of this form."), "type")


def _incoming(sheet: TicketSheet, contact: Contact, actor: Actor, now: datetime) -> intake.Incoming:
    wishes = intake.Wishes(
        contact_id=contact.id,
        type=TicketType(sheet.type),
        priority=Priority(sheet.priority),
        team_id=actor.teams[0].team_id,
        assignee_id=actor.person_id if sheet.keeps else None,
    )
    return intake.Incoming(
        channel=Channel.DESK,
        sender=intake.Sender(name=contact.person.name),
        subject=sheet.subject,
        body=intake.Body(text=sheet.text),
        received_at=now,
        wishes=wishes,
    )


def _page(contact: Contact, sheet: TicketSheet, error: DomainError | None = None) -> str:
    return web.render(
        "clients/ticket_sheet.html",
        contact=contact,
        sheet=sheet,
        sentence=told(error) if error else "",
        field=error.field if isinstance(error, BadInput) else None,
        types=words.options(words.TYPES),
        priorities=words.options(words.PRIORITIES),
    )
