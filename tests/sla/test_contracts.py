"""One contract at a time holds for a company; the next ticket goes by it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.errors import BadInput, RuleViolation
from helpdesk.history import SettingChange
from helpdesk.sla.actions import contracts as actions
from helpdesk.sla.actions.contracts import Agreement
from helpdesk.sla.contracts import Standing, contracts
from helpdesk.sla.models import Contract, SlaPolicy
from helpdesk.sla.policies import choose
from tests.conftest import NOON
from tests.factories import LONG_AGO, a_company, a_policy, our_firm, the_system

pytestmark = pytest.mark.usefixtures("session", "now")

DAY = timedelta(days=1)


@pytest.fixture
def halden(session: object) -> Company:
    """A client."""
    return a_company("Halden Freight")


@pytest.fixture
def care(session: object) -> Agreement:
    """An open-ended contract that begins now."""
    return Agreement(a_policy("Care").policy_id, "Care Plus", NOON)


def signed(company: Company, agreement: Agreement) -> Contract:
    return actions.sign(company, agreement, by=the_system().id, now=NOON)


def chosen(company: Company, at: object = NOON) -> int | None:
    choice = choose(company.id, NOON if at is NOON else at)  # type: ignore[arg-type]
    return choice.contract_id if choice else None


def newest_facts() -> dict[str, tuple[object, object]]:
    rows = db.session.scalars(select(SettingChange).order_by(SettingChange.id)).all()
    return {row.field: (row.before, row.after) for row in rows if row.event_id == rows[-1].event_id}


def test_the_next_ticket_of_the_company_goes_by_its_contract(halden: Company, care: Agreement) -> None:
    a_policy("Standard", default=True)
    assert chosen(halden) is None
    contract = signed(halden, care)
    assert chosen(halden) == contract.id
    assert newest_facts() == {
        "name": (None, "Care Plus"),
        "company": (None, "Halden Freight"),
        "policy": (None, "Care"),
        "from": (None, "2026-03-04"),
    }


def test_two_contracts_at_once_are_refused_and_the_other_is_named(halden: Company, care: Agreement) -> None:
    signed(halden, care)
    for other in (replace(care, since=NOON + 30 * DAY), replace(care, since=LONG_AGO, until=NOON + DAY)):
        with pytest.raises(actions.Overlapping, match="“Care Plus” holds for this company at the same time"):
            signed(halden, other)
    assert len(contracts(halden.name, NOON)) == 1


def test_one_contract_may_follow_another_at_once(halden: Company, care: Agreement) -> None:
    signed(halden, replace(care, until=NOON + DAY))
    follower = signed(halden, replace(care, name="Care 2027", since=NOON + DAY))
    assert chosen(halden, NOON + DAY) == follower.id


def test_an_ended_contract_holds_no_longer(halden: Company, care: Agreement) -> None:
    contract = signed(halden, care)
    actions.end(contract, by=the_system().id, now=NOON + DAY)
    assert chosen(halden, NOON + DAY) is None
    assert newest_facts() == {"until": (None, "2026-03-05")}
    with pytest.raises(RuleViolation, match="has ended already"):
        actions.end(contract, by=the_system().id, now=NOON + DAY)


def test_one_that_has_not_begun_never_will_and_blocks_nothing(halden: Company, care: Agreement) -> None:
    contract = signed(halden, replace(care, since=NOON + 10 * DAY))
    actions.end(contract, by=the_system().id, now=NOON)
    assert contract.valid_until == contract.valid_from
    assert signed(halden, care).id


def test_what_has_begun_keeps_its_policy_and_first_day(halden: Company, care: Agreement) -> None:
    contract = signed(halden, care)
    gold = a_policy("Gold").policy_id
    for other in (replace(care, policy_id=gold), replace(care, since=NOON + DAY)):
        with pytest.raises(RuleViolation, match="has begun"):
            actions.change(contract, other, by=the_system().id, now=NOON)
    actions.change(
        contract, replace(care, name="Care 2026", until=NOON + 90 * DAY), by=the_system().id, now=NOON
    )
    assert newest_facts() == {"name": ("Care Plus", "Care 2026"), "until": (None, "2026-06-02")}


def test_what_is_to_come_may_still_change_wholly(halden: Company, care: Agreement) -> None:
    contract = signed(halden, replace(care, since=NOON + 10 * DAY))
    gold = a_policy("Gold").policy_id
    other = Agreement(gold, "Gold", NOON + 5 * DAY)
    actions.change(contract, other, by=the_system().id, now=NOON)
    assert (contract.policy_id, contract.name, contract.valid_from) == (gold, "Gold", NOON + 5 * DAY)


@pytest.mark.parametrize(
    ("spoiled", "field"),
    [({"name": ""}, "name"), ({"policy_id": 999_999}, "policy_id"), ({"until": NOON - DAY}, "until")],
)
def test_what_cannot_be_is_refused_at_its_place(
    halden: Company, care: Agreement, spoiled: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput) as problem:
        signed(halden, replace(care, **spoiled))  # type: ignore[arg-type]
    assert problem.value.field == field
    assert contracts(halden.name, NOON) == []


def test_a_policy_that_was_put_away_takes_no_new_contract(halden: Company, care: Agreement) -> None:
    db.session.get_one(SlaPolicy, care.policy_id).retired_at = NOON
    with pytest.raises(BadInput, match="in use"):
        signed(halden, care)


def test_our_own_firm_has_no_contract(care: Agreement) -> None:
    with pytest.raises(BadInput, match="client companies"):
        signed(our_firm(), care)


def test_contracts_say_how_they_stand(halden: Company, care: Agreement) -> None:
    signed(halden, replace(care, name="Old", since=LONG_AGO, until=NOON - DAY))
    signed(halden, replace(care, name="Now", since=NOON - DAY, until=NOON + 20 * DAY))
    signed(halden, replace(care, name="Next", since=NOON + 20 * DAY))
    lines = [*contracts(halden.name, NOON), *contracts(halden.name, NOON, ended=True)]
    found = {line.name: line for line in lines}
    assert {line.name: line.standing for line in lines} == {
        "Next": Standing.COMING,
        "Now": Standing.ENDING,
        "Old": Standing.ENDED,
    }
    assert (found["Now"].first_day, found["Now"].last_day) == (date(2026, 3, 3), date(2026, 3, 24))


def test_contracts_are_found_by_a_part_of_a_name(halden: Company, care: Agreement) -> None:
    signed(halden, care)
    signed(a_company("Brightwater"), replace(care, name="Gold 100%"))
    assert [line.company for line in contracts("HALD", NOON)] == ["Halden Freight"]
    assert [line.company for line in contracts("100%", NOON)] == ["Brightwater"]
    assert len(contracts("care", NOON)) == 2
    assert contracts("a\\", NOON) == []
    assert contracts("", NOON, ended=True) == []
    assert len(contracts("", NOON)) == 2
