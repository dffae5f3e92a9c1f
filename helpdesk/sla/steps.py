"""What the desk does by itself when a share of a target is used up, as the ticket's policy says."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from helpdesk.accounts.people import system_id
from helpdesk.db import db, savepoint
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.killpoints import Point, reached
from helpdesk.sla.acts import BREACH, Act
from helpdesk.sla.events import StepRefused, ThresholdCrossed
from helpdesk.sla.models import ClockPhase, SlaClock, SlaFiring
from helpdesk.sla.policies import duties_of
from helpdesk.sla.rules import ClockState, Metric, TicketClocks
from helpdesk.sla.rules.deeds import DOING, Crossed, Held, Outcome, outcome_of, steps_at, told_at
from helpdesk.sla.step_verbs import VERBS, refusal_words
from helpdesk.tickets.actions.ledger import keep_words
from helpdesk.tickets.events import PriorityChanged
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority

A_SECOND = timedelta(seconds=1)
TRIED = frozenset({Outcome.DONE, Outcome.REFUSED, Outcome.TOGETHER})


def tell_at(policy_version_id: int, line: int | None, percents: Iterable[int]) -> tuple[str, ...]:
    """Whom the policy wants told of crossings of one clock that were found together."""
    return told_at(duties_of(policy_version_id).steps, line, percents)


def asks_at(policy_version_id: int, line: int | None, percent: int) -> bool:
    """Whether the policy wants to know why that share was used up."""
    return Act.ASK_REASON in _acts(policy_version_id, line, percent)


def shares_at(clocks: TicketClocks, state: ClockState, percent: int) -> dict[str, Any] | None:
    """Who used up the client's time, in seconds by line, for the breach of a solution; None for all else."""
    blame = clocks.blame
    if blame is None or state.metric is not Metric.RESOLUTION or percent != BREACH:
        return None
    return {
        "holder": blame.holder,
        "responsible": blame.responsible,
        "gap": blame.budget_gap,
        "lines": {str(line): seconds for line, seconds in sorted(blame.attribution.items())},
        "over": {str(line): seconds for line, seconds in sorted(blame.over.items()) if seconds},
    }


def are_due(crossed: Sequence[ThresholdCrossed]) -> bool:
    """Whether any of these crossings asks for an act on its ticket beside telling people.

    The sweep asks for every ticket it has handled, so this reads nothing but what is known in the process.
    """
    return any(_wanted(one) or (one.epoch > 1 and _asks(one)) for one in crossed)


def act(ticket: Ticket, crossed: Sequence[ThresholdCrossed], now: datetime) -> None:
    """Do what the policy asks at these crossings, as the system, in the open transaction of the sweep.

    The sweep calls it once for each ticket, whose row it has locked, with all that it has newly written down,
    in the order of the instants; never twice with the same crossing. By then crossings, notices and clock
    rows are written; a verb that moves the clocks writes its own events, and these write the rows again.
    What the verb makes due is found by the same sweep: a raise opens a new epoch, which may cross the same
    percents at once, so an act that was tried at a percent of a clock is never tried again in that cycle.
    A verb that the rules refuse is undone to its savepoint, the crossing stays, and the lead hears of it; any
    other error undoes this ticket only, and the sweep tries it again later. What follows from a crossing
    comes after its second: all that happens in a second counts before it is judged, so within it the act
    would undo its own cause.
    """
    firings, raised_at = _firings(ticket.id), _raised_at(ticket.id)
    now = max(now, *(one.at + A_SECOND for one in crossed))
    for one in crossed:
        firing = next(row for row in firings if _is_of(row, one))
        _ask_once(firing, firings)
        for wanted in _wanted(one) if firing.told else ():
            outcome = _before(wanted, firing, firings) or _outcome(wanted, one, crossed, ticket, raised_at)
            firing.acts = {**firing.acts, wanted.value: (outcome or _done(wanted, ticket, one, now)).value}
    db.session.flush()
    reached(Point.ACTED)


def _acts(policy_version_id: int, line: int | None, percent: int) -> frozenset[str]:
    return frozenset(step.act for step in steps_at(duties_of(policy_version_id).steps, line, (percent,)))


def _asks(one: ThresholdCrossed) -> bool:
    return asks_at(one.policy_version_id, one.line, one.percent)


def _wanted(one: ThresholdCrossed) -> tuple[Act, ...]:
    acts = _acts(one.policy_version_id, one.line, one.percent)
    return tuple(act for act in DOING if act in acts)


def _firings(ticket_id: int) -> Sequence[SlaFiring]:
    return db.session.scalars(select(SlaFiring).where(SlaFiring.ticket_id == ticket_id)).all()


def _is_of(row: SlaFiring, one: ThresholdCrossed) -> bool:
    """Whether the row is the standing one of that crossing."""
    place = (row.metric, row.line, row.cycle, row.epoch, row.percent)
    wanted = (one.metric, one.line, one.cycle, one.epoch, one.percent)
    return row.withdrawn_at is None and place == wanted


def _earlier(firing: SlaFiring, firings: Sequence[SlaFiring]) -> list[SlaFiring]:
    """The same share of the same cycle in other epochs, and what was withdrawn."""
    place = (firing.metric, firing.line, firing.cycle, firing.percent)
    same = [row for row in firings if (row.metric, row.line, row.cycle, row.percent) == place]
    return [row for row in same if row is not firing]


def _ask_once(firing: SlaFiring, firings: Sequence[SlaFiring]) -> None:
    """Nobody is asked twice why one and the same thing took so long."""
    others = (row for row in _earlier(firing, firings) if row.withdrawn_at is None)
    if firing.asked_at and any(row.asked_at for row in others):
        firing.asked_at = None


def _before(wanted: Act, firing: SlaFiring, firings: Sequence[SlaFiring]) -> Outcome | None:
    tried = any(row.acts.get(wanted.value) in TRIED for row in _earlier(firing, firings))
    return Outcome.BEFORE if tried else None


def _outcome(
    wanted: Act,
    one: ThresholdCrossed,
    crossed: Sequence[ThresholdCrossed],
    ticket: Ticket,
    raised_at: datetime | None,
) -> Outcome | None:
    """Why the act is not tried, None when it is."""
    clock, runs = (one.metric, one.line, one.cycle), _runs(ticket.id, one)
    together = [
        Crossed(percent=other.percent, at=other.at, runs=runs)
        for other in crossed
        if (other.metric, other.line, other.cycle) == clock and wanted in _wanted(other)
    ]
    held = Held(
        line=ticket.line,
        since=ticket.held_since,
        is_top=ticket.priority == Priority.P1,
        raised_at=raised_at,
    )
    return outcome_of(wanted, Crossed(percent=one.percent, at=one.at, runs=runs), together, held)


def _raised_at(ticket_id: int) -> datetime | None:
    """When the desk itself last changed the priority, in an earlier look at the ticket."""
    raised = select(func.max(EventRow.effective_at)).where(
        EventRow.ticket_id == ticket_id,
        EventRow.kind == PriorityChanged.kind,
        EventRow.actor_id == system_id(),
    )
    return db.session.scalar(raised)


def _runs(ticket_id: int, one: ThresholdCrossed) -> bool:
    phase = select(SlaClock.phase).where(
        SlaClock.ticket_id == ticket_id,
        SlaClock.metric == one.metric,
        SlaClock.line.is_not_distinct_from(one.line),
        SlaClock.cycle == one.cycle,
    )
    return db.session.scalar(phase) is ClockPhase.RUNNING


def _done(wanted: Act, ticket: Ticket, one: ThresholdCrossed, now: datetime) -> Outcome:
    try:
        with savepoint():
            VERBS[wanted](ticket, one, now)
            reached(Point.DONE)
    except RuleViolation as refusal:
        _tell_refused(wanted, ticket, one, refusal, now)
        return Outcome.REFUSED
    return Outcome.DONE


def _tell_refused(
    wanted: Act, ticket: Ticket, one: ThresholdCrossed, refusal: RuleViolation, now: datetime
) -> None:
    ticket.event_seq += 1
    row = publish(
        StepRefused(
            at=now,
            actor_id=system_id(),
            ticket_id=ticket.id,
            seq=ticket.event_seq,
            metric=one.metric,
            line=one.line,
            percent=one.percent,
            act=wanted,
        )
    )
    keep_words(row, refusal_words(refusal))
