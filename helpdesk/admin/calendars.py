"""What the screens of calendars show: each with its week, its users and its versions."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from helpdesk.admin import queries
from helpdesk.admin.queries import CalendarSheet
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.db import db
from helpdesk.sla.models import SlaClock, SlaPolicy, SlaPolicyVersion, SlaTarget
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State


@dataclass(frozen=True)
class CalendarLine:
    """A calendar in the list; `sheet` is what holds now, `used_by` policies whose targets count in it."""

    row: Calendar
    sheet: CalendarSheet | None
    used_by: tuple[str, ...]


@dataclass(frozen=True)
class VersionLine:
    """A version of a calendar or a policy: when it began, and until when it held (None: it still does)."""

    n: int
    since: datetime
    until: datetime | None
    is_in_force: bool
    is_planned: bool


def lines(now: datetime, today: date) -> list[CalendarLine]:
    """All calendars by name, those put away at the end."""
    sheets, users = queries.calendars(now, today), used_by(now)
    rows = db.session.scalars(select(Calendar).order_by(Calendar.retired_at.is_not(None), Calendar.name))
    return [CalendarLine(row, sheets.get(row.id), tuple(users.get(row.id, ()))) for row in rows]


def used_by(now: datetime) -> dict[int, list[str]]:
    """For each calendar the policies in use whose present or coming targets count in it. Two statements."""
    rows = db.session.execute(
        select(SlaPolicyVersion.id, SlaPolicyVersion.policy_id, SlaPolicyVersion.valid_from)
        .join(SlaPolicy, SlaPolicy.id == SlaPolicyVersion.policy_id)
        .where(SlaPolicy.retired_at.is_(None))
        .order_by(SlaPolicyVersion.valid_from, SlaPolicyVersion.n)
    ).all()
    present = {row.policy_id: row.id for row in rows if row.valid_from <= now}
    coming = [row.id for row in rows if row.valid_from > now]
    wanted = [*present.values(), *coming]
    found: defaultdict[int, list[str]] = defaultdict(list)
    pairs = db.session.execute(
        select(SlaTarget.calendar_id, SlaPolicy.name)
        .join(SlaPolicyVersion, SlaPolicyVersion.id == SlaTarget.policy_version_id)
        .join(SlaPolicy, SlaPolicy.id == SlaPolicyVersion.policy_id)
        .where(SlaTarget.policy_version_id.in_(wanted))
        .distinct()
        .order_by(SlaPolicy.name)
    )
    for calendar_id, name in pairs:
        found[calendar_id].append(name)
    return found


def versions(calendar_id: int, now: datetime) -> list[VersionLine]:
    """Its versions, the newest first."""
    statement = select(CalendarVersion.n, CalendarVersion.effective_from.label("since"))
    rows = db.session.execute(statement.where(CalendarVersion.calendar_id == calendar_id)).all()
    return in_turn([(row.n, row.since) for row in rows], now)


def in_turn(numbered: Iterable[tuple[int, datetime]], now: datetime) -> list[VersionLine]:
    """Versions by the instant from which they hold, newest first; of one instant the later number counts."""
    known = sorted(numbered, key=lambda one: (one[1], one[0]))
    present = max((place for place, (_, since) in enumerate(known) if since <= now), default=None)
    found = []
    for place, (n, since) in enumerate(known):
        until = known[place + 1][1] if place + 1 < len(known) else None
        found.append(VersionLine(n, since, until, place == present, since > now))
    return found[::-1]


def open_tickets_in(calendar_id: int, but: int) -> int:
    """How many open tickets count in another version of the calendar than the one with this id."""
    older = select(CalendarVersion.id).where(
        CalendarVersion.calendar_id == calendar_id, CalendarVersion.id != but
    )
    statement = (
        select(func.count(func.distinct(SlaClock.ticket_id)))
        .join(Ticket, Ticket.id == SlaClock.ticket_id)
        .where(SlaClock.calendar_version_id.in_(older))
        .where(Ticket.state.not_in([State.RESOLVED, State.CLOSED]))
    )
    return db.session.scalar(statement) or 0
