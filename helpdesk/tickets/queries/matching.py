"""What a list is narrowed to, as conditions on tickets."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Person
from helpdesk.accounts.people import sort_key
from helpdesk.clients.models import Company, Contact
from helpdesk.tickets.filters import Filters, Holder, Risk, YesNo
from helpdesk.tickets.models import Handover, Ticket
from helpdesk.tickets.queries.counts import RISK, followed, is_request
from helpdesk.tickets.rules import HandoverKind


def matching(filters: Filters, actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """The filters as conditions; the verdict `sla` is left to whoever knows clocks."""
    conditions: list[ColumnElement[bool]] = [
        column.in_(values) for column, values in _listings(filters) if values
    ]
    if filters.tag:
        conditions.append(Ticket.tags.contains([filters.tag]))
    if filters.q:
        conditions.append(Ticket.stems.op("@@")(func.websearch_to_tsquery("russian", filters.q)))
    if filters.first_contact:
        conditions.append(Ticket.first_contact.is_(filters.first_contact is YesNo.YES))
    if filters.discarded:
        thrown_away = Ticket.discarded_at.is_not(None)
        conditions.append(is_request() if filters.discarded is YesNo.NO else thrown_away)
    if filters.reached:
        conditions.append(highest_line() == filters.reached)
    if filters.of_team:
        conditions.append(of_teams(filters.of_team))
    return [
        *conditions,
        *_clients(filters),
        *_followed(filters, actor),
        *_held(Ticket.assignee_id, filters.assignee, actor),
        *_held(Ticket.owner_id, filters.owner, actor),
        *_risk(filters, now),
        *_aged(filters, now),
        *_spans(filters),
    ]


def of_teams(team_ids: Collection[int]) -> ColumnElement[bool]:
    """What these teams hold, or own towards the client."""
    ids = sorted(team_ids)
    return or_(Ticket.team_id.in_(ids), Ticket.owner_team_id.in_(ids))


def highest_line() -> ColumnElement[int]:
    """The highest line that the ticket was ever on; in the end it often goes back to line 1."""
    passed = func.max(func.greatest(Handover.from_line, Handover.to_line))
    highest = select(passed).where(Handover.ticket_id == Ticket.id).correlate(Ticket).scalar_subquery()
    return func.greatest(Ticket.line, highest)


def _listings(filters: Filters) -> list[tuple[Any, tuple[Any, ...]]]:
    return [
        (Ticket.state, filters.state),
        (Ticket.priority, filters.priority),
        (Ticket.type, filters.type),
        (Ticket.channel, filters.channel),
        (Ticket.category_id, filters.category),
        (Ticket.line, filters.line),
        (Ticket.team_id, filters.team),
    ]


def _clients(filters: Filters) -> list[ColumnElement[bool]]:
    company = [Ticket.company_id == filters.company] if filters.company is not None else []
    client = [_of_client(filters.client)] if filters.client else []
    vip = [_is_vip() if filters.vip is YesNo.YES else ~_is_vip()] if filters.vip else []
    return [*company, *client, *vip]


def _followed(filters: Filters, actor: Actor) -> list[ColumnElement[bool]]:
    if filters.followed is None:
        return []
    mine = and_(*followed(actor))
    return [mine if filters.followed is YesNo.YES else ~mine]


def _of_client(typed: str) -> ColumnElement[bool]:
    """Each typed word stands in the name of the company or of the contact."""
    companies = select(Company.id).where(
        *(Company.sort_key.contains(word, autoescape=True) for word in sort_key(typed).split())
    )
    people = select(Contact.id).join(Person, Person.id == Contact.person_id)
    people = people.where(
        *(Person.sort_key.contains(word, autoescape=True) for word in sort_key(typed).split())
    )
    return or_(Ticket.company_id.in_(companies), Ticket.contact_id.in_(people))


def _is_vip() -> ColumnElement[bool]:
    companies = select(Company.id).where(Company.vip)
    contacts = select(Contact.id).where(Contact.vip)
    return or_(Ticket.company_id.in_(companies), Ticket.contact_id.in_(contacts))


def _held(column: Any, holder: Holder | int | None, actor: Actor) -> list[ColumnElement[bool]]:
    if holder is None:
        return []
    if holder is Holder.NOBODY:
        return [column.is_(None)]
    return [column == (actor.person_id if holder is Holder.ME else holder)]


def _aged(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    older = [Ticket.created_at <= now - timedelta(days=filters.older)] if filters.older else []
    younger = [Ticket.created_at > now - timedelta(days=filters.younger)] if filters.younger else []
    return [*older, *younger]


def _risk(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    before = [Ticket.sort_due < filters.due_to] if filters.due_to else []
    spans: dict[Risk | None, list[ColumnElement[bool]]] = {
        Risk.BREACHED: [Ticket.sort_due <= now],
        Risk.PRESSING: [Ticket.sort_due <= now + RISK],
        Risk.AT_RISK: [Ticket.sort_due > now, Ticket.sort_due <= now + RISK],
    }
    return [*before, *spans.get(filters.risk, [])]


def _spans(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, start, end in (
        (Ticket.created_at, filters.created_from, filters.created_to),
        (Ticket.resolved_at, filters.resolved_from, filters.resolved_to),
        (Ticket.first_answered_at, filters.answered_from, filters.answered_to),
    ):
        found += _within(column, start, end)
    return [
        *found,
        *_passed(HandoverKind.ESCALATION, _ups(filters)),
        *_passed(HandoverKind.RETURN, _backs(filters)),
    ]


def _ups(filters: Filters) -> list[ColumnElement[bool]]:
    to = [Handover.to_line == filters.handed_to] if filters.handed_to else []
    return [*_within(Handover.at, filters.escalated_from, filters.escalated_to), *to]


def _backs(filters: Filters) -> list[ColumnElement[bool]]:
    by = [Handover.from_line == filters.returned_by] if filters.returned_by else []
    why = [Handover.reason_code.in_(filters.returned_for)] if filters.returned_for else []
    return [*_within(Handover.at, filters.returned_from, filters.returned_to), *by, *why]


def _passed(kind: HandoverKind, asked: list[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """That it passed between lines in the way asked for; nothing when nothing is asked."""
    return [exists().where(Handover.ticket_id == Ticket.id, Handover.kind == kind, *asked)] if asked else []


def _within(column: Any, start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    return [*([column >= start] if start else []), *([column < end] if end else [])]
