"""All that a sentence about one clock may need: its explanation, the facts behind it, and every name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, String, cast, func, select

from helpdesk.accounts.models import Person, Team
from helpdesk.calendars.hours import hours_of
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.calendars.rules import working_day_s
from helpdesk.clients.words import known_as
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.sla.calendar import OpenTime, open_time
from helpdesk.sla.ledger import ENTRIES_PER_EVENT, KINDS, Fact, calendars_in, choices_in, ledger_of
from helpdesk.sla.models import Contract, SlaFiring, SlaPolicy, SlaPolicyVersion
from helpdesk.sla.policies import Choice, policy_of
from helpdesk.sla.rules import Explanation, Held, Metric, Pause, Phase, explain
from helpdesk.sla.rules.holding import Holder, Holders
from helpdesk.tickets.models import EventText

TOLD_BESIDES = (
    "ticket.taken",
    "ticket.assigned",
    "sla.threshold_crossed",
    "sla.threshold_withdrawn",
    "sla.breach_explained",
)
DAY_S = 86400


@dataclass(frozen=True)
class Slot:
    """Which clock of a ticket, and which of its cycles; None is the present one."""

    metric: Metric = Metric.RESOLUTION
    line: int | None = None
    cycle: int | None = None


DEFAULTS = tuple(
    Slot(metric) for metric in (Metric.RESOLUTION, Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.UPDATE)
)


@dataclass(frozen=True)
class Missed:
    """What was written down when the solution was last missed: the instant, and whose time it was."""

    at: int
    shares: Mapping[str, Any]


@dataclass(frozen=True)
class Names:
    """What people, teams, lines, policy versions, contracts and calendar versions are called, and the words
    kept with events, all by id; and what was written down when the solution was missed.
    """

    people: Mapping[int, str]
    teams: Mapping[int, str]
    lines: Mapping[int, str]
    policies: Mapping[int, tuple[str, int]]
    contracts: Mapping[int, str]
    calendars: Mapping[int, str]
    texts: Mapping[int, str]
    missed: Missed | None


@dataclass(frozen=True)
class Telling:
    """One clock at `now` (POSIX seconds), in the open hours it is counted in; `day_s` is how long one working
    day of them is.
    """

    found: Explanation
    facts: Mapping[int, Fact]
    choice: Choice
    names: Names
    hours: OpenTime
    day_s: int
    now: int

    @property
    def until(self) -> int:
        """Now, or when the clock stopped or was cancelled."""
        if self.found.clock.phase is Phase.CANCELLED:
            return max((step.at for step in self.found.steps), default=self.now)
        return self.found.clock.stopped_at or self.now

    @property
    def due_at(self) -> int | None:
        """The deadline; of a paused clock the one it would have if it went on now; None: there is none."""
        clock = self.found.clock
        if clock.phase is Phase.CANCELLED:
            return clock.breached_at
        if clock.phase is Phase.PAUSED and not clock.breached:
            return self.hours.due(self.now, clock.remaining_s)
        return clock.due_at or clock.breached_at

    @property
    def is_over(self) -> bool:
        """Whether nothing of this clock is still to come."""
        return self.found.clock.phase in (Phase.STOPPED, Phase.CANCELLED)

    @property
    def counted_from(self) -> int:
        """When the time counted now began: at the start, or where a change dropped what was before."""
        dropped = (
            step.at
            for step in self.found.steps
            if step.kind == "changed" and step.before and step.before.elapsed_s and not step.elapsed_s
        )
        return max(dropped, default=self.found.clock.started_at)

    @property
    def held(self) -> Sequence[Held]:
        """The counted stretches by line alone, neighbours of one line joined."""
        joined: list[Held] = []
        for one in self.found.held:
            if joined and joined[-1].line == one.line and joined[-1].to_at == one.from_at:
                joined[-1] = Held(one.line, joined[-1].from_at, one.to_at, joined[-1].seconds + one.seconds)
            else:
                joined.append(one)
        return joined

    @property
    def pauses(self) -> Sequence[Pause]:
        return self.found.pauses

    def fact(self, seq: int | None) -> Fact | None:
        """The event behind an entry of the ledger; None when time alone was the cause."""
        return self.facts.get(seq // ENTRIES_PER_EVENT) if seq is not None else None

    def open_between(self, start: int, end: int) -> int:
        return self.hours.open_seconds(start, max(start, end))


def read(ticket_id: int, now: datetime, slot: Slot | None) -> Telling | None:
    """The clock of that ticket, by default the one of the solution or else the first it has; None when there
    is none. Two statements, once policies and calendars are known.
    """
    facts = _facts(ticket_id)
    ledger = [fact for fact in facts if fact.kind in KINDS]
    choices = {choice.key: choice for choice in choices_in(ledger)}
    asked = (slot,) if slot is not None else DEFAULTS
    every = (_explained(ledger, facts, choices, int(now.timestamp()), one) for one in asked if choices)
    found = next((one for one in every if one is not None), None)
    if found is None:
        return None
    hours = hours_of([int(found.clock.calendar)])[int(found.clock.calendar)]
    return Telling(
        found=found,
        facts={fact.seq: fact for fact in facts},
        choice=choices[str(found.clock.policy)],
        names=_names(ticket_id, facts, choices.values(), {int(one.calendar) for one in found.all.clocks}),
        hours=open_time(hours, found.clock.started_at, int(now.timestamp()) + DAY_S),
        day_s=working_day_s(hours.weekly),
        now=int(now.timestamp()),
    )


def _facts(ticket_id: int) -> list[Fact]:
    """The ledger's events and those that say who worked on it and what was recorded; one statement."""
    row = EventRow
    statement = select(row.id, row.seq, row.kind, row.effective_at, row.actor_id, row.payload)
    kinds = (*KINDS, *TOLD_BESIDES)
    found = db.session.execute(
        statement.where(row.ticket_id == ticket_id, row.kind.in_(kinds)).order_by(row.seq)
    )
    return [Fact(*one) for one in found]


def _explained(
    ledger: Sequence[Fact], facts: Sequence[Fact], choices: Mapping[str, Choice], now: int, slot: Slot
) -> Explanation | None:
    return explain(
        ledger_of(ledger),
        {key: policy_of(choice) for key, choice in choices.items()},
        dict(hours_of(calendars_in(ledger)).items()),
        now,
        metric=slot.metric,
        line=slot.line,
        cycle=slot.cycle,
        holders=_holders(facts),
    )


def _holders(facts: Iterable[Fact]) -> Holders:
    """Who had the ticket from when on: the team by opening and hand-over, the person also by taking."""
    marks: list[tuple[int, Holder]] = []
    for fact in facts:
        if "assignee_id" not in fact.payload:
            continue
        team = fact.payload.get(
            "to_team_id", fact.payload.get("team_id", marks[-1][1].team if marks else None)
        )
        marks.append((int(fact.at.timestamp()), Holder(team, fact.payload["assignee_id"])))
    return marks


def _names(
    ticket_id: int, facts: Sequence[Fact], choices: Iterable[Choice], calendars: Iterable[int]
) -> Names:
    """One statement for everything that is called something."""
    choices = list(choices)
    people = {fact.actor_id for fact in facts} | _people_in(facts)
    versions = [choice.policy_version_id for choice in choices]
    row = db.session.execute(
        select(
            _called(Person.id, Person.name, Person.id.in_(people)),
            _called(Team.id, Team.name),
            _called(Team.line, Team.name, Team.is_default),
            _policies(versions),
            _called(Contract.id, Contract.name, Contract.id.in_([choice.contract_id for choice in choices])),
            _calendars(list(calendars)),
            _called(EventText.event_id, EventText.text, EventText.event_id.in_([fact.id for fact in facts])),
            _missed(ticket_id),
        )
    ).one()
    people_found, teams, lines, policies, contracts, calendar_names, texts = map(_by_id, row[:-1])
    return Names(
        people={key: known_as(name) for key, name in people_found.items()},
        teams=teams,
        lines=lines,
        policies={key: (name, n) for key, (name, n) in policies.items()},
        contracts=contracts,
        calendars=calendar_names,
        texts=texts,
        missed=Missed(int(row[-1]["at"]), row[-1]["shares"]) if row[-1] else None,
    )


def _people_in(facts: Iterable[Fact]) -> set[int]:
    return {fact.payload["assignee_id"] for fact in facts if fact.payload.get("assignee_id")}


def _called(key: Any, value: Any, *conditions: Any) -> ScalarSelect[Any]:
    """An object of names by id."""
    return select(func.jsonb_object_agg(cast(key, String), value)).where(*conditions).scalar_subquery()


def _policies(versions: Sequence[int]) -> ScalarSelect[Any]:
    value = func.jsonb_build_array(SlaPolicy.name, SlaPolicyVersion.n)
    return (
        select(func.jsonb_object_agg(cast(SlaPolicyVersion.id, String), value))
        .select_from(SlaPolicyVersion)
        .join(SlaPolicy, SlaPolicy.id == SlaPolicyVersion.policy_id)
        .where(SlaPolicyVersion.id.in_(versions))
        .scalar_subquery()
    )


def _calendars(versions: Sequence[int]) -> ScalarSelect[Any]:
    return (
        select(func.jsonb_object_agg(cast(CalendarVersion.id, String), Calendar.name))
        .select_from(CalendarVersion)
        .join(Calendar, Calendar.id == CalendarVersion.calendar_id)
        .where(CalendarVersion.id.in_(versions))
        .scalar_subquery()
    )


def _missed(ticket_id: int) -> ScalarSelect[Any]:
    """The last missed solution that stands, as it was written down."""
    at = func.floor(func.extract("epoch", SlaFiring.at))
    return (
        select(func.jsonb_build_object("at", at, "shares", SlaFiring.shares))
        .where(SlaFiring.ticket_id == ticket_id, SlaFiring.percent == 100, SlaFiring.shares.is_not(None))
        .where(SlaFiring.withdrawn_at.is_(None))
        .order_by(SlaFiring.at.desc(), SlaFiring.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _by_id(found: Mapping[str, Any] | None) -> dict[int, Any]:
    return {int(key): value for key, value in (found or {}).items()}
