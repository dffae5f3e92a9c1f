"""What the SLA clocks cost in a database of a million open ones; prints limits beside figures as JSON."""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench_crowd import Crowd, Desk
from sqlalchemy import event, select, text

from helpdesk import clock, schema
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db
from helpdesk.demo.firm import found_firm
from helpdesk.running import with_database
from helpdesk.sla.clocks import refresh
from helpdesk.sla.queries import chips
from helpdesk.sla.sweep import seconds_to_next, sweep
from helpdesk.tickets.models import Ticket

FEW, MANY, DUE, OUTAGE = 10_000, 1_000_000, 500, 10_000
RUNS = 5
WIDTH = 120  # of a line of a plan
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Figure:
    """One thing measured. `limit` None: for information; `cpu_s`: computed, here and in PostgreSQL."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    cpu_s: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its limit."""
        return self.limit is None or self.value <= self.limit


def main() -> int:
    """Measure and print; 0 whatever the figures are, since a busy machine is no defect."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--clocks", type=int, default=MANY)
    print(json.dumps(measure(arguments.parse_args().clocks), indent=2))
    return 0


def measure(clocks: int = MANY) -> dict[str, Any]:
    """Everything, on a PostgreSQL of its own in a temporary folder: figures and the plans behind them."""
    with TemporaryDirectory(prefix="bench-sla-") as place:
        Path(place).chmod(0o711)  # PostgreSQL does not run as root, and has to get in
        with with_database(load_settings({"HELPDESK_DATA_DIR": place})) as ready:
            schema.upgrade(ready.database_owner_url or "", app_url=ready.database_url or "")
            with create_app(ready, process="command").app_context():
                try:
                    return _measured(clocks)
                finally:
                    db.engine.dispose()


def _measured(clocks: int) -> dict[str, Any]:
    found_firm()
    desk, crowd = Desk.read(), Crowd([])
    crowd.grow(desk, FEW)
    few = _due_figures(crowd)
    crowd.grow(desk, clocks - FEW)
    many = _due_figures(crowd)
    figures = [
        _sweep_figure(few, FEW),
        _sweep_figure(many, clocks),
        _growth(few, many),
        *_outage(crowd),
        *_refreshes(crowd),
        *_pages(desk),
    ]
    return {"figures": [{**asdict(one), "holds": one.holds} for one in figures], "plans": _plans(crowd)}


@dataclass(frozen=True)
class Run:
    """One sweep, or something like it."""

    wall_s: float
    cpu_s: float
    fired: int


def _timed(work: Callable[[], int]) -> Run:
    cpu, wall = _cpu_s(), time.perf_counter()
    fired = work()
    return Run(time.perf_counter() - wall, _cpu_s() - cpu, fired)


def _cpu_s() -> float:
    """What this process and its PostgreSQL connections have computed so far, in seconds."""
    here = "select pid from pg_stat_activity where datname = current_database() and usename = current_user"
    with db.engine.connect() as connection:
        pids = connection.execute(text(here)).scalars().all()
    return time.process_time() + sum(_ticks(Path(f"/proc/{pid}/stat")) for pid in pids) / os.sysconf(
        "SC_CLK_TCK"
    )


def _ticks(stat: Path) -> int:
    """utime and stime of proc(5); 0 where there is no such thing."""
    if not stat.exists():
        return 0
    fields = stat.read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _due_figures(crowd: Crowd) -> list[Run]:
    """Sweeps over 500 due clocks, each of which has used up half of its time just now."""
    runs = []
    for _ in range(RUNS + 1):
        crowd.make_due(DUE, since=timedelta(seconds=1))
        runs.append(_timed(sweep))
    return runs[1:]


def _sweep_figure(runs: list[Run], clocks: int) -> Figure:
    return Figure(
        f"sweep of {DUE} due among {clocks:,} open clocks",
        round(statistics.median(run.wall_s for run in runs), 3),
        "s",
        limit=1.0,
        cpu_s=round(statistics.median(run.cpu_s for run in runs), 3),
        note=f"crossings {runs[0].fired}, best {min(run.wall_s for run in runs):.3f} s",
    )


def _growth(few: list[Run], many: list[Run]) -> Figure:
    wall = _more([min(run.wall_s for run in runs) for runs in (few, many)])
    computed = _more([min(run.cpu_s for run in runs) for runs in (few, many)])
    name = "the same sweep, many clocks against few (best runs)"
    return Figure(name, wall, "% more", limit=10, note=f"{computed} % more computed")


def _more(times: list[float]) -> float:
    return round(100 * (times[1] / times[0] - 1), 1)


def _outage(crowd: Crowd) -> list[Figure]:
    """10,000 tickets with a clock that passed every threshold meanwhile, swept by one worker."""
    crowd.make_due(OUTAGE, since=10 * HOUR)
    before = _count("notice")
    run = _timed(sweep)
    notices = _count("notice") - before
    overdue = Figure(
        f"{OUTAGE:,} clocks due at once, one worker",
        round(run.wall_s, 2),
        "s",
        limit=20.0,
        cpu_s=round(run.cpu_s, 2),
        note=f"{run.fired:,} crossings, {notices:,} notices",
    )
    return [overdue, Figure("a ticket of these", round(run.wall_s * 1000 / OUTAGE, 3), "ms", limit=2.0)]


def _refreshes(crowd: Crowd) -> list[Figure]:
    """What a verb pays for the clocks of a ticket in the midst of its life."""
    tickets = _some(crowd, 300)
    now = clock.now(db.session)
    refresh(tickets[0], now)  # policies and calendars are read once in a process
    with counted() as sent:
        run = _timed(lambda: len([refresh(ticket, now) for ticket in tickets]))
    db.session.rollback()
    each = run.wall_s * 1000 / len(tickets)
    return [
        Figure(
            "refresh of a ticket's clocks, without the event", len(sent) / len(tickets), "statements", limit=2
        ),
        Figure("refresh of a ticket's clocks", round(each, 2), "ms", cpu_s=round(run.cpu_s, 3)),
    ]


def _pages(desk: Desk) -> list[Figure]:
    """What a list and a ticket's page read of the clocks."""
    now = clock.now(db.session)
    listed = (
        select(Ticket.id)
        .where(Ticket.team_id == desk.team.id, Ticket.state.not_in(("resolved", "closed")))
        .order_by(Ticket.sort_due, Ticket.id)
        .limit(50)
    )
    ids = list(db.session.scalars(listed))
    return [
        Figure(
            "first 50 of a team's open tickets by deadline",
            _median_ms(lambda: db.session.scalars(listed).all()),
            "ms",
        ),
        Figure("chips of 50 tickets", _median_ms(lambda: chips(ids, now)), "ms"),
        Figure("clocks of one ticket", _median_ms(lambda: chips(ids[:1], now)), "ms"),
        Figure("how long until the next firing", _median_ms(seconds_to_next), "ms"),
    ]


def _median_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
        db.session.rollback()
    return round(statistics.median(times) * 1000, 2)


def _some(crowd: Crowd, count: int) -> list[Ticket]:
    chosen = crowd.ids[:: max(1, len(crowd.ids) // count)][:count]
    return list(db.session.scalars(select(Ticket).where(Ticket.id.in_(chosen))))


def _count(table: str) -> int:
    return int(db.session.execute(text(f"select count(*) from {table}")).scalar_one())  # noqa: S608


# plans


def _plans(crowd: Crowd) -> dict[str, list[str]]:
    """The plans of a sweep's statements, from a sweep over 500 due clocks."""
    crowd.make_due(DUE, since=timedelta(seconds=1))
    with counted() as sent:
        sweep()
    named = {
        "due": "FROM sla_clock",
        "lock": "FOR NO KEY UPDATE",
        "read": "UNION ALL",
        "write": "insert into sla_clock",
        "overtake": "UPDATE notice",
    }
    plans = {}
    for name, mark in named.items():
        statement = next((one for one in sent if mark in one), None)
        plans[name] = _explained(statement) if statement else []
    return plans


def _explained(statement: str) -> list[str]:
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "explain (analyze, costs off, timing off, summary off) " + statement.replace("%", "%%")
        )
        lines = [row[0] for row in rows]
        connection.rollback()
    return [line[:WIDTH] for line in lines if "Buffers" not in line and "Index Searches" not in line]


@contextmanager
def counted() -> Iterator[list[str]]:
    """All SQL sent meanwhile with its values filled in, apart from savepoints."""
    sent: list[str] = []

    def note(_connection: Any, cursor: Any, statement: str, values: Any, *_: object) -> None:
        if "SAVEPOINT" not in statement:
            sent.append(cursor.mogrify(statement, values).decode())

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


if __name__ == "__main__":
    raise SystemExit(main())
