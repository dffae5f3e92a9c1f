"""Doors to lists of tickets."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy import ScalarSelect

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clock import process_time
from helpdesk.errors import BadInput
from helpdesk.i18n import viewer_zone
from helpdesk.sla.queries import chips
from helpdesk.tickets import filters as narrowing
from helpdesk.tickets.filters import CURSOR, Filters
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.counts import is_open
from helpdesk.tickets.queries.lists import Order, count_of, counted, listed
from helpdesk.tickets.views import places, rows, walk
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.chosen import chosen_filters, filter_fields
from helpdesk.tickets.views.places import Place
from helpdesk.tickets.views.sidebar import figure, place_exists


@dataclass(frozen=True)
class Asked:
    """One request for a list: where, narrowed how, by whom, when."""

    place: Place
    filters: Filters
    actor: Actor
    now: datetime

    @property
    def settled(self) -> Filters:
        return places.settled(self.filters)

    @property
    def order(self) -> Order:
        return Order.DUE if self.settled.is_unfinished_only else Order.NEWEST


@blueprint.get("/")
@policy(Permission.SIGNED_IN)
def home() -> ResponseReturnValue:
    """Each role's own first page."""
    actor = current_actor()
    if actor.is_agent:
        return redirect(url_for("tickets.line", line=min(actor.lines)))
    if actor.is_manager and place_exists("reports.dashboard"):
        return redirect(url_for("reports.dashboard"))
    if actor.is_administrator and place_exists("admin.overview"):
        return redirect(url_for("admin.overview"))
    return redirect(url_for("tickets.all"))


@blueprint.get("/tickets/mine")
@policy(Permission.SIGNED_IN)
def mine() -> ResponseReturnValue:
    """What I work on."""
    return _page(places.own(current_actor()))


@blueprint.get("/tickets/followed")
@policy(Permission.SIGNED_IN)
def followed() -> ResponseReturnValue:
    """What I handed up or take part in."""
    return _page(places.followed_by(current_actor()))


@blueprint.get("/lines/<int:line>")
@policy(Permission.SIGNED_IN)
def line(line: int) -> ResponseReturnValue:
    """What lies on a line."""
    return _page(places.of_line(current_actor(), line))


@blueprint.get("/teams/<int:team_id>")
@policy(Permission.SIGNED_IN)
def team(team_id: int) -> ResponseReturnValue:
    """What lies in a team."""
    return _page(places.of_team(current_actor(), team_id))


@blueprint.get("/tickets", endpoint="all")
@policy(Permission.SIGNED_IN)
def everything() -> ResponseReturnValue:
    """All that I may see; where the figures of reports lead."""
    return _page(places.everything(current_actor()))


@blueprint.get("/tickets/news")
@policy(Permission.SIGNED_IN)
def news() -> ResponseReturnValue:
    """How many tickets came into a list since it was drawn (JSON for the strip above it)."""
    actor, now = current_actor(), process_time()
    args = request.args.to_dict(flat=False)
    key, own_id, since = (_single(args, name) for name in ("place", "id", "since"))
    if key not in places.PLACES:
        raise BadInput(gettext("There is no such list."), "place")
    place = places.PLACES[key](actor, *([_number(own_id)] if own_id else []))
    asked = Asked(place, narrowing.read(args, viewer_zone()), actor, now)
    found = places.conditions(place, asked.settled, actor, now)
    count = counted(count_of(is_open(), Ticket.held_since > _moment(since), *found))[0]
    words = ngettext("%(num)s new", "%(num)s new", count)
    return jsonify(count=count, words=words)


def _page(place: Place) -> str:
    """The list in the order of time left, its tabs, and the strip that asks for news; at most eight
    statements.
    """
    filters = narrowing.read(request.args.to_dict(flat=False), viewer_zone())
    asked = Asked(place, filters, current_actor(), process_time())
    found = places.conditions(place, asked.settled, asked.actor, asked.now)
    page = listed(asked.actor, *found, order=asked.order, cursor=request.args.get(CURSOR))
    clocks = chips([row.number for row in page.rows], asked.now)
    shown = rows.shown(page.rows, clocks, place.ours)
    return web.render(
        "tickets/list.html",
        place=place,
        filters=filters,
        tabs=_tabs(asked),
        groups=_groups(asked, shown),
        is_last=page.next_cursor is None,
        next_url=place.url(filters, after=page.next_cursor) if page.next_cursor else None,
        top_url=place.url(filters) if request.args.get(CURSOR) else None,
        here_url=place.url(filters),
        walk=walk.query_of(place, filters),
        bare_url=place.url(Filters()),
        kept=narrowing.written(filters),
        news_url=_news_url(asked),
        chosen=chosen_filters(place, filters),
        fields=filter_fields(filters),
        now=asked.now,
        is_by_due=asked.order is Order.DUE,
    )


def _groups(asked: Asked, shown: list[rows.ShownRow]) -> list[rows.Group]:
    if asked.order is Order.DUE:
        return rows.by_urgency(shown, asked.now, viewer_zone())
    return rows.in_one(shown, gettext("Newest first"))


def _tabs(asked: Asked) -> list[tuple[str, str, str, bool]]:
    midnight = asked.now.astimezone(viewer_zone()).replace(hour=0, minute=0, second=0)
    every = places.tabs(asked.place, midnight)
    figures = counted(*(_figure(asked, places.settled(tab.filters)) for tab in every))
    return [
        (tab.name, asked.place.url(tab.filters), figure(count), asked.filters == tab.filters)
        for tab, count in zip(every, figures, strict=True)
    ]


def _figure(asked: Asked, filters: Filters) -> ScalarSelect[int]:
    """How many there are, in the index's own words where only open tickets are asked for."""
    found = places.conditions(asked.place, filters, asked.actor, asked.now)
    return count_of(*([is_open()] if filters.is_unfinished_only else []), *found)


def _news_url(asked: Asked) -> str:
    args: dict[str, list[str]] = {"place": [asked.place.key], "since": [asked.now.isoformat()]}
    if asked.place.id:
        args["id"] = [str(asked.place.id)]
    for name, value in narrowing.written(asked.filters):
        args.setdefault(name, []).append(value)
    return f"{url_for('tickets.news')}?{urlencode(args, doseq=True)}"


def _single(args: dict[str, list[str]], name: str) -> str:
    return args.pop(name, [""])[-1]


def _number(text: str) -> int:
    if not text.isdecimal():
        raise BadInput(gettext("There is no such list."), "id")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise BadInput(gettext("Say since when."), "since") from None
