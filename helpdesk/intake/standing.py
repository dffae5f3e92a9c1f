"""How a sender stands to a ticket: on the client's side, asked by us, of our own people, or nobody."""

from sqlalchemy import ColumnElement, Select, select

from helpdesk.accounts.actor import actor_of
from helpdesk.accounts.models import Account
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.clients.rules import address
from helpdesk.db import db
from helpdesk.notifications.models import Outbox, OutboxRecipient
from helpdesk.tickets.joined import Standing
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries.visibility import visible_to
from helpdesk.tickets.queries.watching import known_on
from helpdesk.tickets.rules import MessageKind
from helpdesk.tickets.watch_rules import WatchState


def standing_on(ticket: Ticket, contact: Contact, email: str) -> Standing:
    """The strongest that holds; whom somebody of the desk turned away is nobody, whatever he got before."""
    if contact.person_id == db.session.get_one(Contact, ticket.contact_id).person_id:
        return Standing.REQUESTER
    if contact.company_id == ticket.company_id and contact.company.shares_requests:
        return Standing.COLLEAGUE
    return _by_address(ticket, address(email)) or _as_staff(ticket, contact)


def takes_part(ticket: Ticket, person_id: int, email: str) -> bool:
    """The requester, or somebody to whom our answers go; being of the same firm is not enough."""
    requester = db.session.get_one(Contact, ticket.contact_id)
    found = _by_address(ticket, address(email))
    return person_id == requester.person_id or found in (Standing.WATCHER, Standing.WRITTEN_TO)


def was_asked(ticket: Ticket, email: str) -> bool:
    """An agent asked that address about this ticket behind the client's back."""
    return _got(ticket, address(email), Message.kind == MessageKind.FORWARD)


def _by_address(ticket: Ticket, email: str) -> Standing | None:
    if not email:
        return None
    row = known_on(ticket.id, (email,)).get(email)
    if row is not None and row.state is WatchState.WATCHING:
        return Standing.WATCHER
    is_unwanted = row is not None and row.state is WatchState.DECLINED
    if not is_unwanted and _got(ticket, email, Message.kind.is_distinct_from(MessageKind.FORWARD)):
        return Standing.WRITTEN_TO
    if was_asked(ticket, email):
        return Standing.ASKED
    return Standing.COPIED if row is not None and not is_unwanted else None


def _got(ticket: Ticket, email: str, kind: ColumnElement[bool]) -> bool:
    """We sent that address a mail of this kind about the ticket, or about one that was merged into it."""
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
    """The ticket and what was merged into it, however they were chained."""
    first = select(Ticket.id).where(Ticket.id == ticket.id).cte("doubles", recursive=True)
    every = first.union(select(Ticket.id).where(Ticket.merged_into_id == first.c.id))
    return select(every.c.id)


def _as_staff(ticket: Ticket, contact: Contact) -> Standing:
    """An agent who may read the ticket; it is for others to prove that the mail is his."""
    if contact.company.kind is not CompanyKind.OWN or not _works(contact.person_id):
        return Standing.NOBODY
    found = select(Ticket.id).where(Ticket.id == ticket.id, visible_to(actor_of(contact.person_id)))
    return Standing.STAFF if db.session.scalar(found) is not None else Standing.NOBODY


def _works(person_id: int) -> bool:
    """Whether the person came in once and was not shut out since."""
    account = select(Account.id).where(
        Account.person_id == person_id, Account.disabled_at.is_(None), Account.invited_at.is_(None)
    )
    return db.session.scalar(account) is not None
