"""Hours of a day are read as people type them, and what cannot be read is said back."""

import pytest

from helpdesk.calendars.rules import always, overlapping_in_week, shown, spans_in, weekdays, working_day_s
from helpdesk.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("09:00-17:00", "09:00-17:00"),
        ("9-17", "09:00-17:00"),
        ("9.30 – 12.45, 14-18", "09:30-12:45, 14:00-18:00"),
        ("14:00-18:00; 9:00-13:00", "09:00-13:00, 14:00-18:00"),
        ("9 до 18", "09:00-18:00"),
        ("22:00-06:00", "22:00-06:00"),
        ("0-24", "00:00-24:00"),
        ("", ""),
        (" , ", ""),
    ],
)
def test_hours_are_read_as_people_type_them(typed: str, read: str) -> None:
    assert shown(spans_in(typed)) == read


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("morning", "“morning” is no span of hours"),
        ("9:00", "“9:00” is no span of hours"),
        ("25:00-26:00", "has an hour that no day has"),
        ("09:75-17:00", "has an hour that no day has"),
        ("24:00-06:00", "has an hour that no day has"),
        ("09:00-09:00", "is empty"),
        (",".join(["09:00-10:00"] * 13), "at most 12 spans"),
    ],
)
def test_hours_that_cannot_be_are_said_back(typed: str, sentence: str) -> None:
    with pytest.raises(BadInput) as problem:
        spans_in(typed, "week-3")
    assert sentence in str(problem.value)
    assert problem.value.field == "week-3"


def test_a_night_from_sunday_meets_monday() -> None:
    week = (((300, 600),), (), (), (), (), (), ((1320, 360),))
    assert overlapping_in_week(week) == ((6, (1320, 360)), (0, (300, 600)))


def test_what_touches_does_not_overlap() -> None:
    assert overlapping_in_week(always()) is None
    assert overlapping_in_week((((540, 720), (720, 1080)), (), (), (), (), (), ())) is None


def test_a_working_day_is_as_long_as_most_days() -> None:
    assert working_day_s(weekdays("9-18")) == 9 * 3600
    assert working_day_s((*weekdays("9-18")[:4], ((540, 900),), (), ())) == 9 * 3600
    assert working_day_s(always()) == 86_400
    assert working_day_s(((),) * 7) == 86_400
