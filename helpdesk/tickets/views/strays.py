"""Doors to deciding about a message of somebody not on the ticket, and about a mail to two mailboxes."""

from datetime import datetime

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.i18n import full_moment
from helpdesk.intake import Wishes
from helpdesk.intake.dividing import open_beside, split_off
from helpdesk.mail.actions import settle_copy
from helpdesk.mail.mailboxes import refuse_own
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.tickets import actions
from helpdesk.tickets.actions.rejoining import notes_on, standing_split
from helpdesk.tickets.actions.strays import email_of, takes_no_part
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries import ticket_loader, visibility
from helpdesk.tickets.views.acting import act
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.forms import HEAD
from helpdesk.tickets.views.one_message import at_message, message_of
from helpdesk.tickets.views.refused import comes_back


@blueprint.post("/tickets/<int:number>/messages/<int:message_id>/acceptance")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("")
@takes(*HEAD)
def acceptance(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """Let whoever wrote it be a watcher: he gets the answers, and what he writes counts."""
    message = message_of(number, message_id)

    def verb(actor: Actor, now: datetime) -> None:
        refuse_own(email_of(message), "email")
        actions.accept_stray(ticket, message, by=actor.person_id, now=now)

    words = gettext("%(email)s gets the answers from now on.", email=email_of(message))
    return act(ticket, verb, at_message(number, message_id, words if takes_no_part(message) else ""))


@blueprint.post("/tickets/<int:number>/messages/<int:message_id>/split")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("")
@takes(*HEAD)
def split(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """Let it go on as a ticket of its own, whose client is whoever wrote it."""
    message = message_of(number, message_id)

    def verb(actor: Actor, now: datetime) -> None:
        split_off(ticket, message, by=actor.person_id, now=now)

    words, undo = (
        gettext("It goes on as a ticket of its own."),
        url_for(".rejoining", number=number, message_id=message_id),
    )
    return act(ticket, verb, at_message(number, message_id, words, undo=undo))


@blueprint.post("/tickets/<int:number>/messages/<int:message_id>/rejoining")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("")
@takes(*HEAD)
def rejoining(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """It was no ticket of its own: end that one, and let the message wait here again."""
    message = message_of(number, message_id)

    def verb(actor: Actor, now: datetime) -> None:
        other = _became(actor, ticket, message)
        actions.lock(other)
        moment = max(now, other.last_event_at)
        actions.undo_split(ticket, message, other, noted=_noted(other), by=actor.person_id, now=moment)

    return act(ticket, verb, at_message(number, message_id, gettext("It waits here again.")))


@blueprint.post("/tickets/<int:number>/messages/<int:message_id>/copies/<int:mail_id>")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("")
@takes(*HEAD)
def second(ticket: Ticket, number: int, message_id: int, mail_id: int) -> ResponseReturnValue:
    """The mail went to another mailbox of ours as well: open a second ticket there."""
    message = message_of(number, message_id)

    def verb(actor: Actor, now: datetime) -> None:
        copy = _copy_of(message, mail_id)
        mailbox = _other_mailbox(ticket, message, copy)
        contact = db.session.get_one(Contact, ticket.contact_id)
        wishes = Wishes(mailbox_id=mailbox.id, default_team_id=mailbox.team_id, language=mailbox.language)
        other = open_beside(ticket, message, contact, wishes, by=actor.person_id, now=now)
        settle_copy(copy, other.id, now=now)

    return act(ticket, verb, at_message(number, message_id, gettext("A second ticket is open there now.")))


def _became(actor: Actor, ticket: Ticket, message: Message) -> Ticket:
    """The ticket that it became. Raises RuleViolation for whoever may not end that one."""
    payload = standing_split(ticket, message).payload
    other = visibility.fetch(actor, int(payload["other_id"]))
    if other is None or not may(visibility.relations(actor, other), Permission.TICKET_DISCARD):
        raise RuleViolation("The ticket that it became is with others. Ask them, or a lead, to end it.")
    return other


def _noted(other: Ticket) -> str:
    """What our people wrote there, each with his name and the moment."""
    parts = [
        "\n".join(
            (
                gettext(
                    "%(name)s wrote on %(moment)s:",
                    name=note.author.name,
                    moment=full_moment(note.created_at),
                ),
                note.text.strip(),
            )
        )
        for note in notes_on(other)
    ]
    title = gettext("Noted on %(other)s before the split was undone:", other=other.id)
    return "\n\n".join((title, *parts)) if parts else ""


def _copy_of(message: Message, mail_id: int) -> InboundMail:
    """The copy, locked. Raises RuleViolation when a ticket was opened from it already."""
    copy = db.session.get(InboundMail, mail_id, with_for_update={"key_share": True})
    if copy is None or copy.copy_of_id is None or copy.copy_of_id != message.inbound_mail_id:
        abort(404)
    if copy.state is not InboundState.IGNORED:
        raise RuleViolation("Somebody has decided about this copy already.")
    return copy


def _other_mailbox(ticket: Ticket, message: Message, copy: InboundMail) -> Mailbox:
    """Where the copy lay, or the mail itself if the copy lay in the ticket's own."""
    kept = db.session.get_one(InboundMail, message.inbound_mail_id)
    other_id = copy.mailbox_id if copy.mailbox_id != ticket.mailbox_id else kept.mailbox_id
    if other_id == ticket.mailbox_id:
        abort(404)
    return db.session.get_one(Mailbox, other_id)
