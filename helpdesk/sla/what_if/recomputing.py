"""The worker's part of a recompute: open tickets follow in units, each of them once, whatever dies."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, column, exists, func, literal, select, table
from sqlalchemy.dialects.postgresql import insert

from helpdesk import clock
from helpdesk.accounts.people import system_id
from helpdesk.calendars.models import CalendarVersion
from helpdesk.db import db, savepoint, transaction
from helpdesk.errors import N_, DomainError
from helpdesk.events import publish
from helpdesk.killpoints import Point, reached
from helpdesk.sla.events import RecomputeFinished
from helpdesk.sla.models import SlaPolicyVersion, SlaTarget, TicketSla
from helpdesk.sla.sweep import ITS_OWN_FAULT
from helpdesk.sla.what_if.changes import OF_CALENDARS, Wanted, wanted_by
from helpdesk.sla.what_if.models import ItemState, RecomputeState, SlaRecompute, SlaRecomputeItem, Subject
from helpdesk.sla.what_if.tally import breaches_by_team
from helpdesk.sla.what_if.unit import DONE, Pair, follow_all
from helpdesk.tickets.models import Ticket

UNIT = 100
STANDS, A_SECOND = timedelta(hours=1), timedelta(seconds=1)
UNKNOWN = N_("Its clocks cannot be computed from its history. Tell whoever looks after the installation.")

_SESSIONS = table(
    "pg_stat_activity",
    column("pid"),
    column("datname"),
    column("backend_xid"),
    column("xact_start", DateTime(timezone=True)),
)

log = logging.getLogger(__name__)


def recompute() -> int:
    """Carry out every recompute whose instant has come; how many tickets were looked at.

    Any number of workers share the tickets. One that somebody is writing is left for the next round.
    """
    handled = 0
    _begin_due()
    for run_id in _running():
        handled += _drained(run_id)
        if not _has_old_writers(run_id):
            handled += _drained(run_id) if _list_late(run_id) else 0
            _finish(run_id)
    return handled


def _drained(run_id: int) -> int:
    handled = 0
    while found := _unit(run_id):
        handled += found
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
            reached(Point.LISTED)


def _begin(run: SlaRecompute, now: datetime) -> None:
    if not _still_exists(run):
        run.state, run.finished_at = RecomputeState.CANCELLED, now
        return
    run.total = _list(run, touched_by(run))
    run.state, run.started_at = RecomputeState.RUNNING, now


def _list(run: SlaRecompute, wanted: ColumnElement[bool]) -> int:
    """Write down which open tickets are to be looked at; how many are new."""
    columns = [SlaRecomputeItem.recompute_id, SlaRecomputeItem.ticket_id]
    listed = select(literal(run.id), Ticket.id).where(Ticket.state.not_in(DONE), wanted)
    adding = insert(SlaRecomputeItem).from_select(columns, listed).on_conflict_do_nothing()
    return len(db.session.scalars(adding.returning(SlaRecomputeItem.ticket_id)).all())


def _has_old_writers(run_id: int) -> bool:
    """Whether a transaction from before the list may still bring a ticket that chose what held then.

    One that stands for an hour brings nothing any more. Our clock cuts seconds off, PostgreSQL does not.
    """
    with transaction():
        listed = select(SlaRecompute.started_at).where(SlaRecompute.id == run_id).scalar_subquery()
        others = _SESSIONS.c.pid != func.pg_backend_pid()
        writing = (_SESSIONS.c.datname == func.current_database()) & _SESSIONS.c.backend_xid.is_not(None)
        before = _SESSIONS.c.xact_start.between(listed - STANDS, listed + A_SECOND)
        return bool(db.session.scalar(select(exists().where(others, writing, before))))


def _list_late(run_id: int) -> int:
    """Add tickets that were written before the list and appeared after it; how many those are."""
    with transaction():
        run = db.session.get_one(SlaRecompute, run_id, with_for_update={"key_share": True})
        if run.state is not RecomputeState.RUNNING:
            return 0
        item = SlaRecomputeItem
        listed = exists().where(item.recompute_id == run_id, item.ticket_id == Ticket.id)
        late = _list(run, touched_by(run) & (Ticket.created_at <= run.started_at) & ~listed)
        run.total += late
    return late


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
            _halving(claimed, wanted, now)
            reached(Point.FOLLOWED)
    reached(Point.UNIT_KEPT)
    return len(claimed)


def _claim(run_id: int) -> Sequence[Pair]:
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


def _halving(claimed: Sequence[Pair], wanted: Wanted, now: datetime) -> None:
    """All of them together; when one cannot be computed, by halves until only that one is left."""
    try:
        with savepoint():
            follow_all(claimed, wanted, now)
        return
    except ITS_OWN_FAULT as problem:
        if len(claimed) == 1:
            ticket, item = claimed[0]
            log.exception("ticket %s cannot follow recompute %s", ticket.id, item.recompute_id)
            said = str(problem) if isinstance(problem, DomainError) else UNKNOWN
            item.state, item.failure, item.done_at = ItemState.FAILED, said[:300], now
            return
    half = len(claimed) // 2
    _halving(claimed[:half], wanted, now)
    _halving(claimed[half:], wanted, now)


def _finish(run_id: int) -> None:
    """Close the recompute once nothing of it waits, and let those who lead hear what has come of it."""
    with transaction():
        run = db.session.get_one(SlaRecompute, run_id, with_for_update={"key_share": True})
        now, told = clock.now(db.session), _last_end(run_id)
        if run.state is RecomputeState.RUNNING and not _something_waits(run_id):
            run.state, run.finished_at = RecomputeState.DONE, now
            teams = breaches_by_team(run_id, after=told)
            publish(
                RecomputeFinished(
                    at=now,
                    actor_id=system_id(),
                    recompute_id=run_id,
                    team_ids=tuple(teams),
                    breaches=tuple(teams.values()),
                )
            )
            reached(Point.FINISHED)


def _something_waits(run_id: int) -> bool:
    """Asked once the run is locked, since another worker may just have listed more."""
    waiting = exists().where(
        SlaRecomputeItem.recompute_id == run_id, SlaRecomputeItem.state == ItemState.WAITING
    )
    return bool(db.session.scalar(select(waiting)))


def _last_end(run_id: int) -> datetime | None:
    """When it ended before: of what was done by then the leads have heard."""
    return db.session.scalar(select(SlaRecompute.finished_at).where(SlaRecompute.id == run_id))
