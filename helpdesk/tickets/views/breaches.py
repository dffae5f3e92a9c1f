"""The doors to saying why a deadline was missed: the list of what waits for a word, and the word."""

from datetime import datetime
from typing import cast

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader, current_actor, policy
from helpdesk.accounts.permissions import Permission, Relation
from helpdesk.db import db
from helpdesk.errors import N_, BadInput
from helpdesk.sla.actions.breaches import explain
from helpdesk.sla.models import BreachCause, SlaFiring
from helpdesk.tickets.actions import lock
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import relations, visibility
from helpdesk.tickets.views.acting import act, here
from helpdesk.tickets.views.asked import is_holders, questions_put_to
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.refused import comes_back


def fetch(actor: Actor, number: int, firing_id: int) -> Ticket | None:
    """The ticket as far as the person sees it, if that firing is one of its own."""
    ticket = visibility.fetch(actor, number)
    return ticket if ticket is not None and _firing(number, firing_id) is not None else None


def stands(actor: Actor, ticket: Ticket) -> frozenset[Relation]:
    """How the person stands to the ticket, and whether the question is his own."""
    firing = _firing(ticket.id, (request.view_args or {})["firing_id"])
    is_own = firing is not None and is_holders(actor, firing.holder_id, firing.holder_team_id)
    return relations(actor, ticket) | ({Relation.OWN} if is_own else set())


@blueprint.get("/tickets/asked", endpoint="asked")
@policy(Permission.BREACH_ASKED)
def asked() -> str:
    """The missed deadlines that wait for this person's word, the oldest first."""
    return web.render("tickets/asked.html", rows=questions_put_to(current_actor()))


@blueprint.post("/tickets/<int:number>/breaches/<int:firing_id>/reason", endpoint="explain_breach")
@policy(Permission.BREACH_EXPLAIN, load=Loader(fetch, stands, lock))
@comes_back("asked")
def explain_breach(ticket: Ticket, number: int, firing_id: int) -> ResponseReturnValue:
    """Keep why it was late; the question is answered then, for everybody."""
    firing = cast("SlaFiring", _firing(number, firing_id))
    db.session.refresh(firing)

    def verb(actor: Actor, now: datetime) -> None:
        words = request.form.get("words", "")
        explain(ticket, firing, _cause(), words, by=actor.person_id, now=now)

    return act(ticket, verb, here(ticket, gettext("Thank you. The reason is kept with the deadline.")))


def _cause() -> BreachCause:
    try:
        return BreachCause(request.form.get("cause", ""))
    except ValueError:
        raise BadInput(N_("Choose what comes closest."), "cause") from None


def _firing(ticket_id: int, firing_id: int) -> SlaFiring | None:
    mine = select(SlaFiring).where(SlaFiring.id == firing_id, SlaFiring.ticket_id == ticket_id)
    return db.session.scalars(mine).one_or_none()
