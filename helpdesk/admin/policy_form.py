"""The policy's form: spans as they were typed, read into a sheet or told what is wrong in which cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from helpdesk.admin.policy_words import spelled
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext, told
from helpdesk.sla.days import start_of
from helpdesk.sla.sheets import CELLS, PRIORITIES, Cell, PolicySheet, problems
from helpdesk.sla.typed import DAY, seconds_in

BREACH = 100


@dataclass
class Typed:
    """Everything in the form; `calendar` holds for every priority without one of its own in `calendars`."""

    name: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    calendar: str = ""
    calendars: dict[str, str] = field(default_factory=dict)
    pause_states: tuple[str, ...] = ()
    on_change: str = "carry"
    reopen: str = "resume"
    reopen_grace: str = ""
    ola_reentry: str = "resume"
    thresholds: str = ""
    forgive: bool = False
    overlap_allowed: bool = False
    since: str = ""
    why: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def calendar_of(self, priority: str) -> int:
        """The calendar in which that priority counts; 0 for none."""
        chosen = self.calendars.get(priority) or self.calendar
        return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0


def of(sheet: PolicySheet, days: Mapping[int, int]) -> Typed:
    """The form as a policy fills it; `days` says how long a working day of each calendar is."""
    ids = list(sheet.calendars.values())
    most = max(ids, key=ids.count, default=0)
    return Typed(
        name=sheet.name,
        cells={
            cell.code: _in_field(seconds, days.get(sheet.calendars[cell.priority], DAY))
            for cell, seconds in sheet.targets.items()
            if cell.type is None
        },
        calendar=str(most or ""),
        calendars={priority: str(one) for priority, one in sheet.calendars.items() if one != most},
        pause_states=sheet.pause_states,
        on_change=sheet.on_change,
        reopen=sheet.reopen,
        reopen_grace=_in_field(sheet.reopen_grace_s) if sheet.reopen_grace_s else "",
        ola_reentry=sheet.ola_reentry,
        thresholds=", ".join(str(percent) for percent in sheet.thresholds),
        forgive=sheet.forgive,
        overlap_allowed=sheet.overlap_allowed,
    )


def _in_field(seconds: int, day_s: int = DAY) -> str:
    """The span in the reader's language, with spaces of every keyboard; read back to the same seconds."""
    return spelled(seconds, day_s).replace("\N{NO-BREAK SPACE}", " ")


def typed(form: "MultiDict[str, str]") -> Typed:
    """What was sent."""
    return Typed(
        name=" ".join(form.get("name", "").split()),
        cells={cell.code: form.get(cell.code, "").strip() for cell in CELLS},
        calendar=form.get("calendar", ""),
        calendars={priority: form.get(f"calendar-{priority}", "") for priority in PRIORITIES},
        pause_states=tuple(form.getlist("pause_states")),
        on_change=form.get("on_change", "carry"),
        reopen=form.get("reopen", "resume"),
        reopen_grace=form.get("reopen_grace", "").strip(),
        ola_reentry=form.get("ola_reentry", "resume"),
        thresholds=form.get("thresholds", "").strip(),
        forgive=bool(form.get("forgive")),
        overlap_allowed=bool(form.get("overlap_allowed")),
        since=form.get("since", "").strip(),
        why=" ".join(form.get("why", "").split())[:300],
    )


def sheet_in(form: Typed, before: PolicySheet | None, days: Mapping[int, int]) -> PolicySheet | None:
    """The sheet that was typed; None when something cannot be, with `errors` saying what and where.

    Targets for single types of ticket are not in the form and stay as they were `before`.
    """
    targets = _targets(form, days)
    for cell, seconds in (before.targets if before else {}).items():
        if cell.type is not None:
            targets[cell] = seconds
    sheet = PolicySheet(
        name=form.name,
        targets=targets,
        calendars={cell.priority: form.calendar_of(cell.priority) for cell in targets},
        pause_states=form.pause_states,
        on_change=form.on_change,
        reopen=form.reopen,
        reopen_grace_s=_span(form, form.reopen_grace, "reopen_grace") or 0,
        ola_reentry=form.ola_reentry,
        thresholds=_thresholds(form),
        forgive=form.forgive,
        overlap_allowed=form.overlap_allowed,
    )
    for problem in problems(sheet):
        if problem.field != "targets" or not form.errors:
            form.errors.setdefault(problem.field or "name", told(problem))
    return None if form.errors else sheet


def since_in(form: Typed, now: datetime) -> datetime | None:
    """From when it is to hold; None: from now on. A day that has begun is refused in `errors`."""
    if not form.since:
        return None
    try:
        day = date.fromisoformat(form.since)
    except ValueError:
        day = date.max
    if day.year > now.year + 10:
        form.errors["since"] = gettext("Write the day as 2026-12-01, or leave it empty for now.")
        return None
    since = start_of(day)
    if since <= now:
        form.errors["since"] = gettext("That day has begun. Choose a later one, or leave it empty for now.")
        return None
    return since


def _targets(form: Typed, days: Mapping[int, int]) -> dict[Cell, int]:
    found = {}
    for cell in CELLS:
        day_s = days.get(form.calendar_of(cell.priority), DAY)
        seconds = _span(form, form.cells.get(cell.code, ""), cell.code, day_s)
        if seconds is not None:
            found[cell] = seconds
    return found


def _span(form: Typed, text: str, place: str, day_s: int = DAY) -> int | None:
    try:
        return seconds_in(text, day_s)
    except BadInput as problem:
        form.errors[place] = told(problem)
        return None


def _thresholds(form: Typed) -> tuple[int, ...]:
    """The percents, and always a hundred: otherwise nobody would hear of a breach."""
    parts = form.thresholds.replace("%", " ").replace(",", " ").replace(";", " ").split()
    if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        return ()
    return tuple(sorted({*map(int, parts), BREACH})) if parts else (BREACH,)
