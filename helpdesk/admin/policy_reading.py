"""The policy's form read into a sheet, or told what is wrong in which place."""

from collections.abc import Mapping
from datetime import date, datetime

from helpdesk.admin.policy_form import BY_CODE, Typed
from helpdesk.admin.policy_steps import percents_in, steps_in
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext, told
from helpdesk.sla.acts import LONGEST_WAIT_S
from helpdesk.sla.days import start_of
from helpdesk.sla.sheet_checks import problems
from helpdesk.sla.sheets import PRIORITIES, Cell, PolicySheet
from helpdesk.sla.typed import DAY, seconds_in


def sheet_in(form: Typed, before: PolicySheet | None, days: Mapping[int, int]) -> PolicySheet | None:
    """The sheet that was typed; None when something cannot be, with `errors` saying what and where."""
    targets = _targets(form, days)
    calendars = {cell.priority: form.calendar_of_row(cell.priority) for cell in targets}
    own = {cell: form.calendar_of(cell) for cell in targets}
    sheet = PolicySheet(
        name=form.name,
        targets=targets,
        calendars={priority: calendars[priority] for priority in PRIORITIES if priority in calendars},
        own_calendars={cell: one for cell, one in own.items() if one != calendars[cell.priority]},
        pause_states=form.pause_states,
        on_change=form.on_change,
        reopen=form.reopen,
        reopen_grace_s=_span(form, form.reopen_grace, "reopen_grace") or 0,
        ola_reentry=form.ola_reentry,
        thresholds=percents_in(form.steps),
        forgive=form.forgive,
        overlap_allowed=form.overlap_allowed,
        steps=steps_in(form.steps),
        longest_wait_s=_longest_wait(form, before),
    )
    _judge(form, sheet)
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


def _judge(form: Typed, sheet: PolicySheet) -> None:
    """Keep the first error of each place; a wrong percent says all there is to say of the thresholds."""
    for row in form.steps:
        if row.error:
            form.errors.setdefault("thresholds", row.error)
    for problem in problems(sheet):
        if problem.field != "targets" or not form.errors:
            form.errors.setdefault(problem.field or "name", told(problem))


def _targets(form: Typed, days: Mapping[int, int]) -> dict[Cell, int]:
    found = {}
    for code, cell in BY_CODE.items():
        seconds = _span(form, form.cells.get(code, ""), code, days.get(form.calendar_of(cell), DAY))
        if seconds is not None:
            found[cell] = seconds
    return found


def _longest_wait(form: Typed, before: PolicySheet | None) -> int | None:
    """None is no cap; a form without the field leaves it as it was."""
    if form.longest_wait is None:
        return before.longest_wait_s if before else LONGEST_WAIT_S
    return _span(form, form.longest_wait, "longest_wait")


def _span(form: Typed, text: str, place: str, day_s: int = DAY) -> int | None:
    try:
        return seconds_in(text, day_s)
    except BadInput as problem:
        form.errors[place] = told(problem)
        return None
