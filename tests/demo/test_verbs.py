"""The same story told in memory and played through the verbs leaves the same rows."""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.db import Base
from helpdesk.demo.chronicle.desk import read_desk
from helpdesk.demo.chronicle.ending import finish
from helpdesk.demo.chronicle.rows import Batch, Ids, take
from helpdesk.demo.firm import found_firm
from helpdesk.demo.staging.casting import cast_scene
from helpdesk.demo.staging.course import Course
from helpdesk.demo.staging.oddities import tell_chatter
from helpdesk.tickets.models import Ticket
from tests.demo.played import Played, Recorded

pytestmark = pytest.mark.usefixtures("now")
UNTIL = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
OWN = {
    "ticket": {"public_id", "last_message_id", "stems", "words"},
    "message": {"id", "public_id", "inbound_mail_id", "stems", "words", "html", "has_html", "is_unverified"},
    "event": {"id", "idem_key", "voids_id"},
    "handover": {"id", "event_id"},
    "ticket_wait": {"id", "event_id"},
    "participant": {"id", "until"},
    "article_use": {"id"},
    "sla_clock": {"id"},
    "sla_firing": {"id"},
    "ticket_sla": set(),
}
FATE = {
    "id",
    "attempts",
    "handed_over_at",
    "finished_at",
    "error",
    "lease_until",
    "in_reply_to",
    "references",
}
OWN["outbox"] = FATE | {"key", "message_id", "rfc_message_id", "reply_token"}
SORTED_BY = {
    "event": "seq",
    "participant": "person_id",
    "sla_clock": "started_at",
    "sla_firing": "recorded_at",
    "outbox": "created_at",
}


@pytest.mark.parametrize("first", range(0, 40, 8))
def test_told_and_played_are_one(session: scoped_session[Session], first: int) -> None:
    found_firm()
    for seed in range(first, first + 8):
        told, batch = tell(seed)
        compare(session, told, batch)


def compare(session: scoped_session[Session], told: Recorded, batch: Batch) -> None:
    """Play what was told, and hold each table's rows side by side."""
    sweeps = [(row["at"], row["recorded_at"]) for row in batch.rows["sla_firing"]]
    ticket = Played(told).play(sweeps)
    session.flush()
    session.expire_all()
    assert ticket.id == told.number
    told_ids = [row["id"] for row in batch.rows["message"]]
    for table, own in OWN.items():
        theirs = _plain(_in_database(session, table, ticket.id), own, _ids(session, ticket.id))
        ours = _plain(batch.rows[table], own, told_ids)
        assert _kept(_in_order(ours, table), theirs) == _in_order(theirs, table), table


def tell(seed: int) -> tuple[Recorded, Batch]:
    """One ticket of the last twelve days; the next real one will have its number."""
    desk, rng = read_desk(UNTIL), random.Random(f"verbs {seed}")
    at = UNTIL - timedelta(seconds=rng.randint(3600, 12 * 86_400))
    told = Recorded(desk, Ids(), take("ticket_number", 1)[0] + 1, rng)
    if seed % 8 == 7:
        tell_chatter(told, rng, at, UNTIL)
    else:
        scene = cast_scene(desk, rng, at)
        Course(desk=desk, scene=scene, told=told, rng=rng, until=UNTIL).play()
    return told, finish(told, UNTIL)


def _in_database(session: scoped_session[Session], name: str, ticket_id: int) -> list[dict[str, Any]]:
    table = Base.metadata.tables[name]
    mine = table.c.id if name == "ticket" else table.c.ticket_id
    rows = session.execute(select(table).where(mine == ticket_id).order_by(*table.primary_key))
    return [dict(row._mapping) for row in rows]


def _ids(session: scoped_session[Session], ticket_id: int) -> list[int]:
    return [row["id"] for row in _in_database(session, "message", ticket_id)]


def _plain(rows: Iterable[Mapping[str, Any]], own: set[str], messages: list[int]) -> list[dict[str, Any]]:
    """Without what is a row's own, and with messages by their place."""
    plain = [{name: value for name, value in row.items() if name not in own} for row in rows]
    for row in plain:
        if row.get("payload") and row["payload"].get("message_id"):
            row["payload"] = row["payload"] | {"message_id": messages.index(row["payload"]["message_id"])}
        if "tags" in row:
            row["tags"] = list(row["tags"])
    return plain


def _in_order(rows: list[dict[str, Any]], table: str) -> list[dict[str, Any]]:
    by = SORTED_BY.get(table)
    return sorted(rows, key=lambda row: (str(row[by]), str(sorted(map(str, row.items()))))) if by else rows


def _kept(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Columns that we leave to the database have its defaults on both sides."""
    if not theirs:
        return ours
    return [{name: row.get(name, theirs[0][name]) for name in theirs[0]} for row in ours]


def test_the_ticket_of_a_story_is_a_row_of_the_ticket_table(session: scoped_session[Session]) -> None:
    found_firm()
    _, batch = tell(1)
    known = {column.name for column in Ticket.__table__.columns}
    assert set(batch.rows["ticket"][0]) <= known
