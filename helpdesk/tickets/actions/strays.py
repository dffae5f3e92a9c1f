"""What is decided about the words of somebody who is not on the ticket: let him in, or let him go his own
way.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased

from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets.actions.ledger import keep_words, stamp
from helpdesk.tickets.actions.state import resume
from helpdesk.tickets.actions.watching import watch
from helpdesk.tickets.joined import NO_PART, standing_of
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries.addresses import WRITTEN_FROM
from helpdesk.tickets.queries.watching import watching
from helpdesk.tickets.rules import State, check_not_merged
from helpdesk.tickets.stray_events import SplitUndone, StrayAccepted, StraySplit

DECIDED = "Somebody has decided about this message already."


def accept_stray(ticket: Ticket, message: Message, *, by: int, now: datetime) -> EventRow:
    """He takes part from now on: he gets the answers, and what he writes counts. Of somebody on the ticket
    it only says that he wrote it indeed.

    The message itself stays inside, as everything does that once was; waiting for the client ends with it.
    Raises RuleViolation.
    """
    check_stray(ticket, message)
    email = email_of(message)
    if not email:
        raise RuleViolation("This message names no address that answers could go to.")
    watches = takes_no_part(message)
    row = publish(StrayAccepted(**stamp(ticket, by, now), source_id=message.id, watches=watches))
    keep_words(row, email)
    if watches and email not in watching(ticket.id):
        watch(ticket, email, by=by, now=now)
    if ticket.state is State.WAITING_CLIENT and not message.is_machine:
        resume(ticket, by=by, now=now)
    return row


def note_split(ticket: Ticket, message: Message, other: Ticket, *, by: int, now: datetime) -> EventRow:
    """What he wrote goes on as a ticket of his own; here it stays where it is, as a trace."""
    return publish(StraySplit(**stamp(ticket, by, now), source_id=message.id, other_id=other.id))


def check_stray(ticket: Ticket, message: Message) -> None:
    """Raises RuleViolation unless it waits for somebody to decide."""
    check_not_merged(is_merged=ticket.merged_into_id is not None)
    if not message.is_unverified or _is_decided(ticket, message):
        raise RuleViolation(DECIDED)


def _is_decided(ticket: Ticket, message: Message) -> bool:
    accepted = select(EventRow.id).where(_about(ticket.id, message.id, StrayAccepted.kind))
    standing = standing_splits(ticket.id, message.id).with_only_columns(EventRow.id)
    return db.session.scalar(accepted.union_all(standing).limit(1)) is not None


def standing_splits(ticket_id: int, message_id: int) -> Select[EventRow]:
    """The split of that message, unless it was taken back; at most one."""
    later = aliased(EventRow)
    undone = select(later.id).where(later.kind == SplitUndone.kind, later.voids_id == EventRow.id)
    return select(EventRow).where(
        _about(ticket_id, message_id, StraySplit.kind), ~undone.where(later.ticket_id == ticket_id).exists()
    )


def _about(ticket_id: int, message_id: int, kind: str) -> ColumnElement[bool]:
    source = EventRow.payload["source_id"].as_integer() == message_id
    return and_(EventRow.ticket_id == ticket_id, EventRow.kind == kind, source)


def takes_no_part(message: Message) -> bool:
    """Whether he is nobody on the ticket, rather than somebody whose mail nothing proved."""
    stands = standing_of(message.evidence)
    return stands is None or stands in NO_PART


def email_of(message: Message) -> str:
    """The address that he used, lower-case."""
    return str(message.recipients.get(WRITTEN_FROM) or "").strip().lower()
