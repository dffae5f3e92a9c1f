"""The six figures on top of the dashboard, each in words, with its list, its change and its trend."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext, ngettext

from helpdesk.i18n import number, open_hours, percent
from helpdesk.reports.figures import Figures, Share
from helpdesk.reports.glossary import DEFINITIONS
from helpdesk.reports.queries import CURRENT, PREVIOUS
from helpdesk.reports.scope import Scope
from helpdesk.tickets.filters import Risk, Verdict, YesNo
from helpdesk.tickets.rules import OPEN_STATES, ReturnReason, State

ALL_OPEN = tuple(state for state in State if state in OPEN_STATES)
BAD_RETURNS = tuple(reason for reason in ReturnReason if reason is not ReturnReason.ANSWERED)
MINUS = "−"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure. `change` says how it moved, `good` whether that is good (None: neither)."""

    key: str
    name: str
    value: str
    url: str | None
    change: str = ""
    good: bool | None = None
    hint: str = ""
    trend: Sequence[float] = field(default_factory=tuple)

    @property
    def definition(self) -> str:
        return str(DEFINITIONS[self.key])


def metrics(figures: Figures, scope: Scope) -> list[Metric]:
    """The strip, left to right."""
    return [
        _at_risk(figures, scope),
        _in_time(figures, scope),
        _first_contact(figures, scope),
        _first_answer(figures, scope),
        _returned(figures, scope),
        _open(figures, scope),
    ]


def _at_risk(figures: Figures, scope: Scope) -> Metric:
    breached = sum(row.breached for row in figures.open)
    return Metric(
        key="at_risk",
        name=gettext("At risk now"),
        value=number(sum(row.pressing for row in figures.open)),
        url=scope.url(risk=Risk.PRESSING),
        change=ngettext("%(num)s breached", "%(num)s breached", breached) if breached else "",
        good=False if breached else None,
    )


def _in_time(figures: Figures, scope: Scope) -> Metric:
    now, before = figures.kept(CURRENT), figures.kept(PREVIOUS)
    span = figures.window.current
    return Metric(
        key="in_time",
        name=gettext("Solved in time"),
        value=percent(now.value, 1),
        url=scope.finished_url(
            sla=Verdict.MISSED if now.rest else Verdict.MET, resolved_from=span.start, resolved_to=span.end
        ),
        hint=_missed_words(now),
        trend=figures.kept_trend(),
        change=_points(now, before),
        good=_is_good(now, before, up_is_good=True),
    )


def _missed_words(share: Share) -> str:
    return ngettext("%(num)s missed a deadline", "%(num)s missed a deadline", share.rest)


def _first_contact(figures: Figures, scope: Scope) -> Metric:
    now, before = figures.first_contact(CURRENT), figures.first_contact(PREVIOUS)
    return Metric(
        key="first_contact",
        name=gettext("Solved at first contact"),
        value=percent(now.value),
        url=scope.finished_url(first_contact=YesNo.YES, resolved_from=figures.window.current.start),
        hint=gettext("%(part)s of %(whole)s", part=now.part, whole=now.whole),
        trend=figures.first_contact_trend(),
        change=_points(now, before),
        good=_is_good(now, before, up_is_good=True),
    )


def _first_answer(figures: Figures, scope: Scope) -> Metric:
    now, before = figures.median_answer(CURRENT), figures.median_answer(PREVIOUS)
    change = round((now - before) / 60) if now is not None and before is not None else 0
    sign = MINUS if change < 0 else "+"
    return Metric(
        key="first_answer",
        name=gettext("First answer, median"),
        value="–" if now is None else open_hours(now),
        url=scope.finished_url(answered_from=figures.window.current.start),
        change=f"{sign}{open_hours(abs(change) * 60)}" if change else "",
        good=change < 0 if change else None,
        trend=figures.answer_trend(),
    )


def _returned(figures: Figures, scope: Scope) -> Metric:
    now, before = figures.returned(CURRENT), figures.returned(PREVIOUS)
    return Metric(
        key="returned",
        name=gettext("Hand-overs returned"),
        value=percent(now.value),
        url=scope.finished_url(returned_from=figures.window.current.start, returned_for=BAD_RETURNS),
        hint=gettext("%(part)s of %(whole)s", part=now.part, whole=now.whole),
        trend=figures.returned_trend(),
        change=_points(now, before),
        good=_is_good(now, before, up_is_good=False),
    )


def _open(figures: Figures, scope: Scope) -> Metric:
    change = figures.opened_in(CURRENT) - figures.solved_in(CURRENT)
    return Metric(
        key="open",
        name=gettext("Open now"),
        value=number(figures.open_count()),
        url=scope.url(state=ALL_OPEN),
        change=f"{MINUS if change < 0 else '+'}{number(abs(change))}" if change else "",
        good=change < 0 if change else None,
        trend=figures.open_trend(),
    )


def _points(now: Share, before: Share) -> str:
    """The change in points of a hundred, to one place; nothing where nothing moved."""
    moved = _difference(now, before)
    return f"{MINUS if moved < 0 else '+'}{number(abs(moved))}" if moved else ""


def _is_good(now: Share, before: Share, *, up_is_good: bool) -> bool | None:
    moved = _difference(now, before)
    return (moved > 0) is up_is_good if moved else None


def _difference(now: Share, before: Share) -> float:
    if now.value is None or before.value is None:
        return 0.0
    return round((now.value - before.value) * 100, 1)
