"""Routing rules, categories and tags as things of the permission table."""

from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.routing.editing import mark_of
from helpdesk.routing.models import RoutingRule
from helpdesk.tickets.models import Category, Tag
from tests.conftest import NOON
from tests.factories import an_administrator
from tests.permissions.placed import CANARY, Placed


def a_rule(relation: str, person: Person | None) -> Placed:
    """A routing rule, or none."""
    if relation == "missing":
        return Placed({"rule_id": 999_999}, {"was": ""})
    found = db.session.scalar(select(RoutingRule).where(RoutingRule.name == CANARY))
    row = found or RoutingRule(
        position=901, name=CANARY, conditions={"words": [CANARY]}, placement={"line": 2}, created_at=NOON
    )
    db.session.add(row)
    db.session.flush()
    return Placed({"rule_id": row.id}, {"was": mark_of(row)})


def a_category(relation: str, person: Person | None) -> Placed:
    """A category, or none."""
    if relation == "missing":
        return Placed({"category_id": 999_999})
    found = db.session.scalar(select(Category).where(Category.name == CANARY))
    row = found or Category(name=CANARY, created_at=NOON)
    db.session.add(row)
    db.session.flush()
    return Placed({"category_id": row.id})


def a_tag(relation: str, person: Person | None) -> Placed:
    """A tag that is offered, or none."""
    if relation == "missing":
        return Placed({"tag_id": 999_999})
    found = db.session.scalar(select(Tag).where(Tag.name == CANARY))
    row = found or Tag(name=CANARY, created_at=NOON)
    db.session.add(row)
    db.session.flush()
    return Placed({"tag_id": row.id})


def a_desk(relation: str, person: Person | None) -> Placed:
    """The desk as it is before and after somebody can sign in."""
    if relation == "claimed":
        an_administrator(CANARY)
    return Placed({})
