"""Every route, every method, every role, every relation: the answer is the one written in the table."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.guard import policy_of
from tests.permissions.asking import ask, prepared
from tests.permissions.matrix import Cell, Door, cells, doors
from tests.permissions.placed import CANARY

CELLS = list(cells())
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


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
    assert [str(cell) for cell in CELLS if cell.expected is None] == []


def test_the_table_names_no_relation_that_its_thing_does_not_know() -> None:
    assert [door.route for door in doors() if set(door.answers) - set(door.relations)] == []


@pytest.mark.parametrize("door", doors(), ids=lambda door: door.route)
def test_every_door_opens_for_somebody_and_only_public_ones_for_all(door: Door) -> None:
    mine = [cell for cell in CELLS if cell.door == door]
    assert [cell for cell in mine if not cell.is_denied]
    assert door.public or [cell for cell in mine if cell.is_denied]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_answer_is_the_one_in_the_table(app: Flask, session: scoped_session[Session], cell: Cell) -> None:
    answer = ask(prepared(app, cell))
    assert answer.status_code == cell.expected
    assert not (cell.is_denied and CANARY in answer.text + str(answer.headers))


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


@pytest.mark.parametrize("door", [door for door in doors() if door.method == "GET"], ids=lambda d: d.route)
def test_asking_for_the_head_alone_is_judged_like_the_page(
    app: Flask, session: scoped_session[Session], door: Door
) -> None:
    cell = next(cell for cell in CELLS if cell.door == door)
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
