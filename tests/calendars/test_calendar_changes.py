"""A calendar is made and changed by new versions; what cannot be is refused at its place, with a sentence."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from helpdesk.calendars import actions
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.calendars.rules import CalendarSheet, ClosedDay, OtherHours, always, weekdays
from helpdesk.calendars.sheets import sheet_of
from helpdesk.db import db
from helpdesk.errors import BadInput, RuleViolation
from helpdesk.history import SettingChange
from helpdesk.sla.queries import forecast
from tests.conftest import NOON
from tests.factories import a_company, a_policy, the_system

pytestmark = pytest.mark.usefixtures("session", "now")

SHEET = CalendarSheet("Berlin", "Europe/Berlin", weekdays("09:00-13:00, 14:00-18:00"))


def made(sheet: CalendarSheet = SHEET) -> Calendar:
    return actions.create_calendar(sheet, by=the_system().id, now=NOON)


def changed(calendar: Calendar, sheet: CalendarSheet, *, days: int = 0) -> bool:
    since = NOON + timedelta(days=days) if days else None
    return actions.change_calendar(calendar, sheet, by=the_system().id, now=NOON, since=since)


def versions(calendar: Calendar) -> list[CalendarVersion]:
    wanted = CalendarVersion.calendar_id == calendar.id
    return list(db.session.scalars(select(CalendarVersion).where(wanted).order_by(CalendarVersion.n)))


def test_what_was_entered_is_what_is_stored() -> None:
    sheet = replace(
        SHEET,
        others=(OtherHours(date(2026, 12, 24), ((540, 720),)), OtherHours(date(2026, 12, 31))),
        closed=(
            ClosedDay("Between the years", md=(12, 27), until_md=(1, 1)),
            ClosedDay("Works outing", day=date(2026, 7, 3), span=(720, 1440)),
        ),
    )
    calendar = made(sheet)
    assert sheet_of(calendar, versions(calendar)[0]) == sheet


def test_a_change_is_a_new_version_and_the_old_one_stays_as_it_was() -> None:
    calendar = made()
    assert changed(calendar, replace(SHEET, week=weekdays("08:00-12:00")))
    old, new = versions(calendar)
    assert sheet_of(calendar, old) == SHEET
    assert sheet_of(calendar, new).week == weekdays("08:00-12:00")
    assert (old.n, new.n) == (1, 2)
    assert old.hash != new.hash


def test_the_next_deadline_counts_in_the_new_hours() -> None:
    calendar, company = made(), a_company()
    a_policy(default=True, calendar=calendar)
    before = forecast(company.id, "P1", "incident", NOON)
    changed(calendar, replace(SHEET, week=weekdays("09:00-13:00")))
    after = forecast(company.id, "P1", "incident", NOON)
    assert before is not None
    assert after is not None
    assert (before.due_at, after.due_at) == (NOON + timedelta(hours=5), NOON + timedelta(days=1))


def test_a_new_name_alone_makes_no_version() -> None:
    calendar = made()
    changed(calendar, replace(SHEET, name="Berlin office"))
    assert (calendar.name, len(versions(calendar))) == ("Berlin office", 1)


def test_saving_the_same_again_changes_nothing() -> None:
    calendar = made()
    assert not changed(calendar, SHEET)
    assert len(set(db.session.scalars(select(SettingChange.event_id)))) == 1


def test_a_change_from_a_later_day_waits_and_can_be_taken_back() -> None:
    calendar = made()
    changed(calendar, replace(SHEET, week=always()), days=30)
    assert actions.in_force(calendar.id, NOON).n == 1
    assert actions.in_force(calendar.id, NOON + timedelta(days=31)).n == 2
    actions.withdraw(calendar, versions(calendar)[1], by=the_system().id, now=NOON)
    assert [version.n for version in versions(calendar)] == [1]


def test_what_holds_already_cannot_be_taken_back() -> None:
    calendar = made()
    with pytest.raises(RuleViolation, match="holds already"):
        actions.withdraw(calendar, versions(calendar)[0], by=the_system().id, now=NOON)


def test_the_history_says_which_day_of_the_week_and_which_holiday_changed() -> None:
    calendar = made(replace(SHEET, closed=(ClosedDay("May Day", day=date(2026, 5, 1)),)))
    week = ((), *SHEET.week[1:])
    changed(calendar, replace(SHEET, week=week, closed=(ClosedDay("Feast", day=date(2026, 6, 4)),)))
    rows = db.session.scalars(select(SettingChange).order_by(SettingChange.id)).all()
    last = rows[-1].event_id
    found = {row.field: (row.before, row.after) for row in rows if row.event_id == last}
    assert found == {
        "mon": ("09:00-13:00, 14:00-18:00", None),
        "holidays": (["2026-05-01 May Day"], ["2026-06-04 Feast"]),
    }


@pytest.mark.parametrize(
    ("sheet", "field", "sentence"),
    [
        (replace(SHEET, name=" " * 0), "name", "needs a name"),
        (replace(SHEET, zone="Europe/Nowhere"), "zone", "Choose a time zone"),
        (
            replace(SHEET, week=(((540, 780), (720, 900)), *SHEET.week[1:])),
            "week-0",
            "09:00-13:00 and 12:00-15:00 overlap",
        ),
        (
            replace(SHEET, week=(((1320, 600),), *SHEET.week[1:])),
            "week-1",
            "22:00-10:00 of the day before runs over midnight into 09:00-13:00",
        ),
        (replace(SHEET, week=((),) * 7), "week-0", "never open"),
        (
            replace(SHEET, others=(OtherHours(date(2026, 5, 4)), OtherHours(date(2026, 5, 4)))),
            "other-1",
            "2026-05-04 stands here twice",
        ),
        (
            replace(SHEET, others=(OtherHours(date(2026, 5, 4), ((540, 700), (600, 800))),)),
            "other-0",
            "09:00-11:40 and 10:00-13:20 overlap",
        ),
        (replace(SHEET, closed=(ClosedDay("", day=date(2026, 5, 4)),)), "closed-0", "needs a name"),
        (replace(SHEET, closed=(ClosedDay("X", day=date(2026, 5, 4), span=(600, 600)),)), "closed-0", "ends"),
        (
            replace(
                SHEET, closed=(ClosedDay("A", day=date(2026, 5, 4)), ClosedDay("B", day=date(2026, 5, 4)))
            ),
            "closed-1",
            "closed twice, by “A” and by “B”",
        ),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(sheet: CalendarSheet, field: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as problem:
        made(sheet)
    assert problem.value.field == field
    assert db.session.scalar(select(Calendar)) is None


def test_two_calendars_cannot_have_one_name() -> None:
    made()
    with pytest.raises(actions.NameTaken, match="another calendar called “BERLIN”"):
        made(replace(SHEET, name="BERLIN"))


def test_a_calendar_in_use_stays_and_says_for_which_policies() -> None:
    calendar = made()
    with pytest.raises(RuleViolation, match="Targets of “Care”, “Gold”"):
        actions.retire(calendar, ["Care", "Gold"], by=the_system().id, now=NOON)
    assert calendar.retired_at is None
    actions.retire(calendar, [], by=the_system().id, now=NOON)
    assert calendar.retired_at == NOON
    actions.restore(calendar, by=the_system().id, now=NOON)
    assert calendar.retired_at is None


def test_a_first_calendar_has_the_countrys_holidays() -> None:
    sheet = actions.starter_sheet("Berlin", "Europe/Berlin", country="DE", region="BE", years=[2026])
    assert ClosedDay("Women's Day", day=date(2026, 3, 8)) in sheet.closed
    assert len(sheet.closed) == 10
    assert made(sheet).id


def test_every_name_of_a_public_holiday_fits() -> None:
    sheet = actions.starter_sheet("Berlin", "Europe/Berlin", country="DE", region="BE", years=[2025])
    assert any(len(one.name) > 80 for one in sheet.closed)
    assert made(sheet).id


def test_an_unknown_country_has_no_holidays() -> None:
    assert actions.starter_sheet("X", "Europe/Berlin", country="XX", years=[2026]).closed == ()
    assert actions.starter_sheet("X", "Europe/Berlin", country="DE", region="XX", years=[2026]).closed == ()
