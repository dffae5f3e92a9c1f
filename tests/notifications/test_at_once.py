"""Several workers and several people at the same instant, on real connections."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from helpdesk.accounts.models import Person
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.jobs import mail_notices
from helpdesk.notifications.models import Outbox
from helpdesk.postgres import Urls
from helpdesk.tickets.models import Ticket
from tests.browsing import form, sign_in
from tests.conftest import settings_for
from tests.factories import a_contact, a_ticket, an_agent

WORKERS = 4


def at_once(desk: Flask, *works: Callable[[], None]) -> None:
    """Each in a thread and an app context of its own, all begun together."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        with desk.app_context():
            start.wait()
            work()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_four_workers_send_one_mail(own_database: Urls, tmp_path: Path, now: datetime) -> None:
    desk = create_app(load_settings(settings_for(own_database, tmp_path)))
    with desk.app_context():
        ada, ticket = an_agent("Ada Lind"), a_ticket()
        for kind in ("ticket.assigned", "ticket.client_wrote"):
            tell((ada.id,), News(kind=kind, ticket_id=ticket.id, at=now))
        db.session.commit()
    at_once(desk, *[mail_notices] * WORKERS)
    with desk.app_context():
        sent = select(func.count()).select_from(Outbox).where(Outbox.key.like("notices:%"))
        assert db.session.scalar(sent) == 1
        db.engine.dispose()


def test_two_people_who_merge_two_tickets_into_each_other_leave_one_open(
    own_database: Urls, tmp_path: Path, now: datetime
) -> None:
    desk = create_app(load_settings(settings_for(own_database, tmp_path)))
    with desk.app_context():
        contact = a_contact(email="hanna@halden.example")
        one, other = (a_ticket(contact=contact) for _ in range(2))
        people = [an_agent(), an_agent()]
        db.session.commit()
        ways = [(one.id, other.id, people[0].id), (other.id, one.id, people[1].id)]
        versions = {one.id: one.version, other.id: other.version}
    answers: list[int] = []
    at_once(desk, *(merging(desk, way, versions, answers) for way in ways))
    with desk.app_context():
        merged = db.session.scalars(select(Ticket.id).where(Ticket.merged_into_id.is_not(None))).all()
        assert len(merged) == 1
        db.engine.dispose()
    assert sorted(answers) == [303, 409]


def merging(
    desk: Flask, way: tuple[int, int, int], versions: dict[int, int], answers: list[int]
) -> Callable[[], None]:
    """One browser's press."""
    double, into, person_id = way
    browser = desk.test_client()
    with desk.app_context():
        sign_in(browser, db.session.get_one(Person, person_id))
        fields = form(into=into, version=versions[double], into_version=versions[into])

    def press() -> None:
        answers.append(browser.post(f"/tickets/{double}/merging", data=fields).status_code)

    return press
