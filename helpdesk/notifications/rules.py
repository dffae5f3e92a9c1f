"""What people hear of by default, and when a notice may leave as a mail. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

DAY_MIN = 24 * 60
BREACH_PERCENT = 100
THRESHOLD = "sla.threshold_crossed"
RECOMPUTED = "sla.recompute_finished"


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
    """When mail may go. Quiet hours are minutes of the person's day, None: none; days are 0 for Monday."""

    mail_when: MailWhen = MailWhen.AWAY
    away_minutes: int = 15
    quiet_from: int | None = None
    quiet_until: int | None = None
    quiet_days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    breach_passes: bool = False
    muted_until: datetime | None = None


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
    "mail.not_delivered": Topic.NOT_DELIVERED,
    "mail.bounced": Topic.NOT_DELIVERED,
    "mail.mailbox_failing": Topic.TROUBLE,
    "mail.held": Topic.TROUBLE,
}


def topic_of(kind: str, payload: Mapping[str, Any]) -> Topic:
    """What a notice of that kind is about; a kind that nobody listed is news about a ticket."""
    if kind == THRESHOLD:
        return Topic.BREACHED if int(payload.get("percent") or 0) >= BREACH_PERCENT else Topic.AT_RISK
    return TOPICS.get(kind, Topic.NOTED)


def may_leave(hours: Hours, topic: Topic, *, zone: str, now: datetime) -> bool:
    """Whether a mail about that topic may go now, as far as the person's rest is concerned."""
    if hours.breach_passes and topic is Topic.BREACHED:
        return True
    is_muted = hours.muted_until is not None and now < hours.muted_until
    return not is_muted and not is_quiet(hours, now.astimezone(ZoneInfo(zone)))


def is_quiet(hours: Hours, here: datetime) -> bool:
    """Whether that moment of the person's own zone lies in the quiet hours; equal ends mean a whole day."""
    if hours.quiet_from is None or hours.quiet_until is None:
        return False
    minute, today = here.hour * 60 + here.minute, here.weekday()
    span = (hours.quiet_until - hours.quiet_from) % DAY_MIN or DAY_MIN
    since = {today: minute - hours.quiet_from, (today - 1) % 7: minute + DAY_MIN - hours.quiet_from}
    return any(0 <= since[day] < span for day in since if day in hours.quiet_days)


def is_away(hours: Hours, active_at: datetime | None, now: datetime) -> bool:
    """Whether the person has not been at the desk lately; `active_at` None: not signed in at all."""
    return active_at is None or now - active_at >= timedelta(minutes=hours.away_minutes)
