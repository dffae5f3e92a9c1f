"""The worker's part of a recompute: open tickets follow in units, each of them once, whatever dies."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists, insert, literal, select, update

from helpdesk import clock
from helpdesk.accounts.people import system_id
from helpdesk.calendars.models import CalendarVersion
from helpdesk.db import db, savepoint, transaction
from helpdesk.errors import DomainError
from helpdesk.events import payload_of, publish
from helpdesk.sla.clocks import evaluate, moment
from helpdesk.sla.events import PolicyChanged, RecomputeFinished
from helpdesk.sla.ledger import Fact, facts_of
from helpdesk.sla.models import SlaPolicyVersion, SlaTarget, TicketSla
from helpdesk.sla.rules import Metric
from helpdesk.sla.sweep import fire
from helpdesk.sla.what_if.changes import OF_CALENDARS, Change, Wanted, change_for, wanted_by
from helpdesk.sla.what_if.models import ItemState, RecomputeState, SlaRecompute, SlaRecomputeItem, Subject
from helpdesk.sla.what_if.tally import breaches_by_team, missed_now, withdraw_gone
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State

UNIT = 100
DONE = (State.RESOLVED, State.CLOSED)

log = logging.getLogger(__name__)


def recompute() -> int:
    """Carry out every recompute whose instant has come; how many tickets were looked at.

    Any number of workers share the tickets. One that somebody is writing is left for the next round.
    """
    handled = 0
    _begin_due()
    for run_id in _running():
        while found := _unit(run_id):
            handled += found
        _finish(run_id)
    return handled


def _begin_due() -> None:
    """List the tickets of what is due, one recompute in a transaction; what was taken back is cancelled."""
    while True:
        with transaction():
            now = clock.now(db.session)
            due = select(SlaRecompute).where(
                SlaRecompute.state == RecomputeState.PLANNED, SlaRecompute.effective_at <= now
            )
            in_turn = due.order_by(SlaRecompute.effective_at, SlaRecompute.id).limit(1)
            run = db.session.scalar(in_turn.with_for_update(key_share=True, skip_locked=True))
            if run is None:
                return
            _begin(run, now)


def _begin(run: SlaRecompute, now: datetime) -> None:
    if not _still_exists(run):
        run.state, run.finished_at = RecomputeState.CANCELLED, now
        return
    columns = [SlaRecomputeItem.recompute_id, SlaRecomputeItem.ticket_id]
    listed = select(literal(run.id), Ticket.id).where(Ticket.state.not_in(DONE), touched_by(run))
    run.total = len(
        db.session.scalars(
            insert(SlaRecomputeItem).from_select(columns, listed).returning(SlaRecomputeItem.ticket_id)
        ).all()
    )
    run.state, run.started_at = RecomputeState.RUNNING, now


def touched_by(run: SlaRecompute) -> ColumnElement[bool]:
    """Tickets that may have to follow: those of the company, or under a policy that has to do with it."""
    if run.subject is Subject.COMPANY:
        return Ticket.company_id == run.subject_id
    if run.subject is Subject.POLICY:
        versions = select(SlaPolicyVersion.id).where(SlaPolicyVersion.policy_id == run.subject_id)
    else:
        versions = select(SlaTarget.policy_version_id).where(SlaTarget.calendar_id == run.subject_id)
    return Ticket.id.in_(select(TicketSla.ticket_id).where(TicketSla.policy_version_id.in_(versions)))


def _still_exists(run: SlaRecompute) -> bool:
    if run.version_id is None:
        return True
    table = CalendarVersion if run.subject in OF_CALENDARS else SlaPolicyVersion
    return db.session.get(table, run.version_id) is not None


def _running() -> Sequence[int]:
    with transaction():
        running = select(SlaRecompute.id).where(SlaRecompute.state == RecomputeState.RUNNING)
        return db.session.scalars(running.order_by(SlaRecompute.effective_at, SlaRecompute.id)).all()


def _unit(run_id: int) -> int:
    """One transaction: how many tickets were looked at."""
    with transaction():
        now = clock.now(db.session)
        claimed = _claim(run_id)
        if claimed:
            wanted = wanted_by(db.session.get_one(SlaRecompute, run_id))
            for ticket, item in claimed:
                _one(ticket, item, wanted, now)
    return len(claimed)


def _claim(run_id: int) -> Sequence[tuple[Ticket, SlaRecomputeItem]]:
    """Lock tickets that still wait, in the order of their numbers."""
    waiting = (
        select(Ticket, SlaRecomputeItem)
        .join(SlaRecomputeItem, SlaRecomputeItem.ticket_id == Ticket.id)
        .where(SlaRecomputeItem.recompute_id == run_id, SlaRecomputeItem.state == ItemState.WAITING)
        .order_by(Ticket.id)
        .limit(UNIT)
    )
    locked = waiting.with_for_update(of=[Ticket, SlaRecomputeItem], key_share=True, skip_locked=True)
    return [(ticket, item) for ticket, item in db.session.execute(locked)]


def _one(ticket: Ticket, item: SlaRecomputeItem, wanted: Wanted, now: datetime) -> None:
    """Let one ticket follow; what cannot be computed is kept with its reason, and the others go on."""
    try:
        with savepoint():
            item.state = follow(ticket, item, wanted, now)
            item.done_at, item.failure = now, ""
    except (DomainError, LookupError) as problem:
        log.exception("ticket %s cannot follow recompute %s", ticket.id, item.recompute_id)
        db.session.refresh(item)
        item.state, item.failure, item.done_at = ItemState.FAILED, str(problem)[:300], now


def follow(ticket: Ticket, item: SlaRecomputeItem, wanted: Wanted, now: datetime) -> ItemState:
    """Write the change into the ticket's ledger and its clocks anew; what it crosses is told to nobody."""
    facts = facts_of(ticket.id)
    change = None if ticket.state in DONE else change_for(ticket, facts, wanted, now)
    if change is None:
        return ItemState.SKIPPED
    missed = missed_now(ticket.id, now)
    publish(_with_deadlines(change, facts, now))
    ticket.event_seq += 1
    if isinstance(change, PolicyChanged):
        row = db.session.get_one(TicketSla, ticket.id)
        row.policy_version_id, row.contract_id = change.policy_version_id, change.contract_id
    fire(ticket, now, quietly=True)
    still = missed_now(ticket.id, now)
    item.come, item.gone = len(still - missed), len(missed - still)
    if change.forgives:
        withdraw_gone(ticket.id, missed - still, now)
    return ItemState.CHANGED


def _with_deadlines(change: Change, facts: Sequence[Fact], now: datetime) -> Change:
    """The change with the client's deadline before and after it."""
    later = Fact(0, change.seq, change.kind, change.at, change.actor_id, payload_of(change))
    before, after = (_deadline(known, now) for known in (facts, [*facts, later]))
    return replace(change, due_before=before, due_after=after)


def _deadline(facts: Sequence[Fact], now: datetime) -> datetime | None:
    solution = evaluate(facts, now).current(Metric.RESOLUTION)
    return moment(solution.due_at) if solution else None


def _finish(run_id: int) -> None:
    """Close the recompute once nothing of it waits, and let those who lead hear what has come of it."""
    with transaction():
        now = clock.now(db.session)
        waiting = exists().where(
            SlaRecomputeItem.recompute_id == run_id, SlaRecomputeItem.state == ItemState.WAITING
        )
        ended = (
            update(SlaRecompute)
            .where(SlaRecompute.id == run_id, SlaRecompute.state == RecomputeState.RUNNING, ~waiting)
            .values(state=RecomputeState.DONE, finished_at=now)
            .returning(SlaRecompute.id)
        )
        if db.session.scalar(ended) is not None:
            teams = breaches_by_team(run_id)
            publish(
                RecomputeFinished(
                    at=now,
                    actor_id=system_id(),
                    recompute_id=run_id,
                    team_ids=tuple(teams),
                    breaches=tuple(teams.values()),
                )
            )
