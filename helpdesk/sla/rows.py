"""The clock rows as the cache holds them, and the one statement that writes those of many tickets."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from helpdesk.db import db
from helpdesk.sla.models import SlaClock, TicketSla

Row = dict[str, Any]
CHANNEL = "sla"
SOON_S = 60  # nobody who waits for the next firing sleeps longer without looking


@dataclass(frozen=True)
class Cached:
    """All that is kept of one ticket's clocks.

    `clocks` are rows by the names of their columns, `sort_due` None means that no deadline runs.
    `event_seq` is the new place of the ticket's last event, None when its owner writes that himself.
    """

    ticket_id: int
    clocks: Sequence[Row]
    sort_due: datetime | None
    missed: bool
    event_seq: int | None = None


_COLUMNS = {
    column.name: column.type.compile(postgresql.dialect())  # type: ignore[no-untyped-call]
    for column in SlaClock.__table__.columns
    if column.name != "id"
}
_KEY = ("ticket_id", "metric", "line", "cycle")
_NAMES = ", ".join(_COLUMNS)
_WRITE = text(f"""
with clock as (
    select * from jsonb_to_recordset(cast(:clocks as jsonb))
        as clock ({", ".join(f"{name} {type_}" for name, type_ in _COLUMNS.items())})
), verdict as (
    select * from jsonb_to_recordset(cast(:tickets as jsonb))
        as verdict (id bigint, sort_due timestamptz, missed boolean, event_seq bigint)
), gone as (
    delete from sla_clock old
    where old.ticket_id = any(cast(:ids as bigint[])) and not exists (
        select from clock where clock.ticket_id = old.ticket_id and clock.metric = old.metric
            and clock.line is not distinct from old.line and clock.cycle = old.cycle
    )
), kept as (
    insert into sla_clock ({_NAMES}) select {_NAMES} from clock
    on conflict ({", ".join(_KEY)}) do update set
        {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEY)}
), judged as (
    update ticket_sla set missed = verdict.missed, failing_since = null, failure = '' from verdict
    where ticket_sla.ticket_id = any(cast(:ids as bigint[])) and ticket_sla.ticket_id = verdict.id
        and (ticket_sla.missed <> verdict.missed or ticket_sla.failing_since is not null)
), sorted as (
    update ticket set
        sort_due = verdict.sort_due,
        event_seq = coalesce(verdict.event_seq, ticket.event_seq)
    from verdict
    where ticket.id = any(cast(:ids as bigint[])) and ticket.id = verdict.id and (
        ticket.sort_due <> verdict.sort_due or ticket.event_seq <> verdict.event_seq
    )
)
select pg_notify('{CHANNEL}', '') from clock
where next_fire_at <= clock_timestamp() + interval '{SOON_S} seconds' limit 1
""")  # noqa: S608  (names of columns only)


def write(tickets: Sequence[Cached]) -> None:
    """Make the cache say this, and wake the sweep if something of it is due soon; one statement.

    Rows of clocks that the ledger no longer knows are deleted.
    """
    clocks = [row for ticket in tickets for row in ticket.clocks]
    verdicts = [
        {
            "id": ticket.ticket_id,
            "sort_due": ticket.sort_due or "infinity",
            "missed": ticket.missed,
            "event_seq": ticket.event_seq,
        }
        for ticket in tickets
    ]
    ids = [ticket.ticket_id for ticket in tickets]
    db.session.execute(_WRITE, {"clocks": _json(clocks), "tickets": _json(verdicts), "ids": ids})
    _forget(frozenset(ids))


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, default=datetime.isoformat)


def _forget(ticket_ids: frozenset[int]) -> None:
    """Whoever holds one of these rows as an object reads it anew."""
    for row in _held():
        if row.__dict__.get("ticket_id") in ticket_ids:
            db.session.expire(row)


def _held() -> Iterable[SlaClock | TicketSla]:
    return [row for row in db.session.identity_map.values() if isinstance(row, SlaClock | TicketSla)]
