"""What a told ticket is made of: how it begins, what happened, and who held it then."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.demo.chronicle.desk import Caller, Unit
from helpdesk.demo.chronicle.rows import Row
from helpdesk.events import Event
from helpdesk.tickets.rules import Channel, Impact, Priority, TicketType, Urgency


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who had the ticket after an event."""

    line: int
    team_id: int
    assignee_id: int | None
    owner_id: int | None


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One event of the ticket; its place in the history is given at the end."""

    event: Event
    holder: Holder
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class Start:
    """With what a ticket begins; `assignee_id` keeps it from the start, `call` is the row of a call."""

    caller: Caller
    channel: Channel
    subject: str
    text: str
    type: TicketType
    priority: Priority
    unit: Unit
    reply_until: int | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    tags: tuple[str, ...] = ()
    assignee_id: int | None = None
    live: bool = False
    by_machine: bool = False
    call: Row | None = None
