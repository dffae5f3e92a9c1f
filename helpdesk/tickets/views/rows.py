"""Rows of a list as a page draws them: grouped by urgency, with turn, clock and face."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from flask_babel import gettext, ngettext

from helpdesk.accounts import faces
from helpdesk.clock import process_time
from helpdesk.sla.words import Chip
from helpdesk.tickets.queries.lists import TicketRow
from helpdesk.tickets.rules import WAITING_STATES
from helpdesk.tickets.views.wait_words import soon_words, waits_words
from helpdesk.tickets.words import PRIORITIES, Turn, turn_of

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class ShownRow:
    """One line ready to draw; `is_away`: another line holds it."""

    ticket: TicketRow
    turn: Turn
    chip: Chip
    initials: str
    tint: int
    is_away: bool
    waits: str = ""
    waits_whole: str = ""


@dataclass
class Group:
    """Rows of one urgency; `tone` is breach, risk or nothing."""

    name: str
    tone: str = ""
    rows: list[ShownRow] = field(default_factory=list)


def shown(rows: Iterable[TicketRow], chips: Mapping[int, Chip], ours: Collection[int]) -> list[ShownRow]:
    """The rows seen from the lines in `ours` (empty: from nowhere)."""
    return [
        ShownRow(
            ticket=row,
            turn=turn_of(
                row.state,
                row.line,
                is_unanswered=row.is_unanswered,
                is_answered_once=row.is_answered_once,
                ours=ours,
            ),
            chip=chips.get(row.number) or no_clock(),
            initials=faces.initials(row.assignee or ""),
            tint=faces.tint(row.assignee_id or 0),
            is_away=bool(ours) and row.line not in ours,
            waits=_waits(row),
            waits_whole=_waits_whole(row),
        )
        for row in rows
    ]


def _waits(row: TicketRow) -> str:
    """Until when it waits and for what; for which third party. Whose turn it is says the client."""
    if row.waits is None or row.wake_at is None:
        return ""
    until = gettext("until %(moment)s", moment=soon_words(row.wake_at, process_time()))
    return ": ".join(part for part in (row.waits["party"], until, row.waits["reason"]) if part)


def _waits_whole(row: TicketRow) -> str:
    """The same with since when, and that it is not the first time."""
    if row.waits is None:
        return ""
    since = datetime.fromisoformat(row.waits["since"])
    words = waits_words(row.state, row.waits["party"], row.wake_at, since)
    times = row.waits["times"]
    again = ngettext("%(num)s time so far", "%(num)s times so far", times) if times > 1 else ""
    return ": ".join(part for part in (words, row.waits["reason"]) if part) + (f" ({again})" if again else "")


def no_clock() -> Chip:
    """What stands where no deadline was promised."""
    return Chip("none", gettext("no deadline"), 0.0, "", ())


def by_urgency(rows: Iterable[ShownRow], now: datetime, zone: tzinfo) -> list[Group]:
    """Breached first, paused last; the order inside is that of the rows."""
    groups = {
        "breach": Group(gettext("Breached"), "breach"),
        "hour": Group(gettext("Due within the hour"), "risk"),
        "today": Group(gettext("Later today")),
        "later": Group(gettext("Tomorrow and after")),
        "paused": Group(gettext("Paused")),
        "none": Group(gettext("No deadline")),
    }
    for row in rows:
        groups[_urgency(row.ticket, now, zone)].rows.append(row)
    return [group for group in groups.values() if group.rows]


def by_priority(rows: Iterable[ShownRow]) -> list[Group]:
    """One group for each priority; the order inside is that of the rows."""
    groups = {priority: Group(str(words)) for priority, words in PRIORITIES.items()}
    for row in rows:
        groups[row.ticket.priority].rows.append(row)
    return [group for group in groups.values() if group.rows]


def in_one(rows: list[ShownRow], name: str) -> list[Group]:
    """All rows under one head, where urgency says nothing."""
    return [Group(name, rows=rows)] if rows else []


def _urgency(row: TicketRow, now: datetime, zone: tzinfo) -> str:
    if row.due_at is None:
        return "paused" if row.state in WAITING_STATES else "none"
    if row.due_at <= now:
        return "breach"
    if row.due_at <= now + HOUR:
        return "hour"
    return "today" if row.due_at.astimezone(zone).date() == now.astimezone(zone).date() else "later"
