"""The door that says again what became of a message's mails, while somebody has the ticket open."""

from flask import abort
from flask.typing import ResponseReturnValue

from helpdesk import web
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clock import process_time
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import ticket_loader
from helpdesk.tickets.views import reading
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.delivery import Reader, delivery_of
from helpdesk.tickets.views.page import rights_of


@blueprint.get("/tickets/<int:number>/messages/<int:message_id>/delivery", endpoint="delivery")
@policy(Permission.TICKET_READ, load=ticket_loader)
def delivery(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """The foot of that message as it stands now."""
    actor = current_actor()
    said = reading.said_on(ticket.id, only=message_id).get(message_id)
    if said is None:
        abort(404)
    rights = rights_of(actor, ticket)
    reader = Reader(actor.person_id, process_time(), may_write=rights.note, may_repeat=rights.change)
    return web.render(
        "tickets/_delivery.html",
        delivery=delivery_of(number, said, reader, is_withdrawn=False),
        message_id=message_id,
        walk_query="",
    )
