"""Which saved views a person has, and how he stands to one."""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader
from helpdesk.accounts.permissions import Relation
from helpdesk.db import db
from helpdesk.tickets.saved import SavedView

MOST = 30


def views_of(actor: Actor) -> list[SavedView]:
    """All that the person may open: his own first, then his teams', then everybody's."""
    statement = select(SavedView).where(open_to(actor)).order_by(*_order()).limit(MOST)
    return list(db.session.scalars(statement))


def named_views(actor: Actor) -> ScalarSelect[Any]:
    """Ids and names of the same as one JSON value, for a statement that asks for more."""
    some = select(SavedView.id, SavedView.name, *(key.label(f"key_{n}") for n, key in enumerate(_order())))
    some_views = some.where(open_to(actor)).order_by(*_order()).limit(MOST).subquery()
    pair = func.jsonb_build_array(some_views.c.id, some_views.c.name)
    keys = (some_views.c.key_0, some_views.c.key_1, some_views.c.key_2)
    found = func.coalesce(func.jsonb_agg(aggregate_order_by(pair, *keys)), func.jsonb_build_array())
    return select(found.cast(JSONB)).scalar_subquery()


def open_to(actor: Actor) -> ColumnElement[bool]:
    """Own views, those of the person's teams (for administrators: of any), and everybody's."""
    nobodys = and_(SavedView.person_id.is_(None), SavedView.team_id.is_(None))
    teams = (
        SavedView.team_id.isnot(None)
        if actor.is_administrator
        else SavedView.team_id.in_(sorted(actor.team_ids))
    )
    return or_(SavedView.person_id == actor.person_id, teams, nobodys)


def fetch(actor: Actor, view_id: int, **_: object) -> SavedView | None:
    """The view, when the person may open it."""
    return db.session.scalars(select(SavedView).where(SavedView.id == view_id, open_to(actor))).one_or_none()


def relations(actor: Actor, view: SavedView) -> frozenset[Relation]:
    """OWN for one's own, LEADS for a view of a team that one leads."""
    found = {
        Relation.OWN: view.person_id == actor.person_id,
        Relation.LEADS: view.team_id in actor.led_team_ids,
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def lock(view: SavedView) -> None:
    """Keep others from changing the view until the end of the transaction."""
    db.session.refresh(view, with_for_update={"key_share": True})


def _order() -> tuple[Any, ...]:
    kind = case((SavedView.person_id.isnot(None), 0), (SavedView.team_id.isnot(None), 1), else_=2)
    return (kind, SavedView.position, SavedView.id)


view_loader = Loader(fetch, relations, lock)
