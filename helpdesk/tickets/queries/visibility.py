"""Who may see which tickets, said once as SQL and once over a loaded ticket."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import joinedload

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader
from helpdesk.accounts.permissions import Relation
from helpdesk.clients.models import Contact
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.tickets.actions.ledger import lock
from helpdesk.tickets.models import Participant, Ticket
from helpdesk.tickets.rules import Line

AFTER_CLOSING = timedelta(days=30)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on Ticket for what this person may see; nothing for administrators and strangers as such.

    Line 1 sees its teams' tickets, lines 2 and 3 what is on their line, everybody what he holds, owns or
    takes part
    in, the last three until 30 days after closing. Leads see their teams' tickets, managers those of their
    scope.
    """
    if actor.is_agent and settings().staff_visibility == "open":
        return true()
    return or_(false(), *_as_agent(actor), *_as_manager(actor))


def _as_agent(actor: Actor) -> list[ColumnElement[bool]]:
    if not actor.is_agent:
        return []
    now = process_time()
    teams = _own_teams(actor)
    lines = actor.lines - {Line.FIRST}
    taking_part = select(Participant.ticket_id).where(
        Participant.person_id == actor.person_id,
        or_(Participant.until.is_(None), Participant.until > now),
    )
    lately = or_(Ticket.closed_at.is_(None), Ticket.closed_at > now - AFTER_CLOSING)
    for_a_while = [
        Ticket.assignee_id == actor.person_id,
        Ticket.owner_id == actor.person_id,
        Ticket.id.in_(taking_part),
    ]
    if lines:
        for_a_while.append(Ticket.line.in_(sorted(lines)))
    return [
        *([Ticket.team_id.in_(teams), Ticket.owner_team_id.in_(teams)] if teams else []),
        and_(lately, or_(*for_a_while)),
    ]


def _own_teams(actor: Actor) -> list[int]:
    """Teams all of whose tickets the person sees: those on line 1, and those he leads."""
    return sorted({seat.team_id for seat in actor.teams if seat.line == Line.FIRST} | actor.led_team_ids)


def _as_manager(actor: Actor) -> list[ColumnElement[bool]]:
    if not actor.is_manager or settings().managers_see_figures_only:
        return []
    lines, companies = actor.manager_lines, actor.manager_company_ids
    limits = [
        *([Ticket.line.in_(sorted(lines))] if lines is not None else []),
        *([Ticket.company_id.in_(sorted(companies))] if companies is not None else []),
    ]
    return [and_(true(), *limits)]


def relations(actor: Actor, ticket: Ticket) -> frozenset[Relation]:
    """How the person stands to the ticket; asks the database about taking part only when nothing stronger
    holds.
    """
    found = firm_relations(actor, ticket)
    if not found & _STRONG:
        found |= _as_reader(actor, ticket) if _is_recent(ticket) else set()
    return found


def firm_relations(actor: Actor, ticket: Ticket) -> frozenset[Relation]:
    """The same without taking part, which allows reading and notes only; asks the database nothing."""
    seats = [
        seat
        for seat in actor.teams
        if seat.team_id == ticket.team_id or (seat.line == ticket.line and seat.line != Line.FIRST)
    ]
    owners = [seat for seat in actor.teams if seat.team_id == ticket.owner_team_id]
    is_recent = _is_recent(ticket)
    holds = {
        Relation.HOLDING_TEAM: bool(seats)
        and (
            is_recent or any(seat.line == Line.FIRST or seat.team_id in actor.led_team_ids for seat in seats)
        ),
        Relation.OWNER_TEAM: bool(owners),
        Relation.ASSIGNEE: actor.is_agent and is_recent and ticket.assignee_id == actor.person_id,
        Relation.LEADS: bool(actor.led_team_ids & {ticket.team_id, ticket.owner_team_id}),
        Relation.SPEAKS: any(seat.answers_client for seat in (*seats, *owners)),
        Relation.MANAGES: _manages(actor, ticket),
        Relation.READS: actor.is_agent and settings().staff_visibility == "open",
    }
    return frozenset(relation for relation, true_ in holds.items() if true_)


_STRONG = {Relation.HOLDING_TEAM, Relation.OWNER_TEAM, Relation.ASSIGNEE, Relation.LEADS}


def _is_recent(ticket: Ticket) -> bool:
    return ticket.closed_at is None or ticket.closed_at > process_time() - AFTER_CLOSING


def _manages(actor: Actor, ticket: Ticket) -> bool:
    if not actor.is_manager or settings().managers_see_figures_only:
        return False
    lines, companies = actor.manager_lines, actor.manager_company_ids
    return (lines is None or ticket.line in lines) and (companies is None or ticket.company_id in companies)


def _as_reader(actor: Actor, ticket: Ticket) -> set[Relation]:
    """PARTICIPANT for owners and for whoever takes part."""
    if not actor.is_agent:
        return set()
    if ticket.owner_id == actor.person_id or takes_part(actor.person_id, ticket.id, process_time()):
        return {Relation.PARTICIPANT}
    return set()


def takes_part(person_id: int, ticket_id: int, now: datetime) -> bool:
    """Whether the person may read along now."""
    found = db.session.scalar(
        select(Participant.id).where(
            Participant.person_id == person_id,
            Participant.ticket_id == ticket_id,
            or_(Participant.until.is_(None), Participant.until > now),
        )
    )
    return found is not None


def fetch(actor: Actor, number: int, **_: object) -> Ticket | None:
    """The ticket with everybody around it in one statement; None when it is not for this person."""
    around = (
        joinedload(Ticket.company, innerjoin=True),
        joinedload(Ticket.contact, innerjoin=True).joinedload(Contact.person, innerjoin=True),
        joinedload(Ticket.contact, innerjoin=True).lazyload(Contact.company),
        joinedload(Ticket.team, innerjoin=True),
        joinedload(Ticket.owner_team, innerjoin=True),
        joinedload(Ticket.assignee),
        joinedload(Ticket.owner),
    )
    statement = select(Ticket).where(Ticket.id == number, visible_to(actor)).options(*around)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


def fetch_several(actor: Actor, numbers: Collection[int]) -> list[Ticket]:
    """Those of the tickets that are for this person, by ascending number, each with company and team."""
    around = (joinedload(Ticket.company, innerjoin=True), joinedload(Ticket.team, innerjoin=True))
    statement = select(Ticket).where(Ticket.id.in_(sorted(numbers)), visible_to(actor)).order_by(Ticket.id)
    return list(db.session.scalars(statement.options(*around)))


ticket_loader = Loader(fetch, relations, lock)
