"""Pictures that a mail has elsewhere: blocked until a reader asks, then fetched by the desk on his behalf."""

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from helpdesk import clock
from helpdesk.accounts import guard
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.rates import Limit, Rate
from helpdesk.db import db, end_read, transaction
from helpdesk.mail.cleaning import clean_html
from helpdesk.mail.remote_pictures import fetch_pictures
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.picture_models import PicturesShown
from helpdesk.tickets.queries import ticket_loader
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.files import answer_with, letter_of
from helpdesk.tickets.views.forms import HEAD
from helpdesk.web import see_other

PICTURES = Rate("pictures", (Limit(60, 60),))


@blueprint.post("/tickets/<int:number>/messages/<int:message_id>/pictures")
@policy(Permission.TICKET_READ, load=ticket_loader)
@takes(*HEAD)
def show_pictures(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """From now on this reader sees the pictures of this mail; nobody else does."""
    actor, place = current_actor(), url_for("tickets.page", number=number, _anchor=f"message-{message_id}")
    with transaction():
        if (answered := guard.once(actor)) is not None:
            return see_other(answered)
        if not _has_html(ticket, message_id):
            abort(404)
        row = insert(PicturesShown).values(
            person_id=actor.person_id, message_id=message_id, created_at=clock.now(db.session)
        )
        db.session.execute(row.on_conflict_do_nothing())
        guard.remember(actor, place)
    return see_other(place)


@blueprint.get("/tickets/<int:number>/messages/<int:message_id>/pictures")
@policy(Permission.TICKET_READ, load=ticket_loader, rate=PICTURES)
def message_with_pictures(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """The mail in its frame with the pictures in it; blocked as ever for whoever did not ask."""
    asked = db.session.scalar(
        select(
            exists().where(
                PicturesShown.message_id == message_id, PicturesShown.person_id == current_actor().person_id
            )
        )
    )
    letter = letter_of(ticket, message_id)
    end_read()
    return answer_with(letter, fetch_pictures(clean_html(letter.html).remote_images) if asked else {})


def _has_html(ticket: Ticket, message_id: int) -> bool:
    return bool(
        db.session.scalar(
            select(exists().where(Message.id == message_id, Message.ticket_id == ticket.id, Message.has_html))
        )
    )
