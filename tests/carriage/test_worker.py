"""However an import ends, it wrote all of its rows or none, and what broke off begins anew."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text

from helpdesk import clock
from helpdesk.app import create_app
from helpdesk.carriage import contacts, jobs, progress, runs
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.findings import Tell
from helpdesk.carriage.models import ImportRun, RunState
from helpdesk.clients.actions import many
from helpdesk.clients.models import Contact
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.postgres import Urls
from tests.carriage.carrying import a_csv, checked
from tests.conftest import settings_for

CONTENT = a_csv(("Name", "Company"), *[(f"Person {n}", "Brightwater") for n in range(1500)])


@pytest.fixture
def desk(own_database: Urls, tmp_path: Path) -> Iterator[Flask]:
    """A worker on a database of its own, where several connections see each other's work."""
    app = create_app(load_settings(settings_for(own_database, tmp_path)), process="worker")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def run(desk: Flask) -> ImportRun:
    """A checked file that was told to start."""
    run = checked(Cargo.CONTACTS, CONTENT, makes_companies=True)
    with transaction():
        runs.start(run, now=clock.now(db.session))
    return run


def state_of(run: ImportRun) -> tuple[RunState, int]:
    """How far the file is, and how many of its contacts there are."""
    with transaction():
        db.session.expire_all()
        return run.state, db.session.scalar(select(func.count(Contact.id))) or 0


def breaks(monkeypatch: pytest.MonkeyPatch, times: int = 1) -> None:
    """Let the worker die in the middle of writing."""
    whole, left = many.write_contacts, [times]

    def broken(*args: object, **kwargs: object) -> Iterator[int]:
        for done in whole(*args, **kwargs):  # type: ignore[arg-type]
            yield done
            if left[0]:
                left[0] -= 1
                raise KeyboardInterrupt

    monkeypatch.setattr(contacts, "write_contacts", broken)


def test_a_worker_that_dies_leaves_nothing_and_the_next_one_finishes(
    run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        jobs.carry()
    assert state_of(run) == (RunState.RUNNING, 0)
    jobs.carry()
    assert state_of(run) == (RunState.DONE, 1500)


def test_a_file_that_breaks_every_worker_is_given_up(run: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(monkeypatch, times=jobs.MOST_ATTEMPTS)
    for _ in range(jobs.MOST_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            jobs.carry()
    jobs.carry()
    assert state_of(run) == (RunState.FAILED, 0)
    assert run.failure == jobs.GAVE_UP


def test_others_see_how_far_it_is_while_they_see_no_row(
    run: ImportRun, own_database: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0)
    elsewhere, seen = create_engine(own_database.app.replace("postgresql:", "postgresql+psycopg2:")), []
    whole = contacts.carry_out

    def watched(changes: list[contacts.ContactChange], *, now: datetime, tell: Tell) -> None:
        whole(changes, now=now, tell=tell)
        with elsewhere.connect() as connection:
            sql = "select progress, (select count(*) from contact) from import_run"
            seen.append(tuple(connection.execute(text(sql)).one()))

    monkeypatch.setattr(contacts, "carry_out", watched)
    jobs.carry()
    elsewhere.dispose()
    assert seen == [(3000, 0)]
    assert state_of(run) == (RunState.DONE, 1500)


def test_who_stops_it_while_rows_are_written_finds_none_of_them(
    run: ImportRun, own_database: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, whole = (
        create_engine(own_database.app.replace("postgresql:", "postgresql+psycopg2:")),
        contacts.carry_out,
    )

    def stopped(changes: list[contacts.ContactChange], *, now: datetime, tell: Tell) -> None:
        whole(changes, now=now, tell=tell)
        with elsewhere.begin() as connection:
            connection.execute(text("update import_run set cancel_asked_at = now()"))

    monkeypatch.setattr(contacts, "carry_out", stopped)
    jobs.carry()
    elsewhere.dispose()
    assert state_of(run) == (RunState.CANCELLED, 0)


def test_two_workers_never_work_on_one_kind_at_a_time(run: ImportRun, own_database: Urls) -> None:
    other = create_engine(own_database.app.replace("postgresql:", "postgresql+psycopg2:"))
    with other.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": jobs._LOCKS[Cargo.CONTACTS]})
        assert jobs.carry() == 0
    other.dispose()
    assert state_of(run) == (RunState.RUNNING, 0)
    assert jobs.carry() == 1


def test_somebody_entered_meanwhile_makes_it_fail_with_a_sentence(
    desk: Flask, monkeypatch: pytest.MonkeyPatch, own_database: Urls
) -> None:
    rows = a_csv(("Name", "Company", "E-mail"), ("Olga", "Brightwater", "olga@b.example"))
    run = checked(Cargo.CONTACTS, rows, makes_companies=True)
    with transaction():
        runs.start(run, now=clock.now(db.session))
    whole = many.write_contacts
    elsewhere = create_engine(own_database.app.replace("postgresql:", "postgresql+psycopg2:"))

    def late(*args: object, **kwargs: object) -> Iterator[int]:
        with elsewhere.begin() as connection:
            connection.execute(text(SOMEBODY))
        yield from whole(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(contacts, "write_contacts", late)
    jobs.carry()
    elsewhere.dispose()
    assert state_of(run) == (RunState.FAILED, 1)
    assert run.failure == jobs.MEANWHILE


SOMEBODY = """
    with olga as (
        insert into contact (person_id, company_id, created_at)
        select person.id, company.id, now() from person, company
        where person.kind = 'system' and company.kind = 'unknown' returning id
    )
    insert into contact_address (contact_id, email) select id, 'olga@b.example' from olga
"""
