"""Door to what another priority would do to the deadlines, before anybody saves it."""

from flask import request
from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.db import db
from helpdesk.i18n import open_hours
from helpdesk.sla.pressure import outlook
from helpdesk.sla.words import name_of_metric
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import ticket_loader
from helpdesk.tickets.rules import Impact, Priority, Urgency, priority_of
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.forms import Form, word_of


@blueprint.get("/tickets/<int:number>/priority", endpoint="priority_outlook")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
def priority_outlook(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Each deadline as it is and as it would be, and whether a reason is needed; a fragment."""
    now = clock.now(db.session, not_before=ticket.last_event_at)
    wanted = _wanted(ticket, request.args)
    found = None if wanted is ticket.priority else outlook(ticket.id, wanted, current_actor().person_id, now)
    return web.render(
        "tickets/_priority_outlook.html",
        outlook=found,
        rows=[(name_of_metric(one.metric, None), one, open_hours(one.target_after_s)) for one in found.moved]
        if found
        else [],
        wanted=wanted,
        is_lower=wanted > ticket.priority,
    )


def _wanted(ticket: Ticket, form: Form) -> Priority:
    """As saving would read the form: the plain words win where they differ."""
    impact, urgency = word_of(form, "impact", Impact), word_of(form, "urgency", Urgency)
    if impact and urgency and (impact, urgency) != (ticket.impact, ticket.urgency):
        return priority_of(impact, urgency)
    return word_of(form, "priority", Priority) or ticket.priority
