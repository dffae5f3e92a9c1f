"""The migrations make exactly what the models say, can be taken back, and shut the log for good."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from helpdesk import schema
from helpdesk.db import db
from helpdesk.postgres import Urls, add_database, drop_database

SHAPES = {
    "columns": """
        select table_name, column_name, data_type, is_nullable, column_default, is_identity, is_generated,
            generation_expression
        from information_schema.columns where table_schema = 'public'""",
    "constraints": """
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace""",
    "indexes": "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'",
    "sequences": "select sequencename, start_value, increment_by, cycle from pg_sequences",
}


@pytest.fixture
def empty(server: Urls) -> Iterator[Urls]:
    """A database without anything in it."""
    urls = add_database(server, "from_the_models")
    yield urls
    drop_database(urls)


def rows(url: str, statement: str) -> set[str]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        found = {str(tuple(row)) for row in connection.execute(text(statement))}
    engine.dispose()
    return {row for row in found if "alembic_version" not in row}


def do(url: str, statement: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_migrations_make_what_the_models_say(own_database: Urls, empty: Urls) -> None:
    engine = create_engine(empty.owner, poolclass=NullPool)
    db.metadata.create_all(engine)
    engine.dispose()
    for shape in SHAPES.values():
        assert rows(own_database.owner, shape) == rows(empty.owner, shape)


def test_migrations_can_be_taken_back_and_run_again(own_database: Urls) -> None:
    before = {name: rows(own_database.owner, shape) for name, shape in SHAPES.items()}
    schema.downgrade(own_database.owner, "base")
    assert rows(own_database.owner, SHAPES["columns"]) == set()
    schema.upgrade(own_database.owner, app_url=own_database.app)
    assert {name: rows(own_database.owner, shape) for name, shape in SHAPES.items()} == before


AN_EVENT = """
    insert into event (kind, effective_at, recorded_at, actor_id, payload)
    select 'test', now(), now(), id, '{}' from person where kind = 'system'"""


@pytest.mark.parametrize(
    "change", ["update event set kind = 'forged'", "delete from event", "truncate event cascade"]
)
def test_nobody_changes_the_log(own_database: Urls, change: str) -> None:
    do(own_database.app, AN_EVENT)
    for role in (own_database.app, own_database.owner):
        with pytest.raises(ProgrammingError, match=r"permission denied|append-only"):
            do(role, change)
    assert rows(own_database.app, "select kind from event") == {"('test',)"}


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("message", "inbound_mail_id"),  # was this mail taken in before
        ("message", "call_id"),
        ("inbound_mail", "from_email"),  # how many tickets did this address open within the hour
        ("outbox_recipient", "email"),  # how many receipts did this address get today
        ("notice", "event_id"),  # who was told of this event
        ("event", "ticket_id"),
        ("sla_clock", "next_fire_at"),
        ("web_session", "id_hash"),
    ],
)
def test_what_every_mail_and_event_asks_has_an_index(own_database: Urls, table: str, column: str) -> None:
    found = rows(
        own_database.owner,
        f"select indexdef from pg_indexes where tablename = '{table}'",  # noqa: S608
    )
    assert any(f"({column}" in definition for definition in found)
