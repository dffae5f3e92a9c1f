"""The sweep: finds clocks whose next threshold has come, writes each crossing down once and lets things
follow.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from helpdesk import clock
from helpdesk.accounts.people import system_id
from helpdesk.db import db, savepoint, transaction
from helpdesk.errors import DomainError
from helpdesk.events import publish
from helpdesk.sla import steps
from helpdesk.sla.clocks import Slot, moment, refresh
from helpdesk.sla.events import ThresholdCrossed
from helpdesk.sla.models import Metric, SlaClock, SlaFiring
from helpdesk.sla.policies import version_id_of
from helpdesk.sla.rules import ClockState, Crossing, TicketClocks
from helpdesk.tickets.models import Ticket

BATCH = 20
LOOK_AHEAD = 3 * BATCH

log = logging.getLogger(__name__)


def sweep() -> int:
    """Fire until nothing is due; how many crossings were written down. Any number of workers may sweep at
    once.

    A ticket that another transaction holds is skipped: its writer refreshes the clocks itself. A ticket whose
    clocks cannot be computed is logged and left for the next sweep; the others go on.
    """
    fired, broken = 0, set[int]()
    while True:
        handled, crossings = _batch(broken)
        fired += crossings
        if not handled:
            return fired


def _batch(broken: set[int]) -> tuple[int, int]:
    """One transaction: how many tickets were looked at, how many crossings were written down."""
    crossings = 0
    with transaction():
        now = clock.now(db.session)
        tickets = _claim(now, broken)
        for ticket in tickets:
            try:
                with savepoint():
                    crossings += fire(ticket, now)
            except (DomainError, LookupError):
                log.exception("the clocks of ticket %s cannot be computed", ticket.id)
                broken.add(ticket.id)
    return len(tickets), crossings


def _claim(now: datetime, broken: Iterable[int]) -> Sequence[Ticket]:
    """Lock tickets with due clocks, oldest first, driven by the index on the next firing."""
    due = (
        select(SlaClock.ticket_id)
        .where(SlaClock.next_fire_at <= now, SlaClock.ticket_id.not_in(list(broken)))
        .order_by(SlaClock.next_fire_at)
        .limit(LOOK_AHEAD)
        .subquery()
    )
    statement = select(Ticket).where(Ticket.id.in_(select(due.c.ticket_id))).order_by(Ticket.id).limit(BATCH)
    return db.session.scalars(statement.with_for_update(key_share=True, skip_locked=True)).all()


def fire(ticket: Ticket, now: datetime) -> int:
    """Write down what the ticket's clocks have crossed, tell of the highest of each, and set the next firing.

    The ticket is locked, perhaps since after `now` was read. How many crossings were new.
    """
    now = max(now, ticket.last_event_at)
    refreshed = refresh(ticket, now)
    if refreshed is None:
        return 0
    new: list[ThresholdCrossed] = []
    for slot, crossings in refreshed.pending.items():
        new += _fire_clock(ticket, _state(refreshed.clocks, slot), crossings, now)
    refresh(ticket, now, recorded=True)
    if steps.are_due(new):
        steps.act(ticket, new, now)
    return len(new)


def _state(clocks: TicketClocks, slot: Slot) -> ClockState:
    metric, line, cycle = slot
    return next(c for c in clocks.clocks if (c.metric.value, c.line, c.cycle) == (metric, line, cycle))


def _fire_clock(
    ticket: Ticket, state: ClockState, crossings: Sequence[Crossing], now: datetime
) -> list[ThresholdCrossed]:
    """One notice for the highest new crossing, however many were missed meanwhile."""
    new = [crossing for crossing in crossings if _written(ticket, state, crossing, now)]
    events = []
    for crossing in new:
        ticket.event_seq += 1
        event = _event(ticket, state, crossing, now, loud=crossing is new[-1] and not crossing.suppressed)
        publish(event)
        events.append(event)
    return events


def _event(
    ticket: Ticket, state: ClockState, crossing: Crossing, now: datetime, *, loud: bool
) -> ThresholdCrossed:
    return ThresholdCrossed(
        at=moment(crossing.at) or now,
        found_at=now,
        actor_id=system_id(),
        ticket_id=ticket.id,
        seq=ticket.event_seq,
        metric=Metric(state.metric.value),
        line=state.line,
        cycle=state.cycle,
        epoch=state.epoch,
        percent=crossing.percent,
        loud=loud,
        policy_version_id=version_id_of(state.policy),
    )


def _written(ticket: Ticket, state: ClockState, crossing: Crossing, now: datetime) -> bool:
    """Whether this crossing is new; the unique key decides, whoever else is sweeping."""
    statement = (
        insert(SlaFiring)
        .values(
            ticket_id=ticket.id,
            metric=Metric(state.metric.value),
            line=state.line,
            cycle=state.cycle,
            epoch=state.epoch,
            percent=crossing.percent,
            at=moment(crossing.at),
            recorded_at=now,
            holder_line=ticket.line,
            holder_team_id=ticket.team_id,
            holder_id=ticket.assignee_id,
            told=not crossing.suppressed,
        )
        .on_conflict_do_nothing()
        .returning(SlaFiring.id)
    )
    return db.session.execute(statement).first() is not None
