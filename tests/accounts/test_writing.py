"""The common end of every form that writes: once, whole or not at all. The profile stands for any form."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from helpdesk.accounts.guard import policy
from helpdesk.accounts.models import FormReceipt, Person, PersonKind
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.db import db
from helpdesk.errors import BadInput, DomainError, NotPermitted, RuleViolation, StaleChange
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.factories import an_agent

Door = Callable[[], ResponseReturnValue]
PutDoor = Callable[[Door], None]


@pytest.fixture
def put_door(app: Flask, client: FlaskClient, now: datetime, monkeypatch: pytest.MonkeyPatch) -> PutDoor:
    """Puts a view in the place of the profile's form, and Ada before it."""
    sign_in(client, an_agent("Ada Lind"))

    def put(door: Door) -> None:
        def view() -> ResponseReturnValue:
            return door()

        guarded = policy(Permission.SIGNED_IN)(view)
        monkeypatch.setitem(app.view_functions, "accounts.change_profile", guarded)

    return put


def add_person(by: int, now: datetime) -> str:
    """A write that anybody can count: one more person called Eve."""
    db.session.add(Person(name="Eve", sort_key="eve", kind=PersonKind.HUMAN, created_at=now))
    db.session.flush()
    return f"/somewhere/{eves()}?by={by}"


def eves() -> int:
    return db.session.scalar(select(func.count()).where(Person.name == "Eve")) or 0


def refuse(by: int, now: datetime) -> str:
    add_person(by, now)
    raise BadInput("A word is missing.", "name")


def test_it_is_written_by_whoever_asks_at_the_moment_of_the_desk(
    client: FlaskClient, put_door: PutDoor
) -> None:
    seen = []

    def write(by: int, now: datetime) -> str:
        seen.append((db.session.get_one(Person, by).name, now))
        return "/somewhere"

    put_door(lambda: write_once(write))
    answer = client.post("/profile", data=form())
    assert (answer.status_code, answer.location) == (303, "/somewhere")
    assert seen == [("Ada Lind", NOON)]


def test_the_same_form_again_writes_nothing_and_goes_to_the_first_place(
    client: FlaskClient, put_door: PutDoor
) -> None:
    put_door(lambda: write_once(add_person))
    sent = form()
    first, second = client.post("/profile", data=sent), client.post("/profile", data=sent)
    assert second.location == first.location
    assert (second.status_code, eves()) == (303, 1)


def test_a_verb_leads_to_a_place_that_was_known_before(client: FlaskClient, put_door: PutDoor) -> None:
    put_door(lambda: write_once(leading_to("/there", add_person)))
    assert client.post("/profile", data=form()).location == "/there"
    assert eves() == 1


def test_a_wrong_shape_and_a_rule_that_says_no_are_two_answers() -> None:
    errors = (BadInput("So.", "name"), RuleViolation("No."), StaleChange("Meanwhile."))
    assert [status_of(error) for error in errors] == [422, 409, 409]


def test_what_is_refused_leaves_no_trace_and_gives_the_form_back(
    client: FlaskClient, put_door: PutDoor
) -> None:
    def refused(error: DomainError) -> ResponseReturnValue:
        return f"again: {error}", 422

    put_door(lambda: write_once(refuse, refused=refused))
    answer = client.post("/profile", data=form())
    assert (answer.status_code, answer.text) == (422, "again: A word is missing.")
    assert (eves(), db.session.scalar(select(func.count(FormReceipt.id)))) == (0, 0)


def test_a_refused_form_can_be_mended_and_sent_again(client: FlaskClient, put_door: PutDoor) -> None:
    sent = form()
    put_door(lambda: write_once(refuse, refused=lambda error: ("again", 422)))
    client.post("/profile", data=sent)
    put_door(lambda: write_once(add_person))
    assert client.post("/profile", data=sent).status_code == 303
    assert eves() == 1


def test_a_refusal_that_nobody_takes_is_answered_by_the_desk(client: FlaskClient, put_door: PutDoor) -> None:
    put_door(lambda: write_once(refuse))
    answer = client.post("/profile", data=form())
    assert answer.status_code == 422
    assert "A word is missing." in answer.text


def test_who_may_not_gets_no_form_to_try_again(client: FlaskClient, put_door: PutDoor) -> None:
    def write(by: int, now: datetime) -> str:
        raise NotPermitted("Not yours.")

    put_door(lambda: write_once(write, refused=lambda error: ("again", 422)))
    assert client.post("/profile", data=form()).status_code == 403


def test_a_script_is_told_where_to_go(client: FlaskClient, put_door: PutDoor) -> None:
    put_door(lambda: write_once(add_person))
    answer = client.post("/profile", data=form(), headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/somewhere/1")


@pytest.mark.parametrize("said", ["Eve is here.", lambda: "Eve is here."])
def test_what_was_done_is_told_once(
    client: FlaskClient, put_door: PutDoor, said: str | Callable[[], str]
) -> None:
    put_door(lambda: write_once(add_person, said=said))
    sent = form()
    client.post("/profile", data=sent)
    assert "Eve is here." in client.get("/sessions").text
    client.post("/profile", data=sent)
    assert "Eve is here." not in client.get("/sessions").text


def test_an_own_answer_is_for_the_first_time_only(client: FlaskClient, put_door: PutDoor) -> None:
    put_door(lambda: write_once(add_person, answer=lambda place: "the links, shown this once"))
    sent = form()
    assert client.post("/profile", data=sent).text == "the links, shown this once"
    assert client.post("/profile", data=sent).status_code == 303
