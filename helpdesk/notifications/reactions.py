"""Who is told when something happened to a ticket: the client by mail, the staff by notices, open pages."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select

from helpdesk.accounts import seats
from helpdesk.clients.models import Contact
from helpdesk.clients.reach import closed
from helpdesk.db import db, notify
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, TicketEvent
from helpdesk.mail.headers import Address
from helpdesk.notifications.actions import (
    Mailing,
    News,
    hold_back,
    queue_mail,
    tell,
    undo,
)
from helpdesk.notifications.caps import SOLVED_IN_CALL, SPLIT_UNDONE, cap_on, hold_by_cap
from helpdesk.notifications.letters import UNSIGNED, signature_of, write
from helpdesk.notifications.models import Outbox, OutboxKind
from helpdesk.notifications.texts import is_silent
from helpdesk.notifications.wording import Occasion
from helpdesk.tickets.events import (
    AgentReplied,
    ReplyWithdrawn,
    TicketFact,
    TicketOpened,
    TicketReopened,
    TicketResolved,
)
from helpdesk.tickets.evidence import waits_for_receipt
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries.addresses import client_address
from helpdesk.tickets.rules import Channel, Visibility
from helpdesk.tickets.stray_events import SplitUndone

UNDO = timedelta(seconds=10)
REOPEN_DAYS = 7
BY_CLIENT = frozenset({Channel.MAIL, Channel.PHONE})


def queue_acknowledgement(event: TicketOpened, row: EventRow) -> None:
    """Tell the client the number of his request; never a machine, and strangers only a few times a day."""
    if event.by_machine or event.channel not in BY_CLIENT or not _is_awaited(event.message_id):
        return
    ticket = db.session.get_one(Ticket, event.ticket_id)
    contact = db.session.get_one(Contact, ticket.contact_id)
    to = _address_of(ticket, contact)
    if not to:
        return
    is_known = contact.verified_at is not None
    occasion = Occasion.RECEIVED if is_known else Occasion.RECEIVED_UNKNOWN
    if is_silent(occasion):
        return
    letter = write(occasion, ticket, by_phone=event.channel is Channel.PHONE)
    cap, now = cap_on(to[0].email, is_known=is_known, now=row.recorded_at), row.recorded_at
    mailing = Mailing(
        key=f"received:{ticket.id}",
        kind=OutboxKind.ACKNOWLEDGEMENT,
        letter=letter,
        to=to,
        message_id=event.message_id,
        due_at=now,
    )
    mail = queue_mail(ticket, mailing, now=now)
    if cap is not None:
        hold_by_cap(mail, cap, to[0].email, now=now)


def _is_awaited(message_id: int | None) -> bool:
    """Not by whom we got only a blind copy from, nor by whose mail one of us passed on or another forged."""
    message = db.session.get(Message, message_id) if message_id else None
    return message is None or waits_for_receipt(message.evidence)


def queue_reply(event: AgentReplied, row: EventRow) -> None:
    """Send the agent's words in ten seconds; until then they can be taken back."""
    ticket = db.session.get_one(Ticket, event.ticket_id)
    message = db.session.get_one(Message, event.message_id)
    contact = db.session.get_one(Contact, ticket.contact_id)
    to = _listed(message, "to") or _address_of(ticket, contact)
    if not to:
        return
    signature = signature_of(message.author_id, ticket.mailbox_id)
    mailing = Mailing(
        key=f"reply:{message.id}",
        kind=OutboxKind.REPLY,
        letter=write(Occasion.REPLY, ticket, form=message.html, answer=message.text, signature=signature),
        to=to,
        cc=_listed(message, "cc"),
        message_id=message.id,
        due_at=event.at + UNDO,
    )
    queue_mail(ticket, mailing, now=event.at)


def take_back(event: ReplyWithdrawn, row: EventRow) -> None:
    """Hold back the mails of an answer that was taken back. Raises RuleViolation once one has left."""
    if not undo(event.message_id, now=event.at):
        raise RuleViolation("Too late: this answer has already left.")


def queue_resolved(event: TicketResolved, row: EventRow) -> None:
    """Tell the client that we think it is done; not when he was on the phone and heard it himself."""
    if event.in_call:
        _drop_unsent_acknowledgement(event.ticket_id, SOLVED_IN_CALL)
        return
    _queue_notice(event, row, Occasion.RESOLVED, days=str(REOPEN_DAYS))


def queue_reopened(event: TicketReopened, row: EventRow) -> None:
    """Tell the client that we work on it again, when it was not his own answer that did it."""
    if not event.by_client:
        _queue_notice(event, row, Occasion.REOPENED)


def _queue_notice(event: TicketFact, row: EventRow, occasion: Occasion, **words: str) -> None:
    ticket = db.session.get_one(Ticket, event.ticket_id)
    contact = db.session.get_one(Contact, ticket.contact_id)
    to = _address_of(ticket, contact)
    if not to or contact.verified_at is None or ticket.opened_by_machine or is_silent(occasion):
        return
    mailing = Mailing(
        key=f"{occasion}:{row.id}",
        kind=OutboxKind.NOTICE,
        letter=write(occasion, ticket, by_phone=False, form=None, signature=UNSIGNED, **words),
        to=to,
        message_id=_last_public(ticket.id),
        due_at=event.at + UNDO,
    )
    queue_mail(ticket, mailing, now=event.at)


def _last_public(ticket_id: int) -> int | None:
    """What the client saw last: an answer to the notice is an answer to that."""
    public = (Message.ticket_id == ticket_id) & (Message.visibility == Visibility.PUBLIC)
    return db.session.scalar(select(func.max(Message.id)).where(public))


def drop_receipt_of_split(event: SplitUndone, row: EventRow) -> None:
    """A number that counts no more is not told."""
    _drop_unsent_acknowledgement(event.other_id, SPLIT_UNDONE)


def _drop_unsent_acknowledgement(ticket_id: int, why: str) -> None:
    """A receipt for what is already over would only puzzle; it goes while nobody has tried to send it."""
    key = f"received:{ticket_id}"
    mail = db.session.scalar(select(Outbox).where(Outbox.key == key, Outbox.attempts == 0))
    if mail is not None and mail.finished_at is None:
        hold_back(mail, why, now=mail.created_at)


def tell_team(event: TicketFact, row: EventRow) -> None:
    """Say to whoever holds the ticket now that it came to them: its assignee, else the whole team."""
    ticket = db.session.get_one(Ticket, event.ticket_id)
    people = (ticket.assignee_id,) if ticket.assignee_id else seats.person_ids(ticket.team_id)
    tell(people, _news(event, row), but=event.actor_id)


def tell_owner(event: TicketFact, row: EventRow) -> None:
    """Say it to the person of line 1 who answers for the ticket towards the client."""
    ticket = db.session.get_one(Ticket, event.ticket_id)
    tell((ticket.owner_id,), _news(event, row), but=event.actor_id)


def tell_assignee(event: TicketFact, row: EventRow) -> None:
    """Say it to the person who works on the ticket."""
    ticket = db.session.get_one(Ticket, event.ticket_id)
    tell((ticket.assignee_id,), _news(event, row), but=event.actor_id)


def tell_holders(event: TicketFact, row: EventRow) -> None:
    """Say it to the owner and to the assignee, once if they are one person."""
    ticket = db.session.get_one(Ticket, event.ticket_id)
    tell((ticket.owner_id, ticket.assignee_id), _news(event, row), but=event.actor_id)


def announce(event: TicketEvent, row: EventRow) -> None:
    """Let open pages know that this ticket changed."""
    notify("desk", str(event.ticket_id))


def announce_all(happened: Sequence[tuple[TicketEvent, EventRow]]) -> None:
    """Let open pages know that these tickets changed."""
    for event, _ in happened:
        notify("desk", str(event.ticket_id))


def _news(event: TicketFact, row: EventRow) -> News:
    found_at = row.recorded_at
    return News(kind=event.kind, ticket_id=event.ticket_id, event_id=row.id, at=event.at, found_at=found_at)


def _address_of(ticket: Ticket, contact: Contact) -> tuple[Address, ...]:
    """Where mail that nobody wrote reaches the contact; empty without an address, or with one that must not
    be written to.
    """
    email = client_address(ticket)
    if email is None or closed([email], by_machine=True):
        return ()
    return (Address(contact.person.name if contact.verified_at else "", email),)


def _listed(message: Message, field: str) -> tuple[Address, ...]:
    """The addresses that the agent saw beside his answer."""
    return tuple(
        Address("", one) if isinstance(one, str) else Address(one.get("name", ""), one["email"])
        for one in message.recipients.get(field, [])
    )
