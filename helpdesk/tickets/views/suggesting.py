"""Doors that help while writing: addresses as one types them, and texts that were written before."""

from collections.abc import Mapping

from flask import request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk.accounts import guard, rates
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.canned import queries as canned_answers
from helpdesk.canned.models import CannedAnswer
from helpdesk.canned.rules import filled, filled_form
from helpdesk.clients.models import CompanyKind
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext
from helpdesk.mail.mailboxes import own_addresses
from helpdesk.rich.cleaning import clean
from helpdesk.tickets.actions.drafts import Desk, add_to_draft
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.people import reachable
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.forms import number_of
from helpdesk.tickets.views.uploads import beside_ticket

ALL = 100


@blueprint.get("/tickets/<int:number>/addresses")
@policy(Permission.TICKET_NOTE, load=beside_ticket, rate=rates.LOOK_UP)
def addresses(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Options for Cc and for a third party."""
    found = reachable(ticket, request.args.get("q", ""), own=own_addresses())
    return web.render("tickets/_addresses.html", found=found)


@blueprint.get("/tickets/<int:number>/canned-answers")
@policy(Permission.TICKET_NOTE, load=beside_ticket, rate=rates.LOOK_UP)
def texts(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Canned answers with their places filled: options for a script, else a page to choose from."""
    actor, typed = current_actor(), request.args.get("q", "")
    limit = canned_answers.OFFERED if web.is_htmx() else ALL
    found = canned_answers.offered(typed, team_ids=actor.team_ids, language=_language(ticket), limit=limit)
    values = places(ticket, actor)
    offered = [(answer, filled(answer.text, values), _formed(answer, values)) for answer in found]
    template = "tickets/_texts.html" if web.is_htmx() else "tickets/texts.html"
    may_write = may(actor.relations, Permission.CANNED_WRITE)
    return web.render(
        template, ticket=ticket, number=number, offered=offered, typed=typed, may_write=may_write
    )


@blueprint.post("/tickets/<int:number>/canned-answers")
@policy(Permission.TICKET_NOTE, load=beside_ticket)
@takes("answer_id")
def insert_text(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Put a canned answer behind the draft, for browsers without scripts."""
    actor, answer_id = current_actor(), number_of(request.form, "answer_id")
    answer = canned_answers.of_teams(answer_id, actor.team_ids) if answer_id else None
    if answer is None:
        raise BadInput(gettext("Choose a text first."), "answer_id")
    back = url_for("tickets.page", number=number, _anchor="composer")
    values = places(ticket, actor)
    text, html = filled(answer.text, values), _formed(answer, values)
    with transaction():
        answered = guard.once(actor)
        if answered is None:
            add_to_draft(Desk(number, actor.person_id), text, html=html, now=clock.now(db.session))
            guard.remember(actor, back)
    return web.see_other(back)


def places(ticket: Ticket, actor: Actor) -> dict[str, str]:
    """What fills each place on this ticket; a stranger's claim of a name is not repeated to him."""
    contact = ticket.contact
    name = contact.person.name if contact.verified_at else ""
    seat = next((seat for seat in actor.teams if seat.team_id == ticket.team_id), None)
    seat = seat or next(iter(actor.teams), None)
    return {
        "contact_name": name,
        "contact_first_name": _first(name),
        "company": ticket.company.name if ticket.company.kind is CompanyKind.CLIENT else "",
        "ticket_number": f"{settings().ticket_prefix}#{ticket.id}",
        "ticket_subject": ticket.subject,
        "agent_name": actor.name,
        "agent_first_name": _first(actor.name),
        "team": seat.name if seat else "",
        "firm": settings().firm_name,
    }


def _first(name: str) -> str:
    return name.partition(" ")[0]


def _formed(answer: CannedAnswer, values: Mapping[str, str]) -> str:
    """The form with its places filled; "" for words without one."""
    return clean(filled_form(answer.html, values)) if answer.html else ""


def _language(ticket: Ticket) -> str:
    return ticket.contact.person.language or ticket.company.language or ticket.language
