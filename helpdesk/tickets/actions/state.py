"""Where a ticket stands: waiting and going on, resolved, reopened, closed, thrown away."""

from datetime import datetime

from sqlalchemy import select

from helpdesk.clients.models import Company, CompanyKind
from helpdesk.db import db
from helpdesk.events import EventRow, publish
from helpdesk.tickets import rules
from helpdesk.tickets.actions.holders import seats_of
from helpdesk.tickets.actions.ledger import keep_words, stamp
from helpdesk.tickets.actions.waits import NOBODY_NAMED, Party, begin_wait, end_wait
from helpdesk.tickets.events import (
    StateChanged,
    TicketClosed,
    TicketDiscarded,
    TicketReopened,
    TicketResolved,
)
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import DiscardReason, Line, State, Verb, WaitReason

_WAITS = {State.WAITING_CLIENT: Verb.WAIT_CLIENT, State.WAITING_THIRD_PARTY: Verb.WAIT_THIRD_PARTY}


def wait(
    ticket: Ticket,
    state: State,
    *,
    reason: str,
    by: int,
    now: datetime,
    wake_at: datetime | None = None,
    about: WaitReason = WaitReason.OTHER,
    party: Party = NOBODY_NAMED,
) -> EventRow:
    """Wait for the client or a third party; at `wake_at` it goes on by itself, None: after the longest time
    that anything waits.
    """
    old, verb = ticket.state, _WAITS[state]
    rules.check_wait(old, verb, reason=reason, wake_at=wake_at, now=now)
    if ticket.waiting_since is not None:
        end_wait(ticket, now)
    ticket.state, ticket.wake_at = rules.next_state(old, verb), wake_at or now + rules.LONGEST_WAIT
    ticket.waiting_since = now
    change = StateChanged(
        **stamp(ticket, by, now), old=old, new=ticket.state, wake_at=ticket.wake_at, about=about
    )
    row = publish(change)
    keep_words(row, f"{party.name.strip()}: {reason.strip()}" if party.name.strip() else reason)
    begin_wait(ticket, row, reason, about, party)
    return row


def resume(ticket: Ticket, *, by: int, now: datetime, in_vain: bool = False) -> EventRow:
    """Go on with what waited; `in_vain`: for an answer to what reached nobody."""
    return _go_on(ticket, by=by, now=now, in_vain=in_vain)


def wake(ticket: Ticket, *, by: int, now: datetime) -> EventRow:
    """The date has come to which it waited: it goes on since then, however late that is noticed, and whoever
    holds it is told why.
    """
    due = ticket.wake_at or now
    return _go_on(ticket, by=by, now=now, woke_at=max(due, ticket.last_event_at))


def _go_on(
    ticket: Ticket, *, by: int, now: datetime, woke_at: datetime | None = None, in_vain: bool = False
) -> EventRow:
    old, since = ticket.state, ticket.waiting_since
    ticket.state, ticket.wake_at = rules.next_state(old, Verb.RESUME), None
    change = StateChanged(
        **stamp(ticket, by, woke_at or now),
        old=old,
        new=ticket.state,
        wake_at=None,
        since=since,
        by_date=woke_at is not None,
        in_vain=in_vain,
        found_at=now if woke_at else None,
    )
    return publish(change)


def resolve(
    ticket: Ticket,
    note: str,
    *,
    by: int,
    now: datetime,
    in_call: bool = False,
    found_at: datetime | None = None,
) -> EventRow:
    """Say what solved it. Raises RuleViolation without a note, or while nobody has said who the client is."""
    rules.check_resolution(ticket.state, note=note, client_known=_client_is_known(ticket))
    ticket.state = rules.next_state(ticket.state, Verb.RESOLVE)
    ticket.resolved_at, ticket.resolution = now, note.strip()
    ticket.wake_at = ticket.unanswered_since = None
    ticket.first_contact = _by_line_1(by) and rules.is_first_contact(
        line=ticket.line, handovers=ticket.handover_count, client_messages=ticket.client_message_count
    )
    row = publish(
        TicketResolved(
            **stamp(ticket, by, now), first_contact=ticket.first_contact, in_call=in_call, found_at=found_at
        )
    )
    keep_words(row, note)
    return row


def reopen(ticket: Ticket, *, by: int, now: datetime, by_client: bool = False, reason: str = "") -> EventRow:
    """Bring a finished ticket back to whoever held it; not a double, which goes on elsewhere."""
    rules.check_not_merged(is_merged=ticket.merged_into_id is not None)
    old = ticket.state
    ticket.state = rules.next_state(old, Verb.REOPEN)
    ticket.resolved_at = ticket.closed_at = None
    ticket.discarded_at = ticket.discard_reason = None
    ticket.first_contact = False
    ticket.reopen_count += 1
    row = publish(TicketReopened(**stamp(ticket, by, now), by_client=by_client, old=old))
    keep_words(row, reason)
    return row


def close(ticket: Ticket, *, by: int, now: datetime) -> EventRow:
    """Put a resolved ticket away."""
    ticket.state = rules.next_state(ticket.state, Verb.CLOSE)
    ticket.closed_at = now
    return publish(TicketClosed(**stamp(ticket, by, now)))


def discard(ticket: Ticket, reason: DiscardReason, *, by: int, now: datetime, words: str = "") -> EventRow:
    """Throw away what is no request at all; allowed without knowing the client."""
    old, wake_at, owed_since = ticket.state, ticket.wake_at, ticket.unanswered_since
    ticket.state = rules.next_state(old, Verb.DISCARD)
    ticket.resolved_at, ticket.closed_at = ticket.resolved_at or now, now
    ticket.discarded_at, ticket.discard_reason = now, reason
    ticket.wake_at = ticket.unanswered_since = None
    event = TicketDiscarded(
        **stamp(ticket, by, now), reason=reason, old=old, wake_at=wake_at, owed_since=owed_since
    )
    row = publish(event)
    keep_words(row, words)
    return row


def _client_is_known(ticket: Ticket) -> bool:
    kind = db.session.scalar(select(Company.kind).where(Company.id == ticket.company_id))
    return kind is not CompanyKind.UNKNOWN


def _by_line_1(person_id: int) -> bool:
    return any(seat.line == Line.FIRST for seat in seats_of(person_id))
