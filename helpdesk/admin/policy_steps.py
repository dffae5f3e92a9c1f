"""What happens at which percent as rows of a form: read, checked, and filled from a policy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from helpdesk.i18n import gettext
from helpdesk.sla.acts import BREACH, Act, Scope, Step
from helpdesk.sla.sheet_checks import HIGHEST_PERCENT, MOST_THRESHOLDS

MOST_ROWS = MOST_THRESHOLDS + 4


@dataclass(frozen=True)
class StepRow:
    """One line of a table of steps; `percent` as typed, "" for the empty line at the end."""

    scope: str
    percent: str
    acts: tuple[str, ...] = ()
    error: str = ""

    @property
    def value(self) -> int:
        """The percent, 0 when it cannot be read."""
        text = self.percent.replace("%", "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def rows_of(steps: Iterable[Step], thresholds: Sequence[int]) -> tuple[StepRow, ...]:
    """The lines of both tables: a hundred always has one; what is only noted stands with the client's."""
    found = []
    for scope in Scope:
        acts: dict[int, set[str]] = {BREACH: set()}
        for step in steps:
            if step.scope == scope:
                acts.setdefault(step.percent, set()).add(step.act)
        found.append((scope.value, acts))
    named = {percent for _, acts in found for percent in acts}
    found[0][1].update({percent: set() for percent in thresholds if percent not in named})
    return tuple(
        StepRow(scope, str(percent), tuple(act.value for act in Act if act in acts[percent]))
        for scope, acts in found
        for percent in sorted(acts)
    )


def typed_rows(form: "MultiDict[str, str]") -> tuple[StepRow, ...]:
    """The lines that were sent, those without percent and acts left out; what cannot be carries its error."""
    rows = [
        StepRow(scope.value, form.get(f"{scope}-{n}-percent", "").strip()[:20], _acts(form, scope, n))
        for scope in Scope
        for n in range(MOST_ROWS)
    ]
    return tuple(_judged(row) for row in rows if row.percent or row.acts)


def were_sent(form: "MultiDict[str, str]") -> bool:
    """Whether the form had these tables at all."""
    return any(f"{scope}-0-percent" in form for scope in Scope)


def steps_in(rows: Iterable[StepRow]) -> frozenset[Step]:
    """The steps of these lines."""
    return frozenset(Step(row.scope, row.value, act) for row in rows for act in row.acts)


def percents_in(rows: Iterable[StepRow]) -> tuple[int, ...]:
    """Every percent of these lines, and a hundred."""
    return tuple(sorted({*(row.value for row in rows), BREACH}))


def _acts(form: "MultiDict[str, str]", scope: str, n: int) -> tuple[str, ...]:
    chosen = form.getlist(f"{scope}-{n}-act")
    return tuple(act.value for act in Act if act in chosen)


def _judged(row: StepRow) -> StepRow:
    if 1 <= row.value <= HIGHEST_PERCENT:
        return row
    sentence = gettext("Say at how many percent: a whole number between 1 and 200.")
    return StepRow(row.scope, row.percent, row.acts, sentence)
