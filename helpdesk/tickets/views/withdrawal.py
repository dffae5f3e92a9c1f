"""The doors to taking a mail back before it has left, and to letting one go out again that did not arrive."""

from datetime import datetime

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.notifications.third_parties import send_again
from helpdesk.tickets import actions
from helpdesk.tickets.actions.drafts import Desk, bring_back
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import ticket_loader
from helpdesk.tickets.views.acting import act
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.forms import HEAD
from helpdesk.tickets.views.one_message import at_composer, at_message, message_of
from helpdesk.tickets.views.refused import comes_back


@blueprint.post("/tickets/<int:number>/messages/<int:message_id>/withdrawal")
@policy(Permission.TICKET_NOTE, load=ticket_loader)
@comes_back("")
@takes(*HEAD)
def withdrawal(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """Take one's own mail back while it still waits; words, recipients and files return into the composer."""
    message = message_of(number, message_id)

    def verb(actor: Actor, now: datetime) -> None:
        actions.withdraw_reply(ticket, message, by=actor.person_id, now=now)
        bring_back(Desk(number, actor.person_id), message, now=now)

    return act(ticket, verb, at_composer(number, gettext("Taken back. Nothing was sent.")))


@blueprint.post("/tickets/<int:number>/messages/<int:message_id>/resending")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("")
@takes(*HEAD)
def resending(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """Let the very same mail go once more to whom it did not reach."""
    message = message_of(number, message_id)

    def verb(actor: Actor, now: datetime) -> None:
        send_again(ticket, message, by=actor.person_id, now=now)

    return act(ticket, verb, at_message(number, message_id, gettext("It goes out again now.")))
