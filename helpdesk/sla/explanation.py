"""Why a ticket's deadline is what it is, in words and figures and as a drawn line, ready for its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select

from helpdesk.accounts.models import Team
from helpdesk.calendars.hours import hours_of
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.db import db
from helpdesk.i18n import duration
from helpdesk.i18n import moment as said
from helpdesk.sla.calendar import OpenTime, WorkingHours, open_time
from helpdesk.sla.clocks import moment
from helpdesk.sla.ledger import Fact, calendars_in, choices_in, facts_of, ledger_of
from helpdesk.sla.models import Contract, SlaPolicy, SlaPolicyVersion
from helpdesk.sla.policies import Choice, policy_of
from helpdesk.sla.rules import ClockState, Explanation, Held, Pause, explain
from helpdesk.sla.strip import Drawing, Told, drawn, local
from helpdesk.sla.verdicts import Verdict, verdict_of
from helpdesk.tickets.models import Ticket

DAY_S = 86400


@dataclass(frozen=True)
class LineShare:
    """What one line used up of the target."""

    line: int
    name: str
    share: float
    words: str


@dataclass(frozen=True)
class Why:
    """Everything that the panel shows. `paused`, `closed`, `left` are "" where there is none.

    `facts` are the stretches in order for whoever cannot see the strip, `label` says it in one sentence.
    """

    verdict: Verdict
    drawing: Drawing
    label: str
    facts: tuple[str, ...]
    shares: tuple[LineShare, ...]
    paused: str
    closed: str
    left: str
    of_target: str
    because: str
    missed_before: str


def why(ticket: Ticket, now: datetime) -> Why | None:
    """Why the solution is due when it is; None when nobody promised one. Three statements, once policies and
    calendars are known.
    """
    facts = facts_of(ticket.id)
    choices = {choice.key: choice for choice in choices_in(facts)}
    found = _explained(facts, choices, now)
    if found is None:
        return None
    hours = hours_of([int(found.clock.calendar)])[int(found.clock.calendar)]
    told = Told(found, _open(hours, found, now), int(now.timestamp()))
    return _panel(told, choices[str(found.clock.policy)])


def _explained(facts: Sequence[Fact], choices: Mapping[str, Choice], now: datetime) -> Explanation | None:
    if not choices:
        return None
    policies = {key: policy_of(choice) for key, choice in choices.items()}
    return explain(ledger_of(facts), policies, hours_of(calendars_in(facts)), int(now.timestamp()))  # type: ignore[arg-type]


def _open(hours: WorkingHours, found: Explanation, now: datetime) -> OpenTime:
    return open_time(hours, found.clock.started_at, int(now.timestamp()) + DAY_S)


def _panel(told: Told, choice: Choice) -> Why:
    clock, lines = told.clock, _line_names()
    pauses = _in_cycle(told)
    paused = sum(told.hours.open_seconds(pause.since, pause.until or told.now) for pause in pauses)
    total = told.until - clock.started_at
    shut = total - told.hours.open_seconds(clock.started_at, told.until)
    verdict = verdict_of(clock, told.now, moment(told.due_at))
    return Why(
        verdict=verdict,
        drawing=drawn(told, pauses),
        label=f"{verdict.title}. {verdict.note}".strip(),
        facts=tuple(_facts(told, pauses, lines)),
        shares=tuple(_shares(told, lines)),
        paused=duration(paused) if paused >= 60 else "",
        closed=duration(shut) if shut >= 60 else "",
        left=duration(clock.remaining_s) if clock.stopped_at is None and clock.remaining_s > 0 else "",
        of_target=duration(clock.target_s),
        because=_because(told.found, choice),
        missed_before=_missed_before(clock),
    )


def _in_cycle(told: Told) -> list[Pause]:
    return [pause for pause in told.found.pauses if pause.since >= told.clock.started_at]


def _shares(told: Told, names: Mapping[int, str]) -> list[LineShare]:
    sums: dict[int, int] = {}
    for held in told.held:
        sums[held.line] = sums.get(held.line, 0) + held.seconds
    return [
        LineShare(line, names.get(line, ""), min(seconds / told.clock.target_s, 1.0), duration(seconds))
        for line, seconds in sorted(sums.items())
    ]


def _facts(told: Told, pauses: Sequence[Pause], names: Mapping[int, str]) -> list[str]:
    found = [(held.from_at, _held_fact(held, names)) for held in told.held if held.seconds]
    found += [(pause.since, _pause_fact(pause)) for pause in pauses]
    return [words for _, words in sorted(found)]


def _held_fact(held: Held, names: Mapping[int, str]) -> str:
    return gettext(
        "%(start)s to %(end)s: line %(line)s, %(name)s, %(span)s",
        start=said(local(held.from_at)),
        end=said(local(held.to_at)),
        line=held.line,
        name=names.get(held.line, ""),
        span=duration(held.seconds),
    )


def _pause_fact(pause: Pause) -> str:
    if pause.until is None:
        return gettext("paused since %(start)s", start=said(local(pause.since)))
    start, end = said(local(pause.since)), said(local(pause.until))
    return gettext("%(start)s to %(end)s: paused", start=start, end=end)


def _missed_before(clock: ClockState) -> str:
    if clock.breached or not clock.missed_once or not clock.breach_history:
        return ""
    when = said(local(clock.breach_history[-1]))
    return gettext(
        "An earlier deadline was missed %(when)s; that counts although this one stands.", when=when
    )


def _because(found: Explanation, choice: Choice) -> str:
    policy, version, contract, calendar = _names(choice, int(found.clock.calendar))
    values = {
        "policy": policy,
        "version": version,
        "contract": contract,
        "calendar": calendar,
        "target": duration(found.clock.target_s),
        "priority": found.priority,
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


def _names(choice: Choice, calendar_version_id: int) -> tuple[str, int, str | None, str]:
    contract = select(Contract.name).where(Contract.id == choice.contract_id).scalar_subquery()
    calendar = (
        select(Calendar.name)
        .join(CalendarVersion, CalendarVersion.calendar_id == Calendar.id)
        .where(CalendarVersion.id == calendar_version_id)
        .scalar_subquery()
    )
    row = db.session.execute(
        select(SlaPolicy.name, SlaPolicyVersion.n, contract, calendar)
        .join(SlaPolicyVersion, SlaPolicyVersion.policy_id == SlaPolicy.id)
        .where(SlaPolicyVersion.id == choice.policy_version_id)
    ).one()
    return row[0], row[1], row[2], row[3]


def _line_names() -> dict[int, str]:
    rows = db.session.execute(select(Team.line, Team.name).where(Team.is_default))
    return {row.line: row.name for row in rows}
