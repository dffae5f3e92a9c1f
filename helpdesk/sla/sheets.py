"""A policy as people edit it: targets by cell, a calendar for each priority, and what the clocks heed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import select

from helpdesk.calendars.models import Calendar
from helpdesk.db import db
from helpdesk.errors import N_, BadInput
from helpdesk.sla.acts import DEFAULT_STEPS, LONGEST_WAIT_S, Act, Scope, Step, percents
from helpdesk.sla.models import SlaPolicy, SlaPolicyStep, SlaPolicyVersion, SlaTarget
from helpdesk.sla.rules import Metric, OnChange, Resumption
from helpdesk.sla.typed import DAY, HOUR, LONGEST, MINUTE
from helpdesk.tickets.rules import Priority

LONGEST_NAME, MOST_THRESHOLDS, HIGHEST_PERCENT = 80, 8, 200
LINES = (1, 2, 3)
CLIENT_METRICS = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.UPDATE, Metric.RESOLUTION)
PAUSE_STATES = ("waiting_client", "waiting_third_party")
PRIORITIES = tuple(priority.value for priority in Priority)


@dataclass(frozen=True, order=True)
class Cell:
    """A place in the table of targets; `line` for a line's budget, `type` None for tickets of any type."""

    priority: str
    metric: str
    line: int | None = None
    type: str | None = None

    @property
    def code(self) -> str:
        """What the cell is called in forms and in the history: P2-resolution, P2-line-2."""
        what = f"line-{self.line}" if self.line else self.metric
        return f"{self.priority}-{what}" + (f"-{self.type}" if self.type else "")


CELLS = tuple(
    cell
    for priority in PRIORITIES
    for cell in (
        *(Cell(priority, metric.value) for metric in CLIENT_METRICS),
        *(Cell(priority, Metric.OLA.value, line) for line in LINES),
    )
)


@dataclass(frozen=True)
class PolicySheet:
    """All that a policy says. `targets` are open seconds by cell; `calendars` ids by priority.

    A cell that is not there starts no clock. `steps` are what happens at which percent; `thresholds` besides
    these are only noted. `longest_wait_s` is real time, None without a cap.
    """

    name: str
    targets: Mapping[Cell, int]
    calendars: Mapping[str, int]
    pause_states: tuple[str, ...] = PAUSE_STATES
    on_change: str = OnChange.CARRY.value
    reopen: str = Resumption.RESUME.value
    reopen_grace_s: int = 7 * DAY
    ola_reentry: str = Resumption.RESUME.value
    thresholds: tuple[int, ...] = (75, 90, 100)
    forgive: bool = False
    overlap_allowed: bool = False
    steps: frozenset[Step] = DEFAULT_STEPS
    longest_wait_s: int | None = LONGEST_WAIT_S
    mixed: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), compare=False)

    def seconds(self, metric: str, priority: str, line: int | None = None) -> int | None:
        """The target for tickets of any type; None where no clock starts."""
        return self.targets.get(Cell(priority, metric, line))

    @property
    def percents(self) -> tuple[int, ...]:
        """Every share that is noted: those of the steps, those typed besides, and a hundred."""
        return percents(self.thresholds, self.steps)


@dataclass(frozen=True)
class Overlap:
    """The budgets of the lines add up to more than the solution time of that priority."""

    priority: str
    budgets_s: int
    solution_s: int


def sheet_of(policy: SlaPolicy, version: SlaPolicyVersion) -> PolicySheet:
    """What the version says; two statements. `mixed` counts by priority the cells in another calendar."""
    rows = db.session.scalars(select(SlaTarget).where(SlaTarget.policy_version_id == version.id)).all()
    steps = db.session.scalars(select(SlaPolicyStep).where(SlaPolicyStep.policy_version_id == version.id))
    counts: dict[str, Counter[int]] = {}
    for row in rows:
        counts.setdefault(row.priority, Counter())[row.calendar_id] += 1
    return PolicySheet(
        name=policy.name,
        targets={Cell(row.priority, row.metric.value, row.line, row.type): row.seconds for row in rows},
        calendars={priority: found.most_common(1)[0][0] for priority, found in counts.items()},
        pause_states=tuple(state for state in PAUSE_STATES if state in version.pause_states),
        on_change=version.on_change,
        reopen=version.reopen,
        reopen_grace_s=version.reopen_grace_s,
        ola_reentry=version.ola_reentry,
        thresholds=tuple(sorted(version.thresholds)),
        forgive=version.forgive,
        overlap_allowed=version.overlap_allowed,
        steps=frozenset(Step(step.scope.value, step.percent, step.act.value) for step in steps),
        longest_wait_s=version.longest_wait_s,
        mixed={
            priority: found.total() - found.most_common(1)[0][1]
            for priority, found in counts.items()
            if len(found) > 1
        },
    )


def problems(sheet: PolicySheet) -> Iterator[BadInput]:
    """Everything that keeps the sheet from being a policy, each naming its field; statements: one."""
    if not 1 <= len(sheet.name) <= LONGEST_NAME:
        yield BadInput(N_("A policy needs a name of at most 80 characters."), "name")
    if not sheet.targets:
        yield BadInput(
            N_("Without a single target no clock would ever start. Fill at least one cell."), "targets"
        )
    yield from _without_calendar(sheet)
    for cell, seconds in sheet.targets.items():
        if not MINUTE <= seconds <= LONGEST:
            yield BadInput(N_("A target is between a minute and a year."), cell.code)
    yield from _answers_after_solution(sheet)
    yield from _rules(sheet)


def overlaps(sheet: PolicySheet) -> list[Overlap]:
    """Where the lines may use up more than the client was told; none when the policy allows it."""
    found = []
    for priority in () if sheet.overlap_allowed else PRIORITIES:
        budgets = [sheet.seconds(Metric.OLA, priority, line) for line in LINES]
        together, solution = sum(filter(None, budgets)), sheet.seconds(Metric.RESOLUTION, priority)
        if solution is not None and together > solution:
            found.append(Overlap(priority, together, solution))
    return found


def _without_calendar(sheet: PolicySheet) -> Iterator[BadInput]:
    in_use = select(Calendar.id).where(Calendar.id.in_(set(sheet.calendars.values())))
    known = set(db.session.scalars(in_use.where(Calendar.retired_at.is_(None))))
    for priority in dict.fromkeys(cell.priority for cell in sheet.targets):
        if sheet.calendars.get(priority) not in known:
            yield BadInput(N_("Choose the calendar in which these targets count."), f"calendar-{priority}")


def _answers_after_solution(sheet: PolicySheet) -> Iterator[BadInput]:
    for cell, seconds in sheet.targets.items():
        if cell.metric != Metric.FIRST_RESPONSE:
            continue
        wanted = Cell(cell.priority, Metric.RESOLUTION.value, None, cell.type)
        solution = sheet.targets.get(wanted) or sheet.seconds(Metric.RESOLUTION, cell.priority)
        if solution is not None and seconds > solution:
            yield BadInput(N_("The first answer would come after the solution."), cell.code)


def _rules(sheet: PolicySheet) -> Iterator[BadInput]:
    if not set(sheet.pause_states) <= set(PAUSE_STATES):
        yield BadInput(
            N_("Only waiting for the client or for a third party can pause a clock."), "pause_states"
        )
    if sheet.on_change not in set(OnChange):
        yield BadInput(N_("Choose one of these."), "on_change")
    for name in ("reopen", "ola_reentry"):
        if getattr(sheet, name) not in set(Resumption):
            yield BadInput(N_("Choose one of these."), name)
    if not 0 <= sheet.reopen_grace_s <= LONGEST:
        yield BadInput(N_("Between nothing and a year."), "reopen_grace")
    if (
        not sheet.thresholds
        or len(sheet.percents) > MOST_THRESHOLDS
        or not all(1 <= p <= HIGHEST_PERCENT for p in sheet.percents)
    ):
        yield BadInput(
            N_("One to eight whole percents between 1 and 200, such as 75, 90, 100."), "thresholds"
        )
    if not all(step.scope in set(Scope) and step.act in set(Act) for step in sheet.steps):
        yield BadInput(N_("Choose one of these."), "thresholds")
    if sheet.longest_wait_s is not None and not HOUR <= sheet.longest_wait_s <= LONGEST:
        yield BadInput(N_("Waiting may last between an hour and a year."), "longest_wait")
