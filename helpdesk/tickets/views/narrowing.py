"""The panel that narrows a list: every field with its choices and what is chosen now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Any

from flask_babel import gettext

from helpdesk.tickets.filters import Filters, Holder, written
from helpdesk.tickets.queries.catalogue import catalogue
from helpdesk.tickets.rules import Line
from helpdesk.tickets.views.chosen import Names, answers, days, holders, risks, verdicts
from helpdesk.tickets.words import CHANNELS, PRIORITIES, STATES, TYPES, options

AGES = (1, 3, 7, 14, 30)


@dataclass(frozen=True)
class Choice:
    """One value of a field."""

    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True)
class FilterField:
    """A field of the panel. `kind`: several (ticks), one (a select that begins with `any`), text (its choices
    are offered), day.
    """

    name: str
    label: str
    kind: str
    choices: tuple[Choice, ...] = ()
    any: str = ""
    value: str = ""


def filter_fields(filters: Filters, names: Names, zone: tzinfo) -> list[FilterField]:
    """All fields in the order in which people reach for them."""
    anybody, any_ = gettext("Anybody"), gettext("Any")
    people = [*holders().items(), *((str(one), name) for one, name in names.people)]
    teams = [(str(one), name) for one, name in names.teams]
    lines = [(str(int(line)), gettext("Line %(line)s", line=int(line))) for line in Line]
    return [
        _several("state", gettext("State"), options(STATES), filters.state),
        _several("priority", gettext("Priority"), [(p, p) for p, _ in options(PRIORITIES)], filters.priority),
        _several("line", gettext("Line"), lines, filters.line),
        _one("assignee", gettext("Works on it"), people, _holder(filters.assignee), anybody),
        _one("owner", gettext("Answers the client"), people, _holder(filters.owner), anybody),
        _one("team", gettext("Team"), teams, _single(filters.team), any_),
        _one("type", gettext("Kind"), options(TYPES), _single(filters.type), any_),
        FilterField("client", gettext("Client's name"), "text", value=filters.client),
        _one("vip", gettext("Comes first (VIP)"), answers().items(), filters.vip or "", any_),
        FilterField("tag", gettext("Tag"), "text", _offered(catalogue().tags), value=filters.tag or ""),
        *_categories(filters),
        _one("risk", gettext("Deadline"), risks().items(), filters.risk or "", any_),
        FilterField("due_to", gettext("Due before the end of"), "day", value=_due_day(filters, zone)),
        _one("older", gettext("Older than"), _ages(filters.older), str(filters.older or ""), any_),
        _one("younger", gettext("Not older than"), _ages(filters.younger), str(filters.younger or ""), any_),
        _one("channel", gettext("Came"), options(CHANNELS), _single(filters.channel), any_),
        _one("sla", gettext("Deadlines were"), verdicts().items(), filters.sla or "", any_),
    ]


def _categories(filters: Filters) -> list[FilterField]:
    """Nothing where the firm keeps none."""
    choices = [(str(one), name) for one, name in catalogue().categories]
    if not choices and not filters.category:
        return []
    return [_one("category", gettext("Category"), choices, _single(filters.category), gettext("Any"))]


def _offered(values: Iterable[str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, value, False) for value in values)


def kept(filters: Filters, fields: Iterable[FilterField]) -> list[tuple[str, str]]:
    """What the form carries along because no field of the panel shows it."""
    shown = {field.name for field in fields}
    return [(name, value) for name, value in written(filters) if name not in shown]


def _several(name: str, label: str, choices: Iterable[tuple[str, str]], chosen: Iterable[Any]) -> FilterField:
    wanted = {str(one) for one in chosen}
    return FilterField(
        name, label, "several", tuple(Choice(value, words, value in wanted) for value, words in choices)
    )


def _one(
    name: str, label: str, choices: Iterable[tuple[str, str]], chosen: str, anything: str
) -> FilterField:
    """A select; several values of an address stay chosen together as one more choice."""
    every: Mapping[str, str] = dict(choices)
    found = [Choice(str(value), words, str(value) == chosen) for value, words in every.items()]
    if chosen and not any(one.is_chosen for one in found):
        parts = chosen.split(",")
        found.append(Choice(chosen, ", ".join(every.get(part, part) for part in parts), True))
    return FilterField(name, label, "one", tuple(found), any=anything)


def _single(values: Iterable[object]) -> str:
    return ",".join(str(value) for value in values)


def _holder(holder: Holder | int | None) -> str:
    return "" if holder is None else str(holder)


def _ages(chosen: int | None) -> list[tuple[str, str]]:
    return [(str(age), days(age)) for age in sorted({*AGES, *([chosen] if chosen else [])})]


def _due_day(filters: Filters, zone: tzinfo) -> str:
    """The last day that counts: the instant itself is the first that does not."""
    if filters.due_to is None:
        return ""
    return (filters.due_to.astimezone(zone) - timedelta(microseconds=1)).date().isoformat()
