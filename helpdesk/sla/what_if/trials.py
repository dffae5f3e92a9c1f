"""The worker's part of a trial: past tickets are replayed with a draft in place, and what differs is kept."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select

from helpdesk import clock
from helpdesk.calendars.hours import hours_of
from helpdesk.db import db, transaction
from helpdesk.errors import DomainError
from helpdesk.sla.clocks import evaluate, moment
from helpdesk.sla.histories import histories_of
from helpdesk.sla.ledger import Fact, choices_in
from helpdesk.sla.models import SlaPolicyVersion, SlaTarget, TicketSla
from helpdesk.sla.what_if.comparing import Difference, clocks_in, differences
from helpdesk.sla.what_if.models import (
    DraftKind,
    SlaDraft,
    SlaTrial,
    SlaTrialFinding,
    TrialBasis,
    TrialState,
)
from helpdesk.sla.what_if.reasons import AHEAD_S, OtherDays, other_days, why
from helpdesk.sla.what_if.standing_in import StandIn, stand_in
from helpdesk.tickets.models import Ticket

BATCH = 500
UNDER_WAY = (TrialState.WAITING, TrialState.RUNNING)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Looked:
    """One trial's draft ready to be put in, with the days on which it differs, by calendar version."""

    trial: SlaTrial
    draft: StandIn
    days: dict[int, OtherDays]


def try_drafts() -> int:
    """Look at the tickets of every trial that waits; how many. One trial is one worker's at a time.

    A batch is a transaction that also moves the trial on, so after a kill the next worker takes it up there.
    """
    handled = 0
    while (found := _batch()) is not None:
        handled += found
    return handled


def _batch() -> int | None:
    """Some tickets of the oldest trial that nobody is at; None when there is none."""
    with transaction():
        now = clock.now(db.session)
        waiting = select(SlaTrial).where(SlaTrial.state.in_(UNDER_WAY)).order_by(SlaTrial.id).limit(1)
        trial = db.session.scalar(waiting.with_for_update(key_share=True, skip_locked=True))
        if trial is None:
            return None
        try:
            return _look(trial, now)
        except DomainError:
            log.exception("trial %s cannot be made", trial.id)
            trial.state, trial.finished_at = TrialState.FAILED, now
            return 0


def _look(trial: SlaTrial, now: datetime) -> int:
    draft = db.session.get_one(SlaDraft, trial.draft_id)
    looked_at = tickets_of(trial, draft)
    if trial.state is TrialState.WAITING:
        trial.state, trial.started_at = TrialState.RUNNING, now
        trial.total = db.session.scalar(select(func.count()).select_from(Ticket).where(looked_at)) or 0
    columns = select(Ticket.id, Ticket.company_id, Ticket.priority)
    some = columns.where(looked_at, Ticket.id > trial.cursor).order_by(Ticket.id).limit(BATCH)
    rows = db.session.execute(some).all()
    if not rows:
        trial.state, trial.finished_at = TrialState.DONE, now
        return 0
    looked = Looked(trial, stand_in(draft, trial.as_of), {})
    counts = Counter[str](trial.counts)
    _keep(_findings(looked, rows, counts))
    trial.cursor, trial.done = rows[-1].id, trial.done + len(rows)
    trial.counts = dict(counts)
    return len(rows)


def tickets_of(trial: SlaTrial, draft: SlaDraft) -> ColumnElement[bool]:
    """The tickets of the period that have to do with what the draft would change."""
    if draft.kind is DraftKind.POLICY:
        versions = select(SlaPolicyVersion.id).where(SlaPolicyVersion.policy_id == draft.subject_id)
    else:
        versions = select(SlaTarget.policy_version_id).where(SlaTarget.calendar_id == draft.subject_id)
    under = select(TicketSla.ticket_id).where(TicketSla.policy_version_id.in_(versions))
    begun = Ticket.created_at < trial.until_at
    if trial.basis is TrialBasis.OPENED:
        return Ticket.id.in_(under) & begun & (Ticket.created_at >= trial.from_at)
    return (
        Ticket.id.in_(under) & begun & or_(Ticket.resolved_at.is_(None), Ticket.resolved_at >= trial.from_at)
    )


def _findings(looked: Looked, rows: Sequence[Any], counts: Counter[str]) -> Iterator[dict[str, Any]]:
    known = histories_of(row.id for row in rows)
    for row in rows:
        facts = known[row.id].facts
        if not choices_in(facts):
            continue
        try:
            found = _compared(looked, facts, counts)
        except (DomainError, LookupError):
            log.exception("ticket %s cannot be looked at", row.id)
            counts["failed"] += 1
            continue
        for one in found:
            counts["changed"] += 1
            counts[one.effect] += 1
            counts[f"{one.effect}_line"] += one.slot[1] is not None
            yield _row(looked, row, one)


def _compared(looked: Looked, facts: Sequence[Fact], counts: Counter[str]) -> list[Difference]:
    before = evaluate(facts, looked.trial.as_of)
    after = looked.draft.evaluate(facts, looked.trial.as_of)
    found = list(differences(before, after))
    counts["tickets"] += 1
    counts["clocks"] += clocks_in(before)
    counts["tickets_changed"] += bool(found)
    return found


def _row(looked: Looked, row: Any, one: Difference) -> dict[str, Any]:
    metric, line, cycle = one.slot
    return {
        "trial_id": looked.trial.id,
        "ticket_id": row.id,
        "metric": metric.value,
        "line": line,
        "cycle": cycle,
        "priority": row.priority.value,
        "company_id": row.company_id,
        "effect": one.effect,
        "due_before": one.before and moment(one.before.due_at),
        "due_after": one.after and moment(one.after.due_at),
        "why": why(one, _days(looked, one), int(looked.trial.as_of.timestamp())),
    }


def _days(looked: Looked, one: Difference) -> OtherDays | None:
    """The days on which the ticket's version of the hours and the draft differ, worked out once a batch."""
    hours = looked.draft.hours
    if hours is None or one.before is None or one.before.calendar not in looked.draft.versions:
        return None
    version = int(one.before.calendar)
    if version not in looked.days:
        first = int(looked.trial.from_at.timestamp()) - AHEAD_S
        last = int(looked.trial.as_of.timestamp()) + AHEAD_S
        looked.days[version] = other_days(hours_of([version])[version], hours, first, last)
    return looked.days[version]


def _keep(rows: Iterator[dict[str, Any]]) -> None:
    found = list(rows)
    if found:
        db.session.execute(insert(SlaTrialFinding), found)
