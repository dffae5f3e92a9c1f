"""The time line of one clock: what stands where, from its ledger and its open hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext

from helpdesk.i18n import day, viewer_zone
from helpdesk.i18n import time as clock_time
from helpdesk.sla import drawing
from helpdesk.sla.calendar import OpenTime
from helpdesk.sla.drawing import Axis, Box
from helpdesk.sla.rules import ClockState, Explanation, Held, Pause, Phase

DAYS_OF_WEEK, DAY_S = 7, 86400
OPEN_END = 0.04  # of the time shown, so that the flag does not stand on the edge


@dataclass(frozen=True)
class Drawing:
    """The strip: boxes from the back to the front, open hours above, words below, and the marks.

    `labels` stand above, as (due, now or start; left edge; words). `due_x` None: there is no deadline.
    """

    boxes: tuple[Box, ...]
    open_bars: tuple[Box, ...]
    ticks: tuple[tuple[float, str], ...]
    labels: tuple[tuple[str, float, str], ...]
    now_x: float
    due_x: float | None


@dataclass(frozen=True)
class Told:
    """One explanation with the hours it is counted in, now as POSIX seconds."""

    found: Explanation
    hours: OpenTime
    now: int

    @property
    def clock(self) -> ClockState:
        return self.found.clock

    @property
    def held(self) -> list[Held]:
        """What counts towards this cycle of the clock."""
        return [held for held in self.found.held if held.from_at >= self.clock.started_at]

    @property
    def until(self) -> int:
        """Now, or when the clock stopped."""
        return self.clock.stopped_at or self.now

    @property
    def due_at(self) -> int | None:
        """The deadline; of a paused clock the one it would have if it went on now."""
        if self.clock.phase is Phase.PAUSED and not self.clock.breached:
            return self.hours.due(self.now, self.clock.remaining_s)
        return self.clock.due_at or self.clock.breached_at

    @property
    def end(self) -> int:
        """The right end of the strip."""
        last = max(self.until, self.due_at or 0)
        return last + max(int((last - self.clock.started_at) * OPEN_END), 60)


def drawn(told: Told, pauses: Sequence[Pause]) -> Drawing:
    """The strip from the start of the clock to a little after its deadline."""
    clock, start, end = told.clock, told.clock.started_at, told.end
    spans = told.hours.spans(start, end)
    strip = drawing.axis(spans, start, end)
    stopped, due = clock.stopped_at, told.due_at
    left = drawing.boxes(strip, "left", drawing.between(spans, told.now, due)) if due and not stopped else []
    return Drawing(
        boxes=(
            *drawing.boxes(strip, "closed", drawing.closed(spans, start, end)),
            *drawing.boxes(strip, "idle", spans),
            *_held_boxes(told, spans, strip),
            *drawing.boxes(strip, "pause", [(p.since, p.until or told.now) for p in pauses]),
            *left,
        ),
        open_bars=tuple(drawing.boxes(strip, "open", spans)),
        ticks=tuple(_ticks(strip, told.hours)),
        labels=drawing.without_touching(
            [
                *([("due", strip.x(due), _label(due, told))] if due is not None else []),
                ("now", strip.x(told.until), _label(told.until, told)),
                ("start", 0.0, _label(start, told)),
            ]
        ),
        now_x=strip.x(told.until),
        due_x=strip.x(due) if due is not None else None,
    )


def _held_boxes(told: Told, spans: drawing.Spans, strip: Axis) -> list[Box]:
    return [
        box
        for held in told.held
        for box in drawing.boxes(strip, "line", drawing.between(spans, held.from_at, held.to_at), held.line)
    ]


def _ticks(strip: Axis, hours: OpenTime) -> list[tuple[float, str]]:
    """The full hours of a day, or where each day opens when there are several."""
    first, last = strip.instants[0], strip.instants[-1]
    days = _days(first, last)
    if len(days) == 1:
        full = range((first // 3600 + 1) * 3600, last, 3600)
        return drawing.spread((strip.x(t), clock_time(local(t))) for t in full)
    name = _weekday if len(days) <= DAYS_OF_WEEK else day
    opens = [max(hours.next_open(midnight) or midnight, first) for midnight in days]
    return drawing.spread((strip.x(t), name(local(t))) for t in dict.fromkeys(opens))


def _days(first: int, last: int) -> list[int]:
    """The local midnights of the days that the strip touches, as POSIX seconds."""
    date, end = local(first).date(), local(last - 1).date()
    found = []
    while date <= end:
        found.append(int(datetime(date.year, date.month, date.day, tzinfo=viewer_zone()).timestamp()))
        date += timedelta(1)
    return found


def _label(t: int, told: Told) -> str:
    """The time of an instant, with its day when the strip is longer than one."""
    instant = local(t)
    if local(told.clock.started_at).date() == local(told.end).date():
        return clock_time(instant)
    is_long = told.end - told.clock.started_at > DAYS_OF_WEEK * DAY_S
    name = day(instant) if is_long else _weekday(instant)
    return gettext("%(day)s %(time)s", day=name, time=clock_time(instant))


def _weekday(instant: datetime) -> str:
    return (
        gettext("Mon"), gettext("Tue"), gettext("Wed"), gettext("Thu"), gettext("Fri"), gettext("Sat"),
        gettext("Sun"),
    )[instant.weekday()]  # fmt: skip


def local(t: int) -> datetime:
    """An instant in the viewer's zone."""
    return datetime.fromtimestamp(t, viewer_zone())
