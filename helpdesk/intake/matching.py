"""Which ticket: the first pointer that leads to one, and whether the sender has a right to it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, or_, select

from helpdesk.accounts import seats
from helpdesk.accounts.models import Membership
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.clients.rules import address
from helpdesk.db import db
from helpdesk.intake.incoming import Incoming, Pointer
from helpdesk.notifications.models import Outbox, OutboxRecipient
from helpdesk.tickets.models import Message, Participant, Ticket
from helpdesk.tickets.rules import MessageKind, Visibility

MERGES_FOLLOWED = 20


@dataclass(frozen=True, kw_only=True)
class Match:
    """The ticket it belongs to (None: a new one).

    `is_client_side`: the sender is the requester, somebody we copied, or of the same firm; otherwise his
    words are kept inside. `is_third_party`: it answers what we asked behind the client's back.
    `mentions` are tickets that it names without a right to them.
    """

    ticket: Ticket | None = None
    pointer: Pointer | None = None
    is_client_side: bool = False
    is_third_party: bool = False
    mentions: tuple[int, ...] = ()


def match(incoming: Incoming, contact: Contact) -> Match:
    """Stop at the first pointer to a ticket that is signed, or whose ticket the sender is on."""
    mentions: list[int] = []
    for pointer in incoming.answers:
        ticket = _ticket(pointer.ticket_id)
        if ticket is None:
            continue
        email = incoming.sender.email
        is_client_side = _is_client_side(ticket, contact, email)
        was_asked = _was_asked(ticket, address(email))
        if is_client_side or was_asked or pointer.is_signed or _is_staff_on(ticket, contact):
            is_third = _is_inside(pointer, was_asked=was_asked, is_client_side=is_client_side)
            return Match(
                ticket=ticket,
                pointer=pointer,
                is_client_side=is_client_side and not is_third,
                is_third_party=is_third,
                mentions=tuple(mentions),
            )
        mentions.append(ticket.id)
    return Match(mentions=tuple(dict.fromkeys(mentions)))


def _is_inside(pointer: Pointer, *, was_asked: bool, is_client_side: bool) -> bool:
    """An answer is as visible as what it answers, and stays inside when that is not sure."""
    answered = db.session.get(Message, pointer.message_id) if pointer.message_id else None
    if answered is not None and answered.kind in (MessageKind.FORWARD, MessageKind.THIRD_PARTY):
        return True
    is_public = answered is not None and answered.visibility is Visibility.PUBLIC
    return was_asked and not (is_client_side and is_public)


def _ticket(ticket_id: int) -> Ticket | None:
    """The ticket that number stands for now: merges are followed to the end, however they were chained."""
    ticket = db.session.get(Ticket, ticket_id)
    for _ in range(MERGES_FOLLOWED):
        if ticket is None or ticket.merged_into_id is None:
            break
        ticket = db.session.get(Ticket, ticket.merged_into_id)
    return ticket


def _is_client_side(ticket: Ticket, contact: Contact, email: str) -> bool:
    requester = db.session.get_one(Contact, ticket.contact_id)
    if contact.person_id == requester.person_id:
        return True
    same_firm = contact.company_id == ticket.company_id and contact.company.kind is CompanyKind.CLIENT
    return same_firm or _was_written_to(ticket, address(email))


def _was_written_to(ticket: Ticket, email: str) -> bool:
    """We sent that address a mail of this ticket, or an agent's public answer named it."""
    return _got(ticket, email, Message.kind.is_distinct_from(MessageKind.FORWARD))


def _was_asked(ticket: Ticket, email: str) -> bool:
    """An agent asked that address about this ticket behind the client's back."""
    return _got(ticket, email, Message.kind == MessageKind.FORWARD)


def _got(ticket: Ticket, email: str, kind: ColumnElement[bool]) -> bool:
    if not email:
        return False
    sent = (
        select(OutboxRecipient.id)
        .join(Outbox, Outbox.id == OutboxRecipient.outbox_id)
        .outerjoin(Message, Message.id == Outbox.message_id)
        .where(Outbox.ticket_id.in_(_with_doubles(ticket)), OutboxRecipient.email == email, kind)
    )
    return db.session.scalar(select(sent.exists())) or False


def _with_doubles(ticket: Ticket) -> Select[int]:
    """The ticket and what was merged into it: whoever was written to there counts as written to here."""
    return select(Ticket.id).where(or_(Ticket.id == ticket.id, Ticket.merged_into_id == ticket.id))


def _is_staff_on(ticket: Ticket, contact: Contact) -> bool:
    """An agent who holds the ticket, reads along, or sits in its team."""
    if contact.company.kind is not CompanyKind.OWN:
        return False
    person_id = contact.person_id
    if person_id in {ticket.owner_id, ticket.assignee_id}:
        return True
    sits = select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.team_id.in_((ticket.team_id, ticket.owner_team_id)),
        seats.is_current(),
        seats.can_work(),
    )
    reads = select(Participant.id).where(
        Participant.ticket_id == ticket.id, Participant.person_id == person_id
    )
    return db.session.scalar(select(or_(sits.exists(), reads.exists()))) or False
