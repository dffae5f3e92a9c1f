"""The time line of one clock: what stands where, from its ledger and its open hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext

from helpdesk.i18n import day, open_hours, viewer_zone
from helpdesk.i18n import moment as said
from helpdesk.i18n import time as clock_time
from helpdesk.sla import drawing
from helpdesk.sla.calendar import OpenTime
from helpdesk.sla.drawing import Axis, Box, Spans
from helpdesk.sla.instants import DAYS_OF_WEEK, local
from helpdesk.sla.rules import Held
from helpdesk.sla.telling import Telling

DAY_S = 86400
OPEN_END = 0.04  # of the time shown, so that the flag does not stand on the edge
AFTER_END = 0.6  # of the time a clock took, for what is shown after its end
LEAST_S = 60
MARK_ROOM, FLAG = 30.0, 10.0


@dataclass(frozen=True)
class Mark:
    """Where a threshold is or would be crossed; `words` is "" where its neighbour leaves no room."""

    percent: int
    at: int
    x: float
    is_crossed: bool
    words: str


@dataclass(frozen=True)
class Drawing:
    """The strip: boxes from the back to the front, open hours above, words below, and the marks.

    `labels` stand above, as (due, now or start; left edge; words). `due_x` None: there is no deadline.
    `over` is what lies beyond it. `folded`: closed hours are left out, for there are too many of them.
    """

    width: float
    boxes: tuple[Box, ...]
    open_bars: tuple[Box, ...]
    ticks: tuple[tuple[float, str], ...]
    labels: tuple[tuple[str, float, str], ...]
    marks: tuple[Mark, ...]
    over: Box | None
    now_x: float
    due_x: float | None
    is_running: bool
    is_folded: bool
    left_words: str

    @property
    def left_room(self) -> Box | None:
        """Where the time left can be written, if anywhere."""
        found = [box for box in self.boxes if box.kind == "left" and box.has_room_for(self.left_words)]
        return max(found, key=lambda box: box.width, default=None)

    @property
    def flag(self) -> str:
        """The sign of the flag's way: to the left where it would leave the strip."""
        return "-" if self.due_x is not None and self.due_x > self.width - FLAG else ""


def drawn(told: Telling, width: float = drawing.WIDTH) -> Drawing:
    """The strip from the start of the clock to a little after its deadline."""
    start, end = told.found.clock.started_at, end_of(told)
    due = told.due_at if (told.due_at or end) < end else None
    spans = told.hours.spans(start, end)
    strip = drawing.axis(spans, start, end, width)
    closed = drawing.boxes(strip, "closed", drawing.closed(spans, start, end))
    return Drawing(
        width=width,
        boxes=(
            *closed,
            *drawing.boxes(strip, "idle", spans),
            *_held_boxes(told, spans, strip),
            *_pause_boxes(told, strip),
            *_left(told, spans, strip),
        ),
        open_bars=tuple(drawing.boxes(strip, "open", spans)),
        ticks=tuple(_ticks(strip, told.hours)),
        labels=drawing.without_touching(_labels(told, strip), width),
        marks=tuple(_marks(told, strip)),
        over=_over(told, strip),
        now_x=strip.x(told.until),
        due_x=strip.x(due) if due is not None else None,
        is_running=not told.is_over,
        is_folded=not closed and len(spans) > 1,
        left_words=open_hours(told.found.clock.remaining_s),
    )


def end_of(told: Telling) -> int:
    """The right end of the strip. What ended long before its deadline is not made tiny by it."""
    start, until = told.found.clock.started_at, told.until
    last = max(until, told.due_at or 0)
    if told.is_over:
        last = min(last, until + max(int((until - start) * AFTER_END), LEAST_S))
    return last + max(int((last - start) * OPEN_END), LEAST_S)


def _held_boxes(told: Telling, spans: Spans, strip: Axis) -> Iterator[Box]:
    for held in told.held:
        pieces = drawing.between(spans, held.from_at, held.to_at)
        yield from drawing.boxes(strip, "line", pieces, held.line, held_words(told, held))


def held_words(told: Telling, held: Held) -> str:
    """A stretch in the hands of one line: from when to when, and how many open hours of it counted."""
    return gettext(
        "%(start)s to %(end)s: line %(line)s, %(name)s, %(span)s",
        start=said(local(held.from_at)),
        end=said(local(held.to_at)),
        line=held.line,
        name=told.names.lines.get(held.line, ""),
        span=open_hours(held.seconds),
    )


def _pause_boxes(told: Telling, strip: Axis) -> Iterator[Box]:
    for pause in told.pauses:
        start, end = pause.since, pause.until or told.until
        title = gettext("%(start)s to %(end)s: paused", start=said(local(start)), end=said(local(end)))
        yield from drawing.boxes(strip, "pause", [(start, end)], title=title)


def _left(told: Telling, spans: Spans, strip: Axis) -> list[Box]:
    if told.is_over or told.due_at is None:
        return []
    return drawing.boxes(strip, "left", drawing.between(spans, told.now, told.due_at))


def _over(told: Telling, strip: Axis) -> Box | None:
    """From the deadline to now or to the end, when it was missed."""
    clock = told.found.clock
    if clock.breached_at is None or told.due_at is None:
        return None
    found = drawing.boxes(strip, "over", [(told.due_at, told.until)])
    return found[0] if found else None


def _labels(told: Telling, strip: Axis) -> list[tuple[str, float, str]]:
    due = told.due_at
    if due is not None and due >= end_of(told):
        later = [("due", strip.width, gettext("due %(when)s →", when=_label(due, told)))]
    else:
        later = [("due", strip.x(due), _label(due, told))] if due is not None else []
    return [
        *later,
        ("now", strip.x(told.until), _label(told.until, told)),
        ("start", 0.0, _label(told.found.clock.started_at, told)),
    ]


def _marks(told: Telling, strip: Axis) -> Iterator[Mark]:
    """The thresholds but 100 %, which is the deadline itself."""
    last, end = -MARK_ROOM, end_of(told)
    for percent, at, is_crossed in thresholds(told):
        if percent == 100 or at > end:
            continue
        x = strip.x(at)
        has_room = x - last >= MARK_ROOM
        last = x if has_room else last
        yield Mark(percent, at, x, is_crossed, gettext("%(percent)s %%", percent=percent) if has_room else "")


def thresholds(told: Telling) -> Iterator[tuple[int, int, bool]]:
    """Each percent with the instant at which it was crossed, or will be if all stays as it is."""
    clock = told.found.clock
    crossed = {crossing.percent: crossing.at for crossing in clock.crossings}
    for percent, need in told.found.thresholds:
        if percent in crossed:
            yield percent, crossed[percent], True
        elif clock.phase.value in ("running", "paused"):
            ahead = told.hours.due(told.now, need - clock.elapsed_s)
            if ahead is not None:
                yield percent, ahead, False


def _ticks(strip: Axis, hours: OpenTime) -> list[tuple[float, str]]:
    """The full hours of a day, or where each day opens when there are several."""
    first, last = strip.instants[0], strip.instants[-1]
    days = _days(first, last)
    if len(days) == 1:
        full = range((first // 3600 + 1) * 3600, last, 3600)
        return drawing.spread(((strip.x(t), clock_time(local(t))) for t in full), width=strip.width)
    name = short_weekday if len(days) <= DAYS_OF_WEEK else day
    opens = [max(hours.next_open(midnight) or midnight, first) for midnight in days]
    shown = ((strip.x(t), name(local(t))) for t in dict.fromkeys(opens) if t < last)
    return drawing.spread(shown, width=strip.width)


def _days(first: int, last: int) -> list[int]:
    """The local midnights of the days that the strip touches, as POSIX seconds."""
    date, end = local(first).date(), local(last - 1).date()
    found = []
    while date <= end:
        found.append(int(datetime(date.year, date.month, date.day, tzinfo=viewer_zone()).timestamp()))
        date += timedelta(1)
    return found


def _label(t: int, told: Telling) -> str:
    """The time of an instant, with its day when the strip is longer than one."""
    instant, start, end = local(t), told.found.clock.started_at, end_of(told)
    if local(start).date() == local(max(t, end)).date():
        return clock_time(instant)
    name = day(instant) if end - start > DAYS_OF_WEEK * DAY_S else short_weekday(instant)
    return gettext("%(day)s %(time)s", day=name, time=clock_time(instant))


def short_weekday(instant: datetime) -> str:
    return (
        gettext("Mon"), gettext("Tue"), gettext("Wed"), gettext("Thu"), gettext("Fri"), gettext("Sat"),
        gettext("Sun"),
    )[instant.weekday()]  # fmt: skip
