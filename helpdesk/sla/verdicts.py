"""What a clock comes to, in two short pieces: the verdict, and what stands beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext

from helpdesk.i18n import moment as said
from helpdesk.i18n import open_hours, overrun
from helpdesk.sla.instants import local, when
from helpdesk.sla.rules import ClockState, Metric, Phase
from helpdesk.sla.words import name_of_metric

IN_TIME: Mapping[Metric, Callable[[], str]] = {
    Metric.RESOLUTION: lambda: gettext("Solved in time"),
    Metric.FIRST_RESPONSE: lambda: gettext("Answered in time"),
    Metric.NEXT_RESPONSE: lambda: gettext("Answered in time"),
    Metric.UPDATE: lambda: gettext("Told in time"),
    Metric.OLA: lambda: gettext("Done in its time"),
}
TOO_LATE: Mapping[Metric, Callable[[], str]] = {
    Metric.RESOLUTION: lambda: gettext("Solved too late"),
    Metric.FIRST_RESPONSE: lambda: gettext("Answered too late"),
    Metric.NEXT_RESPONSE: lambda: gettext("Answered too late"),
    Metric.UPDATE: lambda: gettext("Told too late"),
    Metric.OLA: lambda: gettext("Took longer than it had"),
}


@dataclass(frozen=True)
class Verdict:
    """`tone` is run, breach, pause, met, missed or none, as for chips."""

    title: str
    note: str
    tone: str


def verdict_of(clock: ClockState, now: int, due: int | None) -> Verdict:
    """The verdict at `now`; instants are POSIX seconds, spans open hours. `due` of a paused clock is where it
    would be if it went on now.
    """
    if clock.phase is Phase.CANCELLED:
        return Verdict(gettext("No deadline any more"), "", "none")
    if clock.stopped_at is not None:
        return _ended(clock)
    if clock.breached:
        title = _was_due(clock, when(due, now) if due else "")
        return Verdict(title, gettext("%(span)s over", span=overrun(clock.remaining_s)), "breach")
    if clock.phase is Phase.IDLE:
        title = gettext("Resting with %(span)s left", span=open_hours(clock.remaining_s))
        return Verdict(title, gettext("another line has it"), "none")
    if clock.phase is Phase.PAUSED:
        title = gettext("Paused with %(span)s left", span=open_hours(clock.remaining_s))
        note = gettext("going on now, it would be due %(when)s", when=when(due, now)) if due else ""
        return Verdict(title, note, "pause")
    return _running(clock, now, due)


def _running(clock: ClockState, now: int, due: int | None) -> Verdict:
    if due is None:
        return Verdict(gettext("No deadline"), gettext("these hours never open again"), "none")
    left = gettext("%(span)s left", span=open_hours(clock.remaining_s))
    if clock.metric is Metric.RESOLUTION:
        return Verdict(gettext("Solution due %(when)s", when=when(due, now)), left, "run")
    name = name_of_metric(clock.metric.value, clock.line)
    return Verdict(gettext("%(name)s due %(when)s", name=name, when=when(due, now)), left, "run")


def _was_due(clock: ClockState, due: str) -> str:
    if clock.metric is Metric.RESOLUTION:
        return gettext("Solution was due %(when)s", when=due)
    return gettext("%(name)s was due %(when)s", name=name_of_metric(clock.metric.value, clock.line), when=due)


def _ended(clock: ClockState) -> Verdict:
    ended = said(local(clock.stopped_at)) if clock.stopped_at is not None else ""
    note = gettext("%(when)s, after %(span)s", when=ended, span=open_hours(clock.elapsed_s))
    if clock.breached:
        over = gettext("%(span)s over", span=overrun(clock.remaining_s))
        return Verdict(TOO_LATE[clock.metric](), f"{note}, {over}", "missed")
    return Verdict(IN_TIME[clock.metric](), note, "met")
