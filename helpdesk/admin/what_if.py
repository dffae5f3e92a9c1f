"""What the pages of drafts and recomputes show: figures of a trial, its list with reasons, and progress."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import Select, and_, case, func, select

from helpdesk.accounts.actor import Actor
from helpdesk.admin.change_lines import Line
from helpdesk.admin.changes import compared
from helpdesk.admin.policy_words import spelled_hours
from helpdesk.calendars import actions as calendars
from helpdesk.calendars import sheets as calendar_sheets
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.calendars.rules import CalendarSheet
from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.i18n import day as day_words
from helpdesk.i18n import gettext, ngettext
from helpdesk.sla.actions import policies
from helpdesk.sla.days import day_of, start_of
from helpdesk.sla.models import SlaPolicy
from helpdesk.sla.policy_facts import facts_of
from helpdesk.sla.sheets import PolicySheet
from helpdesk.sla.sheets import sheet_of as policy_sheet_of
from helpdesk.sla.what_if import drafts
from helpdesk.sla.what_if.models import (
    Effect,
    SlaDraft,
    SlaTrial,
    SlaTrialFinding,
)
from helpdesk.sla.words import NAMES
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visible_to

PAGE, COMPANIES, LATEST = 50, 8, 30
EFFECTS: Mapping[str, Any] = {
    Effect.COME: lazy_gettext("would be missed"),
    Effect.GO: lazy_gettext("would be kept"),
    Effect.EARLIER: lazy_gettext("due earlier"),
    Effect.LATER: lazy_gettext("due later"),
    Effect.BEGINS: lazy_gettext("a clock more"),
    Effect.ENDS: lazy_gettext("no such clock"),
    Effect.OTHER: lazy_gettext("another target"),
}
PERIODS: Mapping[str, Any] = {
    "month": lazy_gettext("Last month"),
    "30": lazy_gettext("The last 30 days"),
    "90": lazy_gettext("The last 90 days"),
    "365": lazy_gettext("The last 365 days"),
}


@dataclass(frozen=True)
class Finding:
    """One clock of the list; `subject` is None where whoever looks may not see the ticket."""

    id: int
    number: int
    subject: str | None
    company: str
    priority: str
    clock: str
    effect: str
    effect_words: str
    due_before: datetime | None
    due_after: datetime | None
    why: str


@dataclass(frozen=True)
class Share:
    """What a draft would do to the tickets of one priority or company."""

    name: str
    come: int
    go: int
    changed: int


def period(code: str, now: datetime) -> tuple[datetime, datetime]:
    """From when until when, in days of the installation's zone; an unknown code is last month."""
    today = day_of(now)
    if code in PERIODS and code.isdigit():
        return start_of(today - timedelta(days=int(code))), now
    first = today.replace(day=1)
    return start_of((first - timedelta(days=1)).replace(day=1)), start_of(first)


def period_of(trial: SlaTrial) -> str:
    """The code of the period at which a trial looked."""
    return next(
        (code for code in PERIODS if period(code, trial.created_at) == (trial.from_at, trial.until_at)),
        "month",
    )


def differing(draft: SlaDraft, now: datetime) -> tuple[Line, ...]:
    """What the draft says otherwise than what holds now."""
    sheet, subject = drafts.sheet_of(draft), drafts.subject_of(draft)
    if isinstance(sheet, CalendarSheet) and isinstance(subject, Calendar):
        version = calendars.in_force(subject.id, now)
        old, new = calendars.facts_between(calendar_sheets.sheet_of(subject, version), sheet)
        return compared(calendars.KIND, old, new)
    if isinstance(sheet, PolicySheet) and isinstance(subject, SlaPolicy):
        before = policy_sheet_of(subject, policies.in_force(subject.id, now))
        return compared(policies.KIND, facts_of(before, None, now), facts_of(sheet, before, now))
    return ()


def findings(actor: Actor, trial: SlaTrial, *, effect: str, after: int, size: int) -> list[Finding]:
    """One page of the list and one line more when there is a next page; breaches that come first."""
    seen = and_(Ticket.id == SlaTrialFinding.ticket_id, visible_to(actor))
    rows = (
        select(SlaTrialFinding, Company.name, Ticket.subject)
        .join(Company, Company.id == SlaTrialFinding.company_id)
        .outerjoin(Ticket, seen)
        .where(SlaTrialFinding.trial_id == trial.id, SlaTrialFinding.id > after)
    )
    if effect in set(Effect):
        rows = rows.where(SlaTrialFinding.effect == effect)
    found = db.session.execute(rows.order_by(SlaTrialFinding.id).limit(size + 1)).all()
    names = _calendar_names(found)
    return [_finding(row, company, subject, names) for row, company, subject in found]


def by_priority(trial: SlaTrial) -> list[Share]:
    """What it would do, by priority."""
    return _shares(_sums(trial, SlaTrialFinding.priority).order_by(SlaTrialFinding.priority))


def by_company(trial: SlaTrial) -> list[Share]:
    """The companies for which the most would change."""
    sums = _sums(trial, Company.name).join(Company, Company.id == SlaTrialFinding.company_id)
    return _shares(sums.order_by(func.count().desc(), Company.name).limit(COMPANIES))


def _sums(trial: SlaTrial, by: Any) -> Select[Any]:
    def of(effect: Effect) -> Any:
        return func.sum(case((SlaTrialFinding.effect == effect, 1), else_=0))

    columns = select(by.label("name"), of(Effect.COME), of(Effect.GO), func.count())
    return columns.select_from(SlaTrialFinding).where(SlaTrialFinding.trial_id == trial.id).group_by(by)


def _shares(statement: Select[Any]) -> list[Share]:
    rows = db.session.execute(statement)
    return [Share(name, int(come), int(go), int(count)) for name, come, go, count in rows]


def _finding(row: SlaTrialFinding, company: str, subject: str | None, names: Mapping[int, str]) -> Finding:
    return Finding(
        id=row.id,
        number=row.ticket_id,
        subject=subject,
        company=company,
        priority=row.priority,
        clock=gettext("Line %(line)s", line=row.line) if row.line else str(NAMES[row.metric.value]),
        effect=row.effect.value,
        effect_words=str(EFFECTS[row.effect]),
        due_before=row.due_before,
        due_after=row.due_after,
        why="; ".join(reasons(row.why, names)),
    )


def reasons(why: Mapping[str, Any], calendar_names: Mapping[int, str]) -> list[str]:
    """The codes and figures of a finding in words."""
    said = []
    if "target" in why:
        said.append(_target(*why["target"]))
    if "calendar" in why:
        old, new = (calendar_names.get(int(version), "?") for version in why["calendar"])
        if old != new:
            said.append(gettext("counts in “%(new)s” instead of “%(old)s”", new=new, old=old))
    if why.get("days"):
        said.append(_days(why["days"], why["day_count"]))
    if why.get("rules"):
        said.append(gettext("other rules for waiting, reopening or the lines"))
    return said


def _target(old: int | None, new: int | None) -> str:
    if old is None or new is None:
        only = spelled_hours(old or new or 0)
        if new is None:
            return gettext("the target of %(span)s goes", span=only)
        return gettext("a target of %(span)s comes", span=only)
    return gettext("target %(new)s instead of %(old)s", new=spelled_hours(new), old=spelled_hours(old))


def _days(days: Sequence[str], count: int) -> str:
    named = ", ".join(day_words(date.fromisoformat(one)) for one in days)
    more = count - len(days)
    if more <= 0:
        return gettext("other hours on %(days)s", days=named)
    return ngettext(
        "other hours on %(days)s and %(num)s more day",
        "other hours on %(days)s and %(num)s more days",
        more,
        days=named,
    )


def _calendar_names(found: Sequence[Any]) -> dict[int, str]:
    wanted = {int(one) for row, *_ in found for one in row.why.get("calendar", ())}
    if not wanted:
        return {}
    named = select(CalendarVersion.id, Calendar.name).join(Calendar)
    return {row.id: row.name for row in db.session.execute(named.where(CalendarVersion.id.in_(wanted)))}
