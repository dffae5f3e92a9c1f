"""Making policies: a change is a new version, and a ticket keeps the version it was opened under."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, null, or_, select

from helpdesk import history
from helpdesk.calendars.models import Calendar
from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.errors import N_, RuleViolation
from helpdesk.sla.acts import Act, Scope
from helpdesk.sla.days import day_of
from helpdesk.sla.models import (
    Contract,
    Metric,
    SlaPolicy,
    SlaPolicyStep,
    SlaPolicyVersion,
    SlaTarget,
    TicketSla,
)
from helpdesk.sla.policy_facts import facts_of
from helpdesk.sla.sheet_checks import problems
from helpdesk.sla.sheets import CELLS, CELLS_BY_TYPE, PRIORITIES, Cell, PolicySheet, sheet_of
from helpdesk.sla.typed import HOUR, MINUTE
from helpdesk.sla.what_if import following
from helpdesk.sla.what_if.models import Reach
from helpdesk.tickets.models import Ticket

KIND = "policy"
COMPANIES_NAMED = 3
FIRST_ANSWER_S = (30 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR)
SOLUTION_S = (4 * HOUR, 8 * HOUR, 24 * HOUR, 40 * HOUR)


class NameTaken(RuleViolation):
    """There is another policy of that name."""


def starter_policy(
    calendar: Calendar,
    *,
    name: str = "Standard",
    first_answer_s: Sequence[int] = FIRST_ANSWER_S,
    solution_s: Sequence[int] = SOLUTION_S,
    day_and_night: Calendar | None = None,
) -> PolicySheet:
    """A first policy from few numbers: seconds for P1 to P4, counted in the calendar's open hours.

    The next answer is owed as soon as the first one, nothing is asked of the lines by themselves, and waiting
    for others pauses the clocks. `day_and_night` is a calendar for P1 alone, such as around the clock. Give
    the result to `create_policy`.
    """
    targets: dict[Cell, int] = {}
    for priority, answer, solution in zip(PRIORITIES, first_answer_s, solution_s, strict=True):
        targets[Cell(priority, Metric.FIRST_RESPONSE.value)] = answer
        targets[Cell(priority, Metric.NEXT_RESPONSE.value)] = answer
        targets[Cell(priority, Metric.RESOLUTION.value)] = solution
    calendars = dict.fromkeys(PRIORITIES, calendar.id)
    if day_and_night is not None:
        calendars["P1"] = day_and_night.id
    return PolicySheet(name, targets, calendars)


def create_policy(sheet: PolicySheet, *, by: int, now: datetime, why: str = "") -> SlaPolicy:
    """A new policy with its first version, in force from now on; the first of all becomes the default one.

    Raises BadInput (its `field` names the place) when the sheet cannot be, NameTaken when another policy has
    the name. Tickets opened from now on keep clocks by it; those open already do not.
    """
    check(sheet, own_id=0)
    policy = SlaPolicy(name=sheet.name, is_default=default_policy() is None, created_at=now)
    db.session.add(policy)
    db.session.flush()
    _write(policy, sheet, since=now, by=by)
    facts = facts_of(sheet, None, now, why=why)
    history.changed((KIND, policy.id, policy.name), None, facts, by=by, now=now)
    return policy


def change_policy(
    policy: SlaPolicy,
    sheet: PolicySheet,
    *,
    by: int,
    now: datetime,
    since: datetime | None = None,
    why: str = "",
    also: history.Facts | None = None,
) -> bool:
    """Let this sheet hold from now, or from `since` later, as a new version; False when nothing differs.

    A new name holds at once and makes no version. `also` goes into the same entry of the history. Raises as
    `create_policy`. The caller has locked the row.
    """
    check(sheet, own_id=policy.id)
    before = sheet_of(policy, in_force(policy.id, now))
    renamed, differs = before.name != sheet.name, without_name(before) != without_name(sheet)
    if not renamed and not differs:
        return False
    policy.name = sheet.name
    if differs:
        _write(policy, sheet, since=max(since or now, now), by=by)
    later = since if since is not None and since > now and differs else None
    old, new = facts_of(before, None, now), facts_of(sheet, before, now, since=later, why=why)
    history.changed((KIND, policy.id, policy.name), old, {**new, **(also or {})}, by=by, now=now)
    return True


def make_default(policy: SlaPolicy, *, by: int, now: datetime) -> None:
    """Let this policy catch the tickets of companies without a contract; the one before lets go of them."""
    if policy.retired_at is not None:
        raise RuleViolation(N_("This policy is out of use. Take it back into use first."))
    before = default_policy(lock=True)
    if before is not None and before.id == policy.id:
        return
    if before is not None:
        before.is_default = False
        db.session.flush()
        history.changed((KIND, before.id, before.name), {"default": True}, {"default": False}, by=by, now=now)
    policy.is_default = True
    db.session.flush()
    history.changed((KIND, policy.id, policy.name), {"default": False}, {"default": True}, by=by, now=now)


def retire(policy: SlaPolicy, *, by: int, now: datetime, reach: Reach | None = None) -> None:
    """Put the policy away; refused for the default one and while a contract runs or is to come.

    Open tickets under it keep their clocks to the end, unless with a `reach` they go over to the policy that
    holds for their company now.
    """
    if policy.is_default:
        raise RuleViolation(
            N_("This policy holds where no contract does. Make another one the default first.")
        )
    signed = companies_under(policy.id, now)
    if signed:
        raise RuleViolation(
            N_("It holds by contract for %(companies)s. End those contracts before you put it away."),
            companies=named(signed),
        )
    if policy.retired_at is None:
        policy.retired_at = now
        history.changed((KIND, policy.id, policy.name), {"in_use": True}, None, by=by, now=now)
        if reach is not None:
            _let_go(policy, reach, by=by, now=now)


def restore(policy: SlaPolicy, *, by: int, now: datetime) -> None:
    """Take it back into use."""
    if policy.retired_at is not None:
        policy.retired_at = None
        before, after = {"in_use": False}, {"in_use": True}
        history.changed((KIND, policy.id, policy.name), before, after, by=by, now=now)


def withdraw(policy: SlaPolicy, version: SlaPolicyVersion, *, by: int, now: datetime) -> None:
    """Take back a version that is still to come, so that no ticket can be under it."""
    if version.policy_id != policy.id or version.valid_from <= now:
        raise RuleViolation(N_("This version holds already; change the policy instead."))
    db.session.execute(delete(SlaPolicyStep).where(SlaPolicyStep.policy_version_id == version.id))
    db.session.execute(delete(SlaTarget).where(SlaTarget.policy_version_id == version.id))
    db.session.execute(delete(SlaPolicyVersion).where(SlaPolicyVersion.id == version.id))
    planned = {"planned": day_of(version.valid_from).isoformat()}
    history.changed((KIND, policy.id, policy.name), planned, {"planned": None}, by=by, now=now)


def check(sheet: PolicySheet, *, own_id: int) -> None:
    """Refuse what cannot be a policy: the first of its problems, or a name that another one has."""
    problem = next(problems(sheet), None)
    if problem is not None:
        raise problem
    same = select(SlaPolicy.id).where(
        func.lower(SlaPolicy.name) == sheet.name.lower(), SlaPolicy.id != own_id
    )
    if db.session.scalar(same):
        raise NameTaken(N_("There is another policy called “%(name)s”."), name=sheet.name)


def in_force(policy_id: int, now: datetime) -> SlaPolicyVersion:
    """The version that holds now."""
    statement = select(SlaPolicyVersion).where(
        SlaPolicyVersion.policy_id == policy_id, SlaPolicyVersion.valid_from <= now
    )
    newest_first = (SlaPolicyVersion.valid_from.desc(), SlaPolicyVersion.n.desc())
    return db.session.scalars(statement.order_by(*newest_first).limit(1)).one()


def default_policy(*, lock: bool = False) -> SlaPolicy | None:
    """The policy that holds where no contract does; None while the desk has none."""
    statement = select(SlaPolicy).where(SlaPolicy.is_default)
    return db.session.scalar(statement.with_for_update(key_share=True) if lock else statement)


def companies_under(policy_id: int, now: datetime) -> list[str]:
    """The companies whose contract for this policy runs or is to come, by name."""
    statement = (
        select(Company.name)
        .join(Contract, Contract.company_id == Company.id)
        .where(
            Contract.policy_id == policy_id, or_(Contract.valid_until.is_(None), Contract.valid_until > now)
        )
    )
    return sorted(set(db.session.scalars(statement)), key=str.casefold)


def _let_go(policy: SlaPolicy, reach: Reach, *, by: int, now: datetime) -> None:
    """Its open tickets go over to what holds for their companies."""
    history.changed((KIND, policy.id, policy.name), {}, {"open_tickets": reach.value}, by=by, now=now)
    for company_id in _companies_with_open(policy.id):
        following.policy_for_company(company_id, by=by, now=now, reach=reach)


def _companies_with_open(policy_id: int) -> Sequence[int]:
    """Whose open tickets run under the policy."""
    versions = select(SlaPolicyVersion.id).where(SlaPolicyVersion.policy_id == policy_id)
    under = select(TicketSla.ticket_id).where(TicketSla.policy_version_id.in_(versions))
    statement = select(Ticket.company_id).where(Ticket.resolved_at.is_(None), Ticket.id.in_(under))
    return db.session.scalars(statement.distinct().order_by(Ticket.company_id)).all()


def named(companies: Sequence[str]) -> str:
    """The first few of them, and how many more there are."""
    shown = ", ".join(companies[:COMPANIES_NAMED])
    more = len(companies) - COMPANIES_NAMED
    return f"{shown} (+{more})" if more > 0 else shown


def without_name(sheet: PolicySheet) -> tuple[object, ...]:
    """What makes a version: everything but the name; calendars only where a target counts in one."""
    used = {cell: sheet.calendar_of(cell) for cell in sheet.targets}
    rest = (sheet.on_change, sheet.reopen, sheet.reopen_grace_s, sheet.ola_reentry, sheet.forgive)
    return (
        dict(sheet.targets),
        used,
        frozenset(sheet.pause_states),
        rest,
        sheet.percents,
        sheet.overlap_allowed,
        sheet.steps,
        sheet.longest_wait_s,
    )


def _write(policy: SlaPolicy, sheet: PolicySheet, *, since: datetime, by: int) -> None:
    highest = select(func.max(SlaPolicyVersion.n)).where(SlaPolicyVersion.policy_id == policy.id)
    places = {cell: place for place, cell in enumerate((*CELLS, *CELLS_BY_TYPE))}
    db.session.add(
        SlaPolicyVersion(
            policy_id=policy.id,
            n=(db.session.scalar(highest) or 0) + 1,
            valid_from=since,
            on_change=sheet.on_change,
            reopen=sheet.reopen,
            reopen_grace_s=sheet.reopen_grace_s,
            ola_reentry=sheet.ola_reentry,
            pause_states=list(sheet.pause_states),
            thresholds=list(sheet.percents),
            forgive=sheet.forgive,
            overlap_allowed=sheet.overlap_allowed,
            longest_wait_s=null() if sheet.longest_wait_s is None else sheet.longest_wait_s,
            created_by_id=by,
            steps=[
                SlaPolicyStep(scope=Scope(step.scope), percent=step.percent, act=Act(step.act))
                for step in sorted(sheet.steps)
            ],
            targets=[_target(cell, sheet) for cell in sorted(sheet.targets, key=places.__getitem__)],
        )
    )
    db.session.flush()


def _target(cell: Cell, sheet: PolicySheet) -> SlaTarget:
    return SlaTarget(
        metric=Metric(cell.metric),
        line=cell.line,
        priority=cell.priority,
        type=cell.type,
        seconds=sheet.targets[cell],
        calendar_id=sheet.calendar_of(cell),
    )
