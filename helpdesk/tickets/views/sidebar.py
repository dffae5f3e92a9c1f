"""The side column of every page: own tickets, lines and teams with their figures, and the other places."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext
from sqlalchemy import ScalarSelect, func, literal, select

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import current_actor
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.mail.queries import readable
from helpdesk.notifications.queries import is_unread
from helpdesk.tickets.queries.counts import LIMIT, LineCount, OpenCounts, open_counts
from helpdesk.tickets.queries.saved import named_views
from helpdesk.tickets.views.asked import count_put_to


@dataclass(frozen=True)
class Item:
    """A place with a picture; `count` None shows no figure, `key` opens it."""

    name: str
    url: str
    icon: str
    count: str | None = None
    current: bool = False
    key: str | None = None


@dataclass(frozen=True)
class TeamItem:
    """A team below its line."""

    name: str
    url: str
    count: str
    current: bool


@dataclass(frozen=True)
class LineItem:
    """A line with its teams, which are listed only when there are several; `risk` "" is none."""

    line: int
    name: str
    url: str
    count: str
    risk: str
    teams: tuple[TeamItem, ...]
    current: bool


@dataclass(frozen=True)
class ViewItem:
    """A saved view; its figure comes after the page."""

    id: int
    name: str
    url: str
    current: bool


@dataclass(frozen=True)
class Bell:
    """The way to one's notices; `count` of them are unread, `shown` as people read it."""

    url: str
    panel_url: str
    count_url: str
    count: int
    shown: str


@dataclass(frozen=True)
class Nav:
    """Everything in the side column; addresses are None for places that this desk does not have."""

    firm: str
    call_url: str | None
    search_url: str | None
    profile_url: str | None
    signout_url: str | None
    items: tuple[Item, ...]
    lines: tuple[LineItem, ...]
    foot: tuple[Item, ...]
    views: tuple[ViewItem, ...] = ()
    on_duty: bool = True
    bell: Bell | None = None


def nav() -> Nav | None:
    """The side column of whoever asks; None for strangers. One statement."""
    actor = current_actor()
    if not actor.is_signed_in:
        return None
    counts = open_counts(actor, process_time(), _extra(actor))
    return Nav(
        firm=settings().firm_name,
        call_url=_address("telephony.new_call") if _may(actor, Permission.CALL_LOG) else None,
        search_url=_address("tickets.search"),
        profile_url=_address("accounts.profile"),
        signout_url=_address("accounts.sign_out"),
        items=tuple(_items(actor, counts)),
        lines=tuple(_line(row) for row in counts.lines),
        foot=tuple(_foot(actor)),
        views=tuple(_view(*one) for one in counts.extra[2]),
        bell=_bell(counts.extra[1]),
    )


def _extra(actor: Actor) -> tuple[ScalarSelect[Any], ...]:
    """What is counted beside tickets, in the same statement."""
    asked = count_put_to(actor) if actor.is_agent else select(literal(0)).scalar_subquery()
    return _held_mail(actor), _new_notices(actor), named_views(actor), asked


def install() -> None:
    """Let every whole page have its side column."""
    web.provide("nav", nav)


def place_exists(endpoint: str) -> bool:
    """Whether this desk has that place."""
    return endpoint in current_app.view_functions


def figure(count: int) -> str:
    """A count as people read it: nobody counts further than a thousand."""
    return f"{LIMIT - 1}+" if count >= LIMIT else str(count)


def _items(actor: Actor, counts: OpenCounts) -> Iterator[Item]:
    if actor.is_agent:
        yield _item(gettext("My tickets"), "tickets.mine", "user", figure(counts.mine))
        yield _item(gettext("Followed"), "tickets.followed", "bookmark", figure(counts.followed))
    if actor.is_manager and not actor.is_agent:
        yield _item(gettext("All tickets"), "tickets.all", "list")
    if _may(actor, Permission.MAIL_HELD) and _address("mail.held"):
        yield _item(gettext("Held mail"), "mail.held", "shield", figure(counts.extra[0]))
    if _may(actor, Permission.CALL_LOG) and _address("telephony.calls"):
        yield _item(gettext("Calls"), "telephony.calls", "phone")
    if counts.extra[3]:
        yield _item(gettext("Why was it late?"), "tickets.asked", "flag", figure(counts.extra[3]))


def _bell(count: int) -> Bell | None:
    if not place_exists("notifications.notices"):
        return None
    return Bell(
        url=url_for("notifications.notices"),
        panel_url=url_for("notifications.panel"),
        count_url=url_for("notifications.count"),
        count=count,
        shown=figure(count),
    )


def _foot(actor: Actor) -> Iterator[Item]:
    places = (
        (gettext("Instructions"), "kb.articles", "book", Permission.ARTICLE_READ),
        (gettext("Clients"), "clients.companies", "building", Permission.CLIENT_READ),
        (gettext("Reports"), "reports.dashboard", "chart", Permission.REPORT_READ),
        (gettext("Settings"), *_settings(actor)),
        (gettext("Demo mail"), "demo.mail", "mail", Permission.SIGNED_IN),
    )
    for name, endpoint, icon, permission in places:
        if _may(actor, permission) and _address(endpoint):
            yield _item(name, endpoint, icon)


def _settings(actor: Actor) -> tuple[str, str, Permission]:
    """Where the settings begin for this person: leads keep the canned answers of their teams."""
    if _may(actor, Permission.SETTINGS_READ):
        return "admin.overview", "gear", Permission.SETTINGS_READ
    return "admin.canned_answers", "gear", Permission.CANNED_READ


def _item(name: str, endpoint: str, icon: str, count: str | None = None) -> Item:
    url = url_for(endpoint)
    return Item(name, url, icon, count, request.path == url or request.path.startswith(url + "/"))


def _line(row: LineCount) -> LineItem:
    teams = tuple(
        TeamItem(team.name, url, figure(team.count), request.path == url)
        for team in row.teams
        for url in (url_for("tickets.team", team_id=team.team_id),)
    )
    url = url_for("tickets.line", line=row.line)
    return LineItem(
        line=row.line,
        name=row.name,
        url=url,
        count=figure(row.count),
        risk=figure(row.risk) if row.risk else "",
        teams=teams if len(teams) > 1 else (),
        current=request.path == url,
    )


def _view(view_id: int, name: str) -> ViewItem:
    url = url_for("tickets.view", view_id=view_id)
    return ViewItem(view_id, name, url, request.path == url)


def _held_mail(actor: Actor) -> ScalarSelect[int]:
    if not _may(actor, Permission.MAIL_HELD):
        return select(literal(0)).scalar_subquery()
    seen = readable(by_administrator=_may(actor, Permission.SETTINGS_CHANGE))
    some = select(literal(1)).where(InboundMail.state == InboundState.QUARANTINED, seen).limit(LIMIT)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def _new_notices(actor: Actor) -> ScalarSelect[int]:
    some = select(literal(1)).where(is_unread(actor.person_id)).limit(LIMIT)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def _may(actor: Actor, permission: Permission) -> bool:
    return may(actor.relations, permission)


def _address(endpoint: str) -> str | None:
    """The place's address; None where this desk has no such place."""
    return url_for(endpoint) if place_exists(endpoint) else None
