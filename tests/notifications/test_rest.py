"""Quiet hours, rests and being away, over plain values."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.notifications.rules import DEFAULTS, Hours, Topic, is_away, may_leave, topic_of
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
