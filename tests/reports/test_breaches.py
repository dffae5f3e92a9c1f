"""The list of missed deadlines: which, by how much, who held it, who used up the time, and why."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.reports import breaches as reading
from helpdesk.sla.actions.breaches import explain
from helpdesk.sla.models import BreachCause, Metric, SlaFiring
from helpdesk.sla.sweep import sweep
from helpdesk.tickets.models import Ticket
from tests.browsing import sign_in
from tests.conftest import NOON
from tests.counting import statements
from tests.factories import (
    a_company,
    a_contact,
    a_firing,
    a_lead,
    a_manager,
    a_policy,
    a_team,
    a_ticket,
    an_agent,
    three_lines,
)

pytestmark = pytest.mark.usefixtures("session", "now")
HOUR = timedelta(hours=1)


@pytest.fixture
def manager(client: FlaskClient) -> FlaskClient:
    three_lines()
    sign_in(client, a_manager("Grace Moreau"))
    return client


def missed(
    ticket: Ticket, holder: Person | None = None, *, at: datetime = NOON - HOUR, **more: Any
) -> SlaFiring:
    """A deadline that was missed, as the next request finds it."""
    firing = a_firing(ticket, holder, at=at, **more)
    db.session.commit()
    return firing


def page(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"/reports/breaches{query}")
    assert answer.status_code == 200
    return answer.text


def test_without_any_it_says_that_all_were_kept(manager: FlaskClient) -> None:
    assert "Every deadline was kept" in page(manager)


def test_a_line_says_who_held_it_beside_who_used_up_the_time(manager: FlaskClient) -> None:
    shares = {"holder": 2, "responsible": 1, "gap": False, "lines": {"1": 23400, "2": 600}, "over": {}}
    ada = an_agent("Ada Lind", line=2)
    ticket = a_ticket("Nobody can print", team=three_lines()[1])
    missed(ticket, ada, metric=Metric.RESOLUTION, shares=shares)
    text = page(manager)
    for words in ("Nobody can print", "Ada Lind", "Administrators", "line 1: 6 h 30, line 2: 10 min"):
        assert words in text
    assert text.index("held by") < text.index("Ada Lind") < text.index("time used by")


def test_what_the_sweep_found_grows_until_somebody_answers(manager: FlaskClient) -> None:
    a_policy(default=True)
    a_ticket(at=NOON - timedelta(days=1))
    sweep()
    text = page(manager)
    assert "4 h over" in text
    assert "and counting" in text


def test_a_reason_stands_beside_its_cause_and_its_author(manager: FlaskClient) -> None:
    ada, ticket = an_agent("Ada Lind"), a_ticket()
    firing = missed(ticket, ada)
    assert "reason wanted" in page(manager)
    explain(ticket, firing, BreachCause.BUSY, "Two of us were ill.", by=ada.id, now=NOON)
    db.session.commit()
    text = page(manager)
    assert "More work than people" in text
    assert "Two of us were ill." in text
    assert "reason wanted" not in text


def test_what_was_withdrawn_stays_and_counts_no_more(manager: FlaskClient) -> None:
    missed(a_ticket("Kept after all"), withdrawn_at=NOON)
    text = page(manager)
    assert "Kept after all" in text
    assert "withdrawn" in text
    assert "<b>0 missed</b>" in text


def test_only_deadlines_are_listed_not_every_share(manager: FlaskClient) -> None:
    missed(a_ticket("Nearly"), percent=90)
    assert "Nearly" not in page(manager)


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("", {"First", "Second", "Explained"}),
        ("?line=2", {"Second"}),
        ("?reason=wanted", {"First", "Second"}),
        ("?period=today", {"First", "Second"}),
    ],
)
def test_filters_narrow_it(manager: FlaskClient, query: str, there: set[str]) -> None:
    ada = an_agent()
    missed(a_ticket("First"), ada)
    missed(a_ticket("Second", team=three_lines()[1]), ada)
    old = a_ticket("Explained")
    explain(old, missed(old, at=NOON - timedelta(days=2)), BreachCause.HARD, "It was.", by=ada.id, now=NOON)
    db.session.commit()
    text = page(manager, query)
    assert {subject for subject in ("First", "Second", "Explained") if f">{subject}<" in text} == there


def test_a_client_narrows_it(manager: FlaskClient) -> None:
    lindqvist = a_company("Lindqvist Foods")
    missed(a_ticket("Theirs", contact=a_contact(company=lindqvist)))
    missed(a_ticket("Somebody else's"))
    text = page(manager, f"?company={lindqvist.id}")
    assert "Theirs" in text
    assert "Somebody else" not in text


@pytest.mark.parametrize(("query", "status"), [("?line=4", 404), ("?line=x", 404), ("?company=999999", 404)])
def test_what_is_not_there_is_not_there(manager: FlaskClient, query: str, status: int) -> None:
    assert manager.get(f"/reports/breaches{query}").status_code == status


def test_an_unknown_period_is_named(manager: FlaskClient) -> None:
    answer = manager.get("/reports/breaches?period=decade")
    assert (answer.status_code, "There is no such period" in answer.text) == (422, True)


def test_a_lead_sees_what_his_team_missed_and_no_other(client: FlaskClient) -> None:
    mine, other = a_team(1, "Mine"), a_team(1, "Other")
    sign_in(client, a_lead("Lea Winter", team=mine))
    missed(a_ticket("Of my team", team=mine))
    missed(a_ticket("Of the others", team=other))
    text = page(client)
    assert "Of my team" in text
    assert "Of the others" not in text


def test_a_manager_of_one_line_sees_that_line(client: FlaskClient) -> None:
    _, second, _ = three_lines()
    sign_in(client, a_manager(lines=[2]))
    missed(a_ticket("On line 2", team=second))
    missed(a_ticket("On line 1"))
    text = page(client)
    assert "On line 2" in text
    assert "On line 1<" not in text


def test_pages_follow_each_other_without_gap_or_double(
    manager: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at one instant: the id decides."""
    tickets = [a_ticket(f"Number {number};") for number in range(5)]
    firings = [missed(ticket) for ticket in tickets]
    monkeypatch.setattr("helpdesk.reports.views.breaches.PAGE_SIZE", 2)
    monkeypatch.setattr(reading, "PAGE_SIZE", 2)
    seen = []
    for before in ("", f"&before={firings[3].id}", f"&before={firings[1].id}"):
        text = page(manager, f"?period=month{before}")
        seen += [number for number in range(4, -1, -1) if f"Number {number};" in text]
        assert ('rel="next"' in text) is (before != f"&before={firings[1].id}")
    assert seen == [4, 3, 2, 1, 0]


def test_the_page_takes_at_most_eight_statements(manager: FlaskClient) -> None:
    a_policy(default=True)
    for _ in range(3):
        a_ticket(at=NOON - timedelta(days=1))
    sweep()
    page(manager)
    with statements() as sent:
        page(manager)
    assert len(sent) <= 8
