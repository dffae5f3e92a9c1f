"""The sweep: finds clocks whose next threshold has come, writes each crossing down once and lets things
follow.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
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


def fire(ticket: Ticket, now: datetime, *, quietly: bool = False) -> int:
    """Write down what the ticket's clocks have crossed, tell of the highest of each, and set the next firing.

    The ticket is locked, perhaps since after `now` was read. How many crossings were new. `quietly`: nobody
    is told and nothing else follows, since a change of the rules crossed them and says so by itself.
    """
    now = max(now, ticket.last_event_at)
    refreshed = refresh(ticket, now)
    if refreshed is None:
        return 0
    new: list[ThresholdCrossed] = []
    for slot, crossings in refreshed.pending.items():
        if quietly:
            crossings = tuple(replace(crossing, suppressed=True) for crossing in crossings)
        new += _fire_clock(ticket, refreshed.clocks, slot, crossings, now)
    refresh(ticket, now, recorded=True)
    if steps.are_due(new):
        steps.act(ticket, new, now)
    return len(new)


def _state(clocks: TicketClocks, slot: Slot) -> ClockState:
    metric, line, cycle = slot
    return next(c for c in clocks.clocks if (c.metric.value, c.line, c.cycle) == (metric, line, cycle))


def _fire_clock(
    ticket: Ticket, clocks: TicketClocks, slot: Slot, crossings: Sequence[Crossing], now: datetime
) -> list[ThresholdCrossed]:
    """One notice for the highest new crossing, however many were missed meanwhile."""
    state = _state(clocks, slot)
    new = [crossing for crossing in crossings if _written(ticket, clocks, state, crossing, now)]
    aloud = [crossing.percent for crossing in new if not crossing.suppressed]
    tell = steps.tell_at(version_id_of(state.policy), state.line, aloud)
    events = []
    for crossing in new:
        ticket.event_seq += 1
        is_highest = crossing is new[-1] and not crossing.suppressed
        event = _event(ticket, state, crossing, now, tell=tell if is_highest else None)
        publish(event)
        events.append(event)
    return events


def _event(
    ticket: Ticket, state: ClockState, crossing: Crossing, now: datetime, *, tell: tuple[str, ...] | None
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
        loud=tell is not None,
        policy_version_id=version_id_of(state.policy),
        tell=tell or (),
        due_at=moment(state.due_at),
        target_s=state.target_s,
        priority=ticket.priority.value,
    )


def _written(
    ticket: Ticket, clocks: TicketClocks, state: ClockState, crossing: Crossing, now: datetime
) -> bool:
    """Whether this crossing is new; the unique key decides, whoever else is sweeping."""
    version, told = version_id_of(state.policy), not crossing.suppressed
    asked = told and steps.asks_at(version, state.line, crossing.percent)
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
            told=told,
            shares=steps.shares_at(clocks, state, crossing.percent),
            asked_at=now if asked else None,
        )
        .on_conflict_do_nothing()
        .returning(SlaFiring.id)
    )
    return db.session.execute(statement).first() is not None
