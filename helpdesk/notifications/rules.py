"""What people hear of by default, and when a notice may leave as a mail. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

DAY_MIN = 24 * 60
BREACH_PERCENT = 100
THRESHOLD = "sla.threshold_crossed"
MOST_URGENT = "P1"
LOOK_AHEAD_DAYS = 9  # whole weeks of quiet end no later than that, or never
RECOMPUTED = "sla.recompute_finished"
WOKEN = "ticket.woken"
VERIFIED = "sla.clocks_verified"
WITHDRAWN = "sla.threshold_withdrawn"


class Topic(StrEnum):
    """What a notice is about, as people switch it on and off."""

    ASSIGNED = "assigned"
    RETURNED = "returned"
    MENTIONED = "mentioned"
    CLIENT_ANSWERED = "client_answered"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    ESCALATED = "escalated"
    ARRIVED = "arrived"
    NOTED = "noted"
    RESOLVED = "resolved"
    NOT_DELIVERED = "not_delivered"
    TROUBLE = "trouble"


# What is news of deadlines: it waits for the end of quiet hours on the pages too.
WAITING = frozenset({Topic.AT_RISK, Topic.BREACHED})


class MailWhen(StrEnum):
    """When a person's notices go out as mail too."""

    NEVER = "never"
    AWAY = "away"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a topic is heard: on the pages of the desk, by mail, both or neither."""

    in_desk: bool
    by_mail: bool


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When mail may go. Quiet hours are minutes of the person's day, None: none; days are 0 for Monday. With
    `quiet_outside` the two times and the days say when the person works, and all else is quiet.
    """

    mail_when: MailWhen = MailWhen.AWAY
    away_minutes: int = 15
    quiet_from: int | None = None
    quiet_until: int | None = None
    quiet_days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    breach_passes: bool = False
    muted_until: datetime | None = None
    quiet_outside: bool = False
    p1_passes: bool = True


# The bell is for what concerns one person; mail for what is lost if he does not look for hours. What comes in
# new stands in the team's list anyway: it would ring for everybody all day.
DEFAULTS: Mapping[Topic, Ways] = {
    Topic.ASSIGNED: Ways(True, True),
    Topic.RETURNED: Ways(True, True),
    Topic.MENTIONED: Ways(True, True),
    Topic.CLIENT_ANSWERED: Ways(True, True),
    Topic.AT_RISK: Ways(True, True),
    Topic.BREACHED: Ways(True, True),
    Topic.ESCALATED: Ways(True, False),
    Topic.ARRIVED: Ways(False, False),
    Topic.NOTED: Ways(True, False),
    Topic.RESOLVED: Ways(True, False),
    Topic.NOT_DELIVERED: Ways(True, True),
    Topic.TROUBLE: Ways(True, True),
}
TOPICS: Mapping[str, Topic] = {
    "ticket.opened": Topic.ARRIVED,
    "ticket.moved": Topic.ESCALATED,
    "ticket.escalated": Topic.ESCALATED,
    "ticket.returned": Topic.RETURNED,
    "ticket.assigned": Topic.ASSIGNED,
    "ticket.owner_changed": Topic.ASSIGNED,
    WOKEN: Topic.ASSIGNED,
    "ticket.person_mentioned": Topic.MENTIONED,
    "ticket.client_wrote": Topic.CLIENT_ANSWERED,
    "ticket.third_party_wrote": Topic.CLIENT_ANSWERED,
    "ticket.reopened": Topic.CLIENT_ANSWERED,
    "ticket.call_joined": Topic.CLIENT_ANSWERED,
    "ticket.note_added": Topic.NOTED,
    "ticket.access_widened": Topic.NOTED,
    "ticket.merged": Topic.NOTED,
    "ticket.double_absorbed": Topic.NOTED,
    "ticket.resolved": Topic.RESOLVED,
    "sla.step_refused": Topic.BREACHED,
    RECOMPUTED: Topic.BREACHED,
    WITHDRAWN: Topic.BREACHED,
    "mail.not_delivered": Topic.NOT_DELIVERED,
    "mail.bounced": Topic.NOT_DELIVERED,
    "mail.perhaps_bounced": Topic.NOT_DELIVERED,
    "mail.mailbox_failing": Topic.TROUBLE,
    "mail.probe_lost": Topic.TROUBLE,
    "mail.needs_sign_in": Topic.TROUBLE,
    "mail.renumbered": Topic.TROUBLE,
    "mail.relay_away": Topic.TROUBLE,
    "mail.relay_back": Topic.TROUBLE,
    "mail.held": Topic.TROUBLE,
    VERIFIED: Topic.TROUBLE,
}


def topic_of(kind: str, payload: Mapping[str, Any]) -> Topic:
    """What a notice of that kind is about; a kind that nobody listed is news about a ticket."""
    if kind == THRESHOLD:
        return Topic.BREACHED if int(payload.get("percent") or 0) >= BREACH_PERCENT else Topic.AT_RISK
    return TOPICS.get(kind, Topic.NOTED)


def is_urgent(kind: str, payload: Mapping[str, Any]) -> bool:
    """Whether it is about a deadline of the most urgent tickets, which may wake people."""
    return topic_of(kind, payload) in WAITING and payload.get("priority") == MOST_URGENT


def may_leave(hours: Hours, topic: Topic, *, zone: str, now: datetime, urgent: bool = False) -> bool:
    """Whether a mail about that topic may go now, as far as the person's rest is concerned. What is urgent
    passes through quiet hours if the person wishes so, but not through a rest from all mail.
    """
    if hours.breach_passes and topic is Topic.BREACHED:
        return True
    is_muted = hours.muted_until is not None and now < hours.muted_until
    if is_muted or (urgent and hours.p1_passes):
        return not is_muted
    return not is_quiet(hours, now.astimezone(ZoneInfo(zone)))


def visible_from(
    hours: Hours, topic: Topic, *, zone: str, now: datetime, urgent: bool = False
) -> datetime | None:
    """When the person's quiet hours end, for news of deadlines, which wait for it; None: they need not, or it
    would be for ever.

    The end is an instant of the time line: over midnight, and over a night whose clocks are changed.
    """
    passes = (hours.breach_passes and topic is Topic.BREACHED) or (urgent and hours.p1_passes)
    here = ZoneInfo(zone)
    if topic not in WAITING or passes or not is_quiet(hours, now.astimezone(here)):
        return None
    return _end_of_quiet(hours, here, now.replace(second=0, microsecond=0))


@lru_cache(maxsize=1024)
def _end_of_quiet(hours: Hours, here: ZoneInfo, minute: datetime) -> datetime | None:
    """The first minute that is not quiet; it is an edge of the hours, or one where the clocks are changed."""
    edges = sorted(edge for edge in _edges(hours, here, minute) if edge > minute)
    return next((edge for edge in edges if not is_quiet(hours, edge.astimezone(here))), None)


def _edges(hours: Hours, here: ZoneInfo, minute: datetime) -> Iterator[datetime]:
    today = minute.astimezone(here).date()
    for day in (today + timedelta(days=number) for number in range(-1, LOOK_AHEAD_DAYS)):
        for wall in (hours.quiet_from, hours.quiet_until, 0):
            at = datetime.combine(day, time(*divmod(wall or 0, 60)), here)
            yield from (at.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        yield from _changes(datetime.combine(day, time(), here).astimezone(UTC), here)


def _changes(start: datetime, here: ZoneInfo) -> Iterator[datetime]:
    """The minute in the day from `start` on at which the zone's offset changes, if there is one."""
    first, last = 0, DAY_MIN
    if _offset(start, first, here) == _offset(start, last, here):
        return
    while last - first > 1:
        middle = (first + last) // 2
        same = _offset(start, first, here) == _offset(start, middle, here)
        first, last = (middle, last) if same else (first, middle)
    yield start + timedelta(minutes=last)


def _offset(start: datetime, minutes: int, here: ZoneInfo) -> timedelta | None:
    return (start + timedelta(minutes=minutes)).astimezone(here).utcoffset()


def is_quiet(hours: Hours, here: datetime) -> bool:
    """Whether that moment of the person's own zone lies in the quiet hours; equal ends mean a whole day."""
    if hours.quiet_from is None or hours.quiet_until is None:
        return False
    minute, today = here.hour * 60 + here.minute, here.weekday()
    span = (hours.quiet_until - hours.quiet_from) % DAY_MIN or DAY_MIN
    since = {today: minute - hours.quiet_from, (today - 1) % 7: minute + DAY_MIN - hours.quiet_from}
    is_inside = any(0 <= since[day] < span for day in since if day in hours.quiet_days)
    return is_inside is not hours.quiet_outside


def is_away(hours: Hours, active_at: datetime | None, now: datetime) -> bool:
    """Whether the person has not been at the desk lately; `active_at` None: not signed in at all."""
    return active_at is None or now - active_at >= timedelta(minutes=hours.away_minutes)
