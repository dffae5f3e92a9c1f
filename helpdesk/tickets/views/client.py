"""Door to saying who a ticket's client is."""

from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import Loader, current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clients.forms import WHO
from helpdesk.clients.models import Contact
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import relations
from helpdesk.tickets.queries.visibility import fetch
from helpdesk.tickets.views import whose
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.forms import HEAD

# The verb takes its locks itself: the sender's contact comes before his tickets.
unlocked = Loader(fetch, relations)


@blueprint.get("/tickets/<int:number>/client", endpoint="ask_client")
@policy(Permission.TICKET_CHANGE, load=unlocked)
def ask_client(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Who may it be?"""
    return whose.ask(ticket.contact_id, _question(ticket))


@blueprint.post("/tickets/<int:number>/client", endpoint="client")
@policy(Permission.TICKET_CHANGE, load=unlocked)
@takes(*HEAD, *WHO)
def client(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Say who the client is."""
    by = current_actor().person_id

    def put(contact: Contact, now: datetime) -> list[Ticket]:
        return actions.identify_client(ticket, contact, by=by, now=now)

    return whose.answer(ticket.contact_id, _question(ticket), put)


def _question(ticket: Ticket) -> whose.Question:
    page = url_for("tickets.page", number=ticket.id)
    return whose.Question(url_for("tickets.client", number=ticket.id), page, ticket.id)
