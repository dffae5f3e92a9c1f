"""Two presses at the same instant, on real connections."""

import threading
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.accounts.models import FormReceipt, Person
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db
from helpdesk.postgres import Urls
from tests.browsing import form, sign_in
from tests.conftest import settings_for
from tests.factories import an_agent

PRESSES = 6


def test_a_form_pressed_six_times_at_once_is_done_once(own_database: Urls, tmp_path: Path) -> None:
    desk = create_app(load_settings(settings_for(own_database, tmp_path)))
    browsers = [desk.test_client() for _ in range(PRESSES)]
    with desk.app_context():
        person = an_agent("Ada Lind")
        for browser in browsers:
            sign_in(browser, person)
        fields, person_id = form(language="", zone="", theme="auto"), person.id
    answers = pressed(desk, browsers, fields)
    assert answers == [(303, "/profile")] * PRESSES
    with desk.app_context():
        assert db.session.scalar(select(func.count()).select_from(FormReceipt)) == 1
        assert db.session.get_one(Person, person_id).name.startswith("Press ")
        db.engine.dispose()


def pressed(desk: Flask, browsers: list[FlaskClient], fields: dict[str, str]) -> list[tuple[int, str | None]]:
    """All browsers send the form at once, each with a name of its own."""
    start = threading.Barrier(len(browsers))
    answers: list[tuple[int, str | None]] = []

    def press(number: int) -> None:
        start.wait()
        answer = browsers[number].post("/profile", data=fields | {"name": f"Press {number}"})
        answers.append((answer.status_code, answer.location))

    presses = [threading.Thread(target=press, args=(number,)) for number in range(len(browsers))]
    for each in presses:
        each.start()
    for each in presses:
        each.join()
    return answers
