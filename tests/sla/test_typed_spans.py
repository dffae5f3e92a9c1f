"""Spans of time are read as people type them in both languages, and read back as they are written."""

import pytest

from helpdesk.errors import BadInput
from helpdesk.sla.typed import seconds_in, written

TEN_HOURS = 36_000


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("30 min", 30),
        ("45m", 45),
        ("1 h 30", 90),
        ("1h30", 90),
        ("1:30", 90),
        ("1.5 h", 90),
        ("1,5 ч", 90),
        ("2 d", 1200),
        ("1 d 4", 840),
        ("30 мин", 30),
        ("30 мин.", 30),
        ("1 ч 30", 90),
        ("2 д", 1200),
        ("2 ДНЯ", 1200),
        (" 2  hours  15 minutes ", 135),
    ],
)
def test_a_span_is_read_as_people_type_it(typed: str, minutes: int) -> None:
    assert seconds_in(typed, TEN_HOURS) == minutes * 60


def test_nothing_typed_is_no_span() -> None:
    assert seconds_in("  ") is None


@pytest.mark.parametrize("typed", ["soon", "30", "1 h 1 h", "2 weeks", "-1 h", "h", "1:75", "1 h,", "١ h x"])
def test_what_is_no_span_is_said_back(typed: str) -> None:
    with pytest.raises(BadInput, match="is no span of time") as problem:
        seconds_in(typed, field="P1-resolution")
    assert problem.value.field == "P1-resolution"


@pytest.mark.parametrize("typed", ["0 min", "0 h", "0,2 min", "9999 d"])
def test_nothing_at_all_and_years_cannot_be_meant(typed: str) -> None:
    with pytest.raises(BadInput, match="cannot be meant"):
        seconds_in(typed)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1800, "30 min"),
        (5400, "1 h 30"),
        (7200, "2 h"),
        (72_000, "2 d"),
        (37_800, "10 h 30"),
        (86_400, "24 h"),
    ],
)
def test_what_is_written_is_read_back(seconds: int, text: str) -> None:
    assert written(seconds, TEN_HOURS) == text
    assert seconds_in(text, TEN_HOURS) == seconds
