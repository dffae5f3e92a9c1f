"""A policy as people edit it: targets by cell, the calendar of each, and what the clocks heed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import select

from helpdesk.db import db
from helpdesk.sla.acts import DEFAULT_STEPS, LONGEST_WAIT_S, Step, percents
from helpdesk.sla.models import SlaPolicy, SlaPolicyStep, SlaPolicyVersion, SlaTarget
from helpdesk.sla.rules import Metric, OnChange, Resumption
from helpdesk.sla.typed import DAY
from helpdesk.tickets.rules import Priority, TicketType

LINES = (1, 2, 3)
CLIENT_METRICS = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.UPDATE, Metric.RESOLUTION)
PAUSE_STATES = ("waiting_client", "waiting_third_party")
PRIORITIES = tuple(priority.value for priority in Priority)
TYPES = tuple(type_.value for type_ in TicketType)


@dataclass(frozen=True, order=True)
class Cell:
    """A place in the table of targets; `line` for a line's budget, `type` None for tickets of any type."""

    priority: str
    metric: str
    line: int | None = None
    type: str | None = None

    @property
    def code(self) -> str:
        """What the cell is called in forms and in the history: P2-resolution, P2-line-2, P2-line-2-defect."""
        what = f"line-{self.line}" if self.line else self.metric
        return f"{self.priority}-{what}" + (f"-{self.type}" if self.type else "")

    @property
    def of_any_type(self) -> "Cell":
        """The cell from which this one inherits when it says nothing."""
        return Cell(self.priority, self.metric, self.line)


def row_of_cells(priority: str, type_: str | None = None) -> tuple[Cell, ...]:
    """One row of the table: the client's clocks, then the lines."""
    return (
        *(Cell(priority, metric.value, None, type_) for metric in CLIENT_METRICS),
        *(Cell(priority, Metric.OLA.value, line, type_) for line in LINES),
    )


CELLS = tuple(cell for priority in PRIORITIES for cell in row_of_cells(priority))
CELLS_BY_TYPE = tuple(
    cell for priority in PRIORITIES for type_ in TYPES for cell in row_of_cells(priority, type_)
)


def _nothing() -> Mapping[Cell, int]:
    return MappingProxyType({})


@dataclass(frozen=True)
class PolicySheet:
    """All that a policy says. `targets` are open seconds by cell; `calendars` ids by priority.

    A cell that is not there starts no clock; one for a type inherits from the cell of any type.
    `own_calendars` are those of cells that count in another calendar than their priority. `steps` are what
    happens at which percent; `thresholds` besides these are only noted. `longest_wait_s` is real time, None
    without a cap.
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
    own_calendars: Mapping[Cell, int] = field(default_factory=_nothing)

    def seconds(
        self, metric: str, priority: str, line: int | None = None, type_: str | None = None
    ) -> int | None:
        """The target that a ticket of that type has, perhaps inherited; None where no clock starts."""
        cell = Cell(priority, metric, line, type_)
        return self.targets.get(cell, self.targets.get(cell.of_any_type))

    def calendar_of(self, cell: Cell) -> int | None:
        """The calendar in which the cell's own target counts."""
        return self.own_calendars.get(cell, self.calendars.get(cell.priority))

    @property
    def calendar_ids(self) -> set[int]:
        """Every calendar that the sheet names."""
        return {*self.calendars.values(), *self.own_calendars.values()}

    @property
    def percents(self) -> tuple[int, ...]:
        """Every share that is noted: those of the steps, those typed besides, and a hundred."""
        return percents(self.thresholds, self.steps)

    def types_of(self, priority: str) -> list[str]:
        """The types of ticket that have a target of their own at that priority, in their usual order."""
        named = {cell.type for cell in self.targets if cell.priority == priority}
        return [type_ for type_ in TYPES if type_ in named]


def sheet_of(policy: SlaPolicy, version: SlaPolicyVersion) -> PolicySheet:
    """What the version says; two statements."""
    return sheets_of([(policy, version)])[version.id]


def sheets_of(editions: Sequence[tuple[SlaPolicy, SlaPolicyVersion]]) -> dict[int, PolicySheet]:
    """What each of the versions says, by its id; two statements for all."""
    ids = [version.id for _, version in editions]
    targets: dict[int, list[SlaTarget]] = {}
    for row in db.session.scalars(select(SlaTarget).where(SlaTarget.policy_version_id.in_(ids))):
        targets.setdefault(row.policy_version_id, []).append(row)
    steps: dict[int, list[SlaPolicyStep]] = {}
    for step in db.session.scalars(select(SlaPolicyStep).where(SlaPolicyStep.policy_version_id.in_(ids))):
        steps.setdefault(step.policy_version_id, []).append(step)
    return {
        version.id: _sheet(policy, version, targets.get(version.id, []), steps.get(version.id, []))
        for policy, version in editions
    }


def _sheet(
    policy: SlaPolicy, version: SlaPolicyVersion, targets: list[SlaTarget], steps: list[SlaPolicyStep]
) -> PolicySheet:
    counted_in = {_cell(row): row.calendar_id for row in targets}
    calendars = {
        priority: _usual([(cell, one) for cell, one in counted_in.items() if cell.priority == priority])
        for priority in dict.fromkeys(cell.priority for cell in counted_in)
    }
    return PolicySheet(
        name=policy.name,
        targets={_cell(row): row.seconds for row in targets},
        calendars=calendars,
        own_calendars={cell: one for cell, one in counted_in.items() if one != calendars[cell.priority]},
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
    )


def _cell(row: SlaTarget) -> Cell:
    return Cell(row.priority, row.metric.value, row.line, row.type)


def _usual(counted: Iterable[tuple[Cell, int]]) -> int:
    """The calendar of most of the client's clocks; lines and single types only where there are no others."""
    known = list(counted)
    plain = [one for cell, one in known if cell.line is None and cell.type is None]
    counts = Counter(plain or [one for _, one in known])
    return min(counts, key=lambda one: (-counts[one], one))
