"""Doors to the instructions that were used on a ticket."""

from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.errors import BadInput
from helpdesk.i18n import page_language
from helpdesk.kb.actions import text_for_client
from helpdesk.kb.models import Audience
from helpdesk.kb.queries import article as find_article
from helpdesk.tickets import actions
from helpdesk.tickets.actions import drafts
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import ticket_loader
from helpdesk.tickets.views.acting import act, here
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.forms import HEAD, number_of
from helpdesk.tickets.views.refused import comes_back


@blueprint.post("/tickets/<int:number>/articles")
@policy(Permission.TICKET_NOTE, load=ticket_loader)
@comes_back("articles-dialog")
@takes(*HEAD, "article_id", "insert")
def articles(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Remember that an instruction was used; with `insert` a browser without scripts gets its text as
    draft.
    """
    article_id = number_of(request.form, "article_id")
    article = find_article(article_id) if article_id else None
    if article is None:
        raise BadInput(gettext("Choose an instruction first."), "article_id")
    wants_text = request.form.get("insert") and not web.is_htmx() and article.audience is Audience.CLIENTS
    text = text_for_client(article, (ticket.language, page_language())) if wants_text else ""

    def verb(actor: Actor, now: datetime) -> None:
        actions.link_article(ticket, article.id, by=actor.person_id, now=now)
        if text:
            drafts.add_to_draft(drafts.Desk(ticket.id, actor.person_id), text, now=now)

    return act(ticket, verb, here(ticket))


@blueprint.post("/tickets/<int:number>/articles/<int:article_id>/outcome")
@policy(Permission.TICKET_NOTE, load=ticket_loader)
@takes(*HEAD, "solved")
def article_outcome(ticket: Ticket, number: int, article_id: int) -> ResponseReturnValue:
    """Say whether an instruction solved it."""
    if find_article(article_id) is None:
        raise BadInput(gettext("There is no such instruction."), "article_id")
    solved = request.form.get("solved") in ("1", "yes")

    def verb(actor: Actor, now: datetime) -> None:
        actions.article_outcome(ticket, article_id, solved=solved, by=actor.person_id, now=now)

    return act(ticket, verb, here(ticket))
