"""Ordered rules over plain facts: the first that fits wins and says why."""

from dataclasses import replace
from typing import Any

import pytest

from helpdesk.routing import rules
from helpdesk.routing.rules import Because, Candidate, Conditions, Facts, Placement, Rule, Sharing
from helpdesk.tickets.rules import Channel, Priority, TicketType

FACTS = Facts(
    channel=Channel.MAIL,
    company_id=7,
    vip=False,
    words="vpn asks for the code every five minutes",
    language="en",
    hour=22,
    weekday=2,
    mailbox_id=3,
    type=TicketType.INCIDENT,
)


def a_rule(number: int = 1, line: int = 2, **conditions: Any) -> Rule:
    return Rule(
        id=number,
        name=f"Rule {number}",
        conditions=Conditions(**conditions),
        placement=Placement(line=line),
    )


@pytest.mark.parametrize(
    ("conditions", "because"),
    [
        ({"channels": ("mail",)}, Because("channel", "mail")),
        ({"mailbox_ids": (1, 3)}, Because("mailbox", 3)),
        ({"company_ids": (7,)}, Because("company", 7)),
        ({"vip": False}, Because("vip", False)),
        ({"words": ("printer", "VPN")}, Because("word", "VPN")),
        ({"words": ("every five",)}, Because("word", "every five")),
        ({"words": ("minut",)}, Because("word", "minut")),
        ({"types": ("incident",)}, Because("type", "incident")),
        ({"languages": ("ru", "en")}, Because("language", "en")),
        ({"weekdays": (2,)}, Because("weekday", 2)),
        ({"hours": (20, 6)}, Because("hour", 22)),
        ({}, Because("always")),
    ],
)
def test_a_condition_that_holds_is_the_reason(conditions: dict[str, Any], because: Because) -> None:
    assert rules.decide([a_rule(**conditions)], FACTS).because == (because,)


@pytest.mark.parametrize(
    "conditions",
    [
        {"channels": ("phone",)},
        {"mailbox_ids": (4,)},
        {"company_ids": (8,)},
        {"vip": True},
        {"words": ("pn",)},
        {"types": ("question",)},
        {"languages": ("ru",)},
        {"weekdays": (5, 6)},
        {"hours": (6, 20)},
        {"channels": ("mail",), "vip": True},
    ],
)
def test_one_condition_that_fails_is_enough(conditions: dict[str, Any]) -> None:
    decision = rules.decide([a_rule(**conditions)], FACTS)
    assert (decision.rule, decision.because) == (None, (Because("no_rule"),))


def test_the_first_rule_that_fits_wins() -> None:
    found = rules.decide([a_rule(1, vip=True), a_rule(2, line=3), a_rule(3)], FACTS)
    assert (found.rule.id if found.rule else None, found.placement.line) == (2, 3)


def test_all_conditions_are_reasons() -> None:
    found = rules.decide([a_rule(channels=("mail",), words=("vpn",))], FACTS)
    assert found.because == (Because("channel", "mail"), Because("word", "vpn"))


def test_a_fact_that_is_not_known_fits_no_list() -> None:
    assert rules.matches(Conditions(types=("incident",)), replace(FACTS, type=None)) is None


def test_placements_and_conditions_survive_storage() -> None:
    conditions = Conditions(words=("vpn",), hours=(20, 6), vip=True)
    placement = Placement(line=2, team_id=5, priority=Priority.P2, tags=("network",))
    assert rules.conditions_of(rules.stored(conditions)) == conditions
    assert rules.placement_of(rules.stored(placement)) == placement


def test_the_clients_words_are_not_stored() -> None:
    assert "words" not in rules.stored(FACTS)


TEAM = (Candidate(10, 4), Candidate(20, 1), Candidate(30, 1))


@pytest.mark.parametrize(
    ("sharing", "after", "chosen"),
    [
        (Sharing.MANUAL, None, None),
        (Sharing.ROUND_ROBIN, None, 10),
        (Sharing.ROUND_ROBIN, 10, 20),
        (Sharing.ROUND_ROBIN, 30, 10),
        (Sharing.ROUND_ROBIN, 25, 30),
        (Sharing.LEAST_LOADED, None, 20),
        (Sharing.LEAST_LOADED, 20, 30),
    ],
)
def test_whose_turn_it_is(sharing: Sharing, after: int | None, chosen: int | None) -> None:
    assert rules.choose_assignee(sharing, TEAM, after_id=after) == chosen


def test_an_empty_team_takes_nothing() -> None:
    assert rules.choose_assignee(Sharing.ROUND_ROBIN, (), after_id=None) is None
