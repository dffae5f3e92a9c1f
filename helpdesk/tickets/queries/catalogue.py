"""Categories and tags that are offered, read once and kept until somebody changes them."""

from dataclasses import dataclass

from sqlalchemy import select

from helpdesk import firm
from helpdesk.db import db
from helpdesk.tickets.models import Category, Tag


@dataclass(frozen=True)
class Catalogue:
    """`categories` in their order, id and name, of those in use; `names` knows the retired ones as well."""

    categories: tuple[tuple[int, str], ...]
    names: dict[int, str]
    tags: tuple[str, ...]


def catalogue() -> Catalogue:
    """What is offered now; no statement unless it changed."""
    return firm.kept("catalogue", _read)


def category_name(category_id: int | None) -> str:
    """What the category is called; "" without one."""
    return catalogue().names.get(category_id, "") if category_id else ""


def _read() -> Catalogue:
    rows = db.session.scalars(select(Category).order_by(Category.position, Category.id)).all()
    tags = db.session.scalars(select(Tag.name).where(Tag.retired_at.is_(None)).order_by(Tag.name)).all()
    return Catalogue(
        tuple((row.id, row.name) for row in rows if row.retired_at is None),
        {row.id: row.name for row in rows},
        tuple(tags),
    )
