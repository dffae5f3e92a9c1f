"""Waitings from before they had rows: the log tells which there were, and each of today's gets a date."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from helpdesk import schema
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.postgres import Urls
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State
from helpdesk.tickets.wait_models import TicketWait
from tests.conftest import NOON, settings_for
from tests.factories import a_ticket, an_agent

HOUR = timedelta(hours=1)


def test_the_log_gives_every_waiting_its_row(own_database: Urls, tmp_path: Path) -> None:
    app = create_app(load_settings(settings_for(own_database, tmp_path)))
    with app.app_context():
        with transaction():
            ada, over, lasting = an_agent("Ada Lind"), a_ticket(), a_ticket()
            for ticket in (over, lasting):
                actions.wait(ticket, State.WAITING_CLIENT, reason="her list", by=ada.id, now=NOON)
            actions.resume(over, by=ada.id, now=NOON + HOUR)
            numbers = (over.id, lasting.id)
        before = _rows()
        db.session.remove()
        db.engine.dispose()
        schema.downgrade(own_database.owner, "0023")
        schema.upgrade(own_database.owner, app_url=own_database.app)
        assert _rows() == before
        standing = db.session.get_one(Ticket, numbers[1])
        assert (standing.waiting_since, standing.wake_at) == (NOON, NOON + timedelta(days=30))
        db.session.remove()
        db.engine.dispose()


def _rows() -> list[tuple[object, ...]]:
    columns = (TicketWait.ticket_id, TicketWait.reason, TicketWait.since, TicketWait.wake_at)
    ends = (TicketWait.ended_at, TicketWait.ended_seq)
    return [tuple(row) for row in db.session.execute(select(*columns, *ends).order_by(TicketWait.id))]
