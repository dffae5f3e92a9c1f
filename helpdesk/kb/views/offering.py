"""What is offered while somebody types: steps for the call form, texts for the answer to a ticket."""

from dataclasses import dataclass

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import web
from helpdesk.accounts import guard, rates
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.db import db
from helpdesk.kb import actions, queries
from helpdesk.kb.models import ArticleUse, Outcome
from helpdesk.kb.rules import Experience
from helpdesk.kb.views.blueprint import blueprint, languages
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visible_to


@dataclass(frozen=True)
class Offer:
    """An instruction beside a ticket; `answer` is what may be put into a reply, "" for staff's own."""

    article_id: int
    title: str
    summary: str
    experience: Experience
    answer: str
    outcome: Outcome | None


@blueprint.get("/instructions/suggestions")
@policy(Permission.ARTICLE_READ)
def suggestions() -> ResponseReturnValue:
    """What fits the typed words: as steps for the call form, as offers beside a ticket."""
    typed = request.args.get("q", "").strip()[:4000]
    number = request.args.get("ticket", type=int)
    ticket = _ticket(number) if number is not None else None
    guard.limit(rates.LOOK_UP, str(guard.current_actor().person_id))
    if ticket is None:
        found = queries.suggest(typed, languages=languages())
        return web.render("kb/_steps.html", suggestions=found, form=None)
    return web.render("kb/_suggestions.html", offers=offers(ticket, typed), ticket=ticket)


def _ticket(number: int) -> Ticket:
    seen = visible_to(guard.current_actor())
    ticket = db.session.scalar(select(Ticket).where(Ticket.id == number, seen))
    return ticket or abort(404)


def offers(ticket: Ticket, typed: str = "") -> list[Offer]:
    """Instructions that fit the ticket, or what is being typed on it; texts in the client's language."""
    found = queries.suggest(typed or f"{ticket.subject} {ticket.preview}", languages=languages())
    ids = [one.article_id for one in found]
    used = select(ArticleUse.article_id, ArticleUse.outcome).where(
        ArticleUse.ticket_id == ticket.id, ArticleUse.article_id.in_(ids)
    )
    outcomes = {row.article_id: row.outcome for row in db.session.execute(used)} if ids else {}
    return [_offer(one, ticket, outcomes.get(one.article_id)) for one in found]


def _offer(one: queries.Suggestion, ticket: Ticket, outcome: Outcome | None) -> Offer:
    article = queries.article(one.article_id)
    is_theirs = one.is_for_clients
    wanted = (ticket.language, *languages())
    answer = actions.text_for_client(article, wanted) if article is not None and is_theirs else ""
    return Offer(one.article_id, one.title, one.summary, one.experience, answer, outcome)
