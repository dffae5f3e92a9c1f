"""Policies in words: what cells, choices and standings are called, and spans with the calendar's own days."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from helpdesk.admin.contract_words import OPEN_TICKETS
from helpdesk.admin.reach_words import SEEN
from helpdesk.admin.words import NAME, span_words
from helpdesk.i18n import gettext, ngettext, percent
from helpdesk.sla.sheets import CELLS, CELLS_BY_TYPE, Cell
from helpdesk.sla.typed import parts_of
from helpdesk.sla.words import NAMES
from helpdesk.tickets.rules import TicketType
from helpdesk.tickets.words import TYPES

METRICS: Mapping[str, Any] = {
    metric: NAMES[metric] for metric in ("first_response", "next_response", "update", "resolution")
}
COLUMNS: Mapping[str, Any] = {**METRICS, "update": lazy_gettext("Update every")}
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
TELLING: Mapping[str, Any] = {
    "tell_owner": lazy_gettext("owner"),
    "tell_assignee": lazy_gettext("assignee"),
    "tell_lead": lazy_gettext("team lead"),
    "tell_manager": lazy_gettext("manager"),
}
DOING: Mapping[str, Any] = {
    "raise_priority": lazy_gettext("raise the priority"),
    "escalate": lazy_gettext("hand on to the next line"),
    "ask_reason": lazy_gettext("ask for the reason"),
}
ACTS: Mapping[str, Any] = {
    **{act: lazy_gettext("tell %(whom)s", whom=name) for act, name in TELLING.items()},
    **DOING,
}
SCOPES: Mapping[str, Any] = {
    "client": lazy_gettext("The client's clocks"),
    "line": lazy_gettext("The lines' clocks"),
}
TYPE_CODES = tuple(type_.value for type_ in TicketType)
VALUES: Mapping[str, Mapping[str, Any]] = {
    "pause_states": {code: name for code, name, _ in PAUSES},
    "on_change": dict(ON_CHANGE),
    "reopen": dict(REOPEN),
    "ola_reentry": dict(REOPEN),
    "steps": ACTS,
    "open_tickets": OPEN_TICKETS,
}
CELLS_NAMED: Mapping[str, Cell] = {cell.code: cell for cell in (*CELLS, *CELLS_BY_TYPE)}
STEP_FIELD = re.compile(r"steps-(client|line)-(\d+)$")
SPANS = frozenset({*CELLS_NAMED, "longest_wait", "reopen_grace"})
WRITTEN = re.compile(r"(\d+) (d|h|min)\b")
FIELD_NAMES: Mapping[str, Any] = {
    "name": NAME,
    "pause_states": lazy_gettext("Pauses while"),
    "on_change": lazy_gettext("When priority or type change"),
    "reopen": lazy_gettext("When a ticket is reopened"),
    "reopen_grace": lazy_gettext("Reopened in time within"),
    "ola_reentry": lazy_gettext("When a line gets a ticket back"),
    "thresholds": lazy_gettext("Thresholds"),
    "longest_wait": lazy_gettext("Longest waiting"),
    "forgive": lazy_gettext("A lower priority forgives"),
    "overlap_allowed": lazy_gettext("Lines may overlap"),
    "default": lazy_gettext("Holds where no contract does"),
    "since": lazy_gettext("Holds from"),
    "planned": lazy_gettext("Planned version"),
    "in_use": lazy_gettext("In use"),
    "open_tickets": lazy_gettext("Open tickets"),
    **SEEN,
    "why": lazy_gettext("Why"),
}


class CellName:
    """The name of a cell, said when it is shown: P2, Line 2; P2, Solution of defects."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    def __str__(self) -> str:
        if self.cell.type is None:
            return f"{self.cell.priority}, {what(self.cell)}"
        return f"{self.cell.priority}, {type_name(self.cell.type)}, {what(self.cell)}"


def what(cell: Cell) -> str:
    """What the cell measures."""
    return str(LINE_NAMES[cell.line] if cell.line else METRICS[cell.metric])


def said(field: str, value: Any) -> Any:
    """A value of the history in words where it is kept as a code."""
    if field in SPANS and isinstance(value, str):
        return WRITTEN.sub(_with_unit, value)
    words = VALUES.get("steps" if STEP_FIELD.match(field) else field)
    if words is None or value is None:
        return value
    if isinstance(value, list):
        return [str(words.get(one, one)) for one in value] or gettext("only noted")
    return words.get(value, value)


def _with_unit(found: re.Match[str]) -> str:
    """A number of the history with its unit as the reader writes it."""
    many, unit = found.groups()
    if unit == "d":
        return gettext("%(days)s d", days=many)
    return gettext("%(hours)s h", hours=many) if unit == "h" else gettext("%(minutes)s min", minutes=many)


def type_name(type_: str) -> str:
    """What people call the type of ticket."""
    return str(TYPES[TicketType(type_)])


class History(dict[str, Any]):
    """What everything is called in the history of policies; cells and steps are named when asked for."""

    def get(self, code: str, otherwise: Any = None) -> Any:
        """The name of that field."""
        if code in self:
            return self[code]
        if found := STEP_FIELD.match(code):
            return StepsName(found[1], int(found[2]))
        cell = CELLS_NAMED.get(code.removesuffix("-calendar"))
        if cell is None:
            return otherwise
        return CellName(cell) if cell.code == code else CalendarOf(cell)


def history_fields() -> dict[str, Any]:
    """What everything is called in the history."""
    by_row = {f"P{number}-calendar": CalendarName(number) for number in (1, 2, 3, 4)}
    by_line = {f"line-{line}-calendar": CalendarOfLine(line) for line in LINE_NAMES}
    return History({**FIELD_NAMES, **by_row, **by_line})


class CalendarName:
    """What stands for the calendar of a priority: P1, Calendar."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __str__(self) -> str:
        return gettext("P%(number)s, Calendar", number=self.number)


class CalendarOfLine:
    """What stands for the calendar of a line."""

    def __init__(self, line: int) -> None:
        self.line = line

    def __str__(self) -> str:
        return gettext("Line %(line)s, Calendar", line=self.line)


class CalendarOf:
    """What stands for the calendar of a single cell."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    def __str__(self) -> str:
        return gettext("%(cell)s, Calendar", cell=CellName(self.cell))


class StepsName:
    """What stands for what happens at a percent: Clients' clocks at 75 %."""

    def __init__(self, scope: str, percent: int) -> None:
        self.scope, self.percent = scope, percent

    def __str__(self) -> str:
        return f"{SCOPES[self.scope]}, {percent(self.percent / 100)}"


def spelled(seconds: int | None, day_s: int) -> str:
    """A target as people read it: 2 d where a day is the calendar's own, else hours and minutes."""
    if seconds is None:
        return ""
    days, _, _ = parts_of(seconds, day_s)
    return gettext("%(days)s d", days=days) if days else span_words(seconds)


def cell(priority: str, metric: str, line: int | None, type_: str | None) -> Cell:
    """The place in the table."""
    return Cell(priority, metric, line, type_)


def cell_name(cell: Cell) -> str:
    """The cell in the choice of a single one."""
    return str(CellName(cell))


def spelled_out(seconds: int, day_s: int) -> str:
    """A target where there is room: 2 working days (16 h), since a day is not 24 h."""
    days, _, _ = parts_of(seconds, day_s)
    if not days:
        return span_words(seconds)
    working = ngettext("%(num)s working day", "%(num)s working days", days)
    return gettext("%(days)s (%(hours)s)", days=working, hours=span_words(seconds))


def spelled_hours(seconds: int) -> str:
    """Hours and minutes, never days."""
    return span_words(seconds)


def places(errors: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Errors of cells and calendars as (code, where, sentence), in the order of the table."""
    calendars = {f"calendar-P{number}": CalendarName(number) for number in (1, 2, 3, 4)}
    named = {**calendars, **{code: CellName(cell) for code, cell in CELLS_NAMED.items()}}
    return [(code, str(name), errors[code]) for code, name in named.items() if code in errors]
