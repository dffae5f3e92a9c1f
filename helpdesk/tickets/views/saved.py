"""Doors to saved views: the list under a name, keeping and changing one, and the figures beside the names."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import ScalarSelect, select

from helpdesk import clock, web
from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.models import Team
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clock import process_time
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput, DomainError, RuleViolation
from helpdesk.i18n import told, viewer_zone
from helpdesk.tickets import filters as reading
from helpdesk.tickets.actions import saved as actions
from helpdesk.tickets.filters import CURSOR, Filters, written
from helpdesk.tickets.queries.lists import count_of, counted
from helpdesk.tickets.queries.saved import relations, view_loader, views_of
from helpdesk.tickets.saved import SavedView
from helpdesk.tickets.views import keeping, lists, places
from helpdesk.tickets.views.blueprint import blueprint

MOST_COUNTED = 100
QUERY_LIMIT = 2000


@dataclass(frozen=True)
class ShownView:
    """A view on the page that lists them; `may_change`: its buttons are there."""

    view: SavedView
    url: str
    audience: str
    owner: str
    may_change: bool


@dataclass(frozen=True)
class Typed:
    """A form that was refused: of which view (None: a new one), why, and what it said."""

    view_id: int | None = None
    sentence: str = ""
    name: str = ""
    audience: str = keeping.ME
    filters: str = ""


@blueprint.get("/views/<int:view_id>")
@policy(Permission.SIGNED_IN, load=view_loader)
def view(found: SavedView, view_id: int) -> ResponseReturnValue:
    """The tickets of a view; filters in the address count only beside the word that says so."""
    args = request.args.to_dict(flat=False)
    kept = filters_of(found)
    is_changed = bool(args.pop(places.CHANGED, None)) or set(args) - {CURSOR}
    filters = reading.read(args, viewer_zone()) if is_changed else kept
    place = places.of_view(current_actor(), view_id, found.name, kept)
    return lists.page(place, filters, saved=found)


@blueprint.get("/views", endpoint="views")
@policy(Permission.SIGNED_IN)
def every() -> ResponseReturnValue:
    """All views of the person, to rename, order and delete."""
    return _page(Typed(filters=_query(request.args.get("filters", ""))))


@blueprint.post("/views", endpoint="save_view")
@policy(Permission.SIGNED_IN)
def save() -> ResponseReturnValue:
    """Keep a list under a name."""
    actor, form = current_actor(), request.form
    name, word, query = form.get("name", ""), form.get("audience", ""), form.get("filters", "")
    try:
        query = _query(query)
        audience = keeping.audience_of(actor, word)
        with transaction():
            if (answered := guard.once(actor)) is not None:
                return web.see_other(answered)
            made = actions.save_view(name, query, audience, by=actor.person_id, now=clock.now(db.session))
            location = url_for("tickets.view", view_id=made.id)
            guard.remember(actor, location)
    except (BadInput, RuleViolation) as error:
        return _refused(Typed(None, told(error), name, word, query), error)
    return web.see_other(location)


@blueprint.post("/views/<int:view_id>", endpoint="change_view")
@policy(Permission.VIEW_CHANGE, load=view_loader)
def change(found: SavedView, view_id: int) -> ResponseReturnValue:
    """Call it otherwise, or give it to others."""
    actor, form = current_actor(), request.form
    name, word = form.get("name", ""), form.get("audience", "")
    try:
        audience = keeping.audience_of(actor, word) if word else _same(found)
        with transaction():
            actions.change_view(found, name=name, audience=audience)
    except (BadInput, RuleViolation) as error:
        return _refused(Typed(view_id, told(error), name, word), error)
    flash(gettext("Saved."), "good")
    return web.see_other(url_for("tickets.views"))


@blueprint.post("/views/<int:view_id>/filters", endpoint="view_filters")
@policy(Permission.VIEW_CHANGE, load=view_loader)
def refilter(found: SavedView, view_id: int) -> ResponseReturnValue:
    """Let the name stand for the list as it is narrowed now."""
    query = _query(request.form.get("filters", ""))
    with transaction():
        actions.refilter_view(found, query)
    flash(gettext("The view shows this from now on."), "good")
    return web.see_other(url_for("tickets.view", view_id=view_id))


@blueprint.post("/views/<int:view_id>/rise", endpoint="raise_view")
@policy(Permission.VIEW_CHANGE, load=view_loader)
def rise(found: SavedView, view_id: int) -> ResponseReturnValue:
    """Put it one place further up."""
    with transaction():
        actions.raise_view(found)
    return web.see_other(url_for("tickets.views"))


@blueprint.post("/views/<int:view_id>/deletion", endpoint="delete_view")
@policy(Permission.VIEW_CHANGE, load=view_loader)
def delete(found: SavedView, view_id: int) -> ResponseReturnValue:
    """Forget the name; the tickets stay."""
    name = found.name
    with transaction():
        actions.delete_view(found)
    flash(gettext("“%(name)s” is deleted. No ticket has changed.", name=name), "good")
    return web.see_other(url_for("tickets.views"))


@blueprint.get("/views/figures", endpoint="view_figures")
@policy(Permission.SIGNED_IN)
def figures() -> ResponseReturnValue:
    """The views of the side column with their figures; asked for after the page has come."""
    actor = current_actor()
    views = views_of(actor)
    counts = counted(*(_figure(actor, one) for one in views)) if views else ()
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    shown = [
        (one.id, one.name, url, f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count), url == here)
        for one, count in zip(views, counts, strict=True)
        for url in (url_for("tickets.view", view_id=one.id),)
    ]
    return web.render("tickets/_views.html", views=shown, is_counted=True)


def filters_of(found: SavedView) -> Filters:
    """What the view narrows to; a view from a time when other filters existed shows everything."""
    try:
        return reading.read(parse_qs(found.filters), viewer_zone())
    except BadInput:
        return Filters()


def _figure(actor: Actor, one: SavedView) -> ScalarSelect[int]:
    place, filters = places.of_view(actor, one.id), places.settled(filters_of(one))
    return count_of(*places.conditions(place, filters, actor, process_time()), most=MOST_COUNTED)


def _query(text: str) -> str:
    """The query of a list as it would be written anew. Raises BadInput for one that means nothing."""
    if len(text) > QUERY_LIMIT:
        raise BadInput(gettext("That is too much for one view."), "filters")
    args = parse_qs(text)
    return urlencode(written(reading.read(args, viewer_zone())))


def _same(found: SavedView) -> actions.Audience:
    return actions.Audience(found.person_id, found.team_id)


def _refused(typed: Typed, error: DomainError) -> ResponseReturnValue:
    return make_response(_page(typed), 422 if isinstance(error, BadInput) else 409)


def _page(typed: Typed) -> str:
    actor = current_actor()
    teams = [(team.id, team.name) for team in db.session.execute(select(Team.id, Team.name))]
    return web.render(
        "tickets/views.html",
        shown=[_shown(actor, one, dict(teams)) for one in views_of(actor)],
        audiences=keeping.audiences(actor, teams),
        typed=typed,
    )


def _shown(actor: Actor, one: SavedView, teams: dict[int, str]) -> ShownView:
    rights = relations(actor, one) | actor.relations
    owner = gettext("Only I") if one.person_id else gettext("Everybody here")
    return ShownView(
        view=one,
        url=url_for("tickets.view", view_id=one.id),
        audience=keeping.word_of(one),
        owner=teams.get(one.team_id, "") if one.team_id else owner,
        may_change=may(rights, Permission.VIEW_CHANGE),
    )
