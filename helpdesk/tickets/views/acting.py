"""How a door does one verb to a ticket: once, in one transaction, and where it goes then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import current_actor
from helpdesk.db import db, transaction
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.views import walk
from helpdesk.tickets.views.forms import number_of

Act = Callable[[Actor, datetime], object]


@dataclass(frozen=True)
class Done:
    """Where to go after a verb and what to say there; "" says nothing. `undo` is where to take it back."""

    location: str
    words: str = ""
    undo: str = ""


def act(ticket: Ticket, verb: Act, done: Done) -> ResponseReturnValue:
    """Do it once, in one transaction with the receipt of the form, and go on.

    Forms on properties and places carry the version they were opened with. Raises StaleChange.
    """
    actor, version = current_actor(), number_of(request.form, "version")
    with transaction():
        answered = guard.once(actor)
        if answered is not None:
            return web.see_other(answered)
        if version is not None:
            actions.check_version(ticket, version)
        verb(actor, clock.now(db.session, not_before=ticket.last_event_at))
        guard.remember(actor, done.location)
    if done.undo:
        undo = {"url": done.undo, "fields": []}
        flash({"words": done.words, "links": [], "more": "", "undo": undo}, "good")  # type: ignore[arg-type]
    elif done.words:
        flash(done.words, "good")
    return web.see_other(done.location)


def here(ticket: Ticket, words: str = "") -> Done:
    """Stay on the ticket's page."""
    return Done(url_for("tickets.page", number=ticket.id, **walk.kept(request.form)), words)  # type: ignore[arg-type]


def gone(ticket: Ticket, words: str) -> Done:
    """Go to the list of the team that held it: the ticket may be out of sight now."""
    return Done(url_for("tickets.team", team_id=ticket.team_id), words)
