"""Versions of a policy beside each other: what changed, who did it, which open tickets run under which."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.admin import policy_words
from helpdesk.calendars.models import Calendar
from helpdesk.db import db
from helpdesk.sla.actions import policies as actions
from helpdesk.sla.acts import Step
from helpdesk.sla.models import SlaPolicy
from helpdesk.sla.sheets import sheet_of
from helpdesk.sla.what_if.models import SlaRecompute
from tests.browsing import form
from tests.conftest import NOON
from tests.factories import (
    a_company,
    a_contact,
    a_contract,
    a_member,
    a_policy,
    a_ticket,
    an_administrator,
    office_hours,
    the_team,
)

pytestmark = pytest.mark.usefixtures("session", "now")

TYPED = {
    "name": "Care Plus",
    "reopen_grace": "7 d",
    "P1-resolution": "4 h",
    "P2-resolution": "1 d",
    "client-0-percent": "75",
    "client-0-act": ["tell_owner", "tell_assignee"],
    "client-1-percent": "100",
    "client-1-act": "tell_lead",
}


@pytest.fixture
def hours(desk: FlaskClient) -> Calendar:
    """Nine to five in Berlin: a day is 8 h."""
    calendar = office_hours("Berlin")
    db.session.commit()
    return calendar


@pytest.fixture
def where(desk: FlaskClient, hours: Calendar) -> str:
    """A policy with one version."""
    return desk.post("/settings/policies", data=form(**TYPED, calendar=hours.id)).location


def saved(desk: FlaskClient, where: str, hours: Calendar, **more: object) -> int:
    policy_id = int(where.rsplit("/", 1)[1])
    version = desk.get(where).text.split('name="version" value="')[1].split('"')[0]
    data = {**TYPED, "calendar": hours.id, "version": version, **more}
    assert desk.post(where, data=form(**data)).status_code == 303
    return policy_id


def test_a_version_says_what_it_changed_and_who_made_it(
    desk: FlaskClient, hours: Calendar, where: str
) -> None:
    steps = {"client-0-act": ["tell_lead", "raise_priority"], "longest_wait": ""}
    saved(desk, where, hours, **{"P1-resolution": "2 h", "on_change": "restart", **steps})
    page = desk.get(f"{where}/versions/2").text
    assert "Sam Ito made it." in page
    different = page.split("What is different from version 1")[1].split("<h2>Targets")[0]
    for line in (
        '<span class="dim">P1, Solution</span> <s><span class="unseen">before: </span>4 h</s> <b>2 h</b>',
        "keep what was counted, only the target is new</s> <b>begin at zero</b>",
        "tell owner, tell assignee</s> <b>tell team lead, raise the priority</b>",
        '<span class="dim">Longest waiting</span>',
    ):
        assert line in different
    assert "P2, Solution" not in different


def test_the_first_version_is_compared_with_nothing(desk: FlaskClient, where: str) -> None:
    assert "What is different" not in desk.get(f"{where}/versions/1").text


def test_each_version_counts_the_open_tickets_under_it(
    desk: FlaskClient, hours: Calendar, where: str, sam: Person
) -> None:
    first = a_ticket("Nothing prints", at=NOON)
    db.session.commit()
    saved(desk, where, hours, **{"P1-resolution": "2 h"})
    assert "1 open ticket runs under it" in desk.get(where).text
    tickets = desk.get(f"{where}/versions/1/tickets").text
    assert "without a contract, by default" in tickets
    assert "Nothing prints" not in tickets
    a_member(sam, the_team(first.line))
    db.session.commit()
    assert "Nothing prints" in desk.get(f"{where}/versions/1/tickets").text
    assert "Nothing prints" not in desk.get(f"{where}/versions/2/tickets").text
    assert desk.get(f"{where}/versions/3/tickets").status_code == 404


def test_tickets_are_counted_by_the_contract_that_brought_them(desk: FlaskClient, hours: Calendar) -> None:
    version, company = a_policy("Gold", calendar=hours), a_company("Brightwater")
    a_contract(company, version, "Gold 2026")
    a_ticket(contact=a_contact(company=company), at=NOON)
    db.session.commit()
    page = desk.get(f"/settings/policies/{version.policy_id}/versions/1/tickets").text
    assert "Brightwater</a>" in page
    assert "by “Gold 2026”" in page


@pytest.mark.parametrize(("choice", "follows"), [("new", 0), ("onward", 1), ("guess", 0)])
def test_a_policy_put_away_asks_what_becomes_of_its_open_tickets(
    desk: FlaskClient, hours: Calendar, where: str, choice: str, follows: int
) -> None:
    a_ticket(at=NOON)
    a_policy("Standard", calendar=hours)
    standard = db.session.scalars(select(SlaPolicy).where(SlaPolicy.name == "Standard")).one()
    actions.make_default(standard, by=an_administrator().id, now=NOON)
    db.session.commit()
    assert "They keep it to their end" in desk.get(where).text
    assert desk.post(f"{where}/retirement", data=form(open_tickets=choice)).status_code == 303
    assert len(db.session.scalars(select(SlaRecompute)).all()) == follows


def test_steps_are_what_was_picked_and_a_form_without_them_leaves_them(
    desk: FlaskClient, hours: Calendar, where: str
) -> None:
    bare = {name: value for name, value in TYPED.items() if "client" not in name}
    policy_id = int(where.rsplit("/", 1)[1])
    picked = {
        Step("client", 75, "tell_owner"),
        Step("client", 75, "tell_assignee"),
        Step("client", 100, "tell_lead"),
    }
    policy = db.session.get_one(SlaPolicy, policy_id)
    assert sheet_of(policy, actions.in_force(policy_id, NOON)).steps == picked
    version = desk.get(where).text.split('name="version" value="')[1].split('"')[0]
    data = {**bare, "calendar": hours.id, "version": version, "P1-resolution": "3 h"}
    assert desk.post(where, data=form(**data)).status_code == 303
    assert sheet_of(policy, actions.in_force(policy_id, NOON)).steps == picked


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ({"client-0-percent": "", "client-0-act": "tell_owner"}, "Say at how many percent"),
        ({"line-0-percent": "9999", "line-0-act": "tell_owner"}, "Say at how many percent"),
        ({f"client-{n}-percent": str(10 + n) for n in range(9)}, "One to eight whole percents"),
    ],
)
def test_steps_that_cannot_be_are_told_and_what_was_typed_stays(
    desk: FlaskClient, hours: Calendar, where: str, steps: dict[str, str], words: str
) -> None:
    answer = desk.post(where, data=form(**{**TYPED, "calendar": hours.id, **steps}))
    assert (answer.status_code, words in answer.text) == (422, True)
    assert 'name="P1-resolution" value="4 h"' in answer.text


def test_a_breach_that_nobody_hears_of_is_pointed_out(desk: FlaskClient, hours: Calendar, where: str) -> None:
    sentence = "a missed deadline would go unnoticed"
    assert sentence not in desk.get(where).text
    saved(desk, where, hours, **{"client-1-act": []})
    assert sentence in desk.get(where).text


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ("", 303, ""),
        ("14 d", 303, ""),
        ("5 min", 422, "between an hour and a year"),
        ("soon", 422, "no span of time"),
    ],
)
def test_how_long_one_waiting_may_last(
    desk: FlaskClient, hours: Calendar, where: str, typed: str, status: int, words: str
) -> None:
    version = desk.get(where).text.split('name="version" value="')[1].split('"')[0]
    data = {**TYPED, "calendar": hours.id, "version": version, "longest_wait": typed}
    answer = desk.post(where, data=form(**data))
    assert (answer.status_code, words in answer.text) == (status, True)


def test_the_page_says_in_plain_words_what_clients_are_promised(
    desk: FlaskClient, hours: Calendar, where: str
) -> None:
    saved(desk, where, hours, **{"P2-update": "4 h", "P2-resolution-defect": "2 d"})
    page = desk.get(where).text
    assert "You hear from us every 4 h, solved within 1 working day (8 h)." in page
    assert "Solved within 2 working days (16 h)." in page
    assert "Counted in Berlin." in page


def test_each_choice_has_an_example_in_the_policys_own_figures(desk: FlaskClient, where: str) -> None:
    page = desk.get(where).text
    assert "P2 becomes P1 after 3 h of 8 h: 1 h left of the new 4 h." in page
    assert "Solved after 6 h of 8 h and opened again: 2 h left." in page


def test_an_update_after_the_solution_is_pointed_out(desk: FlaskClient, hours: Calendar, where: str) -> None:
    saved(desk, where, hours, **{"P1-update": "1 d"})
    page = desk.get(where).text
    assert "so the update means nothing:" in page
    assert "<b>P1</b>." in page


@pytest.mark.parametrize(
    ("field", "kept", "said"),
    [
        ("P2-resolution", "1 h 30", "1 ч 30"),
        ("P3-line-2", "2 d", "2 д"),
        ("longest_wait", "45 min", "45 мин"),
        ("name", "Care 2 d", "Care 2 d"),
    ],
)
def test_the_history_says_spans_in_the_readers_language(app: Flask, field: str, kept: str, said: str) -> None:
    with app.test_request_context(), force_locale("ru"):
        assert policy_words.said(field, kept).replace("\N{NO-BREAK SPACE}", " ") == said
