"""First and last days of contracts and versions, in the zone of the installation."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from helpdesk.config import settings


def start_of(day: date) -> datetime:
    """The instant at which the day begins here."""
    return datetime.combine(day, time(), _zone()).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The instant at which the day is over here."""
    return start_of(day + timedelta(days=1))


def day_of(at: datetime) -> date:
    """The day on which the instant falls here."""
    return at.astimezone(_zone()).date()


def last_day(until: datetime) -> date:
    """The last day of something that holds before `until`."""
    return day_of(until - timedelta(seconds=1))


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().default_timezone)
