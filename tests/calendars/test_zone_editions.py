"""A calendar version counts by the zone's rules it was made with; a new release makes a new version."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from helpdesk.calendars import actions, zones
from helpdesk.calendars.hours import hours_of
from helpdesk.calendars.models import Calendar, CalendarVersion, ZoneEdition
from helpdesk.calendars.renewing import renew_zones
from helpdesk.calendars.rules import CalendarSheet, always, weekdays
from helpdesk.calendars.sheets import sheet_of
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.history import SettingChange
from helpdesk.sla.calendar import CalendarError, open_time
from helpdesk.sla.what_if.models import SlaRecompute, Subject
from helpdesk.sla.what_if.renewing import renew
from tests.conftest import NOON
from tests.factories import the_system

pytestmark = pytest.mark.usefixtures("session", "now")

SHEET = CalendarSheet("Berlin", "Europe/Berlin", weekdays("09:00-17:00"))
MONDAY = int(datetime(2027, 3, 1, tzinfo=UTC).timestamp())
EIGHT, NINE = MONDAY + 8 * 3600, MONDAY + 9 * 3600  # nine o'clock in Berlin, and in London


def made(sheet: CalendarSheet = SHEET) -> Calendar:
    return actions.create_calendar(sheet, by=the_system().id, now=NOON)


def newest(calendar: Calendar) -> CalendarVersion:
    wanted = select(CalendarVersion).where(CalendarVersion.calendar_id == calendar.id)
    return db.session.scalars(wanted.order_by(CalendarVersion.n.desc())).first() or pytest.fail("none")


def made_long_ago(sheet: CalendarSheet = SHEET) -> Calendar:
    """A calendar of a time when the tz database had Berlin on London's clocks."""
    calendar = made(sheet)
    old = ZoneEdition(
        zone=sheet.zone, release="2019.1", hash="old", rules=zones.rules_of("Europe/London"), created_at=NOON
    )
    db.session.add(old)
    db.session.flush()
    newest(calendar).zone_edition_id = old.id
    db.session.flush()
    return calendar


def renewed() -> list[tuple[int, int, int]]:
    found = renew_zones(by=the_system().id, now=NOON)
    return [(calendar.id, old.n, new.n) for calendar, old, new in found]


def opens_at(version: CalendarVersion) -> int | None:
    return open_time(hours_of([version.id])[version.id], MONDAY, MONDAY).next_open(MONDAY)


def test_a_new_calendar_keeps_the_rules_of_its_zone() -> None:
    version = newest(made())
    edition = db.session.get_one(ZoneEdition, version.zone_edition_id)
    assert (edition.zone, edition.release) == ("Europe/Berlin", zones.release())
    assert hours_of([version.id])[version.id].rules == zones.rules_of("Europe/Berlin")


def test_calendars_of_one_zone_share_its_rules() -> None:
    first, second = made(), made(replace(SHEET, name="Berlin at night", week=weekdays("22:00-06:00")))
    assert newest(first).zone_edition_id == newest(second).zone_edition_id


def test_a_release_that_moves_the_hours_makes_a_new_version_and_the_old_one_counts_on_as_it_did() -> None:
    calendar = made_long_ago()
    old = newest(calendar)
    assert opens_at(old) == NINE
    assert renewed() == [(calendar.id, 1, 2)]
    new = newest(calendar)
    assert (opens_at(new), opens_at(old)) == (EIGHT, NINE)
    assert (new.effective_from, sheet_of(calendar, new)) == (NOON, SHEET)


def test_it_is_renewed_once() -> None:
    made_long_ago()
    assert len(renewed()) == 1
    assert renewed() == []


def test_a_release_that_moves_no_second_of_the_hours_changes_nothing() -> None:
    made_long_ago(replace(SHEET, week=always()))
    assert renewed() == []


def test_a_calendar_that_was_put_away_is_left_alone() -> None:
    calendar = made_long_ago()
    actions.retire(calendar, [], by=the_system().id, now=NOON)
    assert renewed() == []


def test_a_version_without_rules_gets_the_present_ones_and_counts_as_before() -> None:
    calendar = made()
    db.session.execute(update(CalendarVersion).values(zone_edition_id=None))
    assert renewed() == []
    db.session.refresh(newest(calendar))
    assert newest(calendar).zone_edition_id is not None
    assert opens_at(newest(calendar)) == EIGHT


def test_the_history_names_both_releases() -> None:
    calendar = made_long_ago()
    renewed()
    rows = select(SettingChange).where(
        SettingChange.thing_id == calendar.id, SettingChange.thing_kind == "calendar"
    )
    change = db.session.scalars(rows.order_by(SettingChange.id.desc()).limit(1)).one()
    assert (change.field, change.before, change.after) == ("tz_database", "2019.1", zones.release())


def test_the_worker_lets_open_tickets_follow() -> None:
    calendar = made_long_ago()
    renew()
    run = db.session.scalars(select(SlaRecompute)).one()
    assert (run.subject, run.subject_id) == (Subject.ZONE, calendar.id)
    assert run.version_id == newest(calendar).id


def test_a_zone_that_the_release_does_not_know_is_refused() -> None:
    with pytest.raises(CalendarError, match="no time zone called “Mars/Olympus”"):
        zones.rules_of("Mars/Olympus")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "Europe"])
def test_a_calendar_of_no_zone_is_refused_at_its_place(zone: str) -> None:
    with pytest.raises(BadInput, match="Choose a time zone") as refused:
        made(replace(SHEET, zone=zone))
    assert refused.value.field == "zone"
