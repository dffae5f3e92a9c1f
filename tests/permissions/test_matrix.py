"""Every route, every method, every role, every relation: the answer is the one written in the table."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.guard import policy_of
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db
from helpdesk.postgres import Urls, add_database, drop_database
from tests.conftest import TEMPLATE, settings_for
from tests.permissions.asking import Situations, ask, prepared, situation_of, transaction_numbers, undone
from tests.permissions.matrix import Cell, Door, allowed_by_situation, cells, cells_of, doors
from tests.permissions.placed import CANARY

GUARDED = [door for door in doors() if any(cell.is_denied for cell in cells_of(door))]
ALLOWED = allowed_by_situation()
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@pytest.fixture(scope="module")
def situations(server: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """A demo on a database of its own, where what is prepared is really committed."""
    urls = add_database(server, "denials_desk", template=TEMPLATE)
    data = tmp_path_factory.mktemp("denials")
    app = create_app(load_settings(settings_for(urls, data, HELPDESK_DEMO="yes")))
    yield Situations(app)
    with app.app_context():
        db.engine.dispose()
    drop_database(urls)


def test_every_route_stands_in_the_table_and_every_line_has_its_route(app: Flask) -> None:
    assert sorted(door.route for door in doors()) == sorted(declared_routes(app))


def declared_routes(app: Flask) -> list[str]:
    return [
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]


def test_every_route_declares_a_policy(app: Flask) -> None:
    assert all(policy_of(view) is not None for view in app.view_functions.values())


def test_the_table_answers_every_relation_for_every_role() -> None:
    assert [str(cell) for cell in cells() if cell.expected is None] == []


def test_the_table_names_no_relation_that_its_thing_does_not_know() -> None:
    assert [door.route for door in doors() if set(door.answers) - set(door.relations)] == []


@pytest.mark.parametrize("door", doors(), ids=str)
def test_every_door_opens_for_somebody_and_only_public_ones_for_all(door: Door) -> None:
    mine = cells_of(door)
    assert [cell for cell in mine if not cell.is_denied]
    assert door.public or [cell for cell in mine if cell.is_denied]


@pytest.mark.parametrize("situation", ALLOWED)
def test_the_answer_is_the_one_in_the_table(
    app: Flask, session: scoped_session[Session], situation: str
) -> None:
    """Every door is tried from one situation; what a question leaves behind is undone before the next."""
    asked = ALLOWED[situation]
    made = situation_of(app, asked[0])
    answers = {}
    for cell in asked:
        with undone():
            answers[str(cell)] = ask(prepared(app, cell, made)).status_code
    assert answers == {str(cell): cell.expected for cell in asked}


@pytest.mark.parametrize("door", GUARDED, ids=str)
def test_who_is_denied_is_told_nothing_and_his_request_wrote_and_locked_nothing(
    situations: Situations, door: Door
) -> None:
    """Here everything is really committed: PostgreSQL gave the request's transaction no number."""
    denied = [cell for cell in cells_of(door) if cell.is_denied]
    answers = {str(cell): answered(situations, cell) for cell in denied}
    assert answers == {str(cell): (cell.expected, None, "tells nothing") for cell in denied}


def answered(situations: Situations, cell: Cell) -> tuple[int, int | None, str]:
    """The status, the number of the transaction, and whether the answer gives a text of the thing away."""
    with situations.app.app_context():
        question = prepared(situations.app, cell, situations.of(cell))
    with transaction_numbers(situations.app) as numbers:
        answer = ask(question)
    tells = CANARY in answer.text + str(answer.headers)
    return answer.status_code, numbers[-1], "tells" if tells else "tells nothing"


@pytest.mark.parametrize("rule", sorted({door.rule for door in doors()}))
def test_no_other_method_is_answered(app: Flask, client: FlaskClient, rule: str) -> None:
    allowed = {door.method for door in doors() if door.rule == rule}
    path = rule.replace("<int:", "<").replace("<uuid:", "<").replace("<path:", "<")
    for method in set(METHODS) - allowed:
        assert client.open(filled(path), method=method).status_code == 405


def filled(path: str) -> str:
    """The rule with something in the place of each argument: a number, or the uuid of nothing."""
    parts = [
        "00000000-0000-0000-0000-000000000000" if part == "<public_id>" else "1" if part[:1] == "<" else part
        for part in path.split("/")
    ]
    return "/".join(parts)


@pytest.mark.parametrize("door", [door for door in doors() if door.method == "GET"], ids=str)
def test_asking_for_the_head_alone_is_judged_like_the_page(
    app: Flask, session: scoped_session[Session], door: Door
) -> None:
    cell = cells_of(door)[0]
    question = prepared(app, cell)
    answer = app.test_client().head(question.path, query_string=question.query)
    assert answer.status_code == cell.expected


VARIANTS: dict[str, Callable[[str], str]] = {
    "upper case": lambda path: path.upper(),
    "a slash at the end": lambda path: f"{path}/",
    "two slashes": lambda path: f"/{path}",
    "a dot": lambda path: f"/.{path}",
    "a way up": lambda path: f"/sign-in/..{path}",
    "an encoded slash": lambda path: path.replace("/", "%2F"),
    "an encoded letter": lambda path: f"/%{ord(path[1]):02x}{path[2:]}",
    "a semicolon": lambda path: f"{path};.css",
    "a static prefix": lambda path: f"/static/..{path}",
}
CLOSED = sorted({door.rule for door in doors() if door.method == "GET" and not door.public} - {"/"})


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_spelling_of_a_path_lets_a_stranger_in(client: FlaskClient, variant: str) -> None:
    for rule in CLOSED:
        assert client.get(VARIANTS[variant](filled(rule))).status_code in (303, 308, 400, 404)
