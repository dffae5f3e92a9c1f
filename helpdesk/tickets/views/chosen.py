"""Filters in force above a list, as chips that take one away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext, ngettext
from sqlalchemy import Select, literal, select, union_all

from helpdesk.accounts.models import Membership, Person, Team
from helpdesk.clients.models import Company
from helpdesk.clients.words import known_as
from helpdesk.db import db
from helpdesk.i18n import day
from helpdesk.tickets.filters import STATE_GROUPS, Filters, Holder, Order, Risk, Verdict, YesNo
from helpdesk.tickets.queries.catalogue import category_name
from helpdesk.tickets.views.places import Place
from helpdesk.tickets.words import CHANNELS, RETURN_REASONS, STATES, TYPES


@dataclass(frozen=True)
class ChosenFilter:
    """A filter in force and the address of the list without it."""

    name: str
    value: str
    remove_url: str


@dataclass(frozen=True)
class Sorting:
    """An order that the list can stand in."""

    words: str
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Names:
    """What ids are called: everybody in a team now, every team, and whatever the filters mention."""

    known: dict[tuple[str, int], str]
    teams: list[tuple[int, str]]
    people: list[tuple[int, str]]

    def of(self, kind: str, one: int) -> str:
        return self.known.get((kind, one), "?")

    def listed(self, kind: str, several: Sequence[int]) -> str:
        return ", ".join(self.of(kind, one) for one in several)


def chosen_filters(place: Place, filters: Filters, names: Names) -> list[ChosenFilter]:
    """One chip for each filter in force."""
    said = [*_present(filters, names), *_past(filters)]
    return [ChosenFilter(name, value, place.url(filters.without(key))) for name, key, value in said if value]


def sortings(place: Place, filters: Filters, order: Order) -> list[Sorting]:
    """Every order with the address of the list in it."""
    return [
        Sorting(words, place.url(replace(filters, sort=one)), one is order) for one, words in orders().items()
    ]


def orders() -> dict[Order, str]:
    """What the orders are called after "sorted by"."""
    return {
        Order.DUE: gettext("time left"),
        Order.NEWEST: gettext("newest first"),
        Order.OLDEST: gettext("oldest first"),
        Order.ACTIVE: gettext("last activity"),
        Order.PRIORITY: gettext("priority"),
        Order.WAKING: gettext("when it is looked at again"),
    }


def holders() -> dict[str, str]:
    """Who may hold a ticket besides somebody by name."""
    return {Holder.ME: gettext("I"), Holder.NOBODY: gettext("Nobody")}


def risks() -> dict[str, str]:
    """How near the nearest deadline may be."""
    return {
        Risk.BREACHED: gettext("Breached"),
        Risk.AT_RISK: gettext("Due within the hour"),
        Risk.PRESSING: gettext("Breached or due within the hour"),
    }


def verdicts() -> dict[str, str]:
    """Whether the deadlines were kept in the end."""
    return {Verdict.MET: gettext("kept"), Verdict.MISSED: gettext("missed")}


def answers() -> dict[str, str]:
    """Yes and no."""
    return {YesNo.YES: gettext("yes"), YesNo.NO: gettext("no")}


def days(count: int) -> str:
    """A span of days in words."""
    return ngettext("%(num)s day", "%(num)s days", count)


def names_for(filters: Filters) -> Names:
    """All names that the list's filters speak of, in one statement."""
    person = [one for one in (filters.assignee, filters.owner) if isinstance(one, int)]
    working = select(Membership.person_id).where(Membership.until.is_(None))
    rows = db.session.execute(
        union_all(
            _named("team", Team, Team.retired_at.is_(None) | Team.id.in_(filters.team + filters.of_team)),
            _named("person", Person, Person.id.in_(working) | Person.id.in_(person)),
            _named("company", Company, Company.id == filters.company),
        )
    ).all()
    by_name = sorted(rows, key=lambda row: row.name.casefold())
    return Names(
        known={(row.kind, row.id): _said(row.kind, row.name) for row in rows},
        teams=[(row.id, row.name) for row in by_name if row.kind == "team"],
        people=[(row.id, row.name) for row in by_name if row.kind == "person"],
    )


def _said(kind: str, name: str) -> str:
    """As the reader calls it: the desk's own companies have a name in each language."""
    return known_as(name) if kind == "company" else name


def _named(kind: str, table: type[Team | Person | Company], condition: object) -> Select[str, int, str]:
    return select(literal(kind).label("kind"), table.id, table.name).where(condition)  # type: ignore[arg-type]


def _present(filters: Filters, names: Names) -> list[tuple[str, str, str]]:
    """How tickets stand now: name, key, words."""
    return [
        (gettext("State"), "state", _states(filters)),
        (gettext("Priority"), "priority", _priorities(filters)),
        (gettext("Kind"), "type", _listed(TYPES, filters.type)),
        (gettext("Line"), "line", ", ".join(str(line) for line in filters.line)),
        (gettext("Team"), "team", names.listed("team", filters.team)),
        (gettext("Held or owned by"), "of_team", names.listed("team", filters.of_team)),
        (gettext("Works on it"), "assignee", _holder(filters.assignee, names)),
        (gettext("Answers the client"), "owner", _holder(filters.owner, names)),
        (gettext("Followed by me"), "followed", answers().get(filters.followed or "", "")),
        (gettext("Client"), "company", names.of("company", filters.company) if filters.company else ""),
        (gettext("Client's name"), "client", filters.client),
        (gettext("Comes first (VIP)"), "vip", answers().get(filters.vip or "", "")),
        (gettext("Tag"), "tag", filters.tag or ""),
        (gettext("Category"), "category", ", ".join(category_name(one) or "?" for one in filters.category)),
        (gettext("Came"), "channel", _listed(CHANNELS, filters.channel)),
        (gettext("Deadline"), "risk", risks().get(filters.risk or "", "")),
        (gettext("Due"), "due", _span(filters, "due")),
        (gettext("Older than"), "older", days(filters.older) if filters.older else ""),
        (gettext("Not older than"), "younger", days(filters.younger) if filters.younger else ""),
    ]


def _past(filters: Filters) -> list[tuple[str, str, str]]:
    """What happened to tickets: name, key, words."""
    return [
        (gettext("Reached line"), "reached", str(filters.reached or "")),
        (gettext("Deadlines"), "sla", verdicts().get(filters.sla or "", "")),
        (gettext("At first contact"), "first_contact", answers().get(filters.first_contact or "", "")),
        (gettext("Thrown away"), "discarded", answers().get(filters.discarded or "", "")),
        (gettext("Came in"), "created", _span(filters, "created")),
        (gettext("Solved"), "resolved", _span(filters, "resolved")),
        (gettext("First answered"), "answered", _span(filters, "answered")),
        (gettext("Handed up"), "escalated", _span(filters, "escalated")),
        (gettext("Handed to line"), "handed_to", str(filters.handed_to or "")),
        (gettext("Returned"), "returned", _span(filters, "returned")),
        (gettext("Returned by line"), "returned_by", str(filters.returned_by or "")),
        (gettext("Returned because"), "returned_for", _listed(RETURN_REASONS, filters.returned_for)),
        (gettext("Words"), "q", filters.q),
    ]


def _states(filters: Filters) -> str:
    """A whole group has a name of its own."""
    groups = {"unfinished": gettext("Unfinished"), "finished": gettext("Finished")}
    for group, states in STATE_GROUPS.items():
        if set(filters.state) == set(states):
            return groups[group]
    return _listed(STATES, filters.state)


def _priorities(filters: Filters) -> str:
    """Neighbours as a span, as people say it."""
    every = sorted(filters.priority)
    if len(every) > 2 and int(every[-1][1]) - int(every[0][1]) == len(every) - 1:
        return gettext("%(first)s to %(last)s", first=every[0], last=every[-1])
    return ", ".join(every)


def _listed(words: object, values: tuple[str, ...]) -> str:
    return ", ".join(str(words[value]) for value in values)  # type: ignore[index]


def _holder(holder: Holder | int | None, names: Names) -> str:
    return names.of("person", holder) if isinstance(holder, int) else holders().get(holder or "", "")


def _span(filters: Filters, name: str) -> str:
    start, end = getattr(filters, f"{name}_from", None), getattr(filters, f"{name}_to")
    if start and end:
        return gettext("%(start)s to %(end)s", start=day(start), end=day(end))
    if start:
        return gettext("since %(start)s", start=day(start))
    return gettext("before %(end)s", end=day(end)) if end else ""
