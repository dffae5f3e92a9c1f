"""The stage of the chaos run: people who are told, a policy of seconds that acts, tickets that come in."""

import random
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Flask
from sqlalchemy import delete, select, update

from helpdesk import clock
from helpdesk.accounts.models import Membership, Team
from helpdesk.accounts.people import system_id
from helpdesk.app import create_app
from helpdesk.clients.models import Company, Contact
from helpdesk.config import Settings
from helpdesk.db import db, transaction
from helpdesk.demo.firm import found_firm
from helpdesk.notifications.models import Notice, NotificationHours, NotificationPreference
from helpdesk.sla.actions import policies
from helpdesk.sla.acts import DEFAULT_STEPS, Act, Scope, Step
from helpdesk.sla.models import Contract, SlaPolicy, SlaTarget
from helpdesk.sla.rules import Metric
from helpdesk.sla.sheets import PRIORITIES, Cell, PolicySheet, sheet_of
from helpdesk.sla.what_if import following
from helpdesk.tickets.actions import ClientMessage, Opening, open_ticket
from helpdesk.tickets.rules import Channel, Priority, TicketType

ALWAYS_OPEN = "Round the clock"  # the demo's policy whose calendar never closes
LEAST, SPREAD = 60, 12  # seconds
STEPS = DEFAULT_STEPS | {
    Step(Scope.CLIENT.value, 75, Act.RAISE_PRIORITY.value),
    Step(Scope.LINE.value, 100, Act.ESCALATE.value),
}


@dataclass(frozen=True)
class Stage:
    """Who asks, who works, and which policy promises so much in so few seconds."""

    company_id: int
    contact_id: int
    author_id: int
    team_id: int
    people: tuple[int, ...]
    policy_id: int
    ago_s: int


def program(settings: Settings, process: str) -> Flask:
    """The program as that command runs it."""
    return create_app(settings, process=process)


def set_the_stage(seconds: float) -> Stage:
    """The demo's firm with one more policy, all of whose deadlines pass within so many seconds."""
    found_firm()
    with transaction():
        db.session.execute(delete(NotificationHours))
        db.session.execute(delete(NotificationPreference))
        contact = db.session.scalars(
            select(Contact).join(Company).where(Company.name != "").order_by(Contact.id).limit(1)
        ).one()
        team = db.session.scalars(select(Team).where(Team.line == 1, Team.is_default)).one()
        people = db.session.scalars(select(Membership.person_id).where(Membership.team_id == team.id)).all()
        return Stage(
            contact.company_id,
            contact.id,
            contact.person_id,
            team.id,
            tuple(sorted(people)),
            _policy(contact.company_id, seconds),
            LEAST - round(min(10, seconds / 6)),
        )


def open_one(stage: Stage, dice: random.Random) -> None:
    """A client asked a while ago, and somebody or nobody takes it."""
    with transaction():
        asked = clock.now(db.session) - timedelta(seconds=stage.ago_s + round(dice.uniform(0, SPREAD)))
        message = ClientMessage(author_id=stage.author_id, channel=Channel.MAIL, text="It stands still.")
        opening = Opening(
            channel=Channel.MAIL,
            subject="It stands still",
            type=TicketType.INCIDENT,
            priority=dice.choice(list(Priority)),
            language="en",
            company_id=stage.company_id,
            contact_id=stage.contact_id,
            line=1,
            team_id=stage.team_id,
            assignee_id=dice.choice([None, *stage.people]),
            message=message,
        )
        open_ticket(opening, by=stage.author_id, now=asked)


def change_the_policy(stage: Stage) -> None:
    """A new version with the same seconds, which all open tickets follow."""
    with transaction():
        now, by = clock.now(db.session), system_id()
        policy = db.session.get_one(SlaPolicy, stage.policy_id, with_for_update=True)
        sheet = sheet_of(policy, policies.in_force(policy.id, now))
        grace = sheet.reopen_grace_s
        changed = replace(sheet, reopen_grace_s=grace + (60 if grace % 120 else -60))
        if policies.change_policy(policy, changed, by=by, now=now):
            version = policies.in_force(policy.id, now)
            following.policy_version(policy.id, version.id, by=by, now=now)


def let_mail_go() -> None:
    """As if ten minutes had passed: everybody may get another mail with notices."""
    with transaction():
        earlier = Notice.mailed_at - timedelta(minutes=11)
        db.session.execute(update(Notice).where(Notice.mailed_at.is_not(None)).values(mailed_at=earlier))


def _policy(company_id: int, seconds: float) -> int:
    now, by = clock.now(db.session) - timedelta(hours=1), system_id()
    calendar_id = db.session.scalars(
        select(SlaTarget.calendar_id).where(SlaTarget.policy_version_id == _newest(ALWAYS_OPEN)).limit(1)
    ).one()
    sheet = PolicySheet(
        name="Seconds",
        targets=_targets(seconds),
        calendars=dict.fromkeys(PRIORITIES, calendar_id),
        steps=STEPS,
        overlap_allowed=True,
    )
    policy = policies.create_policy(sheet, by=by, now=now)
    for contract in db.session.scalars(select(Contract).where(Contract.company_id == company_id)):
        contract.valid_until = now - timedelta(seconds=1)
    ours = Contract(company_id=company_id, policy_id=policy.id, name="Chaos", valid_from=now)
    db.session.add(ours)
    db.session.flush()
    return policy.id


def _newest(name: str) -> int:
    policy = db.session.scalars(select(SlaPolicy).where(SlaPolicy.name == name)).one()
    return policies.in_force(policy.id, clock.now(db.session)).id


def _targets(seconds: float) -> dict[Cell, int]:
    """P1 soonest. No policy promises less than a minute, so tickets come in with most of it gone."""
    targets: dict[Cell, int] = {}
    for urgency, priority in enumerate(PRIORITIES, start=1):
        share = {
            Cell(priority, Metric.FIRST_RESPONSE.value): 0.05,
            Cell(priority, Metric.OLA.value, 1): 0.07,
            Cell(priority, Metric.RESOLUTION.value): 0.1,
        }
        targets |= {cell: LEAST + round(seconds * part * urgency) for cell, part in share.items()}
    return targets
