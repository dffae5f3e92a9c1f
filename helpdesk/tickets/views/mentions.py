"""Naming colleagues in a note: who fits while typing, and what follows when the note is kept."""

from datetime import datetime

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk import web
from helpdesk.accounts import rates
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.tickets import actions
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries import ticket_loader
from helpdesk.tickets.queries.colleagues import begun_with, named_in
from helpdesk.tickets.views.blueprint import blueprint

LONGEST_NAME = 60


@blueprint.get("/tickets/<int:number>/mentions")
@policy(Permission.TICKET_NOTE, load=ticket_loader, rate=rates.LOOK_UP)
def mentions(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Colleagues whose name begins like what was typed after the @, as options."""
    typed = request.args.get("q", "")[:LONGEST_NAME]
    found = begun_with(typed, ticket, but=current_actor().person_id)
    return web.render("tickets/_colleagues.html", found=found)


def name_people(ticket: Ticket, note: Message, *, by: int, now: datetime) -> None:
    """Tell everybody whom the note names; whoever did not see the ticket reads it from now on."""
    chosen = {int(one) for one in request.form.getlist("mention") if one.isascii() and one.isdecimal()}
    named = named_in(note.text, chosen, ticket, but=by)
    for one in named:
        actions.mention(ticket, note, one.actor.person_id, widens=not one.sees, by=by, now=now)
    newly = [one.actor.name for one in named if not one.sees]
    if newly:
        flash(gettext("Reads this ticket from now on: %(names)s.", names=", ".join(newly)), "info")
