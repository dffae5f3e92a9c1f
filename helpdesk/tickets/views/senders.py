"""Doors to senders whom nobody has identified: the list of them, and saying who one is."""

from datetime import datetime

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import web
from helpdesk.accounts import faces
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clients import queries
from helpdesk.clients.forms import WHO
from helpdesk.clients.lists import list_figures
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.strangers import PAGE_SIZE, Stranger, strangers_page, strangers_waiting
from helpdesk.tickets.views import whose
from helpdesk.tickets.views.blueprint import blueprint


@blueprint.get("/clients/senders")
@policy(Permission.CLIENT_CHANGE)
def senders() -> ResponseReturnValue:
    """Unknown senders by address or number, those who wait for us unless all are asked for."""
    only_open = request.args.get("show") != "all"
    found = strangers_page(only_open=only_open, after=_after())
    shown = found[:PAGE_SIZE]
    older = _older(shown[-1]) if len(found) > len(shown) else None
    return web.render(
        "clients/senders.html",
        rows=shown,
        older_url=older,
        only_open=only_open,
        is_first=not request.args.get("after"),
        figures=list_figures(),
        waiting=strangers_waiting(),
        initials=faces.initials,
        tint=faces.tint,
    )


@blueprint.get("/clients/senders/<int:contact_id>")
@policy(Permission.CLIENT_CHANGE)
def sender(contact_id: int) -> ResponseReturnValue:
    """Who may it be?"""
    return whose.ask(_unknown(contact_id).id, _question(contact_id))


@blueprint.post("/clients/senders/<int:contact_id>")
@policy(Permission.CLIENT_CHANGE)
@takes(*WHO)
def identify(contact_id: int) -> ResponseReturnValue:
    """Say who it is; all his open tickets go along."""
    stranger, by = _unknown(contact_id), current_actor().person_id

    def put(contact: Contact, now: datetime) -> list[Ticket]:
        return actions.identify_sender(stranger, contact, by=by, now=now)

    return whose.answer(contact_id, _question(contact_id), put)


def _unknown(contact_id: int) -> Contact:
    found = queries.contact(contact_id)
    return found if found is not None and found.company.kind is CompanyKind.UNKNOWN else abort(404)


def _question(contact_id: int) -> whose.Question:
    return whose.Question(url_for("tickets.identify", contact_id=contact_id), url_for("tickets.senders"))


def _older(last: Stranger) -> str:
    place = [last.last_seen.isoformat(), str(last.contact_id)]
    return url_for("tickets.senders", show=request.args.get("show"), after=place)


def _after() -> tuple[datetime, int] | None:
    place = request.args.getlist("after")
    if len(place) != 2 or not place[1].isdigit():
        return None
    try:
        at = datetime.fromisoformat(place[0])
    except ValueError:
        return None
    return (at, int(place[1])) if at.tzinfo else None
