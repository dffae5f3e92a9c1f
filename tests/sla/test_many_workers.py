"""Sweeps on several connections at once: the locked wait, nobody fires twice, and who sleeps is woken."""

import select as sockets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.notifications.models import Notice
from helpdesk.postgres import Urls
from helpdesk.sla import rows
from helpdesk.sla.models import SlaFiring
from helpdesk.sla.sweep import seconds_to_next, sweep
from helpdesk.tickets.models import Ticket
from tests.conftest import settings_for
from tests.factories import a_lead, a_policy, a_ticket

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
LATE = NOON + timedelta(hours=4)
TICKETS = 20


@pytest.fixture
def desk(own_database: Urls, tmp_path: Path) -> Iterator[Flask]:
    """A desk of its own with tickets whose first answer is overdue."""
    app = create_app(load_settings(settings_for(own_database, tmp_path)))
    app.testing = True
    with app.app_context():
        with transaction():
            a_policy(default=True)
            a_lead()
            for _ in range(TICKETS):
                a_ticket()
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def another(urls: Urls) -> Iterator[psycopg2.extensions.connection]:
    """A connection beside the program's own."""
    connection = psycopg2.connect(urls.app.replace("+psycopg2", ""))
    try:
        yield connection
    finally:
        connection.rollback()  # heard by the server before anything else happens; a mere end may come later
        connection.close()


def fired_by_ticket() -> dict[int, int]:
    counted = select(SlaFiring.ticket_id, func.count()).group_by(SlaFiring.ticket_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def sweep_in(app: Flask) -> int:
    with app.app_context():
        try:
            return sweep()
        finally:
            db.session.remove()


def test_a_ticket_that_somebody_is_writing_is_left_for_the_next_sweep(
    desk: Flask, own_database: Urls
) -> None:
    first = db.session.scalar(select(func.min(Ticket.id)))
    db.session.rollback()
    with clock.frozen(lambda: LATE):
        with another(own_database) as other:
            other.cursor().execute("select from ticket where id = %s for no key update", (first,))
            assert sweep() == 3 * (TICKETS - 1)
            assert first not in fired_by_ticket()
            db.session.rollback()
        assert sweep() == 3
    assert set(fired_by_ticket().values()) == {3}


def test_workers_that_sweep_at_once_fire_each_crossing_once(desk: Flask) -> None:
    with clock.frozen(lambda: LATE), ThreadPoolExecutor(4) as workers:
        fired = [done.result() for done in [workers.submit(sweep_in, desk) for _ in range(4)]]
    assert sum(fired) == 3 * TICKETS
    assert fired_by_ticket() == dict.fromkeys(db.session.scalars(select(Ticket.id)), 3)
    told = select(func.count()).where(Notice.kind == "sla.threshold_crossed")
    assert db.session.scalar(told) == TICKETS


def test_a_sweep_does_not_wait_for_somebody_who_reads_his_notices(desk: Flask, own_database: Urls) -> None:
    with clock.frozen(lambda: NOON + timedelta(hours=3)):
        sweep()
    with another(own_database) as other, clock.frozen(lambda: LATE):
        other.cursor().execute("update notice set read_at = now()")
        assert sweep() == 2 * TICKETS
        other.commit()
    unread = select(Notice.payload["percent"].as_integer()).where(Notice.read_at.is_(None))
    assert set(db.session.scalars(unread)) == {100}


def test_a_sleeping_worker_is_woken_when_something_is_due_before_it_looks_again(
    desk: Flask, own_database: Urls
) -> None:
    with another(own_database) as other:
        other.set_session(autocommit=True)
        other.cursor().execute(f"listen {rows.CHANNEL}")
        with transaction():
            a_ticket(at=datetime(2150, 3, 4, 11, 0, tzinfo=UTC))
        assert not sockets.select([other], [], [], 0)[0]
        with transaction():
            a_ticket(at=NOON)
        assert sockets.select([other], [], [], 5)[0]


def test_the_next_firing_is_known_to_the_second(desk: Flask) -> None:
    overdue = seconds_to_next()
    assert overdue is not None
    assert overdue < 0
    with clock.frozen(lambda: LATE):
        sweep()
    ahead = seconds_to_next()
    assert ahead is not None
    assert ahead > overdue
