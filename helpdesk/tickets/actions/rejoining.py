"""Taking a split back: what went on as a ticket of its own waits here again for somebody to decide."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.db import db
from helpdesk.errors import N_, RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets.actions.conversation import NewFile, add_note
from helpdesk.tickets.actions.ledger import stamp
from helpdesk.tickets.actions.state import discard
from helpdesk.tickets.actions.strays import standing_splits
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.rules import DiscardReason, MessageKind, check_not_merged
from helpdesk.tickets.stray_events import SplitUndone

UNDONE_WITHIN = timedelta(days=1)
QUIET = frozenset(
    f"ticket.{kind}"
    for kind in (
        "opened",
        "linked",
        "unlinked",
        "note_added",
        "person_mentioned",
        "taken",
        "assigned",
        "owner_changed",
        "priority_changed",
        "type_changed",
        "properties_changed",
        "client_identified",
        "watchers_named",
        "watcher_changed",
        "article_linked",
    )
)
BY_OTHERS = frozenset({"ticket.client_wrote", "ticket.third_party_wrote", "ticket.call_joined"})
BY_US = frozenset({"ticket.agent_replied", "ticket.forwarded"})
OUTSIDE = N_("Somebody outside wrote or called on %(other)s since. Nothing was changed: go on there.")
ANSWERED = N_("Somebody here wrote an answer on %(other)s since. Nothing was changed: go on there.")
WENT_ON = N_(
    "%(other)s was handed over, waits or is finished since. Nothing was changed: see there how it stands."
)


def standing_split(ticket: Ticket, message: Message) -> EventRow:
    """The split of that message that nobody took back. Raises RuleViolation when there is none."""
    found = db.session.scalars(standing_splits(ticket.id, message.id)).first()
    if found is None:
        raise RuleViolation("This message is not split off, or was taken back already.")
    return found


def notes_on(other: Ticket) -> Sequence[Message]:
    """What was noted there since, the oldest first: it comes along."""
    noted = (Message.ticket_id == other.id) & (Message.kind == MessageKind.NOTE)
    rows = select(Message).where(noted).order_by(Message.id).options(joinedload(Message.author))
    return db.session.scalars(rows).all()


def files_with(notes: Sequence[Message]) -> tuple[NewFile, ...]:
    """The files of these notes."""
    ids = [note.id for note in notes]
    rows = db.session.scalars(
        select(Attachment).where(Attachment.message_id.in_(ids)).order_by(Attachment.id)
    )
    return tuple(
        NewFile(sha256=row.sha256, name=row.name, content_type=row.content_type, size=row.size)
        for row in rows
    )


def undo_split(
    ticket: Ticket, message: Message, other: Ticket, *, noted: str, by: int, now: datetime
) -> EventRow:
    """End the ticket that it became and let the message wait here again; `noted` is what our people wrote
    there, "": nothing, and comes along as a note with its files.

    Both are locked. The other ticket keeps every word and can be brought back. Raises RuleViolation, and
    changes nothing, once it has gone on: somebody outside wrote, we answered, it was handed on or ended.
    """
    check_not_merged(is_merged=ticket.merged_into_id is not None)
    split = standing_split(ticket, message)
    if now - split.effective_at > UNDONE_WITHIN:
        raise RuleViolation("It was split off more than a day ago. Merge the two, or go on there.")
    _check_quiet(other)
    row = publish(
        SplitUndone(**stamp(ticket, by, now), source_id=message.id, other_id=other.id, voids_id=split.id)
    )
    if noted:
        add_note(ticket, noted, by=by, now=now, files=files_with(notes_on(other)))
    discard(other, DiscardReason.MISTAKE, by=by, now=now)
    return row


def _check_quiet(other: Ticket) -> None:
    kinds = select(EventRow.kind).where(EventRow.ticket_id == other.id, EventRow.kind.like("ticket.%"))
    loud = set(db.session.scalars(kinds)) - QUIET
    for some, words in ((BY_OTHERS, OUTSIDE), (BY_US, ANSWERED), (loud, WENT_ON)):
        if loud & some:
            raise RuleViolation(words, other=other.id)
