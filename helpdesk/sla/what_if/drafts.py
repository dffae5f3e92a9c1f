"""Drafts of calendars and policies: kept beside what holds, tried on past tickets, published or discarded."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from helpdesk.calendars.models import Calendar
from helpdesk.calendars.rules import CalendarSheet
from helpdesk.db import db, notify
from helpdesk.errors import N_, RuleViolation
from helpdesk.sla.models import SlaPolicy
from helpdesk.sla.sheets import PolicySheet
from helpdesk.sla.what_if.models import DraftKind, DraftState, SlaDraft, SlaTrial, TrialBasis, TrialState
from helpdesk.sla.what_if.sheet_json import from_json, to_json

CHANNEL = "trial"
UNREADABLE = N_("This draft was made by an older edition of the desk. Discard it and write it once more.")
ENDED = N_("This draft is no longer open: it was published or discarded.")
Sheet = CalendarSheet | PolicySheet
KIND_OF: dict[type[Sheet], DraftKind] = {
    CalendarSheet: DraftKind.CALENDAR,
    PolicySheet: DraftKind.POLICY,
}


def keep(
    sheet: Sheet,
    subject_id: int,
    *,
    seen_event_id: int,
    since: datetime | None,
    why: str,
    by: int,
    now: datetime,
) -> SlaDraft:
    """Put the sheet aside without letting it hold. `seen_event_id`: the last change its author knows of."""
    draft = SlaDraft(
        kind=KIND_OF[type(sheet)],
        subject_id=subject_id,
        sheet=to_json(sheet),
        seen_event_id=seen_event_id,
        since=since,
        why=why,
        author_id=by,
        created_at=now,
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def sheet_of(draft: SlaDraft) -> Sheet:
    """What the draft says. Raises RuleViolation when this edition of the desk cannot read it."""
    try:
        if draft.kind is DraftKind.CALENDAR:
            return from_json(CalendarSheet, draft.sheet)
        return from_json(PolicySheet, draft.sheet)
    except (TypeError, KeyError, ValueError) as problem:
        raise RuleViolation(UNREADABLE) from problem


def subject_of(draft: SlaDraft) -> Calendar | SlaPolicy:
    """The calendar or the policy that it would change."""
    if draft.kind is DraftKind.CALENDAR:
        return db.session.get_one(Calendar, draft.subject_id)
    return db.session.get_one(SlaPolicy, draft.subject_id)


def open_drafts() -> Sequence[SlaDraft]:
    """Every draft that may still be published, the newest first."""
    waiting = select(SlaDraft).where(SlaDraft.state == DraftState.OPEN)
    return db.session.scalars(waiting.order_by(SlaDraft.id.desc())).all()


def try_on(
    draft: SlaDraft, basis: TrialBasis, from_at: datetime, until_at: datetime, *, by: int, now: datetime
) -> SlaTrial:
    """Let the worker look what the draft would have made of the tickets of a period.

    A trial that is still under way is given up for this one.
    """
    check_open(draft)
    stop_trials(draft)
    trial = SlaTrial(
        draft_id=draft.id,
        basis=basis,
        from_at=from_at,
        until_at=until_at,
        as_of=now,
        by_id=by,
        created_at=now,
    )
    db.session.add(trial)
    db.session.flush()
    notify(CHANNEL)
    return trial


def discard(draft: SlaDraft, *, now: datetime) -> None:
    """Put the draft away for good; doing it twice changes nothing."""
    if draft.state is DraftState.DISCARDED:
        return
    check_open(draft)
    end(draft, DraftState.DISCARDED, now=now)


def end(draft: SlaDraft, state: DraftState, *, now: datetime) -> None:
    """The draft is open no longer, and nothing is tried with it any more."""
    stop_trials(draft)
    draft.state, draft.ended_at = state, now


def check_open(draft: SlaDraft) -> None:
    """Raise RuleViolation for a draft that was published or discarded."""
    if draft.state is not DraftState.OPEN:
        raise RuleViolation(ENDED)


def stop_trials(draft: SlaDraft) -> None:
    """Give up what is still under way."""
    under_way = SlaTrial.state.in_((TrialState.WAITING, TrialState.RUNNING))
    db.session.execute(
        update(SlaTrial).where(SlaTrial.draft_id == draft.id, under_way).values(state=TrialState.FAILED)
    )


def last_trial(draft_id: int) -> SlaTrial | None:
    """The newest look at past tickets with this draft."""
    newest = select(SlaTrial).where(SlaTrial.draft_id == draft_id).order_by(SlaTrial.id.desc()).limit(1)
    return db.session.scalar(newest)
