"""A policy in words for the history: cell by cell, so that a change reads "P2, Line 2: 2 h, now 1 h 30"."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select

from helpdesk.calendars.hours import hours_of, versions_in_force
from helpdesk.calendars.models import Calendar
from helpdesk.calendars.rules import working_day_s
from helpdesk.db import db
from helpdesk.history import Value
from helpdesk.sla.acts import Act
from helpdesk.sla.days import day_of
from helpdesk.sla.sheets import LINES, Cell, PolicySheet
from helpdesk.sla.typed import DAY, LONGEST, written


def facts_of(
    sheet: PolicySheet,
    before: PolicySheet | None,
    now: datetime,
    *,
    since: datetime | None = None,
    why: str = "",
) -> dict[str, Value]:
    """The sheet as the history keeps it. A target whose seconds did not change reads as it did `before`."""
    wanted = sheet.calendar_ids | (before.calendar_ids if before else set())
    facts = facts_in(sheet, before, names_of(wanted), day_lengths(wanted, now))
    if since is not None:
        facts["since"] = day_of(since).isoformat()
    if why:
        facts["why"] = why
    return facts


def facts_in(
    sheet: PolicySheet, before: PolicySheet | None, names: Mapping[int, str], days: Mapping[int, int]
) -> dict[str, Value]:
    """The same from the names of the calendars and the lengths of their days. No statement."""
    facts: dict[str, Value] = {"name": sheet.name}
    for priority in sorted({cell.priority for cell in sheet.targets}):
        facts[f"{priority}-calendar"] = names.get(sheet.calendars.get(priority, 0))
    facts |= _own_calendars(sheet, names)
    for cell in sheet.targets:
        facts[cell.code] = _target(cell, sheet, before, days)
    facts |= {
        "pause_states": list(sheet.pause_states),
        "on_change": sheet.on_change,
        "reopen": sheet.reopen,
        "reopen_grace": written(sheet.reopen_grace_s),
        "ola_reentry": sheet.ola_reentry,
        "thresholds": [f"{percent} %" for percent in sheet.percents],
        "longest_wait": written(sheet.longest_wait_s) if sheet.longest_wait_s is not None else None,
        "forgive": sheet.forgive,
        "overlap_allowed": sheet.overlap_allowed,
    }
    return facts | _steps(sheet)


def _own_calendars(sheet: PolicySheet, names: Mapping[int, str]) -> dict[str, Value]:
    """Calendars other than the row's: said once for a line that has one throughout, else cell by cell."""
    facts: dict[str, Value] = {}
    together = set[Cell]()
    for line in LINES:
        cells = {cell for cell in sheet.targets if cell.line == line}
        counted_in = {sheet.own_calendars.get(cell) for cell in cells}
        usual = next(iter(counted_in)) if len(counted_in) == 1 else None
        if usual is not None and len(cells) > 1:
            facts[f"line-{line}-calendar"] = names.get(usual)
            together |= cells
    alone = (sheet.own_calendars.keys() & sheet.targets.keys()) - together
    for cell in sorted(alone, key=lambda cell: cell.code):
        facts[f"{cell.code}-calendar"] = names.get(sheet.own_calendars[cell])
    return facts


def _steps(sheet: PolicySheet) -> dict[str, Value]:
    """By scope and percent the acts, in the order in which they are named everywhere."""
    order = [act.value for act in Act]
    return {
        f"steps-{scope}-{percent}": sorted(
            (step.act for step in sheet.steps if (step.scope, step.percent) == (scope, percent)),
            key=order.index,
        )
        for scope, percent in sorted({(step.scope, step.percent) for step in sheet.steps})
    }


def _target(cell: Cell, sheet: PolicySheet, before: PolicySheet | None, days: Mapping[int, int]) -> str:
    """In days of its calendar; but a day of another length than before is said in hours."""
    seconds = sheet.targets[cell]
    said = written(seconds, _day_s(cell, sheet, days))
    old = before.targets.get(cell) if before is not None else None
    if before is None or old is None:
        return said
    said_before = written(old, _day_s(cell, before, days))
    if old == seconds:
        return said_before
    return written(seconds, LONGEST + 1) if said == said_before else said


def _day_s(cell: Cell, sheet: PolicySheet, days: Mapping[int, int]) -> int:
    return days.get(sheet.calendar_of(cell) or 0, DAY)


def names_of(calendar_ids: Iterable[int]) -> Mapping[int, str]:
    """What these calendars are called."""
    rows = db.session.execute(select(Calendar.id, Calendar.name).where(Calendar.id.in_(list(calendar_ids))))
    return {row.id: row.name for row in rows}


def day_lengths(calendar_ids: Iterable[int], now: datetime) -> dict[int, int]:
    """For each calendar the seconds of an ordinary working day: what one day means in its targets."""
    versions = versions_in_force(calendar_ids, now)
    hours = hours_of(versions.values())
    return {calendar_id: working_day_s(hours[version].weekly) for calendar_id, version in versions.items()}
