"""Quiet hours, rests and being away, over plain values."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk.notifications.rules import (
    DEFAULTS,
    WAITING,
    Hours,
    Topic,
    is_away,
    is_quiet,
    may_leave,
    topic_of,
    visible_from,
)
from helpdesk.notifications.words import TOPICS

NIGHT = Hours(quiet_from=20 * 60, quiet_until=7 * 60)
LUNCH = Hours(quiet_from=12 * 60, quiet_until=13 * 60)
WEEKEND = Hours(quiet_from=0, quiet_until=0, quiet_days=(5, 6))
FRIDAY_NIGHT = Hours(quiet_from=20 * 60, quiet_until=7 * 60, quiet_days=(4,))


def berlin(day: int, clock: str) -> datetime:
    """A moment of March 2026 said in Berlin's winter time; the 2nd is a Monday."""
    hour, minute = clock.split(":")
    return datetime(2026, 3, day, int(hour), int(minute), tzinfo=UTC) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours", "now", "goes"),
    [
        (Hours(), berlin(4, "03:00"), True),
        (NIGHT, berlin(4, "19:59"), True),
        (NIGHT, berlin(4, "20:00"), False),
        (NIGHT, berlin(5, "06:59"), False),
        (NIGHT, berlin(5, "07:00"), True),
        (LUNCH, berlin(4, "12:30"), False),
        (LUNCH, berlin(4, "13:00"), True),
        (WEEKEND, berlin(6, "23:59"), True),
        (WEEKEND, berlin(7, "00:00"), False),
        (WEEKEND, berlin(8, "23:59"), False),
        (WEEKEND, berlin(9, "00:00"), True),
        (FRIDAY_NIGHT, berlin(6, "21:00"), False),
        (FRIDAY_NIGHT, berlin(7, "06:00"), False),
        (FRIDAY_NIGHT, berlin(7, "21:00"), True),
        (Hours(muted_until=berlin(4, "12:00")), berlin(4, "11:59"), False),
        (Hours(muted_until=berlin(4, "12:00")), berlin(4, "12:00"), True),
    ],
)
def test_mail_goes_outside_the_rest(hours: Hours, now: datetime, goes: bool) -> None:
    assert may_leave(hours, Topic.ASSIGNED, zone="Europe/Berlin", now=now) is goes


def test_the_quiet_hours_are_those_of_the_persons_own_zone() -> None:
    now = berlin(4, "21:00")
    assert not may_leave(NIGHT, Topic.ASSIGNED, zone="Europe/Berlin", now=now)
    assert may_leave(NIGHT, Topic.ASSIGNED, zone="America/New_York", now=now)


@pytest.mark.parametrize("topic", list(Topic))
def test_only_a_missed_deadline_passes_through_and_only_if_wished(topic: Topic) -> None:
    now = berlin(4, "22:00")
    through = Hours(quiet_from=1200, quiet_until=420, breach_passes=True, muted_until=now + timedelta(days=1))
    assert may_leave(through, topic, zone="Europe/Berlin", now=now) is (topic is Topic.BREACHED)
    assert not may_leave(NIGHT, topic, zone="Europe/Berlin", now=now)


def test_away_is_who_did_nothing_for_so_long_or_is_not_signed_in() -> None:
    now, hours = berlin(4, "12:00"), Hours(away_minutes=15)
    assert is_away(hours, None, now)
    assert is_away(hours, now - timedelta(minutes=15), now)
    assert not is_away(hours, now - timedelta(minutes=14), now)


def test_a_threshold_is_a_risk_before_the_deadline_and_a_breach_from_it_on() -> None:
    assert topic_of("sla.threshold_crossed", {"percent": 75}) is Topic.AT_RISK
    assert topic_of("sla.threshold_crossed", {"percent": 100}) is Topic.BREACHED
    assert topic_of("something.new", {}) is Topic.NOTED


def test_every_topic_has_a_default_and_words() -> None:
    assert set(DEFAULTS) == set(TOPICS) == set(Topic)


WORK = Hours(quiet_from=9 * 60, quiet_until=17 * 60, quiet_days=(0, 1, 2, 3, 4), quiet_outside=True)
NIGHT_SHIFT = Hours(quiet_from=22 * 60, quiet_until=6 * 60, quiet_days=(0, 4), quiet_outside=True)
ALWAYS = Hours(quiet_from=0, quiet_until=0)


def shown(hours: Hours, now: datetime, zone: str = "Europe/Berlin", **more: bool) -> datetime | None:
    return visible_from(hours, Topic.BREACHED, zone=zone, now=now, **more)


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (Hours(), berlin(4, "03:00"), None),
        (NIGHT, berlin(4, "19:59"), None),
        (NIGHT, berlin(4, "20:00"), berlin(5, "07:00")),
        (NIGHT, berlin(4, "23:59"), berlin(5, "07:00")),
        (NIGHT, berlin(5, "00:00"), berlin(5, "07:00")),
        (NIGHT, berlin(5, "07:00"), None),
        (WEEKEND, berlin(7, "12:00"), berlin(9, "00:00")),
        (FRIDAY_NIGHT, berlin(7, "03:00"), berlin(7, "07:00")),
        (WORK, berlin(4, "12:00"), None),
        (WORK, berlin(4, "17:00"), berlin(5, "09:00")),
        (WORK, berlin(6, "17:00"), berlin(9, "09:00")),
        (WORK, berlin(8, "10:00"), berlin(9, "09:00")),
        (NIGHT_SHIFT, berlin(3, "05:59"), None),
        (NIGHT_SHIFT, berlin(3, "06:00"), berlin(6, "22:00")),
        (ALWAYS, berlin(4, "12:00"), None),
    ],
)
def test_news_of_deadlines_wait_for_the_end_of_quiet_hours(
    hours: Hours, now: datetime, until: datetime | None
) -> None:
    assert shown(hours, now) == until


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        # spring, 29 March 2026: the night is an hour shorter, and 02:30 is not there at all
        (NIGHT, datetime(2026, 3, 28, 21, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)),
        (
            Hours(quiet_from=20 * 60, quiet_until=150),
            datetime(2026, 3, 28, 21, tzinfo=UTC),
            datetime(2026, 3, 29, 1, tzinfo=UTC),
        ),
        # autumn, 25 October 2026: the night is an hour longer, and 02:30 is there twice
        (NIGHT, datetime(2026, 10, 24, 21, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC)),
        (
            Hours(quiet_from=20 * 60, quiet_until=150),
            datetime(2026, 10, 24, 21, tzinfo=UTC),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ),
        (
            Hours(quiet_from=150, quiet_until=180),
            datetime(2026, 10, 25, 0, 45, tzinfo=UTC),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
        ),
    ],
)
def test_the_end_is_an_instant_over_changes_of_the_clocks(
    hours: Hours, now: datetime, until: datetime
) -> None:
    assert shown(hours, now) == until
    here = ZoneInfo("Europe/Berlin")
    assert is_quiet(hours, (until - timedelta(minutes=1)).astimezone(here))
    assert not is_quiet(hours, until.astimezone(here))


@pytest.mark.parametrize("topic", list(Topic))
def test_only_news_of_deadlines_wait(topic: Topic) -> None:
    waits = visible_from(NIGHT, topic, zone="Europe/Berlin", now=berlin(4, "22:00")) is not None
    assert waits is (topic in WAITING)


def test_a_p1_wakes_whoever_wants_to_be_woken() -> None:
    night = berlin(4, "22:00")
    deaf = Hours(quiet_from=20 * 60, quiet_until=7 * 60, p1_passes=False)
    assert shown(NIGHT, night, urgent=True) is None
    assert shown(deaf, night, urgent=True) == berlin(5, "07:00")
    assert may_leave(NIGHT, Topic.AT_RISK, zone="Europe/Berlin", now=night, urgent=True)
    assert not may_leave(deaf, Topic.AT_RISK, zone="Europe/Berlin", now=night, urgent=True)


def test_a_p1_leaves_a_rest_from_all_mail_alone() -> None:
    night = berlin(4, "22:00")
    away = Hours(muted_until=night + timedelta(days=9))
    assert not may_leave(away, Topic.BREACHED, zone="Europe/Berlin", now=night, urgent=True)


def test_the_end_is_the_one_of_the_persons_own_zone() -> None:
    assert shown(NIGHT, berlin(4, "21:00"), "America/New_York") is None
    assert shown(NIGHT, berlin(5, "03:00"), "America/New_York") == berlin(5, "13:00")
