"""Keeping the list of categories and of offered tags: add, rename, put away, put in order."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select, text

from helpdesk import firm, history
from helpdesk.db import db
from helpdesk.errors import N_, BadInput
from helpdesk.history import Facts
from helpdesk.tickets.models import Category, Tag

NAME_LENGTH = 60
RENAME = text(
    "update ticket set tags = (select array_agg(distinct word order by word)"
    " from unnest(array_replace(tags, :old, :new)) word) where tags @> array[:old]"
)
Entry = Category | Tag
OneEntry = TypeVar("OneEntry", Category, Tag)


def add_category(name: str, *, by: int, now: datetime) -> Category:
    """A new one at the end. Raises BadInput for an empty name or one that is there already."""
    firm.the_firm()
    last = db.session.scalar(select(func.max(Category.position))) or 0
    category = Category(name=_free_name(Category, name, None), position=last + 1, created_at=now)
    return _added(category, "category", by=by, now=now)


def add_tag(name: str, *, by: int, now: datetime) -> Tag:
    """A new one. Raises BadInput for an empty name, a comma in it, or one that is there already."""
    firm.the_firm()
    return _added(Tag(name=_free_name(Tag, name, None), created_at=now), "tag", by=by, now=now)


def rename_category(category: Category, name: str, *, by: int, now: datetime) -> None:
    """Another name for it, on every ticket."""
    before, category.name = _facts(category), _free_name(Category, name, category.id)
    _note("category", category, before, by=by, now=now)


def rename_tag(tag: Tag, name: str, *, by: int, now: datetime) -> None:
    """Another name for it; tickets that carry the old word carry the new one from now on."""
    before, old = _facts(tag), tag.name
    tag.name = _free_name(Tag, name, tag.id)
    db.session.execute(RENAME, {"old": old, "new": tag.name})
    _note("tag", tag, before, by=by, now=now)


def retire(entry: Entry, *, by: int, now: datetime) -> None:
    """No longer offered; tickets keep it."""
    before, entry.retired_at = _facts(entry), now
    _note(_kind(entry), entry, before, by=by, now=now)


def offer_again(entry: Entry, *, by: int, now: datetime) -> None:
    """Offered as before."""
    before, entry.retired_at = _facts(entry), None
    _note(_kind(entry), entry, before, by=by, now=now)


def order_categories(ids: Sequence[int], *, by: int, now: datetime) -> None:
    """Put them into this order; those not named follow as they were."""
    firm_row = firm.the_firm()
    rows = db.session.scalars(select(Category).order_by(Category.position, Category.id)).all()
    places = {category_id: place for place, category_id in enumerate(ids)}
    before = [row.name for row in rows]
    ordered = sorted(rows, key=lambda row: (places.get(row.id, len(places)), row.position, row.id))
    for position, row in enumerate(ordered, start=1):
        row.position = position
    after = [row.name for row in ordered]
    history.changed(("categories", 0, ""), {"order": before}, {"order": after}, by=by, now=now)
    firm.touched(firm_row)


def _added(entry: OneEntry, kind: str, *, by: int, now: datetime) -> OneEntry:
    db.session.add(entry)
    db.session.flush()
    _note(kind, entry, None, by=by, now=now)
    return entry


def _note(kind: str, entry: Entry, before: Facts | None, *, by: int, now: datetime) -> None:
    history.changed((kind, entry.id, entry.name), before, _facts(entry), by=by, now=now)
    firm.touched(firm.the_firm())


def _facts(entry: Entry) -> Facts:
    return {"name": entry.name, "offered": entry.retired_at is None}


def _kind(entry: Entry) -> str:
    return "category" if isinstance(entry, Category) else "tag"


def _free_name(table: type[Category] | type[Tag], name: str, own_id: int | None) -> str:
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= NAME_LENGTH:
        raise BadInput(N_("A name has one to %(most)s characters."), "name", most=NAME_LENGTH)
    if table is Tag and "," in wanted:
        raise BadInput(N_("A tag has no comma: commas stand between tags."), "name")
    twin = select(table.id).where(func.lower(table.name) == wanted.lower())
    if any(found != own_id for found in db.session.scalars(twin)):
        raise BadInput(N_("“%(name)s” is there already."), "name", name=wanted)
    return wanted
