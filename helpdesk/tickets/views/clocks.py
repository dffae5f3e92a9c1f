"""The door to one clock of a ticket: why it shows what it shows, as a panel or as a page."""

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from helpdesk import web
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clock import process_time
from helpdesk.i18n import LANGUAGES, page_language
from helpdesk.sla.explanation import Why, why
from helpdesk.sla.spoken import plain_text
from helpdesk.sla.tabs import slot_named
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import ticket_loader
from helpdesk.tickets.views.blueprint import blueprint

LARGEST_CYCLE = 10_000


@blueprint.get("/tickets/<int:number>/clocks/<clock>", endpoint="clock")
@policy(Permission.TICKET_READ, load=ticket_loader)
def one(ticket: Ticket, number: int, clock: str) -> ResponseReturnValue:
    """Why the clock shows what it shows; a script gets the panel alone. 404 for one that never was."""
    slot = slot_named(clock, _cycle(request.args.get("cycle", "")))
    now = process_time()
    found = why(ticket, now, slot) if slot is not None else None
    if found is None:
        abort(404)
    if web.is_htmx():
        return web.render("sla/_why.html", why=found)
    language = ticket.language if ticket.language in LANGUAGES else page_language()
    text = _for_the_client(ticket, found, language)
    values = {"ticket": ticket, "why": found, "now": now, "text": text, "text_language": language}
    return web.render("sla/clock.html", **values)


def _cycle(typed: str) -> int | None:
    """The number in the address; None, which is the present one, for anything else."""
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= 5
    return int(typed) if is_number and 0 < int(typed) < LARGEST_CYCLE else None


def _for_the_client(ticket: Ticket, found: Why, language: str) -> str:
    """The text for a mail; none for a line's own clock, which is no promise to a client."""
    if found.told.found.clock.line is not None:
        return ""
    with force_locale(language):
        return plain_text(found.told, f"{ticket.id} {ticket.subject}")
