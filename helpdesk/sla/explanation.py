"""Why a ticket's deadline is what it is, in words and figures and as a drawn line, ready for its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from helpdesk.i18n import moment as said
from helpdesk.i18n import open_hours, working_days
from helpdesk.sla.budget import MINUTE, Blamed, LineRow, blamed, queued_minutes, rows_of
from helpdesk.sla.chapters import Chapter, chapters
from helpdesk.sla.chip import slug_of
from helpdesk.sla.instants import local, when
from helpdesk.sla.spoken import spoken
from helpdesk.sla.strip import Drawing, drawn, held_words, thresholds
from helpdesk.sla.tabs import Tab, cycles_of, tabs_of
from helpdesk.sla.telling import Slot, Telling, read
from helpdesk.sla.verdicts import Verdict, verdict_of
from helpdesk.sla.words import name_of_metric
from helpdesk.tickets.models import Ticket

WIDE = 760.0
LEAST = 60


@dataclass(frozen=True)
class Why:
    """Everything that the panel shows. `paused`, `closed`, `left` are "" where there is none.

    `facts` are the stretches in order for whoever cannot see the strip, `label` says it in one sentence,
    `spoken` says it as one would on the phone. `story` is all that moved the clock.
    """

    number: int
    slug: str
    name: str
    is_breached: bool
    verdict: Verdict
    drawing: Drawing
    wide: Drawing
    label: str
    facts: tuple[str, ...]
    marks: tuple[str, ...]
    story: tuple[Chapter, ...]
    rows: tuple[LineRow, ...]
    has_budgets: bool
    is_summed: bool
    total: str
    queued: str
    worked: str
    blamed: Blamed | None
    paused: str
    closed: str
    left: str
    of_target: str
    target: str
    because: str
    spoken: str
    missed_before: str
    tabs: tuple[Tab, ...]
    cycles: tuple[tuple[int, bool], ...]
    told: Telling


def why(ticket: Ticket, now: datetime, slot: Slot | None = None) -> Why | None:
    """Why the clock shows what it shows, by default the one of the solution or else the first there is; None
    when nothing was promised. Two statements, once policies and calendars are known.
    """
    told = read(ticket.id, now, slot)
    return _panel(ticket.id, told) if told is not None else None


def _panel(number: int, told: Telling) -> Why:
    clock = told.found.clock
    paused = sum(told.open_between(pause.since, pause.until or told.until) for pause in told.pauses)
    shut = told.until - clock.started_at - told.open_between(clock.started_at, told.until)
    verdict = verdict_of(clock, told.now, told.due_at)
    rows, queued = rows_of(told), queued_minutes(told)
    is_left = clock.remaining_s > 0 and not told.is_over
    return Why(
        number=number,
        slug=slug_of(clock.metric.value, clock.line),
        name=name_of_metric(clock.metric.value, clock.line),
        is_breached=clock.breached,
        verdict=verdict,
        drawing=drawn(told),
        wide=drawn(told, WIDE),
        label=f"{verdict.title}. {verdict.note}".strip(),
        facts=tuple(_facts(told)),
        marks=tuple(_marks(told)),
        story=chapters(told),
        rows=rows,
        has_budgets=any(row.budget for row in rows),
        is_summed=not is_left or sum(row.used_any for row in rows) > 1,
        total=open_hours(clock.elapsed_s),
        queued=open_hours(queued * MINUTE),
        worked=open_hours((clock.elapsed_s // MINUTE - queued) * MINUTE),
        blamed=blamed(told),
        paused=open_hours(paused) if paused >= LEAST else "",
        closed=open_hours(shut) if shut >= LEAST else "",
        left=open_hours(clock.remaining_s) if is_left else "",
        target=open_hours(clock.target_s),
        of_target=working_days(clock.target_s, told.day_s),
        because=_because(told),
        spoken=spoken(told),
        missed_before=_missed_before(told),
        tabs=tabs_of(told),
        cycles=cycles_of(told),
        told=told,
    )


def _facts(told: Telling) -> Sequence[str]:
    found = [(held.from_at, held_words(told, held)) for held in told.held if held.seconds]
    found += [(pause.since, _pause_fact(pause.since, pause.until)) for pause in told.pauses]
    return [words for _, words in sorted(found)]


def _pause_fact(since: int, until: int | None) -> str:
    if until is None:
        return gettext("paused since %(start)s", start=said(local(since)))
    return gettext("%(start)s to %(end)s: paused", start=said(local(since)), end=said(local(until)))


def _marks(told: Telling) -> Sequence[str]:
    """The thresholds in words."""
    return [
        gettext("%(percent)s %% used %(when)s", percent=percent, when=when(at, told.now))
        if is_crossed
        else gettext("%(percent)s %% will be used %(when)s", percent=percent, when=when(at, told.now))
        for percent, at, is_crossed in thresholds(told)
    ]


def _missed_before(told: Telling) -> str:
    clock = told.found.clock
    if clock.breached or not clock.missed_once or not clock.breach_history:
        return ""
    missed = said(local(clock.breach_history[-1]))
    return gettext(
        "An earlier deadline was missed %(when)s; that counts although this one stands.", when=missed
    )


def _because(told: Telling) -> str:
    clock, choice, names = told.found.clock, told.choice, told.names
    policy, version = names.policies.get(choice.policy_version_id, ("", 0))
    contract = names.contracts.get(choice.contract_id or 0)
    values = {
        "policy": policy,
        "version": version,
        "contract": contract,
        "calendar": names.calendars.get(int(clock.calendar), ""),
        "target": working_days(clock.target_s, told.day_s),
        "priority": told.found.priority,
    }
    if contract is None:
        return gettext(
            "No contract applies, so “%(policy)s”, version %(version)s, asks for %(target)s on %(priority)s, "
            "counted in “%(calendar)s”.",
            **values,
        )
    return gettext(
        "The contract “%(contract)s” with “%(policy)s”, version %(version)s, asks for %(target)s on "
        "%(priority)s, counted in “%(calendar)s”.",
        **values,
    )
