"""How a ticket goes between teams: up with a card, back with a reason, aside with a sentence."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from sqlalchemy import select

from helpdesk.accounts.models import Team
from helpdesk.accounts.people import system_id
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets import rules
from helpdesk.tickets.actions.holders import become_owner, default_team, is_member, place, seats_of
from helpdesk.tickets.actions.ledger import raise_version, stamp
from helpdesk.tickets.actions.participation import add_participant
from helpdesk.tickets.events import TicketEscalated, TicketMoved, TicketReturned
from helpdesk.tickets.models import Handover, Ticket
from helpdesk.tickets.rules import HandoverCard, HandoverKind, Line, ReturnReason, Verb


@dataclass(frozen=True, kw_only=True)
class Way:
    """One hand-over as both the event and the card tell it; `held_s` in seconds of real time."""

    from_line: int
    from_team_id: int
    from_person_id: int | None
    to_line: int
    to_team_id: int
    to_person_id: int | None
    held_s: int


class Told(TypedDict):
    """The way as events tell it."""

    from_line: int
    from_team_id: int
    to_line: int
    to_team_id: int
    assignee_id: int | None
    previous_assignee_id: int | None
    held_s: int


def escalate(
    ticket: Ticket, *, card: HandoverCard, by: int, now: datetime, to_team_id: int | None = None
) -> Handover:
    """Hand it up one line with a card; None goes to that line's default team.

    It leaves the person and keeps its owner; the giver and the former holder may read along.
    """
    team = _team(to_team_id) if to_team_id else default_team(min(ticket.line + 1, Line.THIRD))
    rules.check_escalation(ticket.state, line=ticket.line, to_line=team.line, card=card)
    if any(seat.line == Line.FIRST for seat in seats_of(by)):
        become_owner(ticket, by)
    way = _go(ticket, team, None, Verb.ESCALATE, by=by, now=now)
    row = publish(TicketEscalated(**stamp(ticket, by, now), **_told(way)))
    handover = _written(way, HandoverKind.ESCALATION, row, by)
    handover.symptom, handover.asked = card.symptom.strip(), card.asked.strip()
    handover.tried, handover.configuration = card.tried.strip(), card.configuration.strip()
    return _kept(handover)


def return_ticket(
    ticket: Ticket, *, reason_code: ReturnReason, reason: str, by: int, now: datetime
) -> Handover:
    """Give it back to the team that handed it up, and to the person if he still is in that team."""
    rules.check_return(ticket.state, line=ticket.line, reason=reason)
    team, person_id = _origin(ticket)
    way = _go(ticket, team, person_id, Verb.RETURN, by=by, now=now)
    ticket.return_count += 1
    row = publish(TicketReturned(**stamp(ticket, by, now), **_told(way), reason_code=reason_code))
    handover = _written(way, HandoverKind.RETURN, row, by)
    handover.reason_code, handover.reason = reason_code, reason.strip()
    return _kept(handover)


def move(ticket: Ticket, *, to_team_id: int, reason: str, by: int, now: datetime) -> Handover:
    """Put it to another team, on whatever line, with a sentence why."""
    rules.check_move(ticket.state, team_id=ticket.team_id, to_team_id=to_team_id, reason=reason)
    way = _go(ticket, _team(to_team_id), None, Verb.ESCALATE, by=by, now=now)
    row = publish(TicketMoved(**stamp(ticket, by, now), **_told(way)))
    handover = _written(way, HandoverKind.MOVE, row, by)
    handover.reason = reason.strip()
    return _kept(handover)


def _go(ticket: Ticket, team: Team, person_id: int | None, verb: Verb, *, by: int, now: datetime) -> Way:
    way = Way(
        from_line=ticket.line,
        from_team_id=ticket.team_id,
        from_person_id=ticket.assignee_id,
        to_line=team.line,
        to_team_id=team.id,
        to_person_id=person_id,
        held_s=max(0, int((now - ticket.held_since).total_seconds())),
    )
    ticket.state = rules.next_state(ticket.state, verb)
    ticket.wake_at = None
    for reader in {by, ticket.assignee_id} - {system_id()}:
        add_participant(ticket, reader, "former_holder", now=now)
    place(ticket, team, person_id, now)
    ticket.handover_count += 1
    raise_version(ticket)
    return way


def _origin(ticket: Ticket) -> tuple[Team, int | None]:
    """Whoever last handed the ticket up to its present line; without such, one line down."""
    last = db.session.scalars(
        select(Handover)
        .where(
            Handover.ticket_id == ticket.id,
            Handover.kind == HandoverKind.ESCALATION,
            Handover.to_line == ticket.line,
        )
        .order_by(Handover.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        down = ticket.line - 1
        return (_team(ticket.owner_team_id) if down == Line.FIRST else default_team(down)), None
    person_id = last.from_person_id or last.by_id
    return _team(last.from_team_id), person_id if is_member(person_id, last.from_team_id) else None


def _team(team_id: int) -> Team:
    team = db.session.scalars(select(Team).where(Team.id == team_id, Team.retired_at.is_(None))).one_or_none()
    if team is None:
        raise RuleViolation("That team no longer exists.")
    return team


def _told(way: Way) -> Told:
    return Told(
        from_line=way.from_line,
        from_team_id=way.from_team_id,
        to_line=way.to_line,
        to_team_id=way.to_team_id,
        assignee_id=way.to_person_id,
        previous_assignee_id=way.from_person_id,
        held_s=way.held_s,
    )


def _written(way: Way, kind: HandoverKind, row: EventRow, by: int) -> Handover:
    return Handover(
        ticket_id=row.ticket_id,
        event_id=row.id,
        kind=kind,
        from_line=way.from_line,
        from_team_id=way.from_team_id,
        from_person_id=way.from_person_id,
        to_line=way.to_line,
        to_team_id=way.to_team_id,
        by_id=by,
        at=row.effective_at,
        held_s=way.held_s,
    )


def _kept(handover: Handover) -> Handover:
    db.session.add(handover)
    db.session.flush()
    return handover
