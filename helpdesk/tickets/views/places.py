"""The places that list tickets: own, followed, a line, a team, everything, a saved view; each with its scope
and its tabs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from flask import abort, url_for
from flask_babel import gettext, pgettext
from sqlalchemy import ColumnElement, exists, select

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Team
from helpdesk.db import db
from helpdesk.sla.models import TicketSla
from helpdesk.tickets.filters import Filters, Holder, Order, Verdict, YesNo, written
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visible_to
from helpdesk.tickets.queries.counts import followed, is_open, mine
from helpdesk.tickets.queries.matching import matching
from helpdesk.tickets.rules import DONE_STATES, OPEN_STATES, WAITING_STATES, Line, State

PRESENT = frozenset(
    {
        "state",
        "priority",
        "type",
        "line",
        "team",
        "of_team",
        "assignee",
        "owner",
        "followed",
        "company",
        "client",
        "vip",
        "tag",
        "category",
        "channel",
        "risk",
        "due_to",
        "older",
        "younger",
        "discarded",
        "sort",
    }
)

CHANGED = "changed"  # in the address of a view: the filters beside it count, not the saved ones
OWN_ARGUMENT = {"line": "line", "team": "team_id", "view": "view_id"}
ENDPOINTS = {"view": "tickets.view"}


@dataclass(frozen=True)
class Place:
    """A list: its name, its address, which tickets lie in it, and from which lines it looks at them.

    `saved` are the filters of a view, which its bare address means; others stand in the address beside
    CHANGED.
    """

    key: str
    title: str
    note: str = ""
    line: int | None = None
    id: int | None = None
    scope: tuple[ColumnElement[bool], ...] = ()
    ours: frozenset[int] = frozenset()
    is_shared: bool = False
    saved: Filters | None = None

    def url(self, filters: Filters, **more: str) -> str:
        """The address of this place with these filters."""
        pairs: dict[str, list[str]] = {}
        if self.key == "view" and filters != self.saved:
            pairs[CHANGED] = ["1"]
        for name, value in written(filters) if filters != self.saved else ():
            pairs.setdefault(name, []).append(value)
        own = {OWN_ARGUMENT[self.key]: self.id} if self.key in OWN_ARGUMENT else {}
        return url_for(ENDPOINTS.get(self.key, f"tickets.{self.key}"), **own, **pairs, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Tab:
    """A named narrowing of a place."""

    name: str
    filters: Filters = field(default_factory=Filters)


def own(actor: Actor) -> Place:
    """What the person works on; nothing of it for whoever left all teams and could open none."""
    return Place("mine", gettext("My tickets"), scope=(mine(actor), visible_to(actor)), ours=actor.lines)


def followed_by(actor: Actor) -> Place:
    """What the person owns or takes part in while others work on it."""
    scope = (*followed(actor), visible_to(actor))
    return Place("followed", gettext("Followed"), scope=scope, ours=actor.lines)


def of_line(actor: Actor, line: int) -> Place:
    """What lies on a line, as far as the person may see it."""
    if line not in set(Line):
        abort(404)
    name = next((seat.name for seat in actor.teams if seat.line == line), None) or _line_name(line)
    title = gettext("Line %(line)s", line=line)
    scope = (Ticket.line == line, visible_to(actor))
    return Place("line", title, name, line, line, scope, frozenset({line}), is_shared=True)


def of_team(actor: Actor, team_id: int) -> Place:
    """What lies in a team, as far as the person may see it; 404 where there is no such team."""
    team = db.session.scalars(select(Team).where(Team.id == team_id)).one_or_none()
    if team is None:
        abort(404)
    scope = (Ticket.team_id == team.id, visible_to(actor))
    note = gettext("line %(line)s", line=team.line)
    return Place("team", team.name, note, team.line, team.id, scope, frozenset({team.line}), is_shared=True)


def everything(actor: Actor) -> Place:
    """All tickets that the person may see."""
    return Place("all", gettext("Tickets"), scope=(visible_to(actor),), ours=actor.lines)


def of_view(actor: Actor, view_id: int, name: str = "", saved: Filters | None = None) -> Place:
    """What a saved view finds for this person."""
    scope = (visible_to(actor),)
    return Place("view", name, "", None, view_id, scope, actor.lines, saved=saved)


PLACES: dict[str, Callable[..., Place]] = {
    "mine": own,
    "followed": followed_by,
    "line": of_line,
    "team": of_team,
    "all": everything,
    "view": of_view,
}


def tabs(place: Place, midnight: datetime) -> list[Tab]:
    """The tabs of a place; `midnight` is when the viewer's day began. A view is one tab by itself."""
    if place.key == "view":
        return []
    waiting = Filters(state=tuple(s for s in State if s in WAITING_STATES))
    solved = Filters(
        state=tuple(s for s in State if s in DONE_STATES), resolved_from=midnight, discarded=YesNo.NO
    )
    nobody = [Tab(gettext("Nobody's"), Filters(assignee=Holder.NOBODY))] if place.is_shared else []
    return [
        Tab(pgettext("several tickets", "Open")),
        *nobody,
        Tab(gettext("Waiting"), waiting),
        Tab(gettext("Solved today"), solved),
    ]


def settled(filters: Filters) -> Filters:
    """The filters with the states they mean: the unfinished, unless something about the past is asked."""
    empty = Filters()
    past = any(
        getattr(filters, f.name) != getattr(empty, f.name) for f in fields(filters) if f.name not in PRESENT
    )
    if filters.state or past or filters.discarded is YesNo.YES:
        return filters
    return replace(filters, state=tuple(state for state in State if state in OPEN_STATES))


def conditions(place: Place, filters: Filters, actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """Everything that must hold for a ticket to be in the list."""
    unfinished = [is_open()] if filters.is_unfinished_only else []
    return [*unfinished, *place.scope, *matching(filters, actor, now), *_verdict(filters)]


def order_of(filters: Filters) -> Order:
    """As asked for, else by time left where only open tickets are listed, which alone have some left."""
    if filters.sort and (filters.sort is not Order.DUE or filters.is_unfinished_only):
        return filters.sort
    if filters.state and WAITING_STATES.issuperset(filters.state):
        return Order.WAKING
    return Order.DUE if filters.is_unfinished_only else Order.NEWEST


def as_filters(place: Place, filters: Filters) -> Filters:
    """The same list as a narrowing of everything, so that it can be kept as a view."""
    if place.key == "mine":
        return replace(filters, assignee=filters.assignee or Holder.ME)
    if place.key == "followed":
        return replace(filters, followed=YesNo.YES)
    if place.key == "line" and place.id:
        return replace(filters, line=filters.line or (place.id,))
    if place.key == "team" and place.id:
        return replace(filters, team=filters.team or (place.id,))
    return filters


def _verdict(filters: Filters) -> list[ColumnElement[bool]]:
    if filters.sla is None:
        return []
    missed = TicketSla.missed if filters.sla is Verdict.MISSED else ~TicketSla.missed
    return [exists().where(TicketSla.ticket_id == Ticket.id, missed)]


def _line_name(line: int) -> str:
    name = db.session.scalar(select(Team.name).where(Team.line == line, Team.is_default))
    return name or ""
