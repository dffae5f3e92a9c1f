"""The client's time by line in words: what each used of its budget, and who used it up at a breach."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext

from helpdesk.i18n import ngettext, open_hours, percent, unbroken, working_days
from helpdesk.sla.instants import when
from helpdesk.sla.rules import Blame, Metric
from helpdesk.sla.rules.holding import LineTime
from helpdesk.sla.telling import Telling

MINUTE = 60
SHOWN_PEOPLE = 3

Cell = tuple[int, int | None]
Minutes = Mapping[Cell, int]


@dataclass(frozen=True)
class LineRow:
    """One line: `used` of its `budget` ("" when it has none), `over` it ("" when not); `share` is the part of
    the budget, or of the target without one, 0 to 1 and more. `parts` say whose hands it was in.
    """

    line: int
    name: str
    share: float
    used: str
    queued: str
    worked: str
    budget: str
    over: str
    parts: tuple[str, ...]
    holds: bool
    used_any: bool


@dataclass(frozen=True)
class Blamed:
    """Who had the ticket when the deadline was missed, and who used up the time; `same` when it is one line.

    `weights` say how the time above the budgets is shared, () when one line answers for all of it.
    """

    at: str
    holder: int
    holder_name: str
    holder_words: str
    responsible: int
    responsible_name: str
    responsible_words: str
    weights: tuple[tuple[int, str, str], ...]
    gap: str
    same: bool


def rows_of(told: Telling) -> tuple[LineRow, ...]:
    """Each line that held the ticket or has a budget; what they show in minutes adds up to the clock's."""
    minutes = _minutes(told)
    return tuple(_row(told, one, minutes) for one in told.found.lines)


def queued_minutes(told: Telling) -> int:
    """What the rows show for the queues, together."""
    return sum(minutes for (_, person), minutes in _minutes(told).items() if person is None)


def _minutes(told: Telling) -> Minutes:
    """Whole minutes of each line in the queue (None) and with each person."""
    cells = {
        (one.line, person): seconds
        for one in told.found.lines
        for person, seconds in ((None, one.queued_s), *one.people.items())
    }
    return add_up(cells, told.found.clock.elapsed_s // MINUTE)


def add_up(cells: Mapping[Cell, int], total: int) -> dict[Cell, int]:
    """Seconds as whole minutes that add up to `total`: rounded down, and what is missing goes where most was
    lost.
    """
    whole = {cell: seconds // MINUTE for cell, seconds in cells.items()}
    most_lost = sorted(cells, key=lambda cell: -(cells[cell] % MINUTE))
    for cell in most_lost[: max(0, total - sum(whole.values()))]:
        whole[cell] += 1
    return whole


def _row(told: Telling, one: LineTime, minutes: Minutes) -> LineRow:
    allowed = one.budget_s or told.found.clock.target_s
    queued = minutes[one.line, None]
    worked = sum(minutes[one.line, person] for person in one.people)
    return LineRow(
        line=one.line,
        name=told.names.lines.get(one.line, ""),
        share=one.used_s / allowed,
        used=_shown(queued + worked, one.used_s),
        queued=_shown(queued, one.queued_s),
        worked=_shown(worked, one.worked_s),
        budget=working_days(one.budget_s, told.day_s) if one.budget_s is not None else "",
        over=open_hours(one.over_s) if one.over_s else "",
        parts=tuple(_parts(told, one, minutes)),
        holds=one.line == told.found.line and not told.is_over,
        used_any=one.used_s > 0,
    )


def _shown(minutes: int, seconds: int) -> str:
    return unbroken(open_hours(minutes * MINUTE or min(seconds, MINUTE - 1)))


def _parts(told: Telling, one: LineTime, minutes: Minutes) -> Iterable[str]:
    """Waiting in the queue, then whoever worked on it, longest first; teams where there were several."""
    if one.queued_s >= MINUTE:
        shown = _shown(minutes[one.line, None], one.queued_s)
        yield gettext("%(span)s waiting in the queue", span=shown)
    people = sorted(one.people.items(), key=lambda item: -item[1])
    for person, seconds in people[:SHOWN_PEOPLE]:
        shown = _shown(minutes[one.line, person], seconds)
        yield gettext("%(span)s with %(name)s", span=shown, name=told.names.people.get(person, ""))
    if len(people) > SHOWN_PEOPLE:
        rest = span(sum(seconds for _, seconds in people[SHOWN_PEOPLE:]))
        others = len(people) - SHOWN_PEOPLE
        yield ngettext("%(span)s with %(num)s other", "%(span)s with %(num)s others", others, span=rest)
    if len(one.teams) > 1:
        for team, seconds in sorted(one.teams.items(), key=lambda item: -item[1]):
            name = told.names.teams.get(team, "")
            yield gettext("%(span)s in the team %(name)s", span=span(seconds), name=name)


def span(seconds: int) -> str:
    """Open hours that stay on one line of a narrow column."""
    return unbroken(open_hours(seconds))


def blamed(told: Telling) -> Blamed | None:
    """Who answers for the missed solution; None while it is not missed.

    Once the deadline has moved it is what was written down at the breach, as long as that one counts.
    """
    clock = told.found.clock
    if clock.metric is not Metric.RESOLUTION:
        return None
    blame = told.found.blame or (_recorded(told) if clock.missed_once else None)
    return _blamed(told, blame) if blame is not None else None


def _recorded(told: Telling) -> Blame | None:
    missed = told.names.missed
    if missed is None or missed.at < told.found.clock.started_at:
        return None
    lines, over = (
        {int(line): int(seconds) for line, seconds in missed.shares.get(name, {}).items()}
        for name in ("lines", "over")
    )
    total, shares = sum(over.values()), missed.shares
    weights = {line: seconds / total for line, seconds in over.items() if seconds}
    gap = bool(shares.get("gap"))
    return Blame(missed.at, shares["holder"], shares["responsible"], lines, over, weights, budget_gap=gap)


def _blamed(told: Telling, blame: Blame) -> Blamed:
    names = told.names.lines
    return Blamed(
        at=when(blame.at, told.now),
        holder=blame.holder,
        holder_name=names.get(blame.holder, ""),
        holder_words=_held(blame),
        responsible=blame.responsible,
        responsible_name=names.get(blame.responsible, ""),
        responsible_words=_used(told, blame),
        weights=_weights(told, blame),
        gap=_gap() if blame.budget_gap else "",
        same=blame.holder == blame.responsible,
    )


def _held(blame: Blame) -> str:
    used = span(blame.attribution.get(blame.holder, 0))
    return gettext("had the ticket then; %(used)s of the time were its own", used=used)


def _used(told: Telling, blame: Blame) -> str:
    """The budget is what is left of the time when what was beyond it is taken away; none: all of it was."""
    used_s, over_s = (found.get(blame.responsible, 0) for found in (blame.attribution, blame.over))
    if over_s == used_s:
        return gettext("used most of the time: %(used)s; it has no budget of its own", used=span(used_s))
    return gettext(
        "used %(used)s of its %(budget)s: %(over)s too much",
        used=span(used_s),
        budget=working_days(used_s - over_s, told.day_s),
        over=span(over_s),
    )


def _weights(told: Telling, blame: Blame) -> tuple[tuple[int, str, str], ...]:
    if len(blame.weights) < 2:
        return ()
    shares = sorted(blame.weights.items(), key=lambda item: (-item[1], item[0]))
    return tuple((line, told.names.lines.get(line, ""), percent(share)) for line, share in shares)


def _gap() -> str:
    return gettext(
        "No line used more than its own budget: together the budgets are longer than the target. So the line "
        "that had the ticket is named."
    )
