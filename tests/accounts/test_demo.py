"""The demo's open door."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db
from helpdesk.postgres import Urls
from tests.browsing import visit_token
from tests.conftest import settings_for
from tests.factories import a_lead, a_manager, an_administrator, an_agent


@pytest.fixture(scope="module")
def app(database: Urls, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A demo instead of the usual desk."""
    data: Path = tmp_path_factory.mktemp("demo")
    return create_app(load_settings(settings_for(database, data, HELPDESK_DEMO="yes")))


def test_the_cast_stands_beside_the_form_by_line(client: FlaskClient) -> None:
    an_agent("Ada Lind", line=1)
    a_lead("Mira Sato", line=1)
    an_agent("Jonas Weber", line=3)
    a_manager("Grace Moreau")
    an_administrator("Sam Ito")
    db.session.commit()
    page = client.get("/sign-in").text
    order = ["Line 1", "Ada Lind", "Lead of line 1", "Line 3", "Jonas Weber", "Around the lines", "Manager"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "System administrator" in page


def step_in(client: FlaskClient, person_id: object, address: str = "127.0.0.1") -> int:
    fields = {"csrf_token": visit_token(client), "person_id": person_id}
    return client.post("/demo/sign-in", data=fields, environ_base={"REMOTE_ADDR": address}).status_code


def test_one_click_signs_in(client: FlaskClient) -> None:
    person = an_agent("Ada Lind")
    db.session.commit()
    assert step_in(client, person.id) == 303
    assert "Ada Lind" in client.get("/profile").text


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.4", "2001:db8::1", ""])
def test_only_this_very_machine_may(client: FlaskClient, address: str) -> None:
    person = an_agent("Ada Lind")
    db.session.commit()
    assert step_in(client, person.id, address) == 404
    assert client.get("/profile").status_code == 303


@pytest.mark.parametrize("nobody", [0, 999_999, "x", ""])
def test_only_the_cast_can_be_chosen(client: FlaskClient, nobody: object) -> None:
    assert step_in(client, nobody) == 404


def test_without_the_demo_there_is_no_such_door(database: Urls, tmp_path: Path) -> None:
    desk = create_app(load_settings(settings_for(database, tmp_path)))
    assert "/demo/sign-in" not in {rule.rule for rule in desk.url_map.iter_rules()}
