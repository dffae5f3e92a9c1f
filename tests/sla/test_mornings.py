"""Good moments to look again: working mornings of the calendar, never a night nor a closed day."""

from datetime import UTC, date, datetime

import pytest

from helpdesk.sla.calendar import Holiday, WorkingHours, working_hours
from helpdesk.sla.mornings import Soon, mornings

BERLIN = "Europe/Berlin"
WEEKDAYS = [[(8 * 60, 17 * 60)] if day < 5 else [] for day in range(7)]
OFFICE = working_hours(BERLIN, WEEKDAYS)
WEDNESDAY = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)


def named(hours: WorkingHours, now: datetime) -> dict[Soon, str]:
    found = mornings(hours, int(now.timestamp()))
    return {one.soon: datetime.fromtimestamp(one.at, UTC).strftime("%a %d %H:%M") for one in found}


def test_a_wednesday_offers_thursday_friday_monday_and_a_week() -> None:
    assert named(OFFICE, WEDNESDAY) == {
        Soon.NEXT: "Thu 05 07:00",
        Soon.AFTER_NEXT: "Fri 06 07:00",
        Soon.MONDAY: "Mon 09 07:00",
        Soon.WEEK: "Wed 11 07:00",
    }


def test_on_a_friday_the_next_morning_is_monday_and_is_offered_once() -> None:
    found = named(OFFICE, datetime(2026, 3, 6, 11, 0, tzinfo=UTC))
    assert found == {Soon.NEXT: "Mon 09 07:00", Soon.AFTER_NEXT: "Tue 10 07:00", Soon.WEEK: "Fri 13 07:00"}


@pytest.mark.parametrize(("day", "tomorrow"), [(4, True), (6, False)])
def test_tomorrow_is_only_what_is_tomorrow(day: int, tomorrow: bool) -> None:
    found = mornings(OFFICE, int(datetime(2026, 3, day, 11, 0, tzinfo=UTC).timestamp()))
    assert found[0].is_tomorrow is tomorrow


def test_a_holiday_gives_way_to_the_next_open_morning() -> None:
    closed = working_hours(BERLIN, WEEKDAYS, holidays=[Holiday(day=date(2026, 3, 5))])
    assert named(closed, WEDNESDAY)[Soon.NEXT] == "Fri 06 07:00"


def test_round_the_clock_a_morning_begins_at_nine() -> None:
    always = working_hours(BERLIN, [[(0, 1440)]] * 7)
    assert named(always, WEDNESDAY)[Soon.NEXT] == "Thu 05 08:00"


def test_the_change_to_summer_time_keeps_the_wall_clock() -> None:
    found = named(OFFICE, datetime(2026, 3, 27, 11, 0, tzinfo=UTC))
    assert found[Soon.NEXT] == "Mon 30 06:00"
