"""What the SLA clocks cost in a database of a million open ones; prints limits beside figures as JSON."""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Text, cast, create_engine, event, func, select, text

from helpdesk import clock, schema
from helpdesk.accounts.models import Membership, Person, Team
from helpdesk.app import create_app
from helpdesk.clients.models import Contact
from helpdesk.config import Settings, load_settings
from helpdesk.db import db, transaction
from helpdesk.demo.firm import found_firm
from helpdesk.running import with_database
from helpdesk.sla.clocks import refresh
from helpdesk.sla.models import Contract, SlaPolicy
from helpdesk.sla.queries import chips
from helpdesk.sla.sweep import seconds_to_next, sweep
from helpdesk.tickets import actions
from helpdesk.tickets.actions import ClientMessage, Opening, Reply, open_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel, HandoverCard, Priority, TicketType

FEW, MANY, DUE, OUTAGE = 10_000, 1_000_000, 500, 10_000
RUNS = 5
WIDTH = 120  # of a line of a plan
HOUR = timedelta(hours=1)
POLICY = "Round the clock"  # so that it matters not when the benchmark runs: P3 owes an answer in two hours
RUNNING_EACH = 3  # clocks that run on a ticket in the midst of its life: answer, solution, line


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
    desk = Desk.read()
    desk.fill(FEW)
    few = _due_figures(desk)
    desk.fill(clocks - FEW)
    many = _due_figures(desk)
    figures = [
        _sweep_figure(few, FEW),
        _sweep_figure(many, clocks),
        _growth(few, many),
        *_outage(desk),
        *_refreshes(desk),
        *_pages(desk),
    ]
    return {"figures": [{**asdict(one), "holds": one.holds} for one in figures], "plans": _plans(desk)}


# the desk


@dataclass(frozen=True)
class Desk:
    """Who asks and who works."""

    contact: Contact
    team: Team
    person: Person

    @classmethod
    def read(cls) -> "Desk":
        """A client of the demo's firm with a contract round the clock, and somebody of line 1."""
        policy = select(SlaPolicy.id).where(SlaPolicy.name == POLICY)
        company = select(Contract.company_id).where(Contract.policy_id.in_(policy)).limit(1).scalar_subquery()
        contact = db.session.scalars(select(Contact).where(Contact.company_id == company)).first()
        team, person = db.session.execute(
            select(Team, Person)
            .join(Membership, Membership.team_id == Team.id)
            .join(Person, Person.id == Membership.person_id)
            .where(Team.line == 1)
            .order_by(Membership.id)
        ).first() or (None, None)
        if contact is None or team is None or person is None:
            raise SystemExit("The demo's firm has nobody round the clock.")
        return cls(contact, team, person)

    def open(self, *, ago: timedelta) -> Ticket:
        """A ticket that waits for its first answer since then."""
        opening = Opening(
            channel=Channel.MAIL,
            subject="Scanner folder is empty",
            type=TicketType.INCIDENT,
            priority=Priority.P3,
            language="en",
            company_id=self.contact.company_id,
            contact_id=self.contact.id,
            line=1,
            team_id=self.team.id,
            assignee_id=self.person.id,
            message=self._words("I scan and the folder stays empty."),
        )
        return open_ticket(opening, by=self.contact.person_id, now=clock.now(db.session) - ago)

    def midlife(self) -> Ticket:
        """A ticket with a past: answered, raised, handed up, and the client has written again."""
        with transaction():
            ticket, by = self.open(ago=2 * HOUR), self.person.id
            start = ticket.created_at
            minutes = [start + timedelta(minutes=5 * n) for n in range(1, 9)]
            actions.reply(ticket, Reply(text="We look at it."), by=by, now=minutes[0])
            actions.change_priority(ticket, priority=Priority.P2, reason="", by=by, now=minutes[1])
            actions.change_priority(ticket, priority=Priority.P3, reason="Alone", by=by, now=minutes[2])
            card = HandoverCard(symptom="Empty folder", asked="Look at the share", tried="Restarted")
            actions.escalate(ticket, card=card, by=by, now=minutes[3])
            news = self._words("Any news?")
            actions.add_client_message(ticket, news, by=self.contact.person_id, now=minutes[4])
            actions.reply(ticket, Reply(text="Soon."), by=by, now=minutes[5])
            actions.add_client_message(ticket, news, by=self.contact.person_id, now=minutes[6])
        return ticket

    def fill(self, clocks: int) -> None:
        """So many more running clocks, none of them due within the hour."""
        if clocks > 0:
            ticket = self.midlife()
            with _noted(f"{clocks:,} clocks"):
                clone(ticket, clocks // RUNNING_EACH, spread=timedelta(days=20))

    def due(self, count: int, *, ago: timedelta) -> None:
        """So many tickets that nobody has answered since then."""
        with transaction():
            ticket = self.open(ago=ago)
        clone(ticket, count - 1, spread=timedelta(0))

    def _words(self, words: str) -> ClientMessage:
        return ClientMessage(author_id=self.contact.person_id, text=words, channel=Channel.MAIL)


def clone(ticket: Ticket, count: int, *, spread: timedelta) -> None:
    """The same ticket so many times over, with its ledger and its clocks.

    Their next firings are spread over so much time, beginning an hour later; the ledger stays as it is.
    """
    with _as_owner() as connection:
        first = connection.execute(text("select nextval('ticket_number')")).scalar_one()
        values = {
            "ticket": ticket.id,
            "first": first,
            "count": count,
            "step": spread.total_seconds() / max(count, 1),
        }
        for statement in _cloning(is_spread=bool(spread)):
            connection.execute(text(statement), values)
        connection.execute(text("select setval('ticket_number', :last)"), {"last": first + count + 1})
        connection.execute(text("vacuum analyze ticket, event, sla_clock, ticket_sla, sla_firing, notice"))


@contextmanager
def _as_owner() -> Iterator[Connection]:
    """The program itself may neither set a sequence nor tidy a table."""
    settings: Settings = current_app.extensions["settings"]
    engine = create_engine(settings.database_owner_url or "", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _cloning(*, is_spread: bool) -> Iterator[str]:
    later = "+ interval '1 hour' + :step * n * interval '1 second'" if is_spread else ""
    moved = {"next_fire_at": f"next_fire_at {later}", "due_at": f"due_at {later}"} if is_spread else {}
    due = {"sort_due": f"sort_due {later}"} if is_spread else {}
    yield _copied("ticket", "id", {"id": ":first + n", "public_id": "gen_random_uuid()", **due})
    for table in ("event", "sla_clock", "ticket_sla"):
        yield _copied(
            table, "ticket_id", {"ticket_id": ":first + n", **(moved if table == "sla_clock" else {})}
        )


def _copied(name: str, key: str, changed: dict[str, str]) -> str:
    table = db.metadata.tables[name]
    given = [
        column.name
        for column in table.columns
        if column.computed is None and (column.name != "id" or "id" in changed)
    ]
    values = ", ".join(changed.get(column, column) for column in given)
    return f"""
        insert into {name} ({", ".join(given)})
        select {values} from {name}, generate_series(1, :count) n where {name}.{key} = :ticket
    """  # noqa: S608  (names of columns only)


# what is measured


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
    here = "select pid from pg_stat_activity where datname = current_database()"
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


def _due_figures(desk: Desk) -> list[Run]:
    """Sweeps over 500 due clocks, each of which has used up half of its time just now."""
    runs = []
    for _ in range(RUNS + 1):
        desk.due(DUE, ago=HOUR + timedelta(seconds=1))
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
    times = [min(run.wall_s for run in runs) for runs in (few, many)]
    ratio = 100 * (times[1] / times[0] - 1)
    return Figure("the same sweep, many clocks against few (best runs)", round(ratio, 1), "% more", limit=10)


def _outage(desk: Desk) -> list[Figure]:
    """10,000 tickets whose first answer is long overdue, swept by one worker."""
    desk.due(OUTAGE, ago=3 * HOUR)
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


def _refreshes(desk: Desk) -> list[Figure]:
    """What a verb pays for the clocks of a ticket in the midst of its life."""
    tickets = _midlife_tickets(300)
    now = clock.now(db.session)
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


def _midlife_tickets(count: int) -> list[Ticket]:
    statement = select(Ticket).where(Ticket.line == 2).order_by(func.md5(cast(Ticket.id, Text)))
    return list(db.session.scalars(statement.limit(count)))


def _count(table: str) -> int:
    return int(db.session.execute(text(f"select count(*) from {table}")).scalar_one())  # noqa: S608


# plans


def _plans(desk: Desk) -> dict[str, list[str]]:
    """The plans of a sweep's statements, from a sweep over 500 due clocks."""
    desk.due(DUE, ago=HOUR + timedelta(seconds=1))
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


@contextmanager
def _noted(what: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    print(f"{what}: written in {time.perf_counter() - begun:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
