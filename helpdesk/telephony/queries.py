"""What an operator sees of a caller: open tickets, last calls, and the day's log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from helpdesk.accounts import seats
from helpdesk.accounts.models import Membership
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.db import db
from helpdesk.kb import queries as instructions
from helpdesk.sla.queries import chips
from helpdesk.sla.words import Chip
from helpdesk.telephony.models import Call
from helpdesk.telephony.rules import Tried
from helpdesk.tickets import words
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import OPEN_STATES

MOST_OWN, MOST_OF_FIRM, LAST_CALLS = 5, 4, 5
PAGE_SIZE = 100


@dataclass(frozen=True)
class Head:
    """All that an operator may know of a ticket because its client is on the line."""

    number: int
    subject: str
    state_words: str
    line: int
    priority: str
    chip: Chip | None
    is_callers: bool


def open_heads(contact: Contact, now: datetime) -> list[Head]:
    """Open tickets of the caller, then those of others at the same company, nearest deadline first."""
    own = _open(Ticket.contact_id == contact.id, MOST_OWN)
    firm = [] if contact.company.kind is not CompanyKind.CLIENT else _open_at_firm(contact)
    found = chips([row.id for row in (*own, *firm)], now)
    return [_head(row, found.get(row.id), row.contact_id == contact.id) for row in (*own, *firm)]


def _open_at_firm(contact: Contact) -> Sequence[Ticket]:
    at_firm = (Ticket.company_id == contact.company_id) & (Ticket.contact_id != contact.id)
    return _open(at_firm, MOST_OF_FIRM)


def _open(condition: ColumnElement[bool], most: int) -> Sequence[Ticket]:
    query = select(Ticket).where(condition, Ticket.state.in_(OPEN_STATES))
    return db.session.scalars(query.order_by(Ticket.sort_due, Ticket.id).limit(most)).all()


def _head(ticket: Ticket, chip: Chip | None, is_callers: bool) -> Head:
    return Head(
        number=ticket.id,
        subject=ticket.subject,
        state_words=str(words.STATES[ticket.state]),
        line=ticket.line,
        priority=ticket.priority,
        chip=chip,
        is_callers=is_callers,
    )


def joinable(ticket_id: int, contact: Contact) -> Ticket | None:
    """The open ticket if it is the caller's or his company's; None otherwise."""
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None or ticket.state not in OPEN_STATES:
        return None
    same_firm = ticket.company_id == contact.company_id and contact.company.kind is CompanyKind.CLIENT
    return ticket if ticket.contact_id == contact.id or same_firm else None


def last_calls(contact_id: int) -> list[Call]:
    """The caller's last calls, newest first."""
    query = select(Call).where(Call.contact_id == contact_id).order_by(Call.started_at.desc(), Call.id.desc())
    return list(db.session.scalars(query.limit(LAST_CALLS)))


def calls_between(
    start: datetime, end: datetime, *, team_ids: Sequence[int], operator_id: int, before: int | None = None
) -> list[Call]:
    """Calls that began in [start, end) and were taken by the operator or anybody of his teams, newest first.

    One more than a page when there is a next one; `before` is the id of the last one of the page before.
    """
    query = _logged(team_ids, operator_id).where(Call.started_at >= start, Call.started_at < end)
    if before is not None:
        query = query.where(Call.id < before)
    return list(db.session.scalars(query.order_by(Call.id.desc()).limit(PAGE_SIZE + 1)))


def _logged(team_ids: Sequence[int], operator_id: int) -> Select[Call]:
    mates = select(Membership.person_id).where(Membership.team_id.in_(team_ids), seats.is_current())
    return (
        select(Call)
        .where((Call.operator_id == operator_id) | Call.operator_id.in_(mates))
        .options(joinedload(Call.contact), joinedload(Call.operator))
    )


def tried(used: Sequence[int], failed: frozenset[int], steps: frozenset[str]) -> list[Tried]:
    """The instructions that were run in the call, with their ticked steps in the order of the text."""
    found = []
    for article_id in dict.fromkeys((*used, *failed)):
        text = instructions.current_text(article_id)
        ticked = {step.partition(":")[2] for step in steps if step.startswith(f"{article_id}:")}
        if text is not None:
            found.append(
                Tried(article_id, text.title, tuple(sorted(ticked, key=text.body.find)), article_id in failed)
            )
    return found
