"""The policy's form: everything as it was typed, filled from a sheet or from what was sent."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from helpdesk.admin.policy_steps import StepRow, rows_of, typed_rows, were_sent
from helpdesk.admin.policy_words import spelled
from helpdesk.sla.acts import DEFAULT_STEPS
from helpdesk.sla.sheets import CELLS, CELLS_BY_TYPE, LINES, PRIORITIES, TYPES, Cell, PolicySheet
from helpdesk.sla.typed import DAY

MOST_SINGLE = 60
BY_CODE: Mapping[str, Cell] = {cell.code: cell for cell in (*CELLS, *CELLS_BY_TYPE)}
ROWS: Mapping[str, tuple[str, str]] = {f"{p}-{type_}": (p, type_) for p in PRIORITIES for type_ in TYPES}


@dataclass
class Typed:
    """Everything in the form.

    `rows` are those for one type, `added` the one just asked for.
    `calendar` holds for every row without one of its own in `calendars` (by row: P3, P3-defect); a line may
    have its own in `line_calendars`, a single cell in `single` by its code.
    """

    name: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    added: str = ""
    calendar: str = ""
    calendars: dict[str, str] = field(default_factory=dict)
    line_calendars: dict[int, str] = field(default_factory=dict)
    single: dict[str, str] = field(default_factory=dict)
    pause_states: tuple[str, ...] = ()
    longest_wait: str | None = None
    on_change: str = "carry"
    reopen: str = "resume"
    reopen_grace: str = ""
    ola_reentry: str = "resume"
    steps: tuple[StepRow, ...] = ()
    forgive: bool = False
    overlap_allowed: bool = False
    since: str = ""
    open_tickets: str = "new"
    why: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def calendar_of(self, cell: Cell) -> int:
        """The calendar in which the cell counts: its own, its line's, its row's or the usual one; 0: none."""
        return _id(
            self.single.get(cell.code)
            or (self.line_calendars.get(cell.line) if cell.line else None)
            or (self.calendars.get(f"{cell.priority}-{cell.type}") if cell.type else None)
            or self.calendars.get(cell.priority)
            or self.calendar
        )

    def calendar_of_row(self, priority: str) -> int:
        """The calendar of the client's clocks of that priority; 0 for none."""
        return _id(self.calendars.get(priority) or self.calendar)

    @property
    def calendar_ids(self) -> set[int]:
        """Every calendar that was chosen anywhere."""
        return {self.calendar_of(cell) for cell in BY_CODE.values()} - {0}

    def rows_of(self, priority: str) -> list[tuple[str, str]]:
        """The rows below that priority: (row, type)."""
        return [(row, ROWS[row][1]) for row in ROWS if row in self.rows and ROWS[row][0] == priority]

    def inherited(self, code: str) -> str:
        """What a cell for one type says while it is empty."""
        return self.cells.get(BY_CODE[code].of_any_type.code, "")


def of(sheet: PolicySheet, days: Mapping[int, int]) -> Typed:
    """The form as a policy fills it; `days` says how long a working day of each calendar is."""
    ids = list(sheet.calendars.values())
    most = max(ids, key=ids.count, default=0)
    filled = Typed(
        name=sheet.name,
        cells={
            cell.code: _in_field(seconds, days.get(sheet.calendar_of(cell) or 0, DAY))
            for cell, seconds in sheet.targets.items()
        },
        rows=tuple(row for row, (p, type_) in ROWS.items() if type_ in sheet.types_of(p)),
        calendar=str(most or ""),
        calendars={priority: str(one) for priority, one in sheet.calendars.items() if one != most},
        pause_states=sheet.pause_states,
        longest_wait=_in_field(sheet.longest_wait_s) if sheet.longest_wait_s else "",
        on_change=sheet.on_change,
        reopen=sheet.reopen,
        reopen_grace=_in_field(sheet.reopen_grace_s) if sheet.reopen_grace_s else "",
        ola_reentry=sheet.ola_reentry,
        steps=rows_of(sheet.steps, sheet.percents),
        forgive=sheet.forgive,
        overlap_allowed=sheet.overlap_allowed,
    )
    _fill_calendars(filled, sheet)
    return filled


def typed(form: "MultiDict[str, str]", before: PolicySheet | None = None) -> Typed:
    """What was sent; steps and the longest waiting stay as they are `before` where the form has none."""
    cells = {code: form[code].strip()[:40] for code in BY_CODE if form.get(code, "").strip()}
    return Typed(
        name=" ".join(form.get("name", "").split()),
        cells=cells,
        rows=_rows(form, cells),
        added=_asked_for(form) if "add" in form else "",
        calendar=form.get("calendar", ""),
        calendars={row: form.get(f"calendar-{row}", "") for row in (*PRIORITIES, *ROWS)},
        line_calendars={line: form.get(f"calendar-line-{line}", "") for line in LINES},
        single=_single(form),
        pause_states=tuple(form.getlist("pause_states")),
        longest_wait=form["longest_wait"].strip() if "longest_wait" in form else None,
        on_change=form.get("on_change", "carry"),
        reopen=form.get("reopen", "resume"),
        reopen_grace=form.get("reopen_grace", "").strip(),
        ola_reentry=form.get("ola_reentry", "resume"),
        steps=typed_rows(form) if were_sent(form) else _steps_of(before),
        forgive=bool(form.get("forgive")),
        overlap_allowed=bool(form.get("overlap_allowed")),
        since=form.get("since", "").strip(),
        open_tickets=form.get("open_tickets", "new"),
        why=" ".join(form.get("why", "").split())[:300],
    )


def _fill_calendars(form: Typed, sheet: PolicySheet) -> None:
    """Say what differs with the fewest words: a line, else a row for one type, else single cells."""
    for line in LINES:
        if usual := _usual(sheet, (cell for cell in sheet.targets if cell.line == line)):
            form.line_calendars[line] = str(usual)
    for row in form.rows:
        clients = (c for c in sheet.targets if (c.priority, c.type) == ROWS[row] and c.line is None)
        if usual := _usual(sheet, clients):
            form.calendars[row] = str(usual)
    for cell in sheet.targets:
        if form.calendar_of(cell) != sheet.calendar_of(cell):
            form.single[cell.code] = str(sheet.calendar_of(cell))


def _usual(sheet: PolicySheet, cells: Iterator[Cell]) -> int | None:
    """The calendar in which most of these cells count; None when it is that of their priorities."""
    counts = Counter(sheet.own_calendars.get(cell) for cell in cells)
    return max(counts, key=lambda one: counts[one], default=None)


def _in_field(seconds: int, day_s: int = DAY) -> str:
    """The span in the reader's language, with spaces of every keyboard; read back to the same seconds."""
    return spelled(seconds, day_s).replace("\N{NO-BREAK SPACE}", " ")


def _rows(form: "MultiDict[str, str]", cells: Mapping[str, str]) -> tuple[str, ...]:
    """Rows that have a target, were there when the form was made, or are asked for now."""
    asked = {*form.getlist("rows"), _asked_for(form)}
    filled = {(BY_CODE[code].priority, BY_CODE[code].type) for code in cells}
    return tuple(row for row, place in ROWS.items() if row in asked or place in filled)


def _asked_for(form: "MultiDict[str, str]") -> str:
    return f"{form.get('new_priority', '')}-{form.get('new_type', '')}"


def _single(form: "MultiDict[str, str]") -> dict[str, str]:
    chosen = zip(form.getlist("single_cell")[:MOST_SINGLE], form.getlist("single_calendar"), strict=False)
    return {code: calendar for code, calendar in chosen if code in BY_CODE and calendar}


def _steps_of(sheet: PolicySheet | None) -> tuple[StepRow, ...]:
    return rows_of(sheet.steps, sheet.percents) if sheet else rows_of(DEFAULT_STEPS, ())


def _id(chosen: str) -> int:
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0
