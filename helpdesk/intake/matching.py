"""Which ticket: the first pointer that leads to one, and whether the sender has a right to it."""

from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.intake.incoming import Incoming, Pointer, SenderCheck
from helpdesk.intake.standing import standing_on, was_asked
from helpdesk.notifications.letters import MAILBOX
from helpdesk.tickets.joined import APART, CLIENT_SIDE, JOINED, MENTIONS, SENDER, Standing
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import MessageKind, Visibility

MENTIONS_KEPT = 3
ADDRESS, EXTERNAL = "reply_address", "external_number"  # codes of pointers, as mail gives them


@dataclass(frozen=True, kw_only=True)
class Match:
    """The ticket it belongs to (None: a new one).

    `is_client_side`: the sender is the requester, somebody we copied, or of the same firm; otherwise his
    words are kept inside. `is_third_party`: it answers what we asked behind the client's back. `is_note`: an
    agent who is proved to be one wrote it. `mentions` are tickets that it names without a right to them.
    `apart_from` is the ticket of another mailbox beside which it is to open its own.
    """

    ticket: Ticket | None = None
    pointer: Pointer | None = None
    standing: Standing = Standing.NOBODY
    is_client_side: bool = False
    is_third_party: bool = False
    is_note: bool = False
    mentions: tuple[int, ...] = ()
    apart_from: Ticket | None = None

    @property
    def is_unverified(self) -> bool:
        """It joins, but nobody has said yet that the sender may speak here."""
        is_known = self.is_client_side or self.is_third_party or self.is_note
        return self.ticket is not None and not is_known

    @property
    def evidence(self) -> tuple[str, ...]:
        """The same as codes that are kept with the message."""
        joined = (f"{JOINED}{self.pointer.code}",) if self.pointer and self.ticket else ()
        apart = (f"{APART}{self.apart_from.id}",) if self.apart_from else ()
        named = tuple(f"{MENTIONS}{number}" for number in self.mentions)
        return (*joined, *((f"{SENDER}{self.standing}",) if joined or apart else ()), *apart, *named)


def match(incoming: Incoming, contact: Contact) -> Match:
    """Stop at the first pointer to a ticket that is signed, or whose ticket the sender is on."""
    mentions: list[int] = []
    for pointer in incoming.answers:
        ticket = _ticket(pointer.ticket_id)
        if ticket is None or (ticket.id in mentions and not pointer.is_signed):
            continue
        standing = _standing(ticket, pointer, contact, incoming.sender.email)
        if standing is Standing.NOBODY and not pointer.is_signed:
            mentions.append(ticket.id)
        elif _is_for_another_mailbox(incoming, ticket, pointer, standing):
            return Match(apart_from=ticket, pointer=pointer, standing=standing)
        else:
            return _joining(incoming, ticket, pointer, standing)
    return Match(mentions=tuple(dict.fromkeys(mentions))[:MENTIONS_KEPT])


def _joining(incoming: Incoming, ticket: Ticket, pointer: Pointer, standing: Standing) -> Match:
    """Whom we asked stays inside; so does a sender of whom our own server says that it is not he.

    An agent is proved by our server alone: marks of ours stand in what clients get, so any of them has one.
    """
    is_forged = incoming.check is SenderCheck.FAIL and not pointer.is_signed
    is_client_side = standing in CLIENT_SIDE and not is_forged
    is_third = _is_inside(
        pointer, is_asked=was_asked(ticket, incoming.sender.email), is_client_side=is_client_side
    )
    return Match(
        ticket=ticket,
        pointer=pointer,
        standing=standing,
        is_client_side=is_client_side and not is_third,
        is_third_party=is_third and not is_forged,
        is_note=standing is Standing.STAFF and not is_third and incoming.check is SenderCheck.PASS,
    )


def _standing(ticket: Ticket, pointer: Pointer, contact: Contact, email: str) -> Standing:
    """Another system that gave the number itself is no stranger, but nobody whom we know either."""
    found = standing_on(ticket, contact, email)
    is_system = found is Standing.NOBODY and pointer.code == EXTERNAL
    return Standing.EXTERNAL if is_system else found


def _is_for_another_mailbox(incoming: Incoming, ticket: Ticket, pointer: Pointer, standing: Standing) -> bool:
    """Somebody of the ticket wrote to another mailbox of the desk, and not to the ticket's own.

    A reply address of ours stands for its ticket whatever mailbox it names, and where a ticket's own is no
    longer in use any other stands for it.
    """
    if ticket.mailbox_id is None or not incoming.mailboxes or incoming.is_machine:
        return False
    if pointer.code == ADDRESS or ticket.mailbox_id in incoming.mailboxes:
        return False
    is_ours = standing in CLIENT_SIDE or standing is Standing.STAFF
    own = select(MAILBOX.c.active).where(MAILBOX.c.id == ticket.mailbox_id)
    return is_ours and bool(db.session.scalar(own))


def _is_inside(pointer: Pointer, *, is_asked: bool, is_client_side: bool) -> bool:
    """An answer is as visible as what it answers, and stays inside when that is not sure."""
    answered = db.session.get(Message, pointer.message_id) if pointer.message_id else None
    if answered is not None and answered.kind in (MessageKind.FORWARD, MessageKind.THIRD_PARTY):
        return True
    is_public = answered is not None and answered.visibility is Visibility.PUBLIC
    return is_asked and not (is_client_side and is_public)


def _ticket(ticket_id: int) -> Ticket | None:
    """The ticket that number stands for now: merges are followed to the end, however they were chained.

    A circle leads nowhere: what comes by it opens a ticket of its own.
    """
    seen = set[int]()
    ticket = db.session.get(Ticket, ticket_id)
    while ticket is not None and ticket.merged_into_id is not None:
        if ticket.id in seen:
            return None
        seen.add(ticket.id)
        ticket = db.session.get(Ticket, ticket.merged_into_id)
    return ticket
