"""Which policy holds for a ticket, and stored policy versions as the engine's values."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app
from sqlalchemy import Select, null, select

from helpdesk.calendars.hours import versions_in_force
from helpdesk.calendars.models import CalendarVersion
from helpdesk.db import asked_once, db
from helpdesk.sla.acts import Step, percents
from helpdesk.sla.models import Contract, SlaPolicy, SlaPolicyStep, SlaPolicyVersion, SlaTarget
from helpdesk.sla.rules import Metric, OnChange, PolicyVersion, Resumption, Target, TicketState


@dataclass(frozen=True)
class Choice:
    """A policy version with the calendar versions that its targets count in; `contract_id` None: the
    default policy.
    """

    policy_version_id: int
    contract_id: int | None
    calendar_version_ids: tuple[int, ...]

    @property
    def key(self) -> str:
        """The name of this combination in a ledger."""
        return f"{self.policy_version_id}/{','.join(map(str, self.calendar_version_ids))}"


@dataclass(frozen=True)
class Duties:
    """What a policy version asks of the desk beside its targets. `longest_wait_s`: None has no cap."""

    steps: frozenset[Step]
    longest_wait_s: int | None


def version_id_of(key: object) -> int:
    """The policy version in a ledger's key."""
    return int(str(key).partition("/")[0])


@asked_once
def choose(company_id: int, at: datetime) -> Choice | None:
    """The policy of the company's contract in force at `at`, else the default one; None when the desk has
    none.
    """
    row = db.session.execute(_by_contract(company_id, at)).first() or db.session.execute(_default(at)).first()
    if row is None:
        return None
    version_id, contract_id = row
    calendar_ids = db.session.scalars(
        select(SlaTarget.calendar_id).where(SlaTarget.policy_version_id == version_id).distinct()
    ).all()
    return Choice(version_id, contract_id, tuple(sorted(versions_in_force(calendar_ids, at).values())))


def policy_of(choice: Choice) -> PolicyVersion:
    """The engine's value of that choice; read once per process, since versions never change."""
    known = cast("dict[str, PolicyVersion]", current_app.extensions.setdefault("sla_policies", {}))
    if choice.key not in known:
        known[choice.key] = _read(choice)
    return known[choice.key]


def duties_of(policy_version_id: int) -> Duties:
    """Its steps and its longest waiting; read once per process, since versions never change."""
    known = cast("dict[int, Duties]", current_app.extensions.setdefault("sla_duties", {}))
    if policy_version_id not in known:
        row = db.session.get_one(SlaPolicyVersion, policy_version_id)
        known[policy_version_id] = Duties(_steps_of(policy_version_id), row.longest_wait_s)
    return known[policy_version_id]


def _by_contract(company_id: int, at: datetime) -> Select[int, int]:
    return (
        select(SlaPolicyVersion.id, Contract.id)
        .join(Contract, Contract.policy_id == SlaPolicyVersion.policy_id)
        .where(
            Contract.company_id == company_id,
            Contract.valid_from <= at,
            (Contract.valid_until.is_(None)) | (Contract.valid_until > at),
            SlaPolicyVersion.valid_from <= at,
        )
        .order_by(
            Contract.valid_from.desc(),
            Contract.id.desc(),
            SlaPolicyVersion.valid_from.desc(),
            SlaPolicyVersion.n.desc(),
        )
        .limit(1)
    )


def _default(at: datetime) -> Select[int, int | None]:
    return (
        select(SlaPolicyVersion.id, null())
        .join(SlaPolicy, SlaPolicy.id == SlaPolicyVersion.policy_id)
        .where(SlaPolicy.is_default, SlaPolicyVersion.valid_from <= at)
        .order_by(SlaPolicyVersion.valid_from.desc(), SlaPolicyVersion.n.desc())
        .limit(1)
    )


def _read(choice: Choice) -> PolicyVersion:
    row = db.session.get_one(SlaPolicyVersion, choice.policy_version_id)
    targets = db.session.scalars(select(SlaTarget).where(SlaTarget.policy_version_id == row.id)).all()
    calendars = _version_by_calendar(choice)
    return PolicyVersion(
        id=choice.key,
        targets=tuple(_target(target, calendars) for target in targets),
        on_change=OnChange(row.on_change),
        reopen=Resumption(row.reopen),
        reopen_grace_s=row.reopen_grace_s,
        ola_reentry=Resumption(row.ola_reentry),
        pause_states=frozenset(TicketState(state) for state in row.pause_states),
        forgive=row.forgive,
        thresholds=percents(row.thresholds, _steps_of(row.id)),
    )


def _steps_of(policy_version_id: int) -> frozenset[Step]:
    rows = select(SlaPolicyStep).where(SlaPolicyStep.policy_version_id == policy_version_id)
    return frozenset(Step(row.scope.value, row.percent, row.act.value) for row in db.session.scalars(rows))


def _version_by_calendar(choice: Choice) -> dict[int, int]:
    from_table = select(CalendarVersion.calendar_id, CalendarVersion.id)
    rows = db.session.execute(from_table.where(CalendarVersion.id.in_(choice.calendar_version_ids)))
    return {row.calendar_id: row.id for row in rows}


def _target(row: SlaTarget, calendars: dict[int, int]) -> Target:
    return Target(
        metric=Metric(row.metric.value),
        priority=row.priority,
        seconds=row.seconds,
        calendar=calendars[row.calendar_id],
        line=row.line,
        type=row.type,
    )
