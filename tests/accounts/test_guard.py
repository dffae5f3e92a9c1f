"""The door itself: declarations, lapsed sign-ins, repeated forms, limits."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.accounts import guard, rates
from helpdesk.accounts.actor import actor_of
from helpdesk.accounts.guard import policy
from helpdesk.accounts.models import FormReceipt, Grant, Membership
from helpdesk.accounts.permissions import Permission, Relation
from helpdesk.db import db
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.factories import a_lead, a_manager, an_administrator, an_agent, the_team


def test_a_route_without_a_policy_stops_the_start() -> None:
    app = Flask("x", static_folder=None)
    app.add_url_rule("/open", view_func=lambda: "open")
    with pytest.raises(LookupError, match="/open"):
        guard.check_routes(app)


def test_flasks_own_static_route_stops_the_start() -> None:
    with pytest.raises(LookupError, match="/static/"):
        guard.check_routes(Flask("x"))


def test_a_declared_route_may_start() -> None:
    @policy(Permission.PUBLIC)
    def view() -> ResponseReturnValue:
        return "open"

    app = Flask("x", static_folder=None)
    app.add_url_rule("/open", view_func=view)
    guard.check_routes(app)


Lapses = list[tuple[int, str, dict[str, Any], dict[str, str]]]


@pytest.fixture
def lapses(monkeypatch: pytest.MonkeyPatch) -> Lapses:
    """What the profile form's hook was given; the profile stands for a ticket's reply here."""
    kept: Lapses = []

    def keep(person_id: int, endpoint: str, url: Mapping[str, Any], fields: Mapping[str, str]) -> str:
        kept.append((person_id, endpoint, dict(url), dict(fields)))
        return "/sessions"

    monkeypatch.setitem(guard._lapse_hooks, "accounts.change_profile", keep)
    return kept


def test_a_text_typed_while_the_sign_in_ended_is_kept(
    client: FlaskClient, lapses: Lapses, now: datetime
) -> None:
    person = an_agent()
    sign_in(client, person)
    with clock.frozen(lambda: NOON + timedelta(hours=2)):
        answer = client.post("/profile", data=form(name="A long answer"))
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/sessions")
    assert [(who, what, fields["name"]) for who, what, _, fields in lapses] == [
        (person.id, "accounts.change_profile", "A long answer")
    ]


def test_a_text_without_that_sessions_token_is_not_kept(
    client: FlaskClient, lapses: Lapses, now: datetime
) -> None:
    sign_in(client, an_agent())
    with clock.frozen(lambda: NOON + timedelta(hours=2)):
        answer = client.post("/profile", data={"name": "A forged answer", "csrf_token": "nonsense"})
    assert answer.status_code == 303
    assert lapses == []


def test_a_stranger_keeps_nothing(client: FlaskClient, lapses: Lapses) -> None:
    assert client.post("/profile", data=form(name="A long answer")).status_code == 303
    assert lapses == []


def test_a_repeated_token_gives_the_first_answer_back(app: Flask, session: object) -> None:
    actor = actor_of(an_agent().id)
    token = "0b0e7f3c-8f0a-4c38-9c9a-3f0f6f9a1c11"
    with app.test_request_context("/", method="POST"):
        assert guard.once(actor, token) is None
        guard.remember(actor, "/tickets/1042", token)
        assert guard.once(actor, token) == "/tickets/1042"


def test_the_same_token_of_another_person_is_another_form(app: Flask, session: object) -> None:
    token = "0b0e7f3c-8f0a-4c38-9c9a-3f0f6f9a1c11"
    with app.test_request_context("/", method="POST"):
        assert guard.once(actor_of(an_agent().id), token) is None
        assert guard.once(actor_of(an_agent().id), token) is None


def test_a_form_without_a_token_is_done_each_time(app: Flask, session: object) -> None:
    actor = actor_of(an_agent().id)
    with app.test_request_context("/", method="POST"):
        assert guard.once(actor) is None
        assert guard.once(actor) is None
    assert db.session.scalar(select(func.count()).select_from(FormReceipt)) == 0


def test_rights_are_those_of_this_moment(session: object, now: datetime) -> None:
    person = an_agent(line=2)
    assert actor_of(person.id).lines == {2}
    membership = db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    membership.until = NOON
    db.session.flush()
    assert actor_of(person.id).lines == frozenset()


def test_a_lead_leads_the_own_team_only(session: object) -> None:
    actor = actor_of(a_lead(line=2).id)
    assert actor.led_team_ids == {the_team(2).id}
    assert actor.relations == {Relation.AGENT, Relation.LINE_2, Relation.LEAD}


def test_a_managers_scope_without_limits_is_everything(session: object) -> None:
    actor = actor_of(a_manager().id)
    assert (actor.manager_lines, actor.manager_company_ids) == (None, None)


def test_a_managers_scopes_add_up(session: object) -> None:
    person = a_manager(lines=[1], company_ids=[7])
    kinds = db.session.scalars(select(Grant).where(Grant.person_id == person.id)).one()
    db.session.add(
        Grant(person_id=person.id, kind=kinds.kind, lines=[2], company_ids=None, since=kinds.since)
    )
    db.session.flush()
    actor = actor_of(person.id)
    assert (actor.manager_lines, actor.manager_company_ids) == (frozenset({1, 2}), None)


def test_an_administrator_is_no_agent(session: object) -> None:
    actor = actor_of(an_administrator().id)
    assert actor.relations == {Relation.ADMINISTRATOR}
    assert (actor.is_agent, actor.is_manager, actor.manager_lines) == (False, False, frozenset())


def test_a_limit_lets_so_many_through_and_says_how_long_to_wait(session: object) -> None:
    rate = rates.Rate("test", (rates.Limit(2, 60),))
    waits = [rates.wait_for(rate, "ada", now=NOON + timedelta(seconds=n)) for n in (0, 10, 20, 60)]
    assert waits == [0, 0, 41, 0]


def test_a_limit_counts_each_subject_apart(session: object) -> None:
    rate = rates.Rate("test", (rates.Limit(1, 60),))
    assert rates.wait_for(rate, "ada", now=NOON) == 0
    assert rates.wait_for(rate, "tom", now=NOON) == 0


def test_a_refused_try_does_not_fill_the_longer_window(session: object) -> None:
    rate = rates.Rate("test", (rates.Limit(1, 60), rates.Limit(2, 3600)))
    for _ in range(10):
        rates.wait_for(rate, "ada", now=NOON)
    assert rates.wait_for(rate, "ada", now=NOON + timedelta(minutes=1)) == 0


@pytest.mark.parametrize("path", ["/sessions/99999999999999999999/end"])
def test_a_number_beyond_the_database_is_not_found(client: FlaskClient, path: str) -> None:
    sign_in(client, an_agent())
    assert client.post(path, data=form()).status_code == 404


def test_a_nul_is_refused(client: FlaskClient) -> None:
    assert client.get("/sign-in?next=%00").status_code == 400
    sign_in(client, an_agent())
    assert client.post("/profile", data=form(name="a\x00b")).status_code == 400
