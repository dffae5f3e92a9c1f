"""Ending an obvious double for the sake of the ticket that stays."""

from datetime import datetime

from sqlalchemy import func, select

from helpdesk.clients.models import Company, CompanyKind
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets import rules
from helpdesk.tickets.actions.ledger import raise_version, stamp
from helpdesk.tickets.actions.participation import add_participant
from helpdesk.tickets.actions.watching import hand_over_watchers
from helpdesk.tickets.link_events import DoubleAbsorbed, TicketMerged
from helpdesk.tickets.models import Message, Participant, Ticket
from helpdesk.tickets.rules import MergeSide, MessageKind, State, Verb


def merge(double: Ticket, into: Ticket, *, by: int, now: datetime) -> EventRow:
    """Close the double for good; its words stay on it, its people and what the client is owed go over.

    Both must be locked. Raises RuleViolation for what is no double (see rules.check_merge).
    """
    if double.id == into.id:
        raise RuleViolation("A ticket cannot be merged into itself.")
    rules.check_merge(side_of(double), side_of(into))
    owed_since = _owed_since(double, into)
    _hand_over_people(double, into, now)
    hand_over_watchers(double, into)
    row = _end(double, into, by=by, now=now)
    _absorb(double, into, owed_since, by=by, now=now)
    return row


def side_of(ticket: Ticket) -> MergeSide:
    """What the rule needs to know of one of the two."""
    kind = db.session.scalar(select(Company.kind).where(Company.id == ticket.company_id))
    doubles = select(Ticket.id).where(Ticket.merged_into_id == ticket.id)
    return MergeSide(
        state=ticket.state,
        company_id=ticket.company_id,
        contact_id=ticket.contact_id,
        company_is_known=kind is not CompanyKind.UNKNOWN,
        is_merged=ticket.merged_into_id is not None,
        carries=bool(db.session.scalar(select(doubles.exists()))),
    )


def _owed_since(double: Ticket, into: Ticket) -> datetime | None:
    """Since when the client waits for an answer to the double, unless the other ticket answered since."""
    asked = double.unanswered_since
    if asked is None:
        return None
    answered = select(func.max(Message.created_at)).where(
        Message.ticket_id == into.id, Message.kind == MessageKind.REPLY
    )
    last = db.session.scalar(answered)
    return None if last is not None and last >= asked else max(asked, into.created_at)


def _hand_over_people(double: Ticket, into: Ticket, now: datetime) -> None:
    """Whoever read the double, held it or answered for it reads the other one."""
    reading = select(Participant.person_id).where(
        Participant.ticket_id == double.id, Participant.until.is_(None) | (Participant.until > now)
    )
    people = {*db.session.scalars(reading), double.assignee_id, double.owner_id}
    for person_id in sorted(person for person in people if person is not None):
        add_participant(into, person_id, "merged", now=now)


def _end(double: Ticket, into: Ticket, *, by: int, now: datetime) -> EventRow:
    double.state, double.merged_into_id = State.CLOSED, into.id
    double.resolved_at, double.closed_at = double.resolved_at or now, now
    double.wake_at = double.unanswered_since = None
    raise_version(double)
    return publish(TicketMerged(**stamp(double, by, now), other_id=into.id))


def _absorb(double: Ticket, into: Ticket, owed_since: datetime | None, *, by: int, now: datetime) -> None:
    """What the client wrote there counts as written here: it ends waiting and wants an answer."""
    old = into.state
    into.client_message_count += double.client_message_count
    if owed_since is not None:
        into.state, into.wake_at = rules.next_state(old, Verb.CLIENT_WRITE), None
        into.unanswered_since = min(into.unanswered_since or owed_since, owed_since)
    raise_version(into)
    publish(DoubleAbsorbed(**stamp(into, by, now), other_id=double.id, old=old, owed_since=owed_since))
