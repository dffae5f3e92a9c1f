"""The doors to taking a mail back before it has left, and to letting one go out again that did not arrive."""

from datetime import datetime

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.db import db
from helpdesk.notifications.third_parties import send_again
from helpdesk.tickets import actions
from helpdesk.tickets.actions.drafts import Desk, bring_back
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries import ticket_loader
from helpdesk.tickets.views import walk
from helpdesk.tickets.views.acting import Done, act
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.refused import comes_back


@blueprint.post("/tickets/<int:number>/messages/<int:message_id>/withdrawal")
@policy(Permission.TICKET_NOTE, load=ticket_loader)
@comes_back("")
def withdrawal(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """Take one's own mail back while it still waits; words, recipients and files return into the composer."""
    message = _message(number, message_id)

    def verb(actor: Actor, now: datetime) -> None:
        actions.withdraw_reply(ticket, message, by=actor.person_id, now=now)
        bring_back(Desk(number, actor.person_id), message, now=now)

    back = url_for("tickets.page", number=number, _anchor="composer", **walk.kept(request.form))  # type: ignore[arg-type]
    return act(ticket, verb, Done(back, gettext("Taken back. Nothing was sent.")))


@blueprint.post("/tickets/<int:number>/messages/<int:message_id>/resending")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("")
def resending(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """Let the very same mail go once more to whom it did not reach."""
    message = _message(number, message_id)

    def verb(actor: Actor, now: datetime) -> None:
        send_again(ticket, message, by=actor.person_id, now=now)

    back = url_for(
        "tickets.page",
        number=number,
        _anchor=f"message-{message_id}",
        **walk.kept(request.form),  # type: ignore[arg-type]
    )
    return act(ticket, verb, Done(back, gettext("It goes out again now.")))


def _message(number: int, message_id: int) -> Message:
    of_ticket = select(Message).where(Message.id == message_id, Message.ticket_id == number)
    message = db.session.scalars(of_ticket).one_or_none()
    if message is None:
        abort(404)
    return message
