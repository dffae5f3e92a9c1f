"""Contracts and open tickets: whoever signs, changes or ends one says whether what is open follows."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.admin import changes
from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.sla.models import Contract, SlaPolicyVersion, TicketSla
from helpdesk.sla.what_if.models import Reach, SlaRecompute
from helpdesk.sla.what_if.recomputing import recompute
from tests.browsing import form, sign_in
from tests.factories import (
    a_company,
    a_contact,
    a_contract,
    a_policy,
    a_ticket,
    an_administrator,
    office_hours,
    three_lines,
)

pytestmark = pytest.mark.usefixtures("session", "now")


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """An administrator's browser; the default policy is there."""
    three_lines()
    sign_in(client, an_administrator("Sam Ito"))
    a_policy("Standard", default=True, calendar=office_hours("Berlin"))
    db.session.commit()
    return client


@pytest.fixture
def brightwater(desk: FlaskClient) -> Company:
    """A client without a contract."""
    company = a_company("Brightwater")
    db.session.commit()
    return company


@pytest.fixture
def gold(desk: FlaskClient) -> SlaPolicyVersion:
    """A policy for whoever pays for it."""
    version = a_policy("Gold")
    db.session.commit()
    return version


def signed(desk: FlaskClient, company: Company, gold: SlaPolicyVersion, **more: object) -> int:
    typed = {"company": company.name, "policy_id": gold.policy_id, "name": "Gold 2026", "since": "2026-03-04"}
    return desk.post("/settings/contracts", data=form(**{**typed, **more})).status_code


def planned() -> list[SlaRecompute]:
    return list(db.session.scalars(select(SlaRecompute).order_by(SlaRecompute.effective_at)))


def the_contract() -> Contract:
    return db.session.scalars(select(Contract)).one()


def test_a_new_contract_leaves_open_tickets_alone_unless_told_otherwise(
    desk: FlaskClient, brightwater: Company, gold: SlaPolicyVersion
) -> None:
    assert signed(desk, brightwater, gold) == 303
    assert planned() == []


def test_open_tickets_follow_a_contract_that_is_signed_for_them(
    desk: FlaskClient, brightwater: Company, gold: SlaPolicyVersion
) -> None:
    ticket = a_ticket(contact=a_contact("Hanna", company=brightwater))
    db.session.commit()
    assert signed(desk, brightwater, gold, open_tickets="onward") == 303
    recompute()
    row = db.session.get_one(TicketSla, ticket.id)
    assert (row.policy_version_id, row.contract_id) == (gold.id, the_contract().id)


def test_a_contract_with_both_days_ahead_lets_them_come_and_go(
    desk: FlaskClient, brightwater: Company, gold: SlaPolicyVersion
) -> None:
    days = {"since": "2026-04-01", "until": "2026-04-30", "open_tickets": "onward"}
    assert signed(desk, brightwater, gold, **days) == 303
    contract = the_contract()
    assert contract.valid_until is not None
    assert [run.effective_at for run in planned()][1:] == [contract.valid_from, contract.valid_until]


def test_an_ended_contract_hands_its_open_tickets_to_the_default_policy(
    desk: FlaskClient, brightwater: Company, gold: SlaPolicyVersion
) -> None:
    contract = a_contract(brightwater, gold)
    ticket = a_ticket(contact=a_contact("Hanna", company=brightwater))
    db.session.commit()
    where = f"/settings/contracts/{contract.id}"
    assert "1 open ticket runs under it" in desk.get(where).text
    assert desk.post(f"{where}/end", data=form(open_tickets="onward", why="They left")).status_code == 303
    assert [run.reach for run in planned()] == [Reach.ONWARD]
    recompute()
    row = db.session.get_one(TicketSla, ticket.id)
    assert (row.policy_version_id == gold.id, row.contract_id) == (False, None)


@pytest.mark.parametrize("act", ["sign", "end"])
def test_counting_anew_needs_a_reason(
    desk: FlaskClient, brightwater: Company, gold: SlaPolicyVersion, act: str
) -> None:
    contract = a_contract(a_company("Other"), gold)
    db.session.commit()
    typed = {"company": brightwater.name, "policy_id": gold.policy_id, "name": "Gold", "since": "2026-03-04"}
    where = "/settings/contracts" + (f"/{contract.id}/end" if act == "end" else "")
    answer = desk.post(where, data=form(**typed, open_tickets="retroactive"))
    assert answer.status_code == 422
    assert "the history keeps your reason" in answer.text
    assert planned() == []


def test_a_choice_that_does_not_exist_is_refused(
    desk: FlaskClient, brightwater: Company, gold: SlaPolicyVersion
) -> None:
    assert signed(desk, brightwater, gold, open_tickets="some") == 422


def test_what_became_of_open_tickets_stands_in_the_history(
    desk: FlaskClient, brightwater: Company, gold: SlaPolicyVersion
) -> None:
    signed(desk, brightwater, gold, open_tickets="retroactive", why="Agreed on Friday")
    with desk.application.test_request_context():
        lines = changes.changes_of("contract", the_contract().id)[0].lines
    assert ("Open tickets", "are counted anew") in [(line.field, line.after) for line in lines]
    assert timedelta(0) == planned()[0].effective_at - planned()[0].created_at
