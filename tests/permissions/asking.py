"""Asks the desk one question of the matrix, as a browser would."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from helpdesk.accounts.permissions import Role
from helpdesk.db import db
from tests.browsing import form, sign_in, visit_token
from tests.permissions.matrix import Cell
from tests.permissions.placed import Placed
from tests.permissions.roles import person_of
from tests.permissions.things import THINGS


@dataclass(frozen=True)
class Question:
    """A cell with a browser of its person, the ready address and the whole form."""

    cell: Cell
    client: FlaskClient
    path: str
    query: dict[str, Any]
    fields: dict[str, Any]


def prepared(app: Flask, cell: Cell) -> Question:
    """Make person, session and thing in the database; needs an app context, commits."""
    person, door, client = person_of(cell.role), cell.door, app.test_client()
    placed = THINGS[door.thing].make(cell.relation, person) if door.thing else Placed({})
    db.session.commit()
    if person is not None:
        sign_in(client, person)
    path = path_of(app, door.rule, {**door.url, **placed.url})
    fields = {**hidden(client, cell), **filled_in(door.form, placed.values)}
    return Question(cell, client, path, filled_in(door.query, placed.values), fields)


def hidden(client: FlaskClient, cell: Cell) -> dict[str, Any]:
    """The hidden fields of a page that this person may have open."""
    is_stranger = cell.role is Role.ANONYMOUS and cell.door.public
    return {"csrf_token": visit_token(client)} if is_stranger else form()


def filled_in(fields: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The form of the table with the thing's own values in the place of their names."""
    return {
        name: values[value[1:]] if str(value).startswith("$") else value for name, value in fields.items()
    }


def path_of(app: Flask, rule: str, arguments: dict[str, Any]) -> str:
    """The address of a rule; the matrix names rules, not endpoints."""
    found = next(each for each in app.url_map.iter_rules() if each.rule == rule)
    built = found.build({name: arguments[name] for name in found.arguments})
    assert built is not None
    return str(built[1])


def ask(question: Question) -> TestResponse:
    """The desk's answer."""
    door = question.cell.door
    if door.method == "GET":
        return question.client.get(question.path, query_string=question.query)
    return question.client.open(question.path, method=door.method, data=question.fields)
