"""Letting a change hold: for new tickets, for open ones from now on, or for these from their beginning."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select

from helpdesk import history
from helpdesk.calendars import actions as calendars
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.calendars.rules import CalendarSheet
from helpdesk.db import db
from helpdesk.errors import N_, BadInput, RuleViolation
from helpdesk.sla.actions import policies
from helpdesk.sla.models import SlaPolicy, SlaPolicyVersion
from helpdesk.sla.what_if import drafts, following
from helpdesk.sla.what_if.drafts import Sheet
from helpdesk.sla.what_if.models import DraftState, Reach, SlaDraft, TrialState

NOTHING_DIFFERS = N_("What holds already says the same. There is nothing to publish.")
WHY = N_("Say why: this counts past hours of open tickets anew, and the history keeps your reason.")
RETYPE = N_("Type “%(name)s” to confirm.")
ONLY_NOW = N_("Counting again from the beginning works only from now on, not from a later day.")
DAY_PASSED = N_("That day has begun. Choose a later one, or leave it empty for now.")


class Whom(StrEnum):
    """Which tickets a published change reaches."""

    NEW = "new"
    ONWARD = "onward"
    RETROACTIVE = "retroactive"


class Saved(StrEnum):
    """What came of it: nothing differed, only the name did, or a new version was made."""

    NOTHING = "nothing"
    NAME = "name"
    VERSION = "version"


REACHES = {Whom.ONWARD: Reach.ONWARD, Whom.RETROACTIVE: Reach.RETROACTIVE}


@dataclass(frozen=True)
class Publication:
    """How a change is to hold. `since` None: from now. `typed` is the name, typed again to confirm."""

    whom: Whom
    since: datetime | None = None
    why: str = ""
    typed: str = ""


def usually(sheet: Sheet) -> Whom:
    """Whom a change reaches unless somebody says otherwise.

    A holiday of next week concerns what is open; a target was told to the client when he asked.
    """
    return Whom.ONWARD if isinstance(sheet, CalendarSheet) else Whom.NEW


def save(
    subject: Calendar | SlaPolicy,
    sheet: Sheet,
    how: Publication,
    *,
    by: int,
    now: datetime,
    seen: Mapping[str, int] | None = None,
) -> Saved:
    """Make the new version and let those tickets follow that it is to reach.

    Raises BadInput (why, typed, since) where counting anew is not confirmed, else as the actions of calendars
    and policies. The caller has locked the row. `seen` are the figures of a trial, kept with the act.
    """
    _check(subject, how, now)
    before = _newest(subject)
    if not _change(subject, sheet, how, by=by, now=now):
        return Saved.NOTHING
    after = _newest(subject)
    if after == before:
        return Saved.NAME
    reach = REACHES.get(how.whom)
    if reach is None:
        return Saved.VERSION
    plan = following.calendar_version if isinstance(subject, Calendar) else following.policy_version
    more = {"since": how.since, "reach": reach, "why": how.why, "seen": seen}
    plan(subject.id, after, by=by, now=now, **more)  # type: ignore[arg-type]
    if how.whom is Whom.RETROACTIVE:
        _tell(subject, how, seen or {}, by=by, now=now)
    return Saved.VERSION


def publish(draft: SlaDraft, how: Publication, *, by: int, now: datetime) -> Saved:
    """Let the draft hold. Raises RuleViolation when it ended or says nothing new; else as `save`."""
    drafts.check_open(draft)
    subject, sheet = drafts.subject_of(draft), drafts.sheet_of(draft)
    saved = save(subject, sheet, how, by=by, now=now, seen=_seen(draft))
    if saved is Saved.NOTHING:
        raise RuleViolation(NOTHING_DIFFERS)
    drafts.end(draft, DraftState.PUBLISHED, now=now)
    return saved


def _check(subject: Calendar | SlaPolicy, how: Publication, now: datetime) -> None:
    if how.since is not None and how.since <= now:
        raise BadInput(DAY_PASSED, "since")
    if how.whom is not Whom.RETROACTIVE:
        return
    if how.since is not None:
        raise BadInput(ONLY_NOW, "since")
    if not how.why:
        raise BadInput(WHY, "why")
    if " ".join(how.typed.split()).casefold() != subject.name.casefold():
        raise BadInput(RETYPE, "typed", name=subject.name)


def _change(subject: Calendar | SlaPolicy, sheet: Sheet, how: Publication, *, by: int, now: datetime) -> bool:
    onward = how.whom is Whom.ONWARD
    also: history.Facts = {"open_tickets": how.whom.value} if onward else {}
    if isinstance(sheet, CalendarSheet):
        assert isinstance(subject, Calendar)  # noqa: S101  a draft's kind says which
        return calendars.change_calendar(
            subject, sheet, by=by, now=now, since=how.since, why=how.why, also=also
        )
    assert isinstance(subject, SlaPolicy)  # noqa: S101
    return policies.change_policy(subject, sheet, by=by, now=now, since=how.since, why=how.why, also=also)


def _newest(subject: Calendar | SlaPolicy) -> int:
    if isinstance(subject, Calendar):
        newest = select(func.max(CalendarVersion.id)).where(CalendarVersion.calendar_id == subject.id)
    else:
        newest = select(func.max(SlaPolicyVersion.id)).where(SlaPolicyVersion.policy_id == subject.id)
    return db.session.scalar(newest) or 0


def _tell(
    subject: Calendar | SlaPolicy, how: Publication, seen: Mapping[str, int], *, by: int, now: datetime
) -> None:
    """Counting anew has an entry of its own in the history, with what was known when it was decided."""
    kind = calendars.KIND if isinstance(subject, Calendar) else policies.KIND
    facts: dict[str, history.Value] = {"open_tickets": how.whom.value, "why": how.why}
    facts |= {f"seen_{name}": count for name, count in seen.items()}
    history.changed((kind, subject.id, subject.name), {}, facts, by=by, now=now)


def _seen(draft: SlaDraft) -> dict[str, int]:
    """The figures of the last trial that was looked at to its end."""
    last = drafts.last_trial(draft.id)
    if last is None or last.state is not TrialState.DONE:
        return {}
    return {name: last.counts.get(name, 0) for name in ("tickets", "changed", "come", "go")}
