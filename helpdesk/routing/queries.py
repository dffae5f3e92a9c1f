"""Reading rules in their order, teams to place into, and who could take the next ticket."""

from collections.abc import Mapping

from sqlalchemy import select

from helpdesk.accounts import seats
from helpdesk.accounts.models import Team
from helpdesk.db import asked_once, db
from helpdesk.routing.models import RoutingRule
from helpdesk.routing.rules import Candidate, Rule, conditions_of, placement_of


@asked_once
def active_rules() -> tuple[Rule, ...]:
    """The rules in force, first to last."""
    rows = db.session.scalars(
        select(RoutingRule)
        .where(RoutingRule.active, RoutingRule.retired_at.is_(None))
        .order_by(RoutingRule.position)
    ).all()
    return tuple(rule_of(row) for row in rows)


def rule_of(row: RoutingRule) -> Rule:
    """The pure rule of a stored row."""
    return Rule(
        id=row.id,
        name=row.name,
        conditions=conditions_of(row.conditions),
        placement=placement_of(row.placement),
    )


@asked_once
def team_for(team_id: int | None, line: int | None) -> Team:
    """That team while it exists, else the default one of the line, else of line 1."""
    if team_id is not None:
        team = db.session.scalars(
            select(Team).where(Team.id == team_id, Team.retired_at.is_(None))
        ).one_or_none()
        if team is not None:
            return team
    return db.session.scalars(select(Team).where(Team.line == (line or 1), Team.is_default)).one()


def candidates(team_id: int, loads: Mapping[int, int]) -> tuple[Candidate, ...]:
    """Everybody of the team who can sign in, with how many open tickets he has."""
    return tuple(Candidate(one, loads.get(one, 0)) for one in seats.person_ids(team_id))
