"""The door to taking an answer back before it has left."""

from datetime import datetime

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries import ticket_loader
from helpdesk.tickets.rules import MessageKind
from helpdesk.tickets.views import walk
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.composing import keep_draft
from helpdesk.tickets.views.refused import comes_back
from helpdesk.tickets.views.verbs import Done, act


@blueprint.post("/tickets/<int:number>/messages/<int:message_id>/withdrawal")
@policy(Permission.TICKET_REPLY, load=ticket_loader)
@comes_back("")
def withdrawal(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """Take one's own answer back while it still waits; its text returns into the composer."""
    of_ticket = select(Message).where(Message.id == message_id, Message.ticket_id == number)
    message = db.session.scalars(of_ticket).one_or_none()
    if message is None:
        abort(404)

    def verb(actor: Actor, now: datetime) -> None:
        actions.withdraw_reply(ticket, message, by=actor.person_id, now=now)
        keep_draft(number, actor.person_id, MessageKind.REPLY, message.text, now)

    back = url_for("tickets.page", number=number, _anchor="composer", **walk.kept(request.form))  # type: ignore[arg-type]
    return act(ticket, verb, Done(back, gettext("Taken back. Nothing was sent.")))
