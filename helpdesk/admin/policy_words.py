"""Policies in words: what cells, choices and standings are called, and spans with the calendar's own days."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from helpdesk.admin.words import NAME, span_words
from helpdesk.i18n import gettext
from helpdesk.sla.sheets import CELLS, Cell, PolicySheet
from helpdesk.sla.typed import DAY, parts_of
from helpdesk.sla.words import NAMES
from helpdesk.tickets.rules import TicketType
from helpdesk.tickets.words import TYPES

METRICS: Mapping[str, Any] = {
    metric: NAMES[metric] for metric in ("first_response", "next_response", "update", "resolution")
}
LINE_NAMES: Mapping[int, Any] = {
    1: lazy_gettext("Line 1"),
    2: lazy_gettext("Line 2"),
    3: lazy_gettext("Line 3"),
}
PAUSES: tuple[tuple[str, Any, Any], ...] = (
    (
        "waiting_client",
        lazy_gettext("Waiting for the client"),
        lazy_gettext("we asked something and cannot go on without an answer"),
    ),
    (
        "waiting_third_party",
        lazy_gettext("Waiting for a third party"),
        lazy_gettext("a supplier or a carrier, somebody outside of this desk"),
    ),
)
ON_CHANGE: tuple[tuple[str, Any], ...] = (
    ("carry", lazy_gettext("keep what was counted, only the target is new")),
    ("retroactive", lazy_gettext("count everything again under the new target")),
    ("restart", lazy_gettext("begin at zero")),
)
REOPEN: tuple[tuple[str, Any], ...] = (
    ("resume", lazy_gettext("go on where it stopped")),
    ("restart", lazy_gettext("begin at zero")),
)
FIELD_NAMES: Mapping[str, Any] = {
    "name": NAME,
    "pause_states": lazy_gettext("Pauses while"),
    "on_change": lazy_gettext("When priority or type change"),
    "reopen": lazy_gettext("When a ticket is reopened"),
    "reopen_grace": lazy_gettext("Reopened in time within"),
    "ola_reentry": lazy_gettext("When a line gets a ticket back"),
    "thresholds": lazy_gettext("Thresholds"),
    "forgive": lazy_gettext("A lower priority forgives"),
    "overlap_allowed": lazy_gettext("Lines may overlap"),
    "default": lazy_gettext("Holds where no contract does"),
    "since": lazy_gettext("Holds from"),
    "planned": lazy_gettext("Planned version"),
    "in_use": lazy_gettext("In use"),
    "why": lazy_gettext("Why"),
}


class CellName:
    """The name of a cell, said when it is shown: P2, Line 2."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    def __str__(self) -> str:
        return f"{self.cell.priority}, {what(self.cell)}"


def what(cell: Cell) -> str:
    """What the cell measures."""
    return str(LINE_NAMES[cell.line] if cell.line else METRICS[cell.metric])


def history_fields() -> dict[str, Any]:
    """What everything is called in the history: the table's cells first, then the rest."""
    cells: dict[str, Any] = {cell.code: CellName(cell) for cell in CELLS}
    calendars = {f"P{number}-calendar": CalendarName(number) for number in (1, 2, 3, 4)}
    return {**FIELD_NAMES, **cells, **calendars}


class CalendarName:
    """What stands for the calendar of a priority: P1, Calendar."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __str__(self) -> str:
        return gettext("P%(number)s, Calendar", number=self.number)


def spelled(seconds: int | None, day_s: int) -> str:
    """A target as people read it: 2 d where a day is the calendar's own, else hours and minutes."""
    if seconds is None:
        return ""
    days, _, _ = parts_of(seconds, day_s)
    return gettext("%(days)s d", days=days) if days else span_words(seconds)


def kept(sheet: PolicySheet, days: Mapping[int, int]) -> list[str]:
    """Targets for single types of ticket: P2, Solution, Question: 4 h."""
    return [
        f"{CellName(cell)}, {TYPES[TicketType(cell.type)]}: "
        f"{spelled(seconds, days.get(sheet.calendars[cell.priority], DAY))}"
        for cell, seconds in sorted(sheet.targets.items(), key=lambda one: one[0].code)
        if cell.type is not None
    ]


def spelled_hours(seconds: int) -> str:
    """Hours and minutes, never days."""
    return span_words(seconds)


def places(errors: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Errors of cells and calendars as (code, where, sentence), in the order of the table."""
    named: dict[str, str] = {}
    for cell in CELLS:
        named.setdefault(f"calendar-{cell.priority}", str(CalendarName(int(cell.priority[1]))))
        named[cell.code] = str(CellName(cell))
    return [(code, name, errors[code]) for code, name in named.items() if code in errors]
