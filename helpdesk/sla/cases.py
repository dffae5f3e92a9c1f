"""Cases with known answers: a parsed file in, the engine's results in the shape of its `expected` out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpdesk.errors import DomainError
from helpdesk.sla.calendar import WorkingHours, open_time
from helpdesk.sla.case_events import entries_from
from helpdesk.sla.case_results import Result, shown, written
from helpdesk.sla.case_terms import METRICS, Shelf, hours_from, policy_from
from helpdesk.sla.given import CaseError, Given, quoted
from helpdesk.sla.rules import Metric, PolicyVersion, replay

Parsed = Mapping[str, Any]

FLAGS = ("thresholds", "lines", "verdict")


@dataclass(frozen=True)
class Answers:
    """What the engine says to each case that can be read, and a sentence for whatever cannot.

    `remarks` are about things that were left out without harm.
    """

    results: dict[str, Result] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Terms:
    """The calendars and policies of a file."""

    calendars: Shelf[WorkingHours]
    policies: Shelf[PolicyVersion]


def answers(document: object) -> Answers:
    """The engine's answers to the cases of a parsed file; a case that cannot be read spoils no other."""
    found = Answers()
    try:
        if not isinstance(document, Mapping):
            raise CaseError("The file holds no cases: it has calendars, policies and cases by these names.")
        whole = Given("The file", document)
        terms = Terms(
            Shelf("calendar", whole.part("calendars"), hours_from),
            Shelf("policy", whole.part("policies"), policy_from),
        )
        whole.need("cases")
        cases = list(_named(whole.rows("cases"), found))
    except DomainError as problem:
        found.problems.append(str(problem))
        return found
    found.problems.extend((*terms.calendars.problems, *terms.policies.problems))
    for name, case in cases:
        _answer(name, case, terms, found)
    return found


def results(document: object) -> dict[str, Result]:
    """The engine's result for each case, by id; raises CaseError for the first thing that cannot be read."""
    found = answers(document)
    if found.problems:
        raise CaseError("%(problem)s", problem=found.problems[0])
    return found.results


def _named(rows: list[Any], found: Answers) -> Iterator[tuple[str, Given]]:
    """The cases with their ids; of two with the same id the first counts."""
    seen: Counter[str] = Counter()
    for number, row in enumerate(rows, 1):
        case = Given(f"Case number {number}", row if isinstance(row, Mapping) else {})
        if not isinstance(row, Mapping) or not case.has("id"):
            found.problems.append(f"Case number {number} has no id.")
            continue
        name = str(row["id"])
        seen[name] += 1
        if seen[name] == 1:
            yield name, Given(f"Case {name}", row)
        elif seen[name] == 2:
            found.problems.append(f"More than one case is called {quoted(name)}; only the first was read.")


def _answer(name: str, case: Given, terms: Terms, found: Answers) -> None:
    try:
        found.results[name] = result_of(case, terms, found.remarks)
    except DomainError as problem:
        said = str(problem)
        found.problems.append(said if said.startswith(case.place) else f"{case.place}: {said}")
        return
    if case.has("expected"):
        found.expected[name] = case.value["expected"]


def result_of(case: Given, terms: Terms, remarks: list[str]) -> Result:
    """One case's result: seconds, a due instant, or the clocks it asks for."""
    return case.word("kind", KINDS)(case, terms, remarks)


def _elapsed(case: Given, terms: Terms, remarks: list[str]) -> Result:
    a, b = case.instant("from"), case.instant("to")
    hours = terms.calendars[case.text("calendar")]
    return {"seconds": open_time(hours, min(a, b), max(a, b)).open_seconds(a, b)}


def _due(case: Given, terms: Terms, remarks: list[str]) -> Result:
    start, hours = case.instant("start"), terms.calendars[case.text("calendar")]
    return {"due_at": written(open_time(hours, start, start).due(start, case.seconds("add")))}


def _clocks(case: Given, terms: Terms, remarks: list[str]) -> Result:
    case.need("events")
    asked = [_metric(name, case) for name in case.rows("check")] or [Metric.RESOLUTION]
    thresholds, lines, verdict = (case.flag(name) for name in FLAGS)
    ledger = entries_from(case, terms.policies, terms.calendars, remarks)
    clocks = replay(ledger, terms.policies, terms.calendars, case.instant("as_of"))
    result = shown(clocks, asked, thresholds=thresholds, lines=lines)
    return result | ({"missed": clocks.missed} if verdict else {})


def _metric(name: object, case: Given) -> Metric:
    if not isinstance(name, str) or name not in METRICS:
        raise case.wrong("check", name, f"some of {', '.join(METRICS)}")
    return METRICS[name]


KINDS: Mapping[str, Callable[[Given, Terms, list[str]], Result]] = {
    "elapsed": _elapsed,
    "due": _due,
    "clock": _clocks,
}
