"""Which event lets one open ticket follow a recompute, by what the ticket's ledger says it runs under."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk.calendars.hours import versions_in_force
from helpdesk.calendars.models import CalendarVersion
from helpdesk.db import db
from helpdesk.sla.events import CalendarChanged, PolicyChanged
from helpdesk.sla.ledger import Fact, choices_in
from helpdesk.sla.models import SlaPolicyVersion, SlaTarget
from helpdesk.sla.policies import Choice, choose
from helpdesk.sla.rules import OnChange
from helpdesk.sla.what_if.held import calendars_held
from helpdesk.sla.what_if.models import Reach, SlaRecompute, Subject
from helpdesk.tickets.models import Ticket

Change = CalendarChanged | PolicyChanged
Order = Mapping[int, tuple[datetime, int]]

OF_CALENDARS = frozenset({Subject.CALENDAR, Subject.ZONE})
MODES = {Reach.ONWARD: OnChange.CARRY, Reach.RETROACTIVE: OnChange.RETROACTIVE}


@dataclass(frozen=True)
class Wanted:
    """What a recompute asks of tickets, read once for all of them.

    `order` has the versions of its calendar or policy by when they hold; `choice` is what a policy or a
    company's contract gives, None for calendars and where nothing is promised. `calendar_of` says whose
    version is whose.
    """

    run: SlaRecompute
    order: Order
    choice: Choice | None
    calendar_of: Mapping[int, int]


def wanted_by(run: SlaRecompute) -> Wanted:
    """Read what the recompute asks."""
    choice = _choice(run)
    if run.subject in OF_CALENDARS:
        order = _calendar_order(run.subject_id)
    else:
        order = _policy_order(choice.policy_version_id) if choice else {}
    every = db.session.execute(select(CalendarVersion.id, CalendarVersion.calendar_id))
    return Wanted(run, order, choice, {row.id: row.calendar_id for row in every})


def change_for(ticket: Ticket, facts: Sequence[Fact], wanted: Wanted, now: datetime) -> Change | None:
    """How the ticket follows; None when it runs under that, or under something newer or else, already."""
    if wanted.run.subject in OF_CALENDARS:
        return _calendar_change(ticket, facts, wanted, now)
    return _policy_change(ticket, facts, wanted, now)


def _calendar_change(
    ticket: Ticket, facts: Sequence[Fact], wanted: Wanted, now: datetime
) -> CalendarChanged | None:
    run, becomes = wanted.run, wanted.run.version_id or 0
    current = next((one for one in calendars_held(facts) if one in wanted.order), None)
    if current is None or wanted.order[current] >= wanted.order[becomes]:
        return None
    return CalendarChanged(
        at=max(run.effective_at, ticket.created_at),
        found_at=now,
        actor_id=run.by_id,
        ticket_id=ticket.id,
        seq=ticket.event_seq + 1,
        calendar_version_id=current,
        becomes_id=becomes,
        retroactive=run.reach is Reach.RETROACTIVE,
        forgives=run.reach is Reach.RETROACTIVE,
        recompute_id=run.id,
        due_before=None,
        due_after=None,
    )


def _policy_change(
    ticket: Ticket, facts: Sequence[Fact], wanted: Wanted, now: datetime
) -> PolicyChanged | None:
    run, choice = wanted.run, wanted.choice
    known = choices_in(facts)
    if choice is None or not known or not _differs(known[-1], choice, wanted):
        return None
    held = {wanted.calendar_of[version]: version for version in calendars_held(facts)}
    versions = {held.get(wanted.calendar_of[one], one) for one in choice.calendar_version_ids}
    return PolicyChanged(
        at=max(run.effective_at, ticket.created_at),
        found_at=now,
        actor_id=run.by_id,
        ticket_id=ticket.id,
        seq=ticket.event_seq + 1,
        policy_version_id=choice.policy_version_id,
        contract_id=choice.contract_id if run.subject is Subject.COMPANY else known[-1].contract_id,
        calendar_version_ids=tuple(sorted(versions)),
        mode=MODES[run.reach].value,
        forgives=run.reach is Reach.RETROACTIVE,
        recompute_id=run.id,
        due_before=None,
        due_after=None,
    )


def _differs(current: Choice, choice: Choice, wanted: Wanted) -> bool:
    """A new version reaches tickets under older ones of its policy; a contract those of other policies."""
    place = wanted.order.get(current.policy_version_id)
    if wanted.run.subject is Subject.COMPANY:
        return place is None
    return place is not None and place < wanted.order[choice.policy_version_id]


def _choice(run: SlaRecompute) -> Choice | None:
    if run.subject is Subject.COMPANY:
        return choose(run.subject_id, run.effective_at)
    if run.subject is not Subject.POLICY or run.version_id is None:
        return None
    calendars = select(SlaTarget.calendar_id).where(SlaTarget.policy_version_id == run.version_id)
    versions = versions_in_force(db.session.scalars(calendars.distinct()).all(), run.effective_at)
    return Choice(run.version_id, None, tuple(sorted(versions.values())))


def _calendar_order(calendar_id: int) -> Order:
    columns = (CalendarVersion.id, CalendarVersion.effective_from, CalendarVersion.n)
    rows = db.session.execute(select(*columns).where(CalendarVersion.calendar_id == calendar_id))
    return {row.id: (row.effective_from, row.n) for row in rows}


def _policy_order(version_id: int) -> Order:
    """All versions of the policy to which this one belongs."""
    policy = select(SlaPolicyVersion.policy_id).where(SlaPolicyVersion.id == version_id).scalar_subquery()
    columns = (SlaPolicyVersion.id, SlaPolicyVersion.valid_from, SlaPolicyVersion.n)
    rows = db.session.execute(select(*columns).where(SlaPolicyVersion.policy_id == policy))
    return {row.id: (row.valid_from, row.n) for row in rows}
