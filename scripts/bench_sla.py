"""What a deadline, a replay and a million recomputed due dates cost; prints limits beside figures as JSON."""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta

from bench_sla_database import MANY
from bench_sla_database import measure as measure_database

from helpdesk.sla.calendar import Holiday, OpenTime, WorkingHours, compile_hours, working_hours
from helpdesk.sla.rules import (
    Author,
    Key,
    Kind,
    LedgerEntry,
    Metric,
    PolicyVersion,
    Target,
    TicketState,
    replay,
)

FIRST_YEAR, YEARS = 2020, 15
QUERIES, REPLAYS, BULK = 50_000, 1_000, 1_000_000
EVENTS, CLOCKS = 40, 7
OFFICE = working_hours(
    "Europe/Berlin",
    [[(540, 720), (780, 1020)]] * 5 + [[], []],
    {date(year, 12, 24): [(540, 720)] for year in range(FIRST_YEAR, FIRST_YEAR + YEARS)},
    [Holiday(md=(12, 25), until_md=(1, 1)), Holiday(md=(5, 1)), Holiday(md=(10, 3))],
)
AROUND = working_hours("Europe/Berlin", [[(0, 1440)]] * 7)
CREATED_AT = int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp())
GAP = int(timedelta(minutes=50).total_seconds())


@dataclass(frozen=True)
class Figure:
    """One thing measured; `limit` None is for information."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its limit."""
        return self.limit is None or self.value <= self.limit


def main() -> int:
    """Measure and print; 0 whatever the figures are, since a busy machine is no defect."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--engine-only", action="store_true", help="leave the database out")
    arguments.add_argument("--bulk", type=int, default=BULK, help="how many due dates to recompute")
    arguments.add_argument("--clocks", type=int, default=MANY, help="how many open clocks the database has")
    asked = arguments.parse_args()
    figures = [{**asdict(one), "holds": one.holds} for one in measure(asked.bulk)]
    rest = {"figures": []} if asked.engine_only else measure_database(asked.clocks)
    print(json.dumps({**rest, "figures": [*figures, *rest["figures"]]}, indent=2))
    return 0


def measure(bulk: int = BULK) -> list[Figure]:
    """All figures of the engine alone: no database, one process, one core."""
    began = time.perf_counter()
    open_ = compile_hours(OFFICE, FIRST_YEAR, FIRST_YEAR + YEARS - 1)
    compiled = time.perf_counter() - began
    asked = _questions(open_, QUERIES)
    intervals = f"{len(open_.starts) - 1} intervals of office hours with a lunch in Berlin"
    return [
        Figure(f"compile {YEARS} years", _rounded(compiled * 1e3), "ms", note=intervals),
        Figure("due, median", _median(open_.due, asked, 1e6), "us", 5),
        Figure("elapsed, median", _median(lambda a, n: open_.open_seconds(a, a + n), asked, 1e6), "us", 5),
        _replays(),
        _bulk(open_, bulk),
    ]


def _questions(open_: OpenTime, count: int) -> list[tuple[int, int]]:
    """(start, open seconds) all over the calendar: a minute to eighty hours."""
    dice = random.Random(1)  # noqa: S311
    return [
        (dice.randint(open_.first, open_.last - 90 * 86400), dice.randint(60, 80 * 3600))
        for _ in range(count)
    ]


def _median(ask: Callable[[int, int], object], questions: list[tuple[int, int]], scale: float) -> float:
    taken = []
    for a, n in questions:
        began = time.perf_counter_ns()
        ask(a, n)
        taken.append(time.perf_counter_ns() - began)
    return _rounded(statistics.median(taken) * scale / 1e9)


def _replays() -> Figure:
    calendars: dict[Key, WorkingHours] = {"office": OFFICE, "around": AROUND}
    policies: dict[Key, PolicyVersion] = {"plain": _policy()}
    ledger, as_of = _ledger(), CREATED_AT + GAP * (EVENTS + 5)
    clocks = {(clock.metric, clock.line) for clock in replay(ledger, policies, calendars, as_of).clocks}
    if len(clocks) != CLOCKS:
        raise AssertionError(clocks)
    taken = []
    for _ in range(REPLAYS):
        began = time.perf_counter_ns()
        replay(ledger, policies, calendars, as_of)
        taken.append(time.perf_counter_ns() - began)
    note = f"{EVENTS} events, {CLOCKS} clocks, two calendars, five thresholds each"
    return Figure("full replay of a ticket, median", _rounded(statistics.median(taken) / 1e6), "ms", 1, note)


def _policy() -> PolicyVersion:
    spans = {Metric.FIRST_RESPONSE: 1, Metric.NEXT_RESPONSE: 1, Metric.UPDATE: 2, Metric.RESOLUTION: 40}
    client = [
        Target(metric, priority, 3600 * hours * (place + 1), "office")
        for metric, hours in spans.items()
        for place, priority in enumerate(("P1", "P2", "P3"))
    ]
    lines = [
        Target(Metric.OLA, priority, 36000 * (place + 1), "around" if line == 2 else "office", line)
        for line in (1, 2, 3)
        for place, priority in enumerate(("P1", "P2", "P3"))
    ]
    return PolicyVersion("plain", (*client, *lines), thresholds=(50, 75, 90, 100, 120))


def _ledger() -> list[LedgerEntry]:
    """A ticket in lively hands: answers, waiting, hand-overs, other priorities, again and again."""
    course = (
        LedgerEntry(at=0, seq=0, kind=Kind.AGENT_REPLY),
        LedgerEntry(at=0, seq=0, kind=Kind.STATE_CHANGED, state=TicketState.WAITING_CLIENT),
        LedgerEntry(at=0, seq=0, kind=Kind.CLIENT_MESSAGE, by=Author.CUSTOMER),
        LedgerEntry(at=0, seq=0, kind=Kind.LINE_CHANGED, line=2),
        LedgerEntry(at=0, seq=0, kind=Kind.AGENT_REPLY),
        LedgerEntry(at=0, seq=0, kind=Kind.PRIORITY_CHANGED, priority="P1"),
        LedgerEntry(at=0, seq=0, kind=Kind.LINE_CHANGED, line=3),
        LedgerEntry(at=0, seq=0, kind=Kind.STATE_CHANGED, state=TicketState.WAITING_THIRD_PARTY),
        LedgerEntry(at=0, seq=0, kind=Kind.STATE_CHANGED, state=TicketState.OPEN),
        LedgerEntry(at=0, seq=0, kind=Kind.PRIORITY_CHANGED, priority="P2"),
        LedgerEntry(at=0, seq=0, kind=Kind.LINE_CHANGED, line=1),
    )
    created = LedgerEntry(
        at=CREATED_AT, seq=0, kind=Kind.CREATED, by=Author.CUSTOMER, priority="P2", policy="plain"
    )
    later = (
        replace(course[n % len(course)], at=CREATED_AT + GAP * (n + 1), seq=n + 1) for n in range(EVENTS - 1)
    )
    return [created, *later]


def _bulk(open_: OpenTime, count: int) -> Figure:
    """What a changed calendar asks of each running clock: what it shows, and its new due date."""
    asked = _questions(open_, min(count, BULK))
    began = time.perf_counter()
    for a, n in asked:
        shown = open_.open_seconds(a, a + n)
        open_.due(a + n, 80 * 3600 - shown)
    took = time.perf_counter() - began
    return Figure(f"{len(asked)} due dates recomputed", _rounded(took), "s", 60, "elapsed and due of each")


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


if __name__ == "__main__":
    sys.exit(main())
