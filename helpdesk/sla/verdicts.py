"""What a solution clock comes to, in two short pieces: the verdict, and what stands beside it."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from helpdesk.i18n import duration
from helpdesk.i18n import moment as said
from helpdesk.sla.clocks import moment
from helpdesk.sla.rules import ClockState, Phase


@dataclass(frozen=True)
class Verdict:
    """`tone` is run, breach, pause, met, missed or none, as for chips."""

    title: str
    note: str
    tone: str


def verdict_of(clock: ClockState, now: int, due: datetime | None) -> Verdict:
    """The verdict at `now` (POSIX seconds). Spans are open hours."""
    if clock.phase is Phase.CANCELLED:
        return Verdict(gettext("No deadline any more"), "", "none")
    if clock.stopped_at is not None:
        return _ended(clock)
    if clock.breached:
        title = gettext("Solution was due %(when)s", when=said(due) if due else "")
        return Verdict(title, gettext("%(span)s over", span=duration(clock.remaining_s)), "breach")
    if clock.phase is Phase.PAUSED:
        title = gettext("Paused with %(span)s left", span=duration(clock.remaining_s))
        note = gettext("going on now, it would be due %(when)s", when=said(due)) if due else ""
        return Verdict(title, note, "pause")
    return _running(clock, due)


def _running(clock: ClockState, due: datetime | None) -> Verdict:
    if due is None:
        return Verdict(gettext("No deadline"), gettext("these hours never open again"), "none")
    left = gettext("%(span)s left", span=duration(clock.remaining_s))
    return Verdict(gettext("Solution due %(when)s", when=said(due)), left, "run")


def _ended(clock: ClockState) -> Verdict:
    when = moment(clock.stopped_at)
    note = gettext(
        "%(when)s, after %(span)s", when=said(when) if when else "", span=duration(clock.elapsed_s)
    )
    if clock.breached:
        over = gettext("%(span)s over", span=duration(clock.remaining_s))
        return Verdict(gettext("Solved too late"), f"{note}, {over}", "missed")
    return Verdict(gettext("Solved in time"), note, "met")
