"""Days without the demo: its people went on with what was open, by the desk's real verbs."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from helpdesk.clients.models import Company, CompanyKind
from helpdesk.db import db
from helpdesk.demo.chronicle.desk import Agent, Desk
from helpdesk.demo.stories.phrases import PHRASES
from helpdesk.demo.stories.shape import Phrases
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxRecipient
from helpdesk.sla.sweep import fire
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.addresses import client_address
from helpdesk.tickets.rules import OPEN_STATES, Line, ReturnReason

LEFT = 0.12
ACCEPTED = "250 2.0.0 Ok: queued"


def untouched(numbers: Sequence[int], since: datetime) -> Sequence[int]:
    """Which of these tickets are still open and have seen nobody since, the oldest first."""
    known = select(Company.id).where(Company.kind == CompanyKind.CLIENT)
    statement = (
        select(Ticket.id)
        .where(Ticket.id.in_(numbers), Ticket.state.in_(OPEN_STATES), Ticket.last_event_at <= since)
        .where(Ticket.company_id.in_(known))
        .order_by(Ticket.id)
    )
    return db.session.scalars(statement).all()


def carry_on(desk: Desk, ticket_id: int, *, since: datetime, until: datetime) -> None:
    """Solve the ticket somewhere between; a few are left, and so are those with nobody to write to."""
    rng = random.Random(f"carry {ticket_id} {since}")
    ticket = db.session.get_one(Ticket, ticket_id)
    actions.lock(ticket)
    at = max(ticket.last_event_at, since) + (until - since) * rng.uniform(0.02, 0.7)
    at = at.replace(microsecond=0)
    if rng.random() < LEFT or at >= until or ticket.state not in OPEN_STATES or not client_address(ticket):
        return
    fire(ticket, at)
    phrases = PHRASES.get(ticket.language, PHRASES["en"])
    while ticket.line == Line.THIRD:
        at = _back(desk, rng, ticket, phrases, at)
    agent = _somebody(desk, rng, ticket)
    if ticket.assignee_id is None:
        actions.take(ticket, by=agent.id, now=at)
    actions.reply(ticket, actions.Reply(text=rng.choice(phrases.closing)), by=agent.id, now=at)
    actions.resolve(
        ticket,
        rng.choice(phrases.closing_note),
        by=agent.id,
        now=at + timedelta(seconds=rng.randint(30, 200)),
    )
    _deliver(ticket, until)


def _back(desk: Desk, rng: random.Random, ticket: Ticket, phrases: Phrases, at: datetime) -> datetime:
    """Line 3 gives it back with what it found; when the next hands have it."""
    expert = _somebody(desk, rng, ticket)
    actions.return_ticket(
        ticket,
        reason_code=ReturnReason.ANSWERED,
        reason=rng.choice(phrases.closing_note),
        by=expert.id,
        now=at,
    )
    return at + timedelta(minutes=rng.randint(2, 9))


def _somebody(desk: Desk, rng: random.Random, ticket: Ticket) -> Agent:
    known = desk.agents.get(ticket.assignee_id or 0)
    return known or rng.choice(desk.units[ticket.team_id].agents)


def _deliver(ticket: Ticket, until: datetime) -> None:
    """No mail of the past leaves: it was sent then, and accepted."""
    mails = select(Outbox.id).where(
        Outbox.ticket_id == ticket.id, Outbox.finished_at.is_(None), Outbox.created_at <= until
    )
    ids = db.session.scalars(mails).all()
    db.session.execute(
        update(OutboxRecipient)
        .where(OutboxRecipient.outbox_id.in_(ids))
        .values(state=DeliveryState.ACCEPTED, answer=ACCEPTED, changed_at=OutboxRecipient.changed_at)
    )
    db.session.execute(
        update(Outbox)
        .where(Outbox.id.in_(ids))
        .values(attempts=1, finished_at=Outbox.due_at, handed_over_at=Outbox.due_at)
    )
