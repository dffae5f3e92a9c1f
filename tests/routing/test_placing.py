"""Placing by stored rules, and sharing out inside a team."""

from datetime import datetime
from typing import Any

import pytest

from helpdesk.accounts.models import Assignment
from helpdesk.db import db
from helpdesk.routing import actions
from helpdesk.routing.models import RoutingRule
from helpdesk.routing.rules import Facts
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.rules import Channel
from tests.factories import LONG_AGO, a_team, a_ticket, an_agent, the_system, the_team, three_lines

pytestmark = pytest.mark.usefixtures("session")
FACTS = Facts(
    channel=Channel.MAIL, company_id=1, vip=False, words="vpn is slow", language="en", hour=12, weekday=2
)


def a_stored_rule(
    position: int, placement: dict[str, Any], *, active: bool = True, **conditions: Any
) -> None:
    db.session.add(
        RoutingRule(
            position=position,
            name=f"Rule {position}",
            conditions=conditions,
            placement=placement,
            active=active,
            created_at=LONG_AGO,
        )
    )
    db.session.flush()


def test_without_a_rule_it_comes_to_the_first_team() -> None:
    three_lines()
    decision = actions.decide(FACTS)
    assert (decision.placement.line, decision.placement.team_id) == (1, the_team(1).id)


def test_a_line_without_a_team_means_its_default_team() -> None:
    three_lines()
    a_stored_rule(1, {"line": 2}, words=["vpn"])
    assert actions.decide(FACTS).placement.team_id == the_team(2).id


def test_a_team_brings_its_line_along() -> None:
    three_lines()
    a_stored_rule(1, {"team_id": a_team(3).id})
    assert actions.decide(FACTS).placement.line == 3


def test_a_rule_that_is_switched_off_is_passed_over() -> None:
    three_lines()
    a_stored_rule(1, {"line": 3}, active=False)
    a_stored_rule(2, {"line": 2})
    assert actions.decide(FACTS).placement.line == 2


def test_the_decision_is_kept_with_its_reasons(now: datetime) -> None:
    ticket = a_ticket()
    a_stored_rule(1, {"line": 2, "tags": ["network"]}, words=["vpn"])
    row = actions.keep_decision(ticket.id, actions.decide(FACTS), FACTS, now=now)
    assert (row.rule_name, row.because) == ("Rule 1", [{"code": "word", "value": "vpn"}])
    assert row.placement["tags"] == ["network"]
    assert "words" not in row.facts


def test_round_robin_goes_round(now: datetime) -> None:
    team = a_team(1, assignment=Assignment.ROUND_ROBIN)
    people = [an_agent(team=team) for _ in range(2)]
    given = []
    for _ in range(3):
        ticket = a_ticket(team=team)
        tickets.assign_by_policy(ticket, by=the_system().id, now=now)
        given.append(ticket.assignee_id)
    assert given == [people[0].id, people[1].id, people[0].id]


def test_the_least_loaded_gets_the_next(now: datetime) -> None:
    team = a_team(1, assignment=Assignment.LEAST_LOADED)
    busy, free = an_agent(team=team), an_agent(team=team)
    a_ticket(team=team, assignee=busy)
    ticket = a_ticket(team=team)
    tickets.assign_by_policy(ticket, by=the_system().id, now=now)
    assert ticket.assignee_id == free.id


def test_a_team_that_takes_by_hand_gets_nobody(now: datetime) -> None:
    an_agent()
    assert tickets.assign_by_policy(a_ticket(), by=the_system().id, now=now) is None
