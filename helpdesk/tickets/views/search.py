"""The door to searching tickets: a number jumps, words list what fits."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clock import process_time
from helpdesk.kb.marks import marked
from helpdesk.sla.queries import chips
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.lists import Order, TicketRow, listed
from helpdesk.tickets.queries.search import excerpts, marked_name, number_in, search, visible_number
from helpdesk.tickets.queries.visibility import visible_to
from helpdesk.tickets.views import rows
from helpdesk.tickets.views.blueprint import blueprint

TYPED_LIMIT = 200


@dataclass(frozen=True)
class Marks:
    """The words of a row with the found ones marked."""

    subject: Markup
    said: Markup
    company: Markup
    contact: Markup


@blueprint.get("/search", endpoint="search")
@policy(Permission.SIGNED_IN)
def find() -> ResponseReturnValue:
    """Tickets by number, words or client; only what the person may see."""
    actor, now = current_actor(), process_time()
    typed = " ".join(request.args.get("q", "").replace("\0", "").split())[:TYPED_LIMIT]
    number = number_in(typed) if typed else None
    if number is not None and visible_number(actor, number):
        return redirect(url_for("tickets.page", number=number))
    numbers = search(actor, typed) if typed else []
    found = listed(
        actor, Ticket.id.in_(numbers), visible_to(actor), order=Order.NEWEST, cursor=None
    ).rows if numbers else ()  # fmt: skip
    place = {number: at for at, number in enumerate(numbers)}
    best = sorted(found, key=lambda row: place[row.number])
    shown = rows.shown(best, chips(numbers, now) if numbers else {}, actor.lines)
    marks = _marks(numbers, typed, best) if numbers else {}
    return web.render(
        "tickets/search.html", typed=typed, rows=shown, marks=marks, elsewhere=_elsewhere(actor, typed)
    )


def _elsewhere(actor: Actor, typed: str) -> list[tuple[str, str]]:
    """Where the same words may find something else, as far as the person may look there."""
    places = (
        (gettext("Look in the instructions"), "kb.articles", Permission.ARTICLE_READ),
        (gettext("Look among the clients"), "clients.companies", Permission.CLIENT_READ),
    )
    return [(words, url_for(end, q=typed)) for words, end, needed in places if may(actor.relations, needed)]


def _marks(numbers: list[int], typed: str, best: list[TicketRow]) -> dict[int, Marks]:
    """What to draw instead of the plain words of each row."""
    found = excerpts(numbers, typed)
    return {
        row.number: Marks(
            marked(found[row.number].subject),
            marked(found[row.number].said),
            marked(marked_name(row.company, typed)),
            marked(marked_name(row.contact, typed)),
        )
        for row in best
        if row.number in found
    }
