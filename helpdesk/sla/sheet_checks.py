"""What keeps a sheet from being a policy, and what is allowed but worth a second look."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.calendars.models import Calendar
from helpdesk.db import db
from helpdesk.errors import N_, BadInput
from helpdesk.sla.acts import BREACH, Act, Scope
from helpdesk.sla.rules import Metric, OnChange, Resumption
from helpdesk.sla.sheets import LINES, PAUSE_STATES, PRIORITIES, TYPES, Cell, PolicySheet
from helpdesk.sla.typed import HOUR, LONGEST, MINUTE

LONGEST_NAME, MOST_THRESHOLDS, HIGHEST_PERCENT = 80, 8, 200
TELLING = frozenset({Act.TELL_OWNER, Act.TELL_ASSIGNEE, Act.TELL_LEAD, Act.TELL_MANAGER})


@dataclass(frozen=True)
class Overlap:
    """The budgets of the lines add up to more than the solution time of that priority (and type)."""

    priority: str
    budgets_s: int
    solution_s: int
    type: str | None = None


def problems(sheet: PolicySheet) -> Iterator[BadInput]:
    """Everything that keeps the sheet from being a policy, each naming its field; statements: one."""
    if not 1 <= len(sheet.name) <= LONGEST_NAME:
        yield BadInput(N_("A policy needs a name of at most 80 characters."), "name")
    if not sheet.targets:
        yield BadInput(
            N_("Without a single target no clock would ever start. Fill at least one cell."), "targets"
        )
    yield from _without_calendar(sheet)
    for cell, seconds in sheet.targets.items():
        if not MINUTE <= seconds <= LONGEST:
            yield BadInput(N_("A target is between a minute and a year."), cell.code)
        if cell.priority not in PRIORITIES or cell.type not in (None, *TYPES):
            yield BadInput(N_("Choose one of these."), cell.code)
    yield from _answers_after_solution(sheet)
    yield from _rules(sheet)
    yield from _steps(sheet)


def overlaps(sheet: PolicySheet) -> list[Overlap]:
    """Where the lines may use up more than the client was told; none when the policy allows it.

    Seconds are compared as they stand, also where a line counts in a calendar of its own.
    """
    found = []
    for priority in () if sheet.overlap_allowed else PRIORITIES:
        usual = _overlap(sheet, priority, None)
        by_type = (_overlap(sheet, priority, type_) for type_ in sheet.types_of(priority))
        found += [one for one in (usual, *by_type) if one is not None]
    return found


def silent_breach(sheet: PolicySheet) -> bool:
    """Whether nobody is told when a clock of the client has run out."""
    return not any(
        step.scope == Scope.CLIENT and step.percent == BREACH and step.act in TELLING for step in sheet.steps
    )


def late_updates(sheet: PolicySheet) -> list[tuple[str, str | None]]:
    """Priorities (and types) for which the solution is due before the first update would be."""
    found = []
    for priority in PRIORITIES:
        for type_ in (None, *sheet.types_of(priority)):
            update = sheet.seconds(Metric.UPDATE, priority, None, type_)
            solution = sheet.seconds(Metric.RESOLUTION, priority, None, type_)
            if update is not None and solution is not None and update >= solution:
                found.append((priority, type_))
    return found


def _overlap(sheet: PolicySheet, priority: str, type_: str | None) -> Overlap | None:
    budgets = [sheet.seconds(Metric.OLA, priority, line, type_) for line in LINES]
    together, solution = sum(filter(None, budgets)), sheet.seconds(Metric.RESOLUTION, priority, None, type_)
    if solution is None or together <= solution:
        return None
    return Overlap(priority, together, solution, type_)


def _without_calendar(sheet: PolicySheet) -> Iterator[BadInput]:
    in_use = select(Calendar.id).where(Calendar.id.in_(sheet.calendar_ids), Calendar.retired_at.is_(None))
    known = set(db.session.scalars(in_use))
    places = dict.fromkeys(
        cell.code if cell in sheet.own_calendars else f"calendar-{cell.priority}"
        for cell in sheet.targets
        if sheet.calendar_of(cell) not in known
    )
    for place in places:
        yield BadInput(N_("Choose the calendar in which these targets count."), place)


def _answers_after_solution(sheet: PolicySheet) -> Iterator[BadInput]:
    """Told where the type's own target stands, be it the answer or the solution."""
    for priority in PRIORITIES:
        for type_ in (None, *sheet.types_of(priority)):
            answer = Cell(priority, Metric.FIRST_RESPONSE.value, None, type_)
            solution = Cell(priority, Metric.RESOLUTION.value, None, type_)
            own = [cell for cell in (answer, solution) if cell in sheet.targets]
            first, last = (sheet.seconds(cell.metric, priority, None, type_) for cell in (answer, solution))
            if own and first is not None and last is not None and first > last:
                yield BadInput(N_("The first answer would come after the solution."), own[0].code)


def _rules(sheet: PolicySheet) -> Iterator[BadInput]:
    if not set(sheet.pause_states) <= set(PAUSE_STATES):
        yield BadInput(
            N_("Only waiting for the client or for a third party can pause a clock."), "pause_states"
        )
    if sheet.on_change not in set(OnChange):
        yield BadInput(N_("Choose one of these."), "on_change")
    for name in ("reopen", "ola_reentry"):
        if getattr(sheet, name) not in set(Resumption):
            yield BadInput(N_("Choose one of these."), name)
    if not 0 <= sheet.reopen_grace_s <= LONGEST:
        yield BadInput(N_("Between nothing and a year."), "reopen_grace")
    if sheet.longest_wait_s is not None and not HOUR <= sheet.longest_wait_s <= LONGEST:
        yield BadInput(N_("Waiting may last between an hour and a year."), "longest_wait")


def _steps(sheet: PolicySheet) -> Iterator[BadInput]:
    if not all(step.scope in set(Scope) and step.act in set(Act) for step in sheet.steps):
        yield BadInput(N_("Choose one of these."), "thresholds")
    noted = sheet.percents
    fits = len(noted) <= MOST_THRESHOLDS and all(1 <= percent <= HIGHEST_PERCENT for percent in noted)
    if not sheet.thresholds or not fits:
        yield BadInput(
            N_("One to eight whole percents between 1 and 200, such as 75, 90, 100."), "thresholds"
        )
