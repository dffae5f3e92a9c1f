"""Doors to every verb on a ticket: read the form, act in one transaction, go on."""

from dataclasses import replace
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import has, takes
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.errors import BadInput, StaleChange
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import ticket_loader
from helpdesk.tickets.rules import DiscardReason, HandoverCard, MessageKind, ReturnReason
from helpdesk.tickets.views import changing, clash, composing, written
from helpdesk.tickets.views import waiting as wishes_to_wait
from helpdesk.tickets.views.acting import Act, act, gone, here
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.forms import HEAD, chosen, number_of, text_of
from helpdesk.tickets.views.refused import COMPOSER, comes_back


@blueprint.post("/tickets/<int:number>/replies")
@policy(Permission.TICKET_REPLY, load=ticket_loader)
@comes_back(COMPOSER)
@has(*written.FIELDS)
def replies(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Answer the client, or with the switch elsewhere write a note or to a third party."""
    return composing.send(ticket, MessageKind.REPLY)


@blueprint.post("/tickets/<int:number>/notes")
@policy(Permission.TICKET_NOTE, load=ticket_loader)
@comes_back(COMPOSER)
@has(*written.FIELDS)
def notes(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Write what the client never sees."""
    return composing.send(ticket, MessageKind.NOTE)


@blueprint.post("/tickets/<int:number>/assignee")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("assignee-dialog")
@takes(*HEAD, "person_id")
def assignee(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Take it ("me"), give it to somebody of the team, or back to the team (empty)."""
    wanted = request.form.get("person_id", "")
    person_id = current_actor().person_id if wanted == "me" else number_of(request.form, "person_id")

    def verb(actor: Actor, now: datetime) -> None:
        actions.assign(ticket, person_id, by=actor.person_id, now=now)

    return act(ticket, verb, here(ticket))


@blueprint.post("/tickets/<int:number>/escalation")
@policy(Permission.TICKET_HAND_OVER, load=ticket_loader)
@comes_back("escalation-dialog")
@takes(*HEAD, "symptom", "asked", "tried", "configuration", "team_id")
def escalation(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Hand it up one line with a card."""
    form = request.form
    card = HandoverCard(
        symptom=text_of(form, "symptom"),
        asked=text_of(form, "asked"),
        tried=text_of(form, "tried"),
        configuration=text_of(form, "configuration"),
    )
    team_id = number_of(form, "team_id")

    def verb(actor: Actor, now: datetime) -> None:
        actions.escalate(ticket, card=card, to_team_id=team_id, by=actor.person_id, now=now)

    words = gettext("%(number)s was handed to line %(line)s.", number=number, line=min(ticket.line + 1, 3))
    return act(ticket, verb, gone(ticket, words))


@blueprint.post("/tickets/<int:number>/return", endpoint="return")
@policy(Permission.TICKET_HAND_OVER, load=ticket_loader)
@comes_back("return-dialog")
@takes(*HEAD, "reason_code", "reason")
def give_back(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Return it to whoever handed it up, with a reason."""
    code = chosen(request.form, "reason_code", ReturnReason)
    reason = text_of(request.form, "reason")

    def verb(actor: Actor, now: datetime) -> None:
        actions.return_ticket(ticket, reason_code=code, reason=reason, by=actor.person_id, now=now)

    return act(ticket, verb, gone(ticket, gettext("%(number)s was returned.", number=number)))


@blueprint.post("/tickets/<int:number>/move")
@policy(Permission.TICKET_HAND_OVER, load=ticket_loader)
@comes_back("move-dialog")
@takes(*HEAD, "team_id", "reason")
def move(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Put it to another team."""
    team_id = number_of(request.form, "team_id")
    reason = text_of(request.form, "reason")
    if team_id is None:
        raise BadInput(gettext("Choose a team first."), "team_id")

    def verb(actor: Actor, now: datetime) -> None:
        actions.move(ticket, to_team_id=team_id, reason=reason, by=actor.person_id, now=now)

    return act(ticket, verb, gone(ticket, gettext("%(number)s was moved.", number=number)))


@blueprint.post("/tickets/<int:number>/waiting")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("waiting-dialog")
@takes(*HEAD, "whom", "reason", "until", "wake_at", "about", "party")
def waiting(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Wait for the client or a third party until a moment."""
    wish = wishes_to_wait.wish_of(request.form)

    def verb(actor: Actor, now: datetime) -> None:
        wishes_to_wait.wait(ticket, wish, by=actor.person_id, now=now)

    return act(ticket, verb, here(ticket))


@blueprint.post("/tickets/<int:number>/resumption")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("")
@takes(*HEAD)
def resumption(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Go on with what waited."""
    return act(ticket, lambda actor, now: actions.resume(ticket, by=actor.person_id, now=now), here(ticket))


@blueprint.post("/tickets/<int:number>/resolution")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("resolution-dialog")
@takes(*HEAD, "note")
def resolution(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Say what solved it."""
    note = text_of(request.form, "note")

    def verb(actor: Actor, now: datetime) -> None:
        actions.resolve(ticket, note, by=actor.person_id, now=now)

    return act(ticket, verb, here(ticket, gettext("Solved.")))


@blueprint.post("/tickets/<int:number>/reopening")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("reopening-dialog")
@takes(*HEAD, "reason")
def reopening(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Bring a finished ticket back."""
    reason = text_of(request.form, "reason")

    def verb(actor: Actor, now: datetime) -> None:
        actions.reopen(ticket, by=actor.person_id, now=now, reason=reason)

    return act(ticket, verb, here(ticket))


@blueprint.post("/tickets/<int:number>/closure")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("")
@takes(*HEAD)
def closure(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Put a resolved ticket away."""
    return act(ticket, lambda actor, now: actions.close(ticket, by=actor.person_id, now=now), here(ticket))


@blueprint.post("/tickets/<int:number>/discard")
@policy(Permission.TICKET_DISCARD, load=ticket_loader)
@comes_back("discard-dialog")
@takes(*HEAD, "reason_code", "reason")
def discard(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Throw away what is no request."""
    reason = chosen(request.form, "reason_code", DiscardReason)
    words = text_of(request.form, "reason")

    def verb(actor: Actor, now: datetime) -> None:
        actions.discard(ticket, reason, words=words, by=actor.person_id, now=now)

    away = gone(ticket, gettext("%(number)s was thrown away.", number=number))
    return act(ticket, verb, replace(away, undo=url_for("tickets.restoration", number=number)))


@blueprint.post("/tickets/<int:number>/restoration")
@policy(Permission.TICKET_DISCARD, load=ticket_loader)
@comes_back("")
@takes(*HEAD)
def restoration(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Bring back what was thrown away by mistake."""
    words = gettext("It is back, as it was.")
    return act(
        ticket, lambda actor, now: actions.restore(ticket, by=actor.person_id, now=now), here(ticket, words)
    )


@blueprint.post("/tickets/<int:number>/priority")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("properties-dialog")
@takes(*HEAD, *changing.URGENCY)
def priority(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Change how urgent it is."""
    return _guarded(ticket, changing.priority_verb(ticket, request.form))


@blueprint.post("/tickets/<int:number>/properties")
@policy(Permission.TICKET_CHANGE, load=ticket_loader)
@comes_back("properties-dialog")
@takes(*HEAD, *changing.URGENCY, "subject", "type", "category_id", "tags")
def properties(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Put subject, kind, priority and tags right in one go."""
    return _guarded(ticket, changing.properties_verb(ticket, request.form))


def _guarded(ticket: Ticket, verb: Act) -> ResponseReturnValue:
    """A change of properties: a stale form comes back with both versions."""
    number = ticket.id
    try:
        return act(ticket, verb, here(ticket))
    except StaleChange:
        return clash.of_properties(number, current_actor(), request.form)
