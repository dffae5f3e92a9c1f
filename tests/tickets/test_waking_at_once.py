"""Workers that wake tickets at once: each ticket once; one being written waits for the next run."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.events import EventRow
from helpdesk.postgres import Urls
from helpdesk.tickets import actions
from helpdesk.tickets.jobs import wake_waiting
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State
from helpdesk.tickets.wait_models import TicketWait
from tests.conftest import NOON, settings_for
from tests.factories import a_ticket, an_agent
from tests.sla.test_many_workers import another

DAY = timedelta(days=1)
TICKETS = 12


@pytest.fixture
def desk(own_database: Urls, tmp_path: Path) -> Iterator[Flask]:
    """A desk of its own whose tickets all wait until tomorrow."""
    app = create_app(load_settings(settings_for(own_database, tmp_path)))
    app.testing = True
    with app.app_context():
        with transaction():
            ada = an_agent("Ada Lind")
            for _ in range(TICKETS):
                ticket = a_ticket()
                actions.wait(
                    ticket,
                    State.WAITING_CLIENT,
                    reason="her list",
                    wake_at=NOON + DAY,
                    by=ada.id,
                    now=NOON,
                )
        yield app
        db.session.remove()
        db.engine.dispose()


def wake_in(app: Flask) -> int:
    with app.app_context():
        try:
            return wake_waiting()
        finally:
            db.session.remove()


def test_workers_at_once_wake_each_ticket_once(desk: Flask) -> None:
    with clock.frozen(lambda: NOON + DAY), ThreadPoolExecutor(4) as workers:
        woken = [done.result() for done in [workers.submit(wake_in, desk) for _ in range(4)]]
    assert sum(woken) == TICKETS
    changes = select(func.count()).where(EventRow.payload["by_date"].as_boolean())
    assert db.session.scalar(changes) == TICKETS
    assert db.session.scalar(select(func.count()).where(TicketWait.ended_at.is_(None))) == 0


def test_a_ticket_that_somebody_is_writing_wakes_with_the_next_run(desk: Flask, own_database: Urls) -> None:
    first = db.session.scalar(select(func.min(Ticket.id)))
    db.session.rollback()
    with clock.frozen(lambda: NOON + DAY):
        with another(own_database) as other:
            other.cursor().execute("select from ticket where id = %s for no key update", (first,))
            assert wake_waiting() == TICKETS - 1
        assert wake_waiting() == 1
