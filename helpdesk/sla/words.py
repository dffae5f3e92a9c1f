"""What clocks are called and what they say, in the reader's language."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, lazy_gettext

from helpdesk.i18n import duration, open_hours, overrun
from helpdesk.sla.chip import ChipState, ClockView, nearest, slug_of

NAMES = {
    "first_response": lazy_gettext("First answer"),
    "next_response": lazy_gettext("Next answer"),
    "update": lazy_gettext("Update"),
    "resolution": lazy_gettext("Solution"),
}


@dataclass(frozen=True)
class Chip:
    """What the macro `sla_chip` draws; `all` lists every clock as (name, words). `slug` names a single clock
    in addresses.
    """

    state: str
    words: str
    share: float
    name: str
    all: tuple[tuple[str, str], ...]
    due_at: datetime | None = None
    slug: str = ""


def chip_of(clocks: list[ClockView], now: datetime) -> Chip:
    """The nearest of a ticket's clocks in words."""
    shown = nearest(clocks)
    every = tuple((name_of(clock), say(clock, now)) for clock in clocks if clock.state is not ChipState.NONE)
    if shown is None:
        return Chip("none", gettext("no deadline"), 0.0, "", every)
    return Chip(shown.state.value, say(shown, now), shown.share, name_of(shown), every, shown.due_at)


def single_chip(clock: ClockView, now: datetime) -> Chip:
    """One clock for the head of a ticket."""
    words, name = say(clock, now), name_of(clock)
    slug = slug_of(clock.metric, clock.line)
    return Chip(clock.state.value, words, clock.share, name, ((name, words),), clock.due_at, slug)


def name_of(clock: ClockView) -> str:
    """What people call the clock."""
    return name_of_metric(clock.metric, clock.line)


def name_of_metric(metric: str, line: int | None) -> str:
    """What people call a clock of that metric; `line` is whose own clock it is."""
    if line is not None:
        return gettext("Line %(line)s", line=line)
    return str(NAMES.get(metric, metric))


def say(clock: ClockView, now: datetime) -> str:
    """The clock's state in a few words: open hours without days, rounded down; since a breach real time."""
    state = clock.state
    if state is ChipState.BREACH and clock.breached_at:
        return gettext("breached %(span)s ago", span=duration(int((now - clock.breached_at).total_seconds())))
    if state is ChipState.PAUSE:
        return gettext("paused, %(span)s left", span=open_hours(clock.remaining_s))
    if state is ChipState.MET:
        return gettext("in %(span)s", span=open_hours(clock.elapsed_s))
    if state is ChipState.MISSED:
        return gettext("missed by %(span)s", span=overrun(clock.remaining_s))
    if state is ChipState.NONE:
        return gettext("not running")
    return gettext("%(span)s left", span=open_hours(clock.remaining_s))
