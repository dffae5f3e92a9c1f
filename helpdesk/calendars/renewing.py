"""A new release of the tz database as new versions of the calendars whose hours it moves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update

from helpdesk import history
from helpdesk.calendars.actions import KIND, write_version
from helpdesk.calendars.hours import hours_of, versions_in_force
from helpdesk.calendars.models import Calendar, CalendarVersion, ZoneEdition
from helpdesk.calendars.sheets import sheet_of
from helpdesk.calendars.zones import edition_of
from helpdesk.db import db
from helpdesk.sla.calendar import CalendarError, WorkingHours, open_time

YEARS_AHEAD = 15
YEAR_S = 366 * 86400

Renewed = tuple[Calendar, CalendarVersion, CalendarVersion]


def renew_zones(*, by: int, now: datetime) -> list[Renewed]:
    """New versions, from now on, of the calendars in use whose coming hours the installed tz database moves.

    Each with the version it follows. A release that moves nothing changes nothing, and what was counted by
    now stays counted. A version that is still to come is looked at when it has come.
    """
    _keep_rules(now)
    in_use = select(Calendar).where(Calendar.retired_at.is_(None)).order_by(Calendar.id)
    calendars = db.session.scalars(in_use.with_for_update(key_share=True)).all()
    in_force = versions_in_force((calendar.id for calendar in calendars), now)
    return [
        renewed
        for calendar in calendars
        if calendar.id in in_force
        for renewed in _renewed(calendar, in_force[calendar.id], by, now)
    ]


def _keep_rules(now: datetime) -> None:
    """Versions that nobody kept the rules for count by the present ones, as they did."""
    without = CalendarVersion.zone_edition_id.is_(None)
    for zone in db.session.scalars(select(CalendarVersion.zone).where(without).distinct()).all():
        edition = _installed(zone, now)
        if edition is not None:
            same = update(CalendarVersion).where(without, CalendarVersion.zone == zone)
            db.session.execute(same.values(zone_edition_id=edition.id))


def _installed(zone: str, now: datetime) -> ZoneEdition | None:
    """None for a zone that the installed release has dropped: then what was kept goes on holding."""
    try:
        return edition_of(zone, now)
    except CalendarError:
        return None


def _renewed(calendar: Calendar, version_id: int, by: int, now: datetime) -> Iterator[Renewed]:
    version = db.session.get_one(CalendarVersion, version_id)
    new = _installed(version.zone, now)
    if new is None or version.zone_edition_id in (None, new.id):
        return
    hours = hours_of([version_id])[version_id]
    if not _moves(hours, new.rules, int(now.timestamp())):
        return
    old = db.session.get_one(ZoneEdition, version.zone_edition_id)
    written = write_version(calendar, sheet_of(calendar, version), since=now, by=by, now=now)
    releases = {"tz_database": old.release}, {"tz_database": new.release}
    history.changed((KIND, calendar.id, calendar.name), *releases, by=by, now=now)
    yield calendar, version, written


def _moves(hours: WorkingHours, rules: bytes, since: int) -> bool:
    """Whether the hours open or close at any other second within fifteen years."""
    until = since + YEARS_AHEAD * YEAR_S
    otherwise = replace(hours, rules=rules)
    before, after = (open_time(each, since, until).spans(since, until) for each in (hours, otherwise))
    return before != after
