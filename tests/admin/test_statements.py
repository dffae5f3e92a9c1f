"""Settings pages ask the database few questions, and as many for a hundred things as for two."""

import itertools

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.accounts.models import Person, Team
from helpdesk.calendars.models import Calendar
from helpdesk.canned import actions as canned
from helpdesk.canned.models import CannedAnswer
from helpdesk.db import db
from helpdesk.mail.models import Mailbox
from helpdesk.routing.models import RoutingRule
from helpdesk.sla.models import Contract, SlaPolicy
from helpdesk.tickets.actions import catalogue
from tests.conftest import NOON
from tests.counting import statements_of
from tests.factories import (
    a_company,
    a_contact,
    a_contract,
    a_lead,
    a_mailbox,
    a_manager,
    a_policy,
    a_team,
    a_ticket,
    an_agent,
    office_hours,
)

pytestmark = pytest.mark.usefixtures("session", "now")

MOST = 15
BOUNDS = {"/settings/policies/{policy}": 12, "/settings/policies/new": 6, "/settings/in-force": 24}
_count = itertools.count(1)
THINGS = {
    "policy": SlaPolicy.id,
    "calendar": Calendar.id,
    "contract": Contract.id,
    "rule": RoutingRule.id,
    "answer": CannedAnswer.id,
    "mailbox": Mailbox.id,
    "team": Team.id,
}
PAGES = (
    "/settings",
    "/settings?q=a",
    "/settings/policies",
    "/settings/policies/new",
    "/settings/policies/{policy}",
    "/settings/policies/{policy}/versions/1",
    "/settings/policies/{policy}/versions/1/tickets",
    "/settings/calendars",
    "/settings/calendars/new",
    "/settings/calendars/{calendar}",
    "/settings/calendars/{calendar}/edit",
    "/settings/contracts",
    "/settings/contracts/new",
    "/settings/contracts/{contract}",
    "/settings/rules",
    "/settings/rules/new",
    "/settings/rules/{rule}",
    "/settings/categories",
    "/settings/canned-answers",
    "/settings/canned-answers/new",
    "/settings/canned-answers/{answer}",
    "/settings/mailboxes",
    "/settings/mailboxes/new",
    "/settings/mailboxes/{mailbox}",
    "/settings/mail-texts",
    "/settings/mail-texts/1",
    "/settings/people",
    "/settings/people/new",
    "/settings/people/{person}",
    "/settings/people/{person}/deactivation",
    "/settings/teams",
    "/settings/teams/new",
    "/settings/teams/{team}",
    "/settings/firm",
    "/settings/branding",
    "/settings/imports",
    "/settings/history",
    "/settings/in-force",
    "/clients",
    "/clients/senders",
    "/about",
)


def one_more_of_everything(by: int) -> Person:
    """A client with contract and ticket, people, a team, a rule, words, a mailbox; answers the agent."""
    n = next(_count)
    calendar = office_hours()
    company = a_company(f"Client {n}", domain=f"client{n}.example")
    a_contract(company, a_policy(calendar=calendar), f"Care {n}")
    mailbox, team = a_mailbox(f"desk{n}@fernhill.example"), a_team(2, name=f"Team {n}")
    lead = a_lead(f"Lead {n}", team=team)
    agent = an_agent(f"Agent {n}", team=team)
    a_manager(f"Manager {n}", lines=[1], company_ids=[company.id])
    a_contact(f"Nobody {n}", email=f"nobody{n}@elsewhere.example", verified=False)
    contact = a_contact(f"Hanna {n}", company=company, email=f"hanna@client{n}.example")
    a_ticket(contact=contact, team=team, assignee=agent, mailbox=mailbox)
    place = {"line": 2, "team_id": team.id, "tags": ["x"]}
    asked = {"words": ["x"], "company_ids": [company.id], "mailbox_ids": [mailbox.id]}
    rule = RoutingRule(position=900 + n, name=f"Rule {n}", conditions=asked, placement=place, created_at=NOON)
    db.session.add(rule)
    catalogue.add_category(f"Category {n}", by=by, now=NOON)
    catalogue.add_tag(f"tag {n}", by=lead.id, now=NOON)
    words = canned.Wording(name=f"Answer {n}", shortcut=f"a{n}", language="en", text="Yes.", team_id=team.id)
    canned.create(words, by=agent.id, now=NOON)
    db.session.flush()
    return agent


def _address(page: str, agent: Person) -> str:
    first = {name: db.session.scalar(select(func.min(column))) for name, column in THINGS.items()}
    return page.format(**first, person=agent.id)


def _afresh(desk: FlaskClient, address: str) -> int:
    """Statements of the page for a process that knows its catalogues, but no row of the last page."""
    desk.get(address)
    db.session.expunge_all()
    return statements_of(desk, address)


def test_a_settings_page_asks_little_and_no_more_when_there_is_more(desk: FlaskClient, sam: Person) -> None:
    agent = one_more_of_everything(sam.id)
    one_more_of_everything(sam.id)
    addresses = {page: _address(page, agent) for page in PAGES}
    few = {page: _afresh(desk, address) for page, address in addresses.items()}
    for _ in range(4):
        one_more_of_everything(sam.id)
    many = {page: _afresh(desk, address) for page, address in addresses.items()}
    right = {page: many[page] <= few[page] <= BOUNDS.get(page, MOST) for page in PAGES}
    assert {page: (few[page], many[page]) for page in PAGES if not right[page]} == {}
