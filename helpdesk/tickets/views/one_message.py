"""One message of a ticket as the doors to it find it, and its place on the page."""

from flask import abort, request, url_for
from sqlalchemy import select

from helpdesk.db import db
from helpdesk.tickets.models import Message
from helpdesk.tickets.views import walk
from helpdesk.tickets.views.acting import Done


def message_of(number: int, message_id: int) -> Message:
    """That message of that ticket; 404 when it is another's, or none."""
    of_ticket = select(Message).where(Message.id == message_id, Message.ticket_id == number)
    message = db.session.scalars(of_ticket).one_or_none()
    if message is None:
        abort(404)
    return message


def at_message(number: int, message_id: int, words: str = "", *, undo: str = "") -> Done:
    """Back to where it stands on the page."""
    return _at(number, f"message-{message_id}", words, undo)


def at_composer(number: int, words: str = "") -> Done:
    """To where one writes on."""
    return _at(number, "composer", words, "")


def _at(number: int, anchor: str, words: str, undo: str) -> Done:
    place = url_for("tickets.page", number=number, _anchor=anchor, **walk.kept(request.form))  # type: ignore[arg-type]
    return Done(place, words, undo)
