"""Walking through a list: which one the reader came from, and what stands before and after this ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement

from helpdesk.accounts.actor import Actor
from helpdesk.errors import BadInput
from helpdesk.i18n import viewer_zone
from helpdesk.tickets import filters as narrowing
from helpdesk.tickets.filters import Filters
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visible_to
from helpdesk.tickets.queries.counts import followed, mine
from helpdesk.tickets.queries.neighbours import neighbours
from helpdesk.tickets.rules import DONE_STATES
from helpdesk.tickets.views import places
from helpdesk.tickets.views.places import Place

FROM = "list"
OWN = frozenset({FROM, "show", "sent", places.CHANGED})
Args = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Walk:
    """The way back to the list and its neighbours; `query` is what keeps the list in an address."""

    name: str
    url: str
    query: dict[str, list[str]]
    previous: int | None = None
    following: int | None = None


def query_of(place: Place, filters: Filters) -> dict[str, list[str]]:
    """What a link from the list carries, so that the ticket's page knows where one came from."""
    pairs: dict[str, list[str]] = {FROM: [f"{place.key}-{place.id}" if place.id else place.key]}
    for name, value in narrowing.written(filters):
        pairs.setdefault(name, []).append(value)
    return pairs


def kept(form: Mapping[str, str]) -> dict[str, list[str]]:
    """The list that a form of the ticket's page carried along; nothing where it makes no sense."""
    asked = _asked(parse_qs(form.get("walk", "")))
    return query_of(*asked) if asked else {}


def walk_of(ticket: Ticket, actor: Actor, now: datetime) -> Walk:
    """The list one came from, else the one of the ticket's team; its neighbours take one statement."""
    asked = _asked(request.args.to_dict(flat=False)) or _asked(parse_qs(request.form.get("walk", "")))
    if asked is None:
        return Walk(ticket.team.name, url_for("tickets.team", team_id=ticket.team_id), {})
    place, filters = asked
    settled = places.settled(filters)
    found = places.conditions(_scoped(place, actor), settled, actor, now)
    order = places.order_of(settled)
    has_left = settled.is_unfinished_only and ticket.state in DONE_STATES
    before, after = neighbours(ticket, *found, order=order, has_left=has_left)
    return Walk(place.title, place.url(filters), query_of(place, filters), before, after)


def _asked(args: Args) -> tuple[Place, Filters] | None:
    place = _place(next(iter(args.get(FROM, [])), ""))
    if place is None:
        return None
    try:
        rest = {name: values for name, values in args.items() if name not in OWN}
        return place, narrowing.read(rest, viewer_zone())
    except BadInput:
        return None


def _place(word: str) -> Place | None:
    """The list without its scope; names are short, since they stand beside an arrow."""
    key, _, number = word.partition("-")
    if key in places.OWN_ARGUMENT:
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            return None
        names = {"line": gettext("Line %(line)s", line=number), "team": gettext("Team")}
        return Place(key, names.get(key, gettext("View")), id=int(number))
    titles = {"mine": gettext("My tickets"), "followed": gettext("Followed"), "all": gettext("Tickets")}
    return Place(key, titles[key]) if key in titles else None


def _scoped(place: Place, actor: Actor) -> Place:
    scopes: dict[str, tuple[ColumnElement[bool], ...]] = {
        "mine": (mine(actor),),
        "followed": followed(actor),
        "line": (Ticket.line == place.id, visible_to(actor)),
        "team": (Ticket.team_id == place.id, visible_to(actor)),
        "all": (visible_to(actor),),
        "view": (visible_to(actor),),
    }
    return Place(place.key, place.title, id=place.id, scope=scopes[place.key])
