"""What each step of a clock did to its target, its seconds and its deadline."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel import gettext

from helpdesk.i18n import moment as said
from helpdesk.i18n import open_hours, overrun, working_days
from helpdesk.sla.instants import local
from helpdesk.sla.ledger import Fact
from helpdesk.sla.rules import Step
from helpdesk.sla.telling import Telling
from helpdesk.tickets.rules import WaitReason
from helpdesk.tickets.words import WAIT_REASONS


def figures_of(told: Telling, step: Step) -> str:
    """What a step did; "" for nothing."""
    return FIGURES.get(step.kind, _none)(told, step, told.fact(step.seq))


def entered(fact: Fact | None) -> str:
    """When it was written down, if that was later than it happened."""
    found = fact.payload.get("found_at") if fact is not None else None
    if fact is None or not found or datetime.fromisoformat(found) <= fact.at:
        return ""
    return gettext("written down %(when)s", when=said(datetime.fromisoformat(found)))


def _none(told: Telling, step: Step, fact: Fact | None) -> str:
    return ""


def _due(told: Telling, step: Step, fact: Fact | None) -> str:
    if step.due_at is None:
        return ""
    return gettext("due %(when)s", when=said(local(step.due_at)))


def _left(told: Telling, step: Step, fact: Fact | None) -> str:
    left, clock = step.target_s - step.elapsed_s, told.found.clock
    if left < 0 or (left == 0 and step.epoch == clock.epoch and clock.breached):
        return gettext("%(span)s over", span=overrun(left))
    return gettext("%(span)s left", span=open_hours(left))


def _waiting(told: Telling, step: Step, fact: Fact | None) -> str:
    """What is left, what is waited for, and until when at the latest."""
    return "; ".join(part for part in (_left(told, step, fact), waiting_for(fact)) if part)


def waiting_for(fact: Fact | None) -> str:
    """What is waited for, and until when at the latest."""
    about, until = (fact.payload.get(name) if fact is not None else None for name in ("about", "wake_at"))
    parts = []
    if about and about != WaitReason.OTHER:
        parts.append(str(WAIT_REASONS[about]))
    if until:
        latest = said(datetime.fromisoformat(until))
        parts.append(gettext("until %(when)s at the latest", when=latest))
    return "; ".join(parts)


def _moved(told: Telling, step: Step, fact: Fact | None) -> str:
    """The target, what became of the seconds counted, and where the deadline went."""
    before = step.before
    if before is None:
        return ""
    parts = [_targets(told, before.target_s, step.target_s), _counted(told, before.elapsed_s, step)]
    old, new = (said(local(at)) if at is not None else "" for at in (before.due_at, step.due_at))
    if old and new and old != new:
        parts.append(gettext("due %(new)s instead of %(old)s", old=old, new=new))
    else:
        parts.append(_due(told, step, fact) or _left(told, step, fact))
    return "; ".join(part for part in parts if part)


def _targets(told: Telling, old: int, new: int) -> str:
    if old == new:
        return gettext("the target stays %(new)s", new=working_days(new, told.day_s))
    return gettext(
        "target %(old)s → %(new)s", old=working_days(old, told.day_s), new=working_days(new, told.day_s)
    )


def _counted(told: Telling, before: int, step: Step) -> str:
    if not before:
        return ""
    if step.elapsed_s == before:
        return gettext("the %(span)s already counted are kept", span=open_hours(before))
    if step.elapsed_s == 0:
        return gettext("the %(span)s counted so far are dropped", span=open_hours(before))
    return gettext(
        "the %(old)s counted so far become %(new)s", old=open_hours(before), new=open_hours(step.elapsed_s)
    )


def _standing(told: Telling, step: Step, fact: Fact | None) -> str:
    """Whether a missed deadline of earlier terms still counts."""
    clock = told.found.clock
    if step.epoch == clock.epoch:
        return ""
    forgiving = _forgiving(told, step)
    if forgiving is not None:
        return gettext("forgiven by the change of %(when)s", when=said(local(forgiving.at)))
    if clock.missed_once:
        return gettext("it counts as missed although the deadline moved later")
    return gettext("forgiven: the deadline moved later, and the policy lets that count")


def _forgiving(told: Telling, breach: Step) -> Step | None:
    """The change of hours or policy after a breach that forgives what only the old terms missed."""
    for step in told.found.steps:
        fact = told.fact(step.seq)
        is_later = step.kind == "changed" and step.epoch > breach.epoch
        if is_later and fact is not None and fact.payload.get("forgives"):
            return step
    return None


FIGURES: Mapping[str, Callable[[Telling, Step, Fact | None], str]] = {
    "started": _due,
    "resumed": _due,
    "paused": _waiting,
    "idle": _left,
    "changed": _moved,
    "stopped": _left,
    "breached": _standing,
}
