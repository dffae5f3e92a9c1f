"""What the pictures show of promises beyond the demo: drafts, recomputes, and clocks with a story."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func, select
from staged import Stage

from helpdesk import clock
from helpdesk.admin.staleness import seen_now
from helpdesk.db import db, transaction
from helpdesk.sla.actions import policies
from helpdesk.sla.models import Metric, SlaClock, SlaFiring, SlaPolicy, SlaPolicyVersion
from helpdesk.sla.sheets import Cell, PolicySheet, sheet_of
from helpdesk.sla.what_if import drafts, publishing
from helpdesk.sla.what_if.models import SlaDraft, SlaRecompute, TrialBasis
from helpdesk.sla.what_if.publishing import Publication, Whom
from helpdesk.sla.what_if.recomputing import recompute
from helpdesk.sla.what_if.trials import try_drafts
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State

MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Promises:
    """Numbers and ids by which clocks, drafts and recomputes are found."""

    late: int
    waiting: int
    many: int
    draft: int
    tried: int
    changed_policy: int
    recompute: int


def set_promises(stage: Stage) -> Promises:
    """Write everything, in the name of the administrator."""
    admin = stage.people["admin"]
    first, *_, last = _policies()
    with transaction():
        tried = _draft(first, 3, by=admin)
        now = clock.now(db.session)
        drafts.try_on(tried, TrialBasis.WAS_OPEN, now - MONTH, now, by=admin, now=now)
        published = _draft(last, 2, by=admin)
        how = Publication(Whom.RETROACTIVE, why="A figure was mistyped.", typed=last.name)
        publishing.publish(published, how, by=admin, now=now)
        untried = _draft(last, 4, by=admin)
        found = {"draft": untried.id, "tried": tried.id, "changed_policy": last.id}
    while try_drafts() or recompute():
        pass
    with transaction():
        return Promises(**found, **_stories(), recompute=_newest_recompute())


def _policies() -> list[SlaPolicy]:
    return list(db.session.scalars(select(SlaPolicy).order_by(SlaPolicy.is_default.desc(), SlaPolicy.id)))


def _draft(policy: SlaPolicy, parts: int, *, by: int) -> SlaDraft:
    """The policy with solutions in so many parts of the time."""
    sheet = _sharper(_sheet_of(policy), parts)
    seen = seen_now(policies.KIND, policy.id)
    now = clock.now(db.session)
    return drafts.keep(sheet, policy.id, seen_event_id=seen, since=None, why="", by=by, now=now)


def _sheet_of(policy: SlaPolicy) -> PolicySheet:
    newest = select(SlaPolicyVersion).where(SlaPolicyVersion.policy_id == policy.id)
    return sheet_of(policy, db.session.scalars(newest.order_by(SlaPolicyVersion.n.desc()).limit(1)).one())


def _sharper(sheet: PolicySheet, parts: int) -> PolicySheet:
    targets: Mapping[Cell, int] = {
        cell: seconds * (parts - 1) // parts if cell.metric == Metric.RESOLUTION else seconds
        for cell, seconds in sheet.targets.items()
    }
    return replace(sheet, targets=targets)


def _stories() -> dict[str, int]:
    """An open ticket whose solution is late, one that waits, and one whose clocks ran most often."""
    late = (
        select(SlaFiring.ticket_id)
        .join(Ticket)
        .where(Ticket.state == State.OPEN, SlaFiring.metric == Metric.RESOLUTION, SlaFiring.percent == 100)
    )
    waiting = select(Ticket.id).where(Ticket.state == State.WAITING_CLIENT)
    many = select(SlaClock.ticket_id).group_by(SlaClock.ticket_id).order_by(func.max(SlaClock.cycle).desc())
    found = {"late": late.order_by(SlaFiring.at.desc()), "waiting": waiting.order_by(Ticket.id), "many": many}
    return {name: db.session.scalars(query.limit(1)).one() for name, query in found.items()}


def _newest_recompute() -> int:
    return db.session.scalars(select(func.max(SlaRecompute.id))).one()
