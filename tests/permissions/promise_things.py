"""Things of the permission matrix that say what is promised: calendars, policies, contracts."""

import itertools
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from helpdesk.accounts.models import Person, Team
from helpdesk.calendars import actions as calendars
from helpdesk.calendars.models import Calendar
from helpdesk.calendars.rules import CalendarSheet, weekdays
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.sla.actions import policies
from helpdesk.sla.models import SlaPolicy
from helpdesk.sla.sheets import sheet_of
from helpdesk.sla.what_if import drafts, following
from helpdesk.tickets.models import Ticket
from tests.factories import (
    a_company,
    a_contract,
    a_firing,
    a_policy,
    an_agent,
    office_hours,
    the_system,
)
from tests.permissions.placed import CANARY, Maker, Placed

_count = itertools.count(1)


def _name() -> str:
    """Another name each time: some tests keep what earlier ones made."""
    return f"{CANARY} {next(_count)}"


def a_calendar(relation: str, person: Person | None) -> Placed:
    """Office hours, or none."""
    return Placed({"calendar_id": 999_999 if relation == "missing" else office_hours(_name()).id})


def a_planned_calendar(relation: str, person: Person | None) -> Placed:
    """Office hours with a second version that is still to come."""
    placed = a_calendar(relation, person)
    if relation == "there":
        calendar = db.session.get_one(Calendar, placed.url["calendar_id"])
        sheet = CalendarSheet(calendar.name, calendar.zone, weekdays("10-12"))
        now = process_time()
        calendars.change_calendar(calendar, sheet, by=the_system().id, now=now, since=now + timedelta(days=9))
    return Placed({**placed.url, "number": 2})


def a_draft(relation: str, person: Person | None) -> Placed:
    """A draft of office hours, or none."""
    calendar = office_hours(_name())
    sheet = CalendarSheet(calendar.name, calendar.zone, weekdays("10-12"))
    by, now = the_system().id, process_time()
    draft = drafts.keep(sheet, calendar.id, seen_event_id=0, since=None, why="", by=by, now=now)
    return Placed({"draft_id": 999_999 if relation == "missing" else draft.id})


def a_recompute(relation: str, person: Person | None) -> Placed:
    """Open tickets that follow a company's contracts, or none."""
    run = following.policy_for_company(a_company(_name()).id, by=the_system().id, now=process_time())
    return Placed({"run_id": 999_999 if relation == "missing" else run.id})


def promised(make: Maker) -> Maker:
    """The same ticket, with a default policy from before it came, so that it has clocks."""

    def placed(relation: str, person: Person | None) -> Placed:
        if db.session.scalar(select(SlaPolicy.id).where(SlaPolicy.is_default)) is None:
            a_policy(_name(), default=True)
        return make(relation, person)

    return placed


def missed(make: Maker) -> Maker:
    """The same ticket, with a deadline that a colleague of its team missed and that nobody has explained."""

    def placed(relation: str, person: Person | None) -> Placed:
        found = make(relation, person)
        ticket = db.session.get(Ticket, found.url["number"])
        if ticket is None:
            return Placed({**found.url, "firing_id": 999_999})
        team = db.session.get_one(Team, ticket.team_id)
        return Placed({**found.url, "firing_id": a_firing(ticket, an_agent(team=team)).id})

    return placed


def a_placed_policy(relation: str, person: Person | None) -> Placed:
    """A policy that is not the default, or none; its calendar for the form."""
    calendar = office_hours(_name())
    policy_id = a_policy(_name(), calendar=calendar).policy_id
    return Placed({"policy_id": 999_999 if relation == "missing" else policy_id}, {"calendar": calendar.id})


def a_planned_policy(relation: str, person: Person | None) -> Placed:
    """A policy with a second version that is still to come."""
    placed = a_placed_policy(relation, person)
    if relation == "there":
        row = db.session.get_one(SlaPolicy, placed.url["policy_id"])
        now = process_time()
        sheet = replace(sheet_of(row, policies.in_force(row.id, now)), forgive=True)
        policies.change_policy(row, sheet, by=the_system().id, now=now, since=now + timedelta(days=9))
    return Placed({**placed.url, "number": 2})


def targets(relation: str, person: Person | None) -> Placed:
    """A calendar in which a new policy may count."""
    return Placed({}, {"calendar": office_hours(_name()).id})


def an_agreement(relation: str, person: Person | None) -> Placed:
    """A company without a contract, and a policy for it."""
    return Placed({}, {"company": a_company(_name()).name, "policy": a_policy(_name()).policy_id})


def a_placed_contract(relation: str, person: Person | None) -> Placed:
    """A contract that runs, or none."""
    version = a_policy(_name())
    contract = a_contract(a_company(_name()), version, CANARY)
    contract_id = 999_999 if relation == "missing" else contract.id
    return Placed({"contract_id": contract_id}, {"policy": version.policy_id})
