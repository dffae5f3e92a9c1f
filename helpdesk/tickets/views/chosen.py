"""Filters as people see them above a list: chips that take one away, and fields that add one."""

from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import literal, select, union_all

from helpdesk.accounts.models import Person, Team
from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.i18n import day
from helpdesk.tickets.filters import STATE_GROUPS, Filters, Holder, Risk, Verdict, YesNo
from helpdesk.tickets.views.places import Place
from helpdesk.tickets.words import PRIORITIES, RETURN_REASONS, STATES, TYPES, options


@dataclass(frozen=True)
class ChosenFilter:
    """A filter in force and the address of the list without it."""

    name: str
    value: str
    remove_url: str


@dataclass(frozen=True)
class FilterField:
    """A select that narrows the list further; the first choice is "any"."""

    name: str
    label: str
    options: list[tuple[str, str]]
    chosen: str


def chosen_filters(place: Place, filters: Filters) -> list[ChosenFilter]:
    """One chip for each filter in force; asks for the names behind ids only where there are some."""
    names = _names(filters)
    said = [
        (gettext("State"), "state", _listed(STATES, filters.state)),
        (gettext("Priority"), "priority", ", ".join(filters.priority)),
        (gettext("Kind"), "type", _listed(TYPES, filters.type)),
        (gettext("Line"), "line", ", ".join(str(line) for line in filters.line)),
        (gettext("Reached line"), "reached", str(filters.reached or "")),
        (gettext("Team"), "team", ", ".join(names.get(("team", one), "?") for one in filters.team)),
        (
            gettext("Held or owned by"),
            "of_team",
            ", ".join(names.get(("team", one), "?") for one in filters.of_team),
        ),
        (gettext("Works on it"), "assignee", _holder(filters, names)),
        (gettext("Client"), "company", names.get(("company", filters.company or 0), "")),
        (gettext("Tag"), "tag", filters.tag or ""),
        (gettext("Deadline"), "risk", _risks().get(filters.risk or "", "")),
        (gettext("Deadlines"), "sla", _verdicts().get(filters.sla or "", "")),
        (gettext("At first contact"), "first_contact", _answers().get(filters.first_contact or "", "")),
        (gettext("Thrown away"), "discarded", _answers().get(filters.discarded or "", "")),
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
    return [ChosenFilter(name, value, place.url(filters.without(key))) for name, key, value in said if value]


def filter_fields(filters: Filters) -> list[FilterField]:
    """The selects beside the chips; only for filters that are not in force yet."""
    states = [(group, str(words)) for group, words in _groups().items()] + options(STATES)
    fields = [
        FilterField("state", gettext("Any state"), states, ""),
        FilterField("priority", gettext("Any priority"), options(PRIORITIES), ""),
        FilterField("type", gettext("Any kind"), options(TYPES), ""),
        FilterField("assignee", gettext("Anybody"), list(_holders().items()), ""),
        FilterField("risk", gettext("Any deadline"), list(_risks().items()), ""),
    ]
    return [field for field in fields if not getattr(filters, field.name)]


def _listed(words: object, values: tuple[str, ...]) -> str:
    return ", ".join(str(words[value]) for value in values)  # type: ignore[index]


def _groups() -> dict[str, str]:
    names = {"unfinished": gettext("Unfinished"), "finished": gettext("Finished")}
    return {group: names[group] for group in STATE_GROUPS}


def _holders() -> dict[str, str]:
    return {Holder.ME: gettext("I"), Holder.NOBODY: gettext("Nobody")}


def _risks() -> dict[str, str]:
    return {
        Risk.BREACHED: gettext("Breached"),
        Risk.AT_RISK: gettext("Due within the hour"),
        Risk.PRESSING: gettext("Breached or due within the hour"),
    }


def _verdicts() -> dict[str, str]:
    return {Verdict.MET: gettext("kept"), Verdict.MISSED: gettext("missed")}


def _answers() -> dict[str, str]:
    return {YesNo.YES: gettext("yes"), YesNo.NO: gettext("no")}


def _holder(filters: Filters, names: dict[tuple[str, int], str]) -> str:
    if isinstance(filters.assignee, int):
        return names.get(("person", filters.assignee), "?")
    return _holders().get(filters.assignee or "", "")


def _span(filters: Filters, name: str) -> str:
    start, end = getattr(filters, f"{name}_from"), getattr(filters, f"{name}_to")
    if start and end:
        return gettext("%(start)s to %(end)s", start=day(start), end=day(end))
    if start:
        return gettext("since %(start)s", start=day(start))
    return gettext("before %(end)s", end=day(end)) if end else ""


def _names(filters: Filters) -> dict[tuple[str, int], str]:
    """Names of the teams, the person and the company that the filters mention, in one statement or none."""
    person = filters.assignee if isinstance(filters.assignee, int) else None
    asked = [
        select(literal(kind).label("kind"), table.id, table.name).where(table.id.in_(ids))
        for kind, table, ids in (
            ("team", Team, filters.team + filters.of_team),
            ("person", Person, (person,)),
            ("company", Company, (filters.company,)),
        )
        if any(ids)
    ]
    rows = db.session.execute(union_all(*asked)).all() if asked else []
    return {(kind, one): name for kind, one, name in rows}
