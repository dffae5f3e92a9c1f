"""Open seconds and due instants: laws, daylight saving both ways, odd zones, and hours that cannot be."""

from datetime import UTC, date, datetime
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.sla.calendar import (
    CalendarError,
    Holiday,
    OpenTime,
    WorkingHours,
    check_hours,
    compile_hours,
    open_time,
    working_hours,
)
from tests.sla.seconds import DAYS, Calendar

OFFICE = (((540, 720), (780, 1020)),) * 5 + ((), ())
NIGHTS = (((1320, 360),),) * 7
CASES: dict[str, WorkingHours] = {
    "office in Berlin": working_hours("Europe/Berlin", OFFICE, {date(2026, 4, 2): [(540, 600)]}, [
        Holiday(day=date(2026, 4, 3)), Holiday(day=date(2026, 3, 31), from_min=660, to_min=840),
        Holiday(md=(12, 24), until_md=(1, 1)),
    ]),
    "nights in Berlin": working_hours("Europe/Berlin", NIGHTS, None, [Holiday(day=date(2026, 3, 29))]),
    "nights in New York": working_hours("America/New_York", NIGHTS),
    "days in Kathmandu": working_hours("Asia/Kathmandu", (((600, 1020),),) * 7),
    "half-hour change on Lord Howe": working_hours("Australia/Lord_Howe", (((90, 150),),) * 7),
    "midnight change in Havana": working_hours("America/Havana", (((0, 90), (1380, 1440)),) * 7),
    "midnight change in Beirut": working_hours("Asia/Beirut", (((1380, 60),),) * 7),
    "always open in Cairo": working_hours("Africa/Cairo", (((0, 1440),),) * 7),
}  # fmt: skip
CHANGES = {
    "Berlin, spring": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "Berlin, autumn": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "New York, spring": datetime(2026, 3, 8, 7, tzinfo=UTC),
    "Lord Howe, autumn": datetime(2026, 4, 4, 15, tzinfo=UTC),
    "Lord Howe, spring": datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    "Havana, midnight": datetime(2026, 11, 1, 5, tzinfo=UTC),
    "Beirut, midnight": datetime(2026, 3, 28, 22, tzinfo=UTC),
    "Cairo, midnight": datetime(2026, 4, 23, 22, tzinfo=UTC),
    "New Year": datetime(2025, 12, 31, 23, tzinfo=UTC),
}
EARLIEST, LATEST = 1_577_836_800, 1_893_456_000  # 2020 to 2030
instants = st.integers(EARLIEST, LATEST)
calendars = st.sampled_from(sorted(CASES)).map(lambda name: open_time(CASES[name], EARLIEST, LATEST))


@lru_cache
def walked(name: str) -> Calendar:
    """The oracle's reading of the same hours."""
    hours = CASES[name]
    return Calendar(
        {
            "tz": hours.zone,
            "weekly": {day: _texts(windows) for day, windows in zip(DAYS, hours.weekly, strict=True)},
            "overrides": {day.isoformat(): _texts(windows) for day, windows in hours.overrides},
            "holidays": [_holiday(holiday) for holiday in hours.holidays],
        }
    )


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize("change", sorted(CHANGES))
@pytest.mark.parametrize("name", sorted(CASES))
def test_open_seconds_around_a_change_are_those_of_the_walk(name: str, change: str) -> None:
    noon = int(CHANGES[change].timestamp())
    open_ = open_time(CASES[name], noon, noon)
    seconds = range(noon - 9 * 3600, noon + 9 * 3600, 61)
    assert [open_.is_open(t) for t in seconds] == [walked(name).is_open(t) for t in seconds]


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_whole_day_of_a_change_counts_as_walked(name: str) -> None:
    start = at("2026-03-28T20:00:00Z")
    found = open_time(CASES[name], start, start).open_seconds(start, start + 86400)
    assert found == walked(name).elapsed(start, start + 86400)


@pytest.mark.parametrize("seconds", [1, 1800, 5400, 7200, 20000])
@pytest.mark.parametrize("name", sorted(CASES))
def test_due_is_the_instant_the_walk_arrives_at(name: str, seconds: int) -> None:
    start = at("2026-03-28T12:34:56Z")
    assert open_time(CASES[name], start, start).due(start, seconds) == walked(name).due(start, seconds)


@given(calendars, instants, st.integers(0, 400_000))
def test_between_the_start_and_its_due_instant_lies_what_was_added(open_: OpenTime, a: int, n: int) -> None:
    due = open_.due(a, n)
    assert due is not None
    assert open_.open_seconds(a, due) == n


@given(calendars, st.lists(instants, min_size=3, max_size=3).map(sorted))
def test_open_seconds_add_up(open_: OpenTime, three: list[int]) -> None:
    a, b, c = three
    assert open_.open_seconds(a, b) + open_.open_seconds(b, c) == open_.open_seconds(a, c)


@given(calendars, instants, st.integers(0, 90_000), st.integers(0, 90_000), st.integers(0, 90_000))
def test_due_never_runs_backwards(open_: OpenTime, a: int, later: int, n: int, more: int) -> None:
    first, second = open_.due(a, n), open_.due(a + later, n + more)
    assert first is not None
    assert second is not None
    assert first <= second


@given(calendars, instants)
def test_the_next_open_second_is_open_and_nothing_is_before_it(open_: OpenTime, a: int) -> None:
    found = open_.next_open(a)
    assert found is not None
    assert open_.is_open(found)
    assert open_.open_seconds(a, found) == 0


@settings(max_examples=20)
@given(st.sampled_from(sorted(CASES)), instants, st.integers(-200_000_000, 200_000_000))
def test_the_horizon_does_not_show(name: str, a: int, away: int) -> None:
    narrow = compile_hours(CASES[name], 2026, 2026)
    wide = compile_hours(CASES[name], 2010, 2045)
    assert narrow.open_seconds(a, a + away) == wide.open_seconds(a, a + away)
    assert narrow.due(a, 500_000) == wide.due(a, 500_000)


def test_a_due_instant_far_beyond_the_horizon_is_found() -> None:
    seldom = working_hours("UTC", ((),) * 7, {date(2026, 1, 5): [(0, 60)], date(2040, 1, 5): [(0, 60)]})
    assert compile_hours(seldom, 2026, 2027).due(at("2026-01-05T00:30:00Z"), 3600) == at(
        "2040-01-05T00:30:00Z"
    )


def test_hours_that_run_out_are_never_due() -> None:
    once = working_hours("UTC", ((),) * 7, {date(2026, 1, 5): [(0, 60)]})
    assert compile_hours(once, 2026, 2027).due(at("2026-01-05T00:30:00Z"), 3600) is None


def test_spans_are_the_open_intervals_inside_the_bounds() -> None:
    a, noon, one, b = (at(f"2026-03-02T{hour}:00:00Z") for hour in ("09", "11", "12", "15"))
    assert open_time(CASES["office in Berlin"], a, b).spans(a, b) == [(a, noon), (one, b)]


def test_hours_without_an_open_second_are_refused() -> None:
    with pytest.raises(CalendarError, match="never open"):
        check_hours(working_hours("UTC", ((),) * 7), EARLIEST)


def test_holidays_that_cover_every_day_leave_nothing_open() -> None:
    hours = working_hours("UTC", OFFICE, None, [Holiday(md=(1, 1), until_md=(12, 31))])
    with pytest.raises(CalendarError, match="never open"):
        check_hours(hours, EARLIEST)


def test_hours_that_opened_for_the_last_time_are_refused() -> None:
    once = working_hours("UTC", ((),) * 7, {date(2026, 1, 5): [(0, 60)]})
    check_hours(once, at("2026-01-05T00:59:59Z"))
    with pytest.raises(CalendarError, match="never open"):
        check_hours(once, at("2026-01-05T01:00:00Z"))


def test_an_unknown_zone_is_refused_by_name() -> None:
    with pytest.raises(CalendarError, match="no time zone called “Europe/Atlantis”"):
        working_hours("Europe/Atlantis", OFFICE)


@pytest.mark.parametrize("window", [(-1, 60), (1440, 60), (540, 1441)])
def test_windows_outside_the_day_are_refused(window: tuple[int, int]) -> None:
    with pytest.raises(CalendarError, match="between 00:00 and 24:00"):
        working_hours("UTC", [[window]] * 7)


def test_a_reversed_holiday_is_refused() -> None:
    with pytest.raises(CalendarError, match="must end after it starts"):
        Holiday(day=date(2026, 5, 1), from_min=840, to_min=600)


def test_equal_hours_share_one_compilation() -> None:
    first, second = working_hours("UTC", OFFICE), working_hours("UTC", [list(day) for day in OFFICE])
    assert compile_hours(first, 2026, 2027) is compile_hours(second, 2026, 2027)


def _texts(windows: tuple[tuple[int, int], ...]) -> list[list[str]]:
    return [[_text(a), _text(b)] for a, b in windows]


def _text(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _holiday(holiday: Holiday) -> dict[str, str]:
    given_ = {"from": _text(holiday.from_min), "to": _text(holiday.to_min)}
    if holiday.day is not None:
        return {"date": holiday.day.isoformat(), **given_}
    start = holiday.md or (1, 1)
    until = holiday.until_md or start
    return {"md": "{:02d}-{:02d}".format(*start), "until_md": "{:02d}-{:02d}".format(*until), **given_}
