"""Letting open tickets follow a change: a recompute is written down here, and the worker carries it out.

Call one of these in the transaction that makes the change. What is resolved or closed never follows; new
tickets need nothing, they choose what holds when they come in.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update

from helpdesk.db import db, notify
from helpdesk.sla.what_if.models import (
    ItemState,
    Reach,
    RecomputeState,
    SlaRecompute,
    SlaRecomputeItem,
    Subject,
)

CHANNEL = "recompute"


def calendar_version(
    calendar_id: int,
    version_id: int,
    *,
    by: int,
    now: datetime,
    since: datetime | None = None,
    reach: Reach = Reach.ONWARD,
    why: str = "",
    seen: Mapping[str, int] | None = None,
) -> SlaRecompute:
    """Open tickets count in this version of their calendar from now, or from `since` later.

    `Reach.ONWARD` keeps what was counted; `Reach.RETROACTIVE` counts from each ticket's beginning, and what
    was missed only by the old hours is missed no more. `seen` are the figures that were looked at before.
    """
    return _plan(Subject.CALENDAR, calendar_id, version_id, reach, since, why, seen, by=by, now=now)


def policy_version(
    policy_id: int,
    version_id: int,
    *,
    by: int,
    now: datetime,
    since: datetime | None = None,
    reach: Reach = Reach.ONWARD,
    why: str = "",
    seen: Mapping[str, int] | None = None,
) -> SlaRecompute:
    """Open tickets under this policy go over to this version of it; else as `calendar_version`."""
    return _plan(Subject.POLICY, policy_id, version_id, reach, since, why, seen, by=by, now=now)


def policy_for_company(
    company_id: int,
    *,
    by: int,
    now: datetime,
    since: datetime | None = None,
    reach: Reach = Reach.ONWARD,
    why: str = "",
) -> SlaRecompute:
    """Open tickets of the company go over to the policy that its contracts give it then, else the default.

    For a contract that begins, changes or ends: call it after the rows of the contract are written, with
    `since` as the instant from which that holds (None: now). A planned one looks at the contracts of its own
    instant, so it may be called again whenever they change. Tickets whose policy stays are left alone.
    """
    return _plan(Subject.COMPANY, company_id, None, reach, since, why, None, by=by, now=now)


def zone_rules(calendar_id: int, version_id: int, *, by: int, now: datetime) -> SlaRecompute:
    """Open tickets count by the zone's new rules from now on.

    All that count in the calendar, not only those due beyond the change: a new priority may carry any of them
    there. What was counted, and what is missed already, stays.
    """
    return _plan(Subject.ZONE, calendar_id, version_id, Reach.ONWARD, None, "", None, by=by, now=now)


def take_back(subject: Subject, version_id: int, *, now: datetime) -> None:
    """Let nothing follow a version that was taken back before it held."""
    planned = (SlaRecompute.subject == subject, SlaRecompute.version_id == version_id)
    coming = update(SlaRecompute).where(*planned, SlaRecompute.state == RecomputeState.PLANNED)
    db.session.execute(coming.values(state=RecomputeState.CANCELLED, finished_at=now))


def try_again(run: SlaRecompute) -> int:
    """Let the worker take up once more what failed; how many tickets that is."""
    failed = (SlaRecomputeItem.recompute_id == run.id) & (SlaRecomputeItem.state == ItemState.FAILED)
    again = update(SlaRecomputeItem).where(failed).values(state=ItemState.WAITING)
    count = len(db.session.execute(again.returning(SlaRecomputeItem.ticket_id)).all())
    if count:
        run.state = RecomputeState.RUNNING
        db.session.flush()
        notify(CHANNEL)
    return count


def _plan(
    subject: Subject,
    subject_id: int,
    version_id: int | None,
    reach: Reach,
    since: datetime | None,
    why: str,
    seen: Mapping[str, int] | None,
    *,
    by: int,
    now: datetime,
) -> SlaRecompute:
    row = SlaRecompute(
        subject=subject,
        subject_id=subject_id,
        version_id=version_id,
        reach=reach,
        effective_at=max(since or now, now),
        why=why,
        seen=dict(seen or {}),
        by_id=by,
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    notify(CHANNEL)
    return row
