"""What stands beside the conversation of a ticket, read in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, func, select

from helpdesk.accounts import seats
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Membership, Person, Team
from helpdesk.clients.models import ContactAddress, ContactPhone
from helpdesk.db import db
from helpdesk.kb.models import ArticleText, ArticleUse
from helpdesk.notifications.models import Notice
from helpdesk.notifications.queries import is_news
from helpdesk.routing.models import RoutingDecision
from helpdesk.tickets.models import ReadMark, Ticket
from helpdesk.tickets.queries import visible_to
from helpdesk.tickets.queries.counts import is_open
from helpdesk.tickets.queries.linked import tied_to
from helpdesk.tickets.views.asked import questions_of
from helpdesk.tickets.views.jsonb import listed, object_of, rows
from helpdesk.tickets.views.machines import machines_of
from helpdesk.tickets.views.reading import Facts
from helpdesk.tickets.views.unsent import unsent
from helpdesk.tickets.views.waiting import waits_around
from helpdesk.tickets.views.watchers import watchers_of

OTHERS = 8


@dataclass(frozen=True)
class Around:
    """What stands beside the conversation, as plain rows."""

    addresses: Sequence[Facts]
    phones: Sequence[Facts]
    routing: Facts | None
    articles: Sequence[Facts]
    unsent: Facts
    teams: Sequence[Facts]
    members: Sequence[Facts]
    others: Sequence[Facts]
    read_until: int
    tied: Facts
    has_news: bool
    asked: Sequence[Facts]
    waits: Facts
    watchers: Sequence[Facts]
    machines: Facts


def around_of(ticket: Ticket, actor: Actor, language: str) -> Around:
    """Addresses, teams, other tickets and the rest in one statement."""
    row = db.session.execute(
        select(
            rows(
                ContactAddress, ("email", "undeliverable_at"), ContactAddress.contact_id == ticket.contact_id
            ),
            rows(ContactPhone, ("typed", "e164"), ContactPhone.contact_id == ticket.contact_id),
            _routing(ticket.id),
            _articles(ticket.id, language),
            unsent(ticket, actor.person_id),
            rows(Team, ("id", "name", "line", "is_default"), Team.retired_at.is_(None)),
            _members(ticket.team_id),
            _others(ticket, actor),
            _read_until(ticket.id, actor.person_id),
            tied_to(ticket, actor),
            select(Notice.id).where(is_news(actor.person_id), Notice.ticket_id == ticket.id).exists(),
            questions_of(ticket.id),
            waits_around(ticket.id),
            watchers_of(ticket.id),
            machines_of(ticket),
        )
    ).one()
    return Around(*tuple(row))


def _routing(ticket_id: int) -> ScalarSelect[Any]:
    return (
        select(object_of(RoutingDecision, ("rule_name", "because", "placement")))
        .where(RoutingDecision.ticket_id == ticket_id)
        .order_by(RoutingDecision.id)
        .limit(1)
        .scalar_subquery()
    )


def _articles(ticket_id: int, language: str) -> ScalarSelect[Any]:
    """The used instructions, each under its title in the reader's language where there is one."""
    title = (
        select(ArticleText.title)
        .where(ArticleText.article_id == ArticleUse.article_id, ArticleText.is_current)
        .order_by(ArticleText.language != language, ArticleText.id)
        .limit(1)
        .correlate(ArticleUse)
        .scalar_subquery()
    )
    use = func.jsonb_build_object("id", ArticleUse.article_id, "title", title, "outcome", ArticleUse.outcome)
    return select(listed(use, ArticleUse.id)).where(ArticleUse.ticket_id == ticket_id).scalar_subquery()


def _members(team_id: int) -> ScalarSelect[Any]:
    return (
        select(listed(object_of(Person, ("id", "name")), Person.sort_key))
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.team_id == team_id, seats.is_current(), seats.can_work())
        .scalar_subquery()
    )


def _others(ticket: Ticket, actor: Actor) -> ScalarSelect[Any]:
    """Other open tickets of the contact, as far as the reader may see them."""
    some = (
        select(Ticket.id, Ticket.subject, Ticket.line)
        .where(is_open(), Ticket.contact_id == ticket.contact_id, Ticket.id != ticket.id, visible_to(actor))
        .order_by(Ticket.sort_due, Ticket.id)
        .limit(OTHERS)
        .subquery()
    )
    row = func.jsonb_build_object("id", some.c.id, "subject", some.c.subject, "line", some.c.line)
    return select(listed(row, some.c.id)).scalar_subquery()


def _read_until(ticket_id: int, person_id: int) -> ScalarSelect[Any]:
    last = func.coalesce(func.max(ReadMark.last_message_id), 0)
    return (
        select(last).where(ReadMark.ticket_id == ticket_id, ReadMark.person_id == person_id).scalar_subquery()
    )
