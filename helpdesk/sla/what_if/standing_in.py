"""A draft as the engine sees it: the same ledger, with the draft in the place of what holds and what held."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from helpdesk.calendars.hours import hours_of, versions_in_force
from helpdesk.calendars.models import CalendarVersion
from helpdesk.calendars.rules import CalendarSheet
from helpdesk.calendars.sheets import hours_in
from helpdesk.db import db
from helpdesk.sla.calendar import WorkingHours
from helpdesk.sla.ledger import Fact, calendars_in, choices_in, ledger_of
from helpdesk.sla.models import SlaPolicyVersion
from helpdesk.sla.policies import Choice, policy_of
from helpdesk.sla.rules import (
    Metric,
    OnChange,
    PolicyVersion,
    Resumption,
    Target,
    TicketClocks,
    TicketState,
    replay,
)
from helpdesk.sla.rules.values import Key
from helpdesk.sla.sheets import Cell, PolicySheet
from helpdesk.sla.what_if.drafts import sheet_of
from helpdesk.sla.what_if.models import SlaDraft


@dataclass
class StandIn:
    """Which versions a draft stands in for, and with what.

    Either `hours` take the place of calendar versions, or `sheet` that of policy versions; its cells count
    in the version of their calendar that the ticket has, else in the present one.
    """

    versions: frozenset[int]
    hours: WorkingHours | None = None
    sheet: PolicySheet | None = None
    calendar_of_version: dict[int, int] = field(default_factory=dict)
    present: dict[int, int] = field(default_factory=dict)
    known: dict[Key, PolicyVersion] = field(default_factory=dict)

    def evaluate(self, facts: Sequence[Fact], as_of: datetime) -> TicketClocks:
        """Every clock of the ticket at an instant, had the draft held from the ticket's beginning."""
        policies: dict[Key, PolicyVersion] = {one.key: self._policy(one) for one in choices_in(facts)}
        named = hours_of(calendars_in(facts) | {*self.present.values()})
        calendars: dict[Key, WorkingHours] = dict(named.items())
        if self.hours is not None:
            calendars |= dict.fromkeys(self.versions & calendars.keys(), self.hours)
        return replay(ledger_of(facts), policies, calendars, int(as_of.timestamp()))

    def _policy(self, choice: Choice) -> PolicyVersion:
        if self.sheet is None or choice.policy_version_id not in self.versions:
            return policy_of(choice)
        if choice.key not in self.known:
            self.known[choice.key] = self._drafted(self.sheet, choice)
        return self.known[choice.key]

    def _drafted(self, sheet: PolicySheet, choice: Choice) -> PolicyVersion:
        held = {self.calendar_of_version[one]: one for one in choice.calendar_version_ids}
        versions = {**self.present, **held}
        return PolicyVersion(
            id=choice.key,
            targets=tuple(_target(sheet, cell, versions) for cell in sheet.targets),
            on_change=OnChange(sheet.on_change),
            reopen=Resumption(sheet.reopen),
            reopen_grace_s=sheet.reopen_grace_s,
            ola_reentry=Resumption(sheet.ola_reentry),
            pause_states=frozenset(TicketState(state) for state in sheet.pause_states),
            forgive=sheet.forgive,
            thresholds=sheet.percents,
        )


def stand_in(draft: SlaDraft, as_of: datetime) -> StandIn:
    """The draft, ready to be put in; a few statements."""
    sheet = sheet_of(draft)
    if isinstance(sheet, CalendarSheet):
        own = select(CalendarVersion.id).where(CalendarVersion.calendar_id == draft.subject_id)
        return StandIn(frozenset(db.session.scalars(own)), hours=hours_in(sheet))
    own = select(SlaPolicyVersion.id).where(SlaPolicyVersion.policy_id == draft.subject_id)
    every = db.session.execute(select(CalendarVersion.id, CalendarVersion.calendar_id))
    return StandIn(
        frozenset(db.session.scalars(own)),
        sheet=sheet,
        calendar_of_version={row.id: row.calendar_id for row in every},
        present=versions_in_force(sheet.calendar_ids, as_of),
    )


def _target(sheet: PolicySheet, cell: Cell, versions: dict[int, int]) -> Target:
    return Target(
        metric=Metric(cell.metric),
        priority=cell.priority,
        seconds=sheet.targets[cell],
        calendar=versions[sheet.calendar_of(cell) or 0],
        line=cell.line,
        type=cell.type,
    )
