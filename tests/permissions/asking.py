"""Asks the desk one question of the matrix, as a browser would."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request_finished
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from helpdesk import firm
from helpdesk.accounts.permissions import Role
from helpdesk.db import db
from tests.browsing import form, sign_in, visit_token
from tests.permissions.matrix import Cell
from tests.permissions.placed import Placed
from tests.permissions.roles import person_of
from tests.permissions.things import THINGS


@dataclass(frozen=True)
class Situation:
    """Somebody with this role and the thing in its relation to him; his session, None for a stranger."""

    placed: Placed
    session: str | None


@dataclass(frozen=True)
class Question:
    """A cell with a browser of its person, the ready address and the whole form."""

    cell: Cell
    client: FlaskClient
    path: str
    query: dict[str, Any]
    fields: dict[str, Any]


@dataclass
class Situations:
    """Makes each situation once and keeps it for all the doors that are tried from there."""

    app: Flask
    made: dict[str, Situation] = field(default_factory=dict)

    def of(self, cell: Cell) -> Situation:
        if cell.situation not in self.made:
            self.made[cell.situation] = situation_of(self.app, cell)
        return self.made[cell.situation]


def situation_of(app: Flask, cell: Cell) -> Situation:
    """Make person, session and thing in the database; needs an app context, commits."""
    person, door, client = person_of(cell.role), cell.door, app.test_client()
    placed = THINGS[door.thing].make(cell.relation, person) if door.thing else Placed({})
    db.session.commit()
    if person is not None:
        sign_in(client, person)
    cookie = client.get_cookie("sid")
    return Situation(placed, cookie.value if cookie else None)


def prepared(app: Flask, cell: Cell, situation: Situation | None = None) -> Question:
    """The question in its situation, which is made when it is missing; needs an app context."""
    situation = situation or situation_of(app, cell)
    door, placed, client = cell.door, situation.placed, app.test_client()
    if situation.session:
        client.set_cookie("sid", situation.session)
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
    """The desk's answer; what it stumbles over names the cell."""
    door = question.cell.door
    try:
        if door.method == "GET":
            return question.client.get(question.path, query_string=question.query)
        return question.client.open(question.path, method=door.method, data=question.fields)
    except Exception as error:
        error.add_note(f"asked: {question.cell}")
        raise


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is gone afterwards; needs the tests' outer transaction."""
    inner = db.session.get_bind().begin_nested()  # type: ignore[union-attr]
    try:
        yield
    finally:
        db.session.remove()
        inner.rollback()
        firm.refresh()
        db.session.remove()


@contextmanager
def transaction_numbers(app: Flask) -> Iterator[list[int | None]]:
    """The number of the request's transaction as it stands before the answer leaves; None without one."""
    seen: list[int | None] = []

    def look(*_: object, **__: object) -> None:
        seen.append(db.session.execute(text("select pg_current_xact_id_if_assigned()")).scalar_one())

    with request_finished.connected_to(look, app):
        yield seen
