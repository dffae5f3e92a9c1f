"""Deciding a request's place, keeping the decision, and whose turn it is in a team."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import select

from helpdesk.accounts.models import Assignment, Team
from helpdesk.db import db
from helpdesk.routing import rules
from helpdesk.routing.models import RoutingDecision
from helpdesk.routing.queries import active_rules, candidates, team_for
from helpdesk.routing.rules import Decision, Facts


def decide(facts: Facts) -> Decision:
    """The placement by the rules in force, with line and team always filled in: by default line 1's
    default team.
    """
    decision = rules.decide(active_rules(), facts)
    team = team_for(decision.placement.team_id, decision.placement.line)
    return replace(decision, placement=replace(decision.placement, line=team.line, team_id=team.id))


def keep_decision(ticket_id: int, decision: Decision, facts: Facts, *, now: datetime) -> RoutingDecision:
    """Store why the ticket was placed there, without the client's words."""
    row = RoutingDecision(
        ticket_id=ticket_id,
        rule_id=decision.rule.id if decision.rule else None,
        rule_name=decision.rule.name if decision.rule else "",
        facts=rules.stored(facts),
        because=[asdict(reason) for reason in decision.because],
        placement=rules.stored(decision.placement),
        decided_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def next_assignee(team_id: int, loads: Mapping[int, int]) -> int | None:
    """Who of the team gets the next ticket, moving its turn on; None where people take by themselves.

    `loads` says how many open tickets each person has.
    """
    if db.session.get_one(Team, team_id).assignment is Assignment.MANUAL:
        return None  # without a lock, or whoever takes mail in waits for everybody else who does
    turn = select(Team).where(Team.id == team_id).with_for_update(key_share=True)
    team = db.session.scalars(turn.execution_options(populate_existing=True)).one()
    sharing = rules.Sharing(team.assignment.value)
    chosen = rules.choose_assignee(sharing, candidates(team_id, loads), after_id=team.round_robin_after_id)
    if chosen is not None:
        team.round_robin_after_id = chosen
    return chosen
