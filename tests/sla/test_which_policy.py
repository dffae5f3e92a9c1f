"""Which policy a ticket runs under, by which contract, and what becomes of it when these change."""

from datetime import timedelta

import pytest

from helpdesk.db import db
from helpdesk.sla.actions import contracts, policies
from helpdesk.sla.models import SlaPolicy, SlaPolicyVersion, TicketSla
from helpdesk.sla.what_if.models import Reach
from helpdesk.sla.what_if.recomputing import recompute
from helpdesk.tickets.actions import identify_client
from helpdesk.tickets.models import Ticket
from tests.conftest import NOON
from tests.factories import (
    a_company,
    a_contact,
    a_contract,
    a_policy,
    a_ticket,
    an_agent,
    office_hours,
    the_system,
    three_lines,
)

pytestmark = pytest.mark.usefixtures("session", "now")

LATER = NOON + timedelta(hours=1)
EARLIER = NOON - timedelta(hours=1)


@pytest.fixture
def standard(session: object) -> SlaPolicyVersion:
    """The policy that catches the rest."""
    three_lines()
    return a_policy("Standard", default=True, calendar=office_hours("Berlin"))


@pytest.fixture
def gold(standard: SlaPolicyVersion) -> SlaPolicyVersion:
    """The policy of those who pay for it."""
    return a_policy("Gold", calendar=office_hours("Berlin, late"))


def recorded(ticket: Ticket) -> tuple[int, int | None]:
    row = db.session.get_one(TicketSla, ticket.id)
    db.session.refresh(row)
    return row.policy_version_id, row.contract_id


def test_a_ticket_without_a_contract_is_recorded_under_the_default_policy(standard: SlaPolicyVersion) -> None:
    assert recorded(a_ticket(at=NOON)) == (standard.id, None)


def test_a_ticket_is_recorded_with_the_contract_through_which_it_has_its_policy(
    gold: SlaPolicyVersion,
) -> None:
    company = a_company("Brightwater")
    contract = a_contract(company, gold)
    assert recorded(a_ticket(contact=a_contact(company=company), at=NOON)) == (gold.id, contract.id)


def test_whoever_turns_out_to_be_of_another_company_has_its_contract_recorded_even_for_the_same_policy(
    gold: SlaPolicyVersion,
) -> None:
    one, other = a_company("Brightwater"), a_company("Halden Freight")
    a_contract(one, gold)
    theirs = a_contract(other, gold)
    ticket = a_ticket(contact=a_contact(company=one), at=NOON)
    due = ticket.sort_due
    identify_client(ticket, a_contact("Hanna", company=other), by=an_agent().id, now=LATER)
    assert recorded(ticket) == (gold.id, theirs.id)
    assert ticket.sort_due == due


@pytest.mark.parametrize(("reach", "follows"), [(None, False), (Reach.ONWARD, True)])
def test_open_tickets_of_an_ended_contract_go_over_only_when_told(
    standard: SlaPolicyVersion, gold: SlaPolicyVersion, reach: Reach | None, follows: bool
) -> None:
    company = a_company("Brightwater")
    contract = a_contract(company, gold)
    ticket = a_ticket(contact=a_contact(company=company), at=EARLIER)
    contracts.end(contract, by=the_system().id, now=NOON, reach=reach)
    db.session.commit()
    recompute()
    assert recorded(ticket) == ((standard.id, None) if follows else (gold.id, contract.id))


@pytest.mark.parametrize(("reach", "follows"), [(None, False), (Reach.ONWARD, True)])
def test_open_tickets_of_a_policy_put_away_go_over_only_when_told(
    standard: SlaPolicyVersion, gold: SlaPolicyVersion, reach: Reach | None, follows: bool
) -> None:
    company = a_company("Brightwater")
    contract = a_contract(company, gold)
    ticket = a_ticket(contact=a_contact(company=company), at=EARLIER)
    contracts.end(contract, by=the_system().id, now=NOON)
    policies.retire(db.session.get_one(SlaPolicy, gold.policy_id), by=the_system().id, now=NOON, reach=reach)
    db.session.commit()
    recompute()
    assert recorded(ticket)[0] == (standard.id if follows else gold.id)
