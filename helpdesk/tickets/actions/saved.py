"""Keeping lists under a name: for oneself, for a team, for everybody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from helpdesk.db import db
from helpdesk.errors import BadInput, RuleViolation
from helpdesk.tickets.saved import SavedView

NAME_LIMIT = 60
MOST_FOR_ONE = 30


@dataclass(frozen=True)
class Audience:
    """Whose view it is: a person's, a team's, or with neither everybody's."""

    person_id: int | None = None
    team_id: int | None = None


def save_view(name: str, filters: str, audience: Audience, *, by: int, now: datetime) -> SavedView:
    """Keep a list under a name, behind the views that are there. Raises BadInput without a good name."""
    there = _there(audience)
    if len(there) >= MOST_FOR_ONE:
        raise RuleViolation("There are %(most)s views already: delete one first.", most=MOST_FOR_ONE)
    view = SavedView(
        name=_good_name(name, there),
        filters=filters,
        person_id=audience.person_id,
        team_id=audience.team_id,
        position=max((one.position for one in there), default=0) + 1,
        by_id=by,
        created_at=now,
    )
    db.session.add(view)
    db.session.flush()
    return view


def change_view(view: SavedView, *, name: str, audience: Audience) -> None:
    """Call it otherwise, or give it to others; there it stands last."""
    moves = (view.person_id, view.team_id) != (audience.person_id, audience.team_id)
    there = [one for one in _there(audience) if one.id != view.id]
    view.name = _good_name(name, there)
    if moves:
        view.person_id, view.team_id = audience.person_id, audience.team_id
        view.position = max((one.position for one in there), default=0) + 1
    db.session.flush()


def refilter_view(view: SavedView, filters: str) -> None:
    """Let the name stand for another list."""
    view.filters = filters
    db.session.flush()


def raise_view(view: SavedView) -> None:
    """Put it one place further up among its neighbours; the first one stays."""
    there = _there(Audience(view.person_id, view.team_id))
    at = [one.id for one in there].index(view.id)
    if at:
        there[at - 1], there[at] = there[at], there[at - 1]
    for place, one in enumerate(there, 1):
        one.position = place
    db.session.flush()


def delete_view(view: SavedView) -> None:
    """Forget the name; no ticket changes."""
    db.session.execute(delete(SavedView).where(SavedView.id == view.id))


def _there(audience: Audience) -> list[SavedView]:
    statement = select(SavedView).where(
        SavedView.person_id.is_not_distinct_from(audience.person_id),
        SavedView.team_id.is_not_distinct_from(audience.team_id),
    )
    return list(db.session.scalars(statement.order_by(SavedView.position, SavedView.id)))


def _good_name(name: str, there: list[SavedView]) -> str:
    name = " ".join(name.split())
    if not name:
        raise BadInput("Give the view a name.", "name")
    if len(name) > NAME_LIMIT:
        raise BadInput("That name is too long: %(most)s letters at most.", "name", most=NAME_LIMIT)
    if any(one.name.casefold() == name.casefold() for one in there):
        raise BadInput("There is a view of that name already.", "name")
    return name
