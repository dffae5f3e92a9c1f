"""What a ticket is said to be: how urgent, of what kind, under which subject."""

from datetime import datetime

from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets import rules
from helpdesk.tickets.actions.ledger import keep_words, raise_version, stamp
from helpdesk.tickets.clock_use import ClockUse
from helpdesk.tickets.events import PriorityChanged, PropertiesChanged, TypeChanged
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.catalogue import catalogue
from helpdesk.tickets.rules import Impact, Priority, TicketType, Urgency


def change_priority(
    ticket: Ticket,
    priority: Priority | None = None,
    *,
    by: int,
    now: datetime,
    impact: Impact | None = None,
    urgency: Urgency | None = None,
    reason: str = "",
    use: ClockUse | None = None,
) -> EventRow:
    """Set it directly, or with None by impact and urgency in plain words; becoming less urgent needs a
    reason, unless `use` says that the clocks leave it room.
    """
    old = ticket.priority
    new = priority or _by_words(impact, urgency)
    rules.check_priority(ticket.state, old=old, new=new, reason=reason, use=use)
    ticket.priority = new
    ticket.impact, ticket.urgency = impact, urgency
    raise_version(ticket)
    change = PriorityChanged(
        **stamp(ticket, by, now),
        old=old,
        new=new,
        used_percent=use.percent if use else None,
        breached=use.breached if use else None,
    )
    row = publish(change)
    keep_words(row, reason)
    return row


def change_type(ticket: Ticket, kind: TicketType, *, by: int, now: datetime) -> EventRow:
    """Say what kind of thing it is."""
    rules.check_unfinished(ticket.state)
    old, ticket.type = ticket.type, kind
    if old == kind:
        raise RuleViolation("This ticket already is of that kind.")
    raise_version(ticket)
    return publish(TypeChanged(**stamp(ticket, by, now), old=old, new=kind))


def change_category(ticket: Ticket, category_id: int | None, *, by: int, now: datetime) -> EventRow | None:
    """Say what it is about, None for nothing of the list; None when it does not differ."""
    rules.check_unfinished(ticket.state)
    if category_id == ticket.category_id:
        return None
    if category_id is not None and category_id not in dict(catalogue().categories):
        raise RuleViolation("This category is not offered any more.")
    ticket.category_id = category_id
    raise_version(ticket)
    return publish(PropertiesChanged(**stamp(ticket, by, now), names=("category",)))


def change_properties(
    ticket: Ticket, *, subject: str, tags: tuple[str, ...], by: int, now: datetime
) -> EventRow | None:
    """Put subject and tags right; None when neither differs."""
    rules.check_unfinished(ticket.state)
    wanted = {"subject": " ".join(subject.split()), "tags": sorted(set(filter(None, tags)))}
    if not wanted["subject"]:
        raise RuleViolation("A ticket needs a subject.")
    names = tuple(name for name, value in wanted.items() if getattr(ticket, name) != value)
    if not names:
        return None
    for name in names:
        setattr(ticket, name, wanted[name])
    raise_version(ticket)
    return publish(PropertiesChanged(**stamp(ticket, by, now), names=names))


def _by_words(impact: Impact | None, urgency: Urgency | None) -> Priority:
    if impact is None or urgency is None:
        raise RuleViolation("Say who is hit and whether they can work.")
    return rules.priority_of(impact, urgency)
