"""Who works on a ticket now."""

from datetime import datetime

from sqlalchemy import func, select

from helpdesk.db import db
from helpdesk.events import EventRow, publish
from helpdesk.routing.actions import next_assignee
from helpdesk.tickets import rules
from helpdesk.tickets.actions.holders import is_member
from helpdesk.tickets.actions.ledger import raise_version, stamp
from helpdesk.tickets.actions.participation import add_participant
from helpdesk.tickets.events import TicketAssigned, TicketTaken
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import DONE_STATES, Line, Verb


def take(ticket: Ticket, *, by: int, now: datetime) -> EventRow:
    """Begin to work on it: a new ticket becomes open; on line 1 the taker answers towards the client from
    now on.
    """
    rules.check_assignment(ticket.state, is_member=is_member(by, ticket.team_id))
    previous = _change(ticket, by, now)
    ticket.state = rules.next_state(ticket.state, Verb.TAKE)
    if ticket.line == Line.FIRST:
        ticket.owner_id = by
    return publish(TicketTaken(**stamp(ticket, by, now), assignee_id=by, previous_id=previous))


def assign(ticket: Ticket, person_id: int | None, *, by: int, now: datetime) -> EventRow:
    """Give it to somebody of the team that holds it, or with None back to the team; to oneself is to take
    it.
    """
    if person_id == by:
        return take(ticket, by=by, now=now)
    member = person_id is None or is_member(person_id, ticket.team_id)
    rules.check_assignment(ticket.state, is_member=member)
    previous = _change(ticket, person_id, now)
    event = TicketAssigned(**stamp(ticket, by, now), assignee_id=person_id, previous_id=previous)
    return publish(event)


def assign_by_policy(ticket: Ticket, *, by: int, now: datetime) -> EventRow | None:
    """Give an arrived ticket to somebody as its team shares out work; None where the team takes by hand."""
    if ticket.assignee_id is not None or ticket.state not in rules.OPEN_STATES:
        return None
    person_id = next_assignee(ticket.team_id, _loads(ticket.team_id))
    return assign(ticket, person_id, by=by, now=now) if person_id else None


def _loads(team_id: int) -> dict[int, int]:
    """How many open tickets each person of the team has in it."""
    rows = db.session.execute(
        select(Ticket.assignee_id, func.count())
        .where(Ticket.team_id == team_id, Ticket.assignee_id.isnot(None))
        .where(Ticket.state.not_in(DONE_STATES))
        .group_by(Ticket.assignee_id)
    )
    return {person_id: count for person_id, count in rows if person_id}


def _change(ticket: Ticket, person_id: int | None, now: datetime) -> int | None:
    """Put the person in and let the previous one read along; returns the previous one."""
    previous = ticket.assignee_id
    ticket.assignee_id = person_id
    if previous != person_id:
        add_participant(ticket, previous, "former_holder", now=now)
    raise_version(ticket)
    return previous
