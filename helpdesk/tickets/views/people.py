"""Doors to who else gets the answers on a ticket, and to for whom a mail that was passed on counts."""

from datetime import datetime
from enum import StrEnum

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clients.actions import contact_for_address
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.clients.rules import is_address
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.mail.mailboxes import refuse_own
from helpdesk.tickets import actions
from helpdesk.tickets.evidence import passed_on_by, passed_on_from
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries import relations, ticket_loader
from helpdesk.tickets.queries.addresses import WRITTEN_FROM
from helpdesk.tickets.queries.visibility import fetch
from helpdesk.tickets.rules import MessageKind
from helpdesk.tickets.views.acting import act, here
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.forms import HEAD, chosen, text_of
from helpdesk.tickets.views.refused import comes_back
from helpdesk.tickets.watch_models import TicketWatcher

WATCHERS = "watcher-dialog"
VERBS = {
    "accept": actions.accept_watcher,
    "decline": actions.decline_watcher,
    "remove": actions.remove_watcher,
}
# The verb takes its locks itself, in the order address, ticket.
unlocked = Loader(fetch, relations)


class Whose(StrEnum):
    """For whom a mail that was passed on counts."""

    AGENT = "agent"
    CLIENT = "client"


@blueprint.post("/tickets/<int:number>/watchers")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back(WATCHERS)
@takes(*HEAD, "email")
def watchers(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Let an address get the answers."""
    email = text_of(request.form, "email")

    def verb(actor: Actor, now: datetime) -> None:
        refuse_own(email, "email")
        actions.watch(ticket, email, by=actor.person_id, now=now)

    return act(ticket, verb, here(ticket, gettext("%(email)s gets the answers from now on.", email=email)))


@blueprint.post("/tickets/<int:number>/watchers/<int:watcher_id>")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("")
@takes(*HEAD, "verb")
def watcher(ticket: Ticket, number: int, watcher_id: int) -> ResponseReturnValue:
    """Accept whom a mail proposed, decline him, or take somebody off; the button says which."""
    verb_of = VERBS.get(request.form.get("verb", ""))
    if verb_of is None:
        raise BadInput(gettext("That is no choice of this form."), "verb")

    def verb(actor: Actor, now: datetime) -> None:
        row = db.session.get(TicketWatcher, watcher_id, with_for_update={"key_share": True})
        if row is None or row.ticket_id != number:
            abort(404)
        verb_of(ticket, row, by=actor.person_id, now=now)

    return act(ticket, verb, here(ticket))


@blueprint.post("/tickets/<int:number>/requester")
@policy(Permission.TICKET_CHANGE, load=unlocked)
@comes_back("")
@takes(*HEAD, "whose")
def requester(ticket: Ticket, number: int) -> ResponseReturnValue:
    """For whom the mail counts that one of us passed on: for him, or for whoever wrote it."""
    whose = chosen(request.form, "whose", Whose)

    def verb(actor: Actor, now: datetime) -> None:
        contact = _contact(ticket, whose, now)
        actions.change_requester(ticket, contact, by=actor.person_id, now=now)

    return act(ticket, verb, here(ticket))


def _contact(ticket: Ticket, whose: Whose, now: datetime) -> Contact:
    """The contact meant, made if nobody has that address. Raises BadInput where no mail was passed on."""
    first = db.session.scalar(
        select(Message)
        .where(Message.ticket_id == ticket.id, Message.kind == MessageKind.CLIENT)
        .order_by(Message.id)
        .limit(1)
    )
    evidence = first.evidence if first else []
    agent_id, email = passed_on_by(evidence), passed_on_from(evidence)
    if whose is Whose.AGENT and agent_id is not None:
        return db.session.get_one(Contact, agent_id)
    if whose is Whose.AGENT and email is not None and first and (own := _own_contact(first.author_id)):
        return own
    if agent_id is not None and first is not None:
        email = first.recipients.get(WRITTEN_FROM)
    if whose is Whose.CLIENT and email and is_address(email):
        return contact_for_address(email, "", now=now)
    raise BadInput(gettext("Nobody can tell from this mail whose it was. Say who the client is."), "whose")


def _own_contact(person_id: int) -> Contact | None:
    """One of us as a client."""
    own = select(Contact).join(Company).where(Contact.person_id == person_id, Company.kind == CompanyKind.OWN)
    return db.session.scalars(own).one_or_none()
