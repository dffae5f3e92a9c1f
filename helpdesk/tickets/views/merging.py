"""Doors to merging an obvious double: which tickets may be meant, both side by side, and doing it."""

from dataclasses import dataclass

from flask import abort, flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk import clock, web
from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clock import process_time
from helpdesk.db import db, end_read, transaction
from helpdesk.errors import BadInput, DomainError, RuleViolation, StaleChange
from helpdesk.i18n import told
from helpdesk.sla import queries as sla
from helpdesk.sla.words import Chip, single_chip
from helpdesk.tickets import actions, rules, words
from helpdesk.tickets import typed as reading
from helpdesk.tickets.actions.merging import side_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visibility
from helpdesk.tickets.queries.doubles import LastWords, last_words, likely_doubles
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.forms import HEAD, number_of
from helpdesk.tickets.views.links import chosen_ticket, pair_loader


@dataclass(frozen=True)
class Half:
    """One of the two on the page; `last` None: nothing was said on it."""

    ticket: Ticket
    clocks: list[Chip]
    last: LastWords | None


@blueprint.get("/tickets/<int:number>/merging")
@policy(Permission.TICKET_MERGE, load=pair_loader)
def merging(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Choose the ticket that stays; with `into` see both side by side."""
    if not (request.args.get("into") or request.args.get("into_text")):
        return _choice(ticket)
    wanted = reading.read(request.args.get("into") or request.args.get("into_text", "")).number
    into = visibility.fetch(current_actor(), wanted) if wanted and wanted <= guard.BIGGEST_ID else None
    if into is None:
        sentence = gettext("Choose a ticket, or write its number.")
        if wanted:
            sentence = gettext("There is no ticket %(number)s.", number=wanted)
        return make_response(_choice(ticket, sentence), 422)
    return _preview(ticket, into)


@blueprint.post("/tickets/<int:number>/merging")
@policy(Permission.TICKET_MERGE, load=pair_loader)
@takes(*HEAD, "into", "into_version")
def merge(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Merge this one, the double, into the one that stays; both as they were on the page."""
    actor = current_actor()
    try:
        into = chosen_ticket(actor, "into", Permission.TICKET_MERGE)
    except BadInput as problem:
        return make_response(_choice(ticket, told(problem)), 422)
    into_number = into.id
    try:
        answered = _merge(ticket, into, actor)
    except (StaleChange, RuleViolation) as problem:
        return _again(number, into_number, problem)
    return web.see_other(answered)


def _merge(ticket: Ticket, into: Ticket, actor: Actor) -> str:
    place = url_for("tickets.page", number=into.id)
    with transaction():
        if (answered := guard.once(actor)) is not None:
            return answered
        actions.lock_both(ticket, into)
        for one, field in ((ticket, "version"), (into, "into_version")):
            actions.check_version(one, number_of(request.form, field) or 0)
        now = clock.now(db.session, not_before=max(ticket.last_event_at, into.last_event_at))
        actions.merge(ticket, into, by=actor.person_id, now=now)
        guard.remember(actor, place)
    flash(gettext("%(double)s was merged into this ticket.", double=ticket.id), "good")
    return place


def _again(number: int, into_number: int, problem: DomainError) -> ResponseReturnValue:
    """Both as they stand now, with the reason why nothing was done."""
    end_read()
    actor = current_actor()
    ticket, into = (visibility.fetch(actor, one) for one in (number, into_number))
    if ticket is None or into is None:
        abort(404)
    return make_response(_preview(ticket, into, told(problem)), 409)


def _choice(ticket: Ticket, sentence: str = "") -> str:
    found = likely_doubles(ticket, current_actor())
    return web.render("tickets/merge.html", ticket=ticket, likely=found, words=words, sentence=sentence)


def _preview(ticket: Ticket, into: Ticket, sentence: str = "") -> str:
    """What would happen, and why it cannot, where it cannot."""
    actor = current_actor()
    refusal = _refusal(ticket, into, actor)
    return web.render(
        "tickets/merging.html",
        double=_half(ticket),
        into=_half(into),
        words=words,
        sentence=sentence or refusal,
        may_merge=not refusal,
        may_swap=may(visibility.relations(actor, into) | actor.relations, Permission.TICKET_MERGE),
        preview_length=400,
    )


def _refusal(ticket: Ticket, into: Ticket, actor: Actor) -> str:
    if ticket.id == into.id:
        return gettext("A ticket cannot be merged into itself.")
    if not may(visibility.relations(actor, into) | actor.relations, Permission.TICKET_MERGE):
        return gettext("You may read %(number)s, but not do this with it.", number=into.id)
    try:
        rules.check_merge(side_of(ticket), side_of(into))
    except RuleViolation as problem:
        return told(problem)
    return ""


def _half(ticket: Ticket) -> Half:
    now = process_time()
    clocks = sla.clocks_of([ticket.id], now).get(ticket.id, [])
    return Half(ticket, [single_chip(one, now) for one in clocks], last_words((ticket.id,)).get(ticket.id))
