"""Doors to lists of tickets."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import ScalarSelect

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clock import process_time
from helpdesk.i18n import viewer_zone
from helpdesk.sla.queries import chips
from helpdesk.tickets import filters as reading
from helpdesk.tickets.filters import CURSOR, Filters, Order
from helpdesk.tickets.queries.lists import count_of, counted, listed
from helpdesk.tickets.saved import SavedView
from helpdesk.tickets.views import narrowing, places, rows, walk
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.chosen import chosen_filters, names_for, orders, sortings
from helpdesk.tickets.views.keeping import keeping
from helpdesk.tickets.views.news import news_url
from helpdesk.tickets.views.places import Place, Tab
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
        return places.order_of(self.settled)

    @property
    def narrowing(self) -> Filters:
        return self.filters.narrowing


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


def page(place: Place, filters: Filters, *, saved: SavedView | None = None) -> str:
    """The list, its tabs, and the strip that asks for news; at most eight statements."""
    asked = Asked(place, filters, current_actor(), process_time())
    found = places.conditions(place, asked.settled, asked.actor, asked.now)
    cursor = request.args.get(CURSOR)
    listing = listed(asked.actor, *found, order=asked.order, cursor=cursor)
    clocks = chips([row.number for row in listing.rows], asked.now)
    names = names_for(filters)
    fields = narrowing.filter_fields(filters, names, viewer_zone())
    return web.render(
        "tickets/list.html",
        place=place,
        filters=filters,
        tabs=_tabs(asked),
        groups=_groups(asked, rows.shown(listing.rows, clocks, place.ours)),
        is_last=listing.next_cursor is None,
        next_url=place.url(filters, after=listing.next_cursor) if listing.next_cursor else None,
        top_url=place.url(filters) if cursor else None,
        here_url=place.url(filters),
        walk=walk.query_of(place, filters),
        bare_url=place.url(Filters()),
        kept=narrowing.kept(filters, fields),
        news_url=news_url(place, filters, [row.number for row in listing.rows], asked.now),
        chosen=chosen_filters(place, filters, names),
        fields=fields,
        sortings=sortings(place, filters, asked.order),
        order=asked.order,
        saved_url=place.url(place.saved or Filters()),
        keeping=keeping(place, filters, asked.actor, names, saved),
        may_act=asked.actor.is_agent,
        bulk_verbs=_bulk_verbs(),
        now=asked.now,
        is_by_due=asked.order is Order.DUE,
    )


def _page(place: Place) -> str:
    return page(place, reading.read(request.args.to_dict(flat=False), viewer_zone()))


def _bulk_verbs() -> list[tuple[str, str, str, str]]:
    """The buttons of the bar over chosen rows: verb, words, icon, key."""
    return [
        ("take", gettext("Take"), "user", "T"),
        ("assign", gettext("Assign"), "users", "A"),
        ("move", gettext("Move"), "fwd", "E"),
        ("priority", gettext("Priority"), "flag", "P"),
        ("tag", gettext("Tag"), "tag", "G"),
        ("untag", gettext("Untag"), "tag", ""),
        ("close", gettext("Close"), "check", "S"),
        ("discard", gettext("Throw away"), "trash", "D"),
    ]


def _groups(asked: Asked, shown: list[rows.ShownRow]) -> list[rows.Group]:
    if asked.order is Order.DUE:
        return rows.by_urgency(shown, asked.now, viewer_zone())
    if asked.order is Order.PRIORITY:
        return rows.by_priority(shown)
    words = orders()[asked.order]
    return rows.in_one(shown, words[:1].upper() + words[1:])


def _tabs(asked: Asked) -> list[tuple[str, str, str, bool]]:
    midnight = asked.now.astimezone(viewer_zone()).replace(hour=0, minute=0, second=0)
    every = places.tabs(asked.place, midnight)
    figures = counted(*(_figure(asked, places.settled(tab.filters)) for tab in every)) if every else ()
    return [
        (tab.name, asked.place.url(_sorted_too(tab, asked)), figure(count), asked.narrowing == tab.filters)
        for tab, count in zip(every, figures, strict=True)
    ]


def _sorted_too(tab: Tab, asked: Asked) -> Filters:
    """A tab keeps the order that was chosen."""
    return replace(tab.filters, sort=asked.filters.sort)


def _figure(asked: Asked, filters: Filters) -> ScalarSelect[int]:
    return count_of(*places.conditions(asked.place, filters, asked.actor, asked.now))
