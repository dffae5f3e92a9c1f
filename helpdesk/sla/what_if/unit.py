"""Many tickets follow one change: their ledgers say so, and their clocks are written anew, all together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from helpdesk.db import db
from helpdesk.events import payload_of, publish_all
from helpdesk.sla.clocks import evaluate, moment
from helpdesk.sla.events import PolicyChanged
from helpdesk.sla.firing import Claimed, fire_all
from helpdesk.sla.histories import History, histories_of
from helpdesk.sla.ledger import Fact
from helpdesk.sla.models import SlaClock, TicketSla
from helpdesk.sla.rules import Metric, TicketClocks
from helpdesk.sla.what_if.changes import Change, Wanted, change_for
from helpdesk.sla.what_if.models import ItemState, SlaRecomputeItem, Subject
from helpdesk.sla.what_if.tally import missed_in, withdraw_gone
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State

DONE = (State.RESOLVED, State.CLOSED)
Pair = tuple[Ticket, SlaRecomputeItem]


@dataclass(frozen=True)
class Outcome:
    """What became of one ticket; deadlines of the client that are missed or kept by it."""

    state: ItemState
    come: int = 0
    gone: int = 0


@dataclass(frozen=True)
class Move:
    """One ticket's way over: the change, and the clocks before and after it."""

    ticket: Ticket
    change: Change
    before: TicketClocks
    after: TicketClocks


def follow_all(claimed: Sequence[Pair], wanted: Wanted, now: datetime) -> None:
    """Let these locked tickets follow; what the change crosses is told to nobody, what was due before it is.

    The statements do not grow with the tickets. Raises LookupError when one cannot be computed.
    """
    open_ones = [ticket for ticket, _ in claimed if ticket.state not in DONE]
    _catch_up(open_ones, now)
    histories = histories_of(ticket.id for ticket in open_ones)
    moves = [move for one in open_ones for move in _moves(one, histories[one.id], wanted, now)]
    publish_all([move.change for move in moves])
    _go_over([move.change for move in moves], wanted)
    db.session.flush()
    fire_all([_claimed(move.ticket, move.change.seq) for move in moves], now, quietly=True)
    outcomes = {ticket.id: Outcome(ItemState.SKIPPED) for ticket, _ in claimed}
    outcomes |= {move.ticket.id: _outcome(move, now) for move in moves}
    _note(wanted.run.id, outcomes, now)


def _catch_up(tickets: Sequence[Ticket], now: datetime) -> None:
    """What these clocks have crossed by the old terms is told first, as the sweep would have done."""
    ids = [ticket.id for ticket in tickets]
    due = select(SlaClock.ticket_id).where(SlaClock.ticket_id.in_(ids), SlaClock.next_fire_at <= now)
    late = set(db.session.scalars(due.distinct()))
    behind = [ticket for ticket in tickets if ticket.id in late]
    fire_all([_claimed(ticket, ticket.event_seq) for ticket in behind], now)
    for ticket in behind:
        db.session.refresh(ticket, ["event_seq", "last_event_at", "state"])


def _moves(ticket: Ticket, history: History, wanted: Wanted, now: datetime) -> Sequence[Move]:
    """The ticket's way over, if there is one."""
    facts = history.facts
    change = None if ticket.state in DONE else change_for(ticket, facts, wanted, now)
    if change is None:
        return ()
    now = max(now, ticket.last_event_at)
    later = Fact(0, change.seq, change.kind, change.at, change.actor_id, payload_of(change))
    before, after = evaluate(facts, now), evaluate([*facts, later], now)
    change = replace(change, due_before=_deadline(before), due_after=_deadline(after))
    return (Move(ticket, change, before, after),)


def _deadline(clocks: TicketClocks) -> datetime | None:
    solution = clocks.current(Metric.RESOLUTION)
    return moment(solution.due_at) if solution else None


def _go_over(changes: Sequence[Change], wanted: Wanted) -> None:
    """Note the policy under which these tickets run now."""
    ids = [change.ticket_id for change in changes if isinstance(change, PolicyChanged)]
    if not ids or wanted.choice is None:
        return
    values: dict[str, Any] = {"policy_version_id": wanted.choice.policy_version_id}
    if wanted.run.subject is Subject.COMPANY:
        values["contract_id"] = wanted.choice.contract_id
    db.session.execute(update(TicketSla).where(TicketSla.ticket_id.in_(ids)).values(**values))


def _claimed(ticket: Ticket, event_seq: int) -> Claimed:
    return Claimed(
        id=ticket.id,
        line=ticket.line,
        team_id=ticket.team_id,
        assignee_id=ticket.assignee_id,
        priority=ticket.priority.value,
        event_seq=event_seq,
        last_event_at=ticket.last_event_at,
    )


def _outcome(move: Move, now: datetime) -> Outcome:
    missed, still = missed_in(move.before), missed_in(move.after)
    if move.change.forgives:
        withdraw_gone(move.ticket.id, missed - still, now)
    return Outcome(ItemState.CHANGED, len(still - missed), len(missed - still))


def _note(run_id: int, outcomes: Mapping[int, Outcome], now: datetime) -> None:
    """Write down what became of each ticket; most of them have the same outcome."""
    alike = defaultdict[Outcome, list[int]](list)
    for ticket_id, outcome in outcomes.items():
        alike[outcome].append(ticket_id)
    for outcome, ids in alike.items():
        mine = update(SlaRecomputeItem).where(
            SlaRecomputeItem.recompute_id == run_id, SlaRecomputeItem.ticket_id.in_(ids)
        )
        figures = {"state": outcome.state, "come": outcome.come, "gone": outcome.gone}
        unsynchronized = mine.execution_options(synchronize_session=False)
        db.session.execute(unsynchronized.values(done_at=now, failure="", **figures))
