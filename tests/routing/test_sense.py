"""A rule that can decide nothing is noticed: it contradicts itself, or an earlier one takes all first."""

from typing import Any

import pytest

from helpdesk.routing.rules import Conditions, Placement, Rule
from helpdesk.routing.sense import covers, doubt_about


def a_rule(**conditions: Any) -> Rule:
    return Rule(id=1, name="First", conditions=Conditions(**conditions), placement=Placement(line=2))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"channels": ("phone",), "mailbox_ids": (3,)}, "mailbox_by_phone"),
        ({"channels": ("phone", "desk"), "senders": ("@halden.example",)}, "sender_by_phone"),
        ({"channels": ("mail",), "types": ("incident",)}, "type_by_mail"),
        ({"hours": (9, 9)}, "no_hour"),
    ],
)
def test_what_contradicts_itself_is_named(asked: dict[str, Any], code: str) -> None:
    doubt = doubt_about(Conditions(**asked), [])
    assert doubt is not None
    assert doubt.code == code


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"channels": ("mail", "phone"), "mailbox_ids": (3,)},
        {"channels": ("mail",), "senders": ("@halden.example",)},
        {"channels": ("phone",), "types": ("incident",)},
        {"hours": (20, 6)},
    ],
)
def test_what_can_happen_is_not_doubted(asked: dict[str, Any]) -> None:
    assert doubt_about(Conditions(**asked), []) is None


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ({}, {"words": ("vpn",)}),
        ({"company_ids": (1, 2)}, {"company_ids": (2,), "vip": True}),
        ({"words": ("print",)}, {"words": ("printer", "prints")}),
        ({"senders": ("@halden.example",)}, {"senders": ("alerts@halden.example",)}),
        ({"hours": (20, 6)}, {"hours": (22, 4)}),
        ({"vip": True}, {"vip": True, "weekdays": (0,)}),
    ],
)
def test_an_earlier_rule_that_asks_less_takes_everything(
    wide: dict[str, Any], narrow: dict[str, Any]
) -> None:
    assert covers(Conditions(**wide), Conditions(**narrow))
    doubt = doubt_about(Conditions(**narrow), [a_rule(**wide)])
    assert doubt is not None
    assert (doubt.code, doubt.rule and doubt.rule.name) == ("shadowed", "First")


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ({"words": ("vpn",)}, {}),
        ({"company_ids": (1,)}, {"company_ids": (1, 2)}),
        ({"words": ("printer",)}, {"words": ("print",)}),
        ({"hours": (22, 4)}, {"hours": (20, 6)}),
        ({"vip": True}, {"vip": None}),
        ({"senders": ("alerts@halden.example",)}, {"senders": ("@halden.example",)}),
    ],
)
def test_an_earlier_rule_that_asks_more_leaves_something(
    wide: dict[str, Any], narrow: dict[str, Any]
) -> None:
    assert not covers(Conditions(**wide), Conditions(**narrow))
    assert doubt_about(Conditions(**narrow), [a_rule(**wide)]) is None
