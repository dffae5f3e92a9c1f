"""Doors to the list of categories and of offered tags: one page, each entry a line that can be changed."""

from collections.abc import Callable
from datetime import datetime

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import Verb, leading_to, status_of, write_once
from helpdesk.admin import catalogue as lists
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section
from helpdesk.db import db
from helpdesk.i18n import told
from helpdesk.tickets.actions import catalogue as actions
from helpdesk.tickets.models import Category, Tag

MOVES = {"up": -1, "down": 1}


@blueprint.get("/settings/categories")
@policy(Permission.SETTINGS_READ)
def categories() -> str:
    """Both lists."""
    return _page()


@blueprint.post("/settings/categories")
@policy(Permission.SETTINGS_CHANGE)
def add_category() -> ResponseReturnValue:
    """A new category at the end."""
    name = request.form.get("name", "")
    return _do(lambda by, now: actions.add_category(name, by=by, now=now), "new-category", name)


@blueprint.post("/settings/tags")
@policy(Permission.SETTINGS_CHANGE)
def add_tag() -> ResponseReturnValue:
    """A new tag to offer."""
    name = request.form.get("name", "")
    return _do(lambda by, now: actions.add_tag(name, by=by, now=now), "new-tag", name)


@blueprint.post("/settings/categories/<int:category_id>")
@policy(Permission.SETTINGS_CHANGE)
def change_category(category_id: int) -> ResponseReturnValue:
    """Rename it, move it, put it away or offer it again: the button says which."""
    entry = db.session.get(Category, category_id) or abort(404)
    name, verb = request.form.get("name", ""), request.form.get("verb", "rename")
    if verb in MOVES:
        return _do(lambda by, now: _move(category_id, MOVES[verb], by, now), f"category-{category_id}", name)
    rename = _rename(actions.rename_category, entry, name)
    return _do(_chosen(entry, verb, rename), f"category-{category_id}", name)


@blueprint.post("/settings/tags/<int:tag_id>")
@policy(Permission.SETTINGS_CHANGE)
def change_tag(tag_id: int) -> ResponseReturnValue:
    """Rename it, put it away or offer it again."""
    entry = db.session.get(Tag, tag_id) or abort(404)
    name, verb = request.form.get("name", ""), request.form.get("verb", "rename")
    return _do(_chosen(entry, verb, _rename(actions.rename_tag, entry, name)), f"tag-{tag_id}", name)


def _rename(action: Callable[..., None], entry: Category | Tag, name: str) -> Verb:
    return lambda by, now: action(entry, name, by=by, now=now)


def _chosen(entry: Category | Tag, verb: str, rename: Verb) -> Verb:
    if verb == "retire":
        return lambda by, now: actions.retire(entry, by=by, now=now)
    if verb == "offer":
        return lambda by, now: actions.offer_again(entry, by=by, now=now)
    return rename


def _move(category_id: int, steps: int, by: int, now: datetime) -> None:
    ids = [row.id for row in lists.categories() if row.is_offered]
    if category_id not in ids:
        return
    at = ids.index(category_id)
    ids.insert(max(0, at + steps), ids.pop(at))
    actions.order_categories(ids, by=by, now=now)


def _do(verb: Verb, place: str, typed: str) -> ResponseReturnValue:
    """Do it once; what cannot be is said at its place with what was typed."""
    return write_once(
        leading_to(url_for(".categories", _anchor=place), verb),
        refused=lambda problem: (_page({place: told(problem)}, {place: typed}), status_of(problem)),
    )


def _page(errors: dict[str, str] | None = None, typed: dict[str, str] | None = None) -> str:
    return render_section(
        "admin/categories.html",
        "categories",
        categories=lists.categories(),
        tags=lists.tags(),
        errors=errors or {},
        typed=typed or {},
    )
