"""A recompute beside other transactions: tickets that are being written, other workers, one that died."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.app import create_app
from helpdesk.calendars import actions as calendars
from helpdesk.calendars.models import CalendarVersion
from helpdesk.calendars.rules import ClosedDay
from helpdesk.calendars.sheets import sheet_of
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.events import EventRow
from helpdesk.postgres import Urls
from helpdesk.sla.verifying import verify
from helpdesk.sla.what_if import following, recomputing
from helpdesk.sla.what_if.models import ItemState, RecomputeState, SlaRecompute, SlaRecomputeItem
from helpdesk.sla.what_if.recomputing import recompute
from helpdesk.tickets.models import Ticket
from tests.conftest import NOON, settings_for
from tests.factories import a_policy, a_ticket, office_hours, the_system

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def desk(own_database: Urls, tmp_path: Path) -> Iterator[Flask]:
    """A desk of its own with eight open tickets that are to follow new hours."""
    app = create_app(load_settings(settings_for(own_database, tmp_path)))
    app.testing = True
    with app.app_context(), clock.frozen(lambda: LATER):
        with transaction():
            calendar, by = office_hours("Berlin"), the_system().id
            a_policy("Standard", default=True, calendar=calendar)
            for _ in range(8):
                a_ticket(at=NOON)
            sheet = sheet_of(calendar, calendars.in_force(calendar.id, LATER))
            sheet = replace(sheet, closed=(ClosedDay("Holiday", day=date(2026, 3, 6)),))
            calendars.change_calendar(calendar, sheet, by=by, now=LATER)
            newest = db.session.scalar(select(func.max(CalendarVersion.id))) or 0
            following.calendar_version(calendar.id, newest, by=by, now=LATER)
        yield app
        db.session.remove()
        db.engine.dispose()


def numbers() -> list[int]:
    return list(db.session.scalars(select(Ticket.id).order_by(Ticket.id)))


def states() -> dict[int, ItemState]:
    db.session.expire_all()
    items = db.session.scalars(select(SlaRecomputeItem).order_by(SlaRecomputeItem.ticket_id))
    return {item.ticket_id: item.state for item in items}


def of_kind(kind: str) -> list[int | None]:
    rows = select(EventRow.ticket_id).where(EventRow.kind == kind).order_by(EventRow.ticket_id)
    return list(db.session.scalars(rows))


def work_in(app: Flask) -> int:
    with app.app_context():
        try:
            return recompute()
        finally:
            db.session.remove()


def test_a_ticket_somebody_is_writing_follows_in_the_next_round(desk: Flask) -> None:
    held, *free = numbers()
    with db.engine.connect() as other:
        other.execute(select(Ticket.id).where(Ticket.id == held).with_for_update(key_share=True))
        assert recompute() == len(free)
        assert states() == {held: ItemState.WAITING, **dict.fromkeys(free, ItemState.CHANGED)}
        assert not of_kind("sla.recompute_finished")
    assert recompute() == 1
    assert db.session.scalars(select(SlaRecompute.state)).one() is RecomputeState.DONE


def test_a_ticket_written_before_and_kept_after_the_list_follows_too(desk: Flask) -> None:
    held, *_ = numbers()
    with db.engine.connect() as other:
        other.execute(select(Ticket.id).where(Ticket.id == held).with_for_update(key_share=True))
        recompute()
    with transaction():
        late = a_ticket(at=NOON).id
    recompute()
    assert states()[late] is ItemState.CHANGED
    run = db.session.scalars(select(SlaRecompute)).one()
    assert (run.state, run.total) == (RecomputeState.DONE, len(numbers()))


def test_a_recompute_stays_open_for_whoever_began_to_write_before_it(desk: Flask) -> None:
    with db.engine.connect() as other:
        other.execute(select(func.pg_current_xact_id()))
        began = db.session.scalar(select(func.clock_timestamp())) or pytest.fail("no clock")
        with clock.frozen(lambda: began):
            recompute()
            assert db.session.scalars(select(SlaRecompute.state)).one() is RecomputeState.RUNNING
            assert set(states().values()) == {ItemState.CHANGED}
            other.rollback()
            recompute()
    db.session.expire_all()
    assert db.session.scalars(select(SlaRecompute.state)).one() is RecomputeState.DONE


def test_two_workers_share_the_tickets_and_each_follows_once(
    desk: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recomputing, "UNIT", 2)
    with ThreadPoolExecutor(2) as workers:
        handled = list(workers.map(work_in, [desk, desk]))
    assert sum(handled) == len(numbers())
    assert of_kind("sla.calendar_changed") == numbers()
    assert len(of_kind("sla.recompute_finished")) == 1


def test_a_worker_that_dies_in_a_unit_leaves_nothing_of_it(
    desk: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(recomputing, "UNIT", 3)
    with monkeypatch.context() as dying:
        dying.setattr("helpdesk.sla.what_if.unit.fire_all", die)
        with pytest.raises(KeyboardInterrupt):
            recompute()
    assert set(states().values()) == {ItemState.WAITING}
    assert not of_kind("sla.calendar_changed")
    assert recompute() == len(numbers())
    assert of_kind("sla.calendar_changed") == numbers()


def test_what_is_kept_of_the_clocks_is_what_the_log_says_afterwards(desk: Flask) -> None:
    recompute()
    with transaction():
        differences = [one for _, found in verify(numbers()) for one in found]
    assert not differences
