"""Stored calendars as working hours: a version never changes, so it is read once per process."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import cast

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.calendars.models import CalendarHoliday, CalendarVersion
from helpdesk.db import db
from helpdesk.sla.calendar import Holiday, WorkingHours, working_hours


def hours_of(version_ids: Iterable[int]) -> dict[int, WorkingHours]:
    """The working hours of these calendar versions by id; at most four statements, none once they are
    known.
    """
    known = _known()
    wanted = set(version_ids)
    missing = wanted - known.keys()
    if missing:
        known.update({version.id: _hours(version) for version in _versions(missing)})
    return {version_id: known[version_id] for version_id in wanted}


def versions_in_force(calendar_ids: Iterable[int], at: datetime) -> dict[int, int]:
    """The id of the version in force at that instant, for each calendar."""
    statement = (
        select(CalendarVersion.calendar_id, CalendarVersion.id)
        .where(CalendarVersion.calendar_id.in_(set(calendar_ids)), CalendarVersion.effective_from <= at)
        .ext(distinct_on(CalendarVersion.calendar_id))
        .order_by(
            CalendarVersion.calendar_id, CalendarVersion.effective_from.desc(), CalendarVersion.n.desc()
        )
    )
    return {row.calendar_id: row.id for row in db.session.execute(statement)}


def _known() -> dict[int, WorkingHours]:
    return cast("dict[int, WorkingHours]", current_app.extensions.setdefault("calendar_hours", {}))


def _versions(ids: Iterable[int]) -> Iterable[CalendarVersion]:
    parts = (CalendarVersion.windows, CalendarVersion.overrides, CalendarVersion.holidays)
    statement = select(CalendarVersion).where(CalendarVersion.id.in_(ids))
    by_part = (joinedload(CalendarVersion.edition), *(selectinload(part) for part in parts))
    return db.session.scalars(statement.options(*by_part))


def _hours(version: CalendarVersion) -> WorkingHours:
    weekly: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for window in version.windows:
        weekly[window.weekday].append((window.from_min, window.to_min))
    overrides: dict[date, list[tuple[int, int]]] = {}
    for override in version.overrides:
        windows = overrides.setdefault(override.day, [])
        if override.from_min is not None and override.to_min is not None:
            windows.append((override.from_min, override.to_min))
    rules = version.edition.rules if version.edition else b""
    return working_hours(version.zone, weekly, overrides, map(_holiday, version.holidays), rules)


def _holiday(row: CalendarHoliday) -> Holiday:
    return Holiday(
        day=row.day,
        md=_month_day(row.from_md),
        until_md=_month_day(row.until_md),
        from_min=row.from_min,
        to_min=row.to_min,
    )


def _month_day(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    month, day = text.split("-")
    return int(month), int(day)
