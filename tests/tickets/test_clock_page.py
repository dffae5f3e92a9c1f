"""The page and the panel of one clock: for readers, for scripts, for paper, and for a mail to the client."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority
from tests.browsing import sign_in
from tests.counting import statements
from tests.factories import a_contact, a_ticket, an_agent
from tests.sla.stories import a_policy_with_budgets, client_writes, up, wait

pytestmark = pytest.mark.usefixtures("session")
HOUR = timedelta(hours=1)


@pytest.fixture
def ada(client: FlaskClient, now: datetime) -> Person:
    """Somebody of line 1 who is signed in, at a desk with a policy."""
    a_policy_with_budgets()
    person = an_agent("Ada Lind")
    sign_in(client, person)
    return person


@pytest.fixture
def ticket(ada: Person, now: datetime) -> Ticket:
    """Waited for its client two hours ago, and went on an hour ago."""
    contact = a_contact("Hanna Bell", email="hanna@brightwater.example")
    made = a_ticket("Empty pages", contact=contact, priority=Priority.P1, at=now - 3 * HOUR)
    wait(made, now - 2 * HOUR, ada.id, "Which tray is it?")
    client_writes(made, now - HOUR)
    db.session.commit()
    return made


def page(client: FlaskClient, url: str, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200
    return unescape(answer.text).replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_tells_the_whole_story(client: FlaskClient, ticket: Ticket) -> None:
    said = page(client, f"/tickets/{ticket.id}/clocks/resolution")
    assert "Solution due today 14:00" in said
    assert "Paused by Ada Lind, waiting for the client" in said
    assert "<q>Which tray is it?</q>" in said
    assert "Waiting does not count: 1 h." in said


def test_a_script_gets_the_panel_alone(client: FlaskClient, ticket: Ticket) -> None:
    said = page(client, f"/tickets/{ticket.id}/clocks/first_response", **{"HX-Request": "true"})
    assert said.lstrip().startswith('<section class="panel why" id="why"')
    assert "<html" not in said
    assert 'id="why-tab-first_response"' in said


@pytest.mark.parametrize("clock", ["ola", "line-4", "nothing", "agent_work", "next_response", "line-3"])
def test_a_clock_that_never_was_is_not_found(client: FlaskClient, ticket: Ticket, clock: str) -> None:
    assert client.get(f"/tickets/{ticket.id}/clocks/{clock}").status_code == 404


@pytest.mark.parametrize("cycle", ["0", "-1", "x", "99999999999999999999", "1"])
def test_a_number_that_makes_no_sense_shows_the_present_one(
    client: FlaskClient, ticket: Ticket, cycle: str
) -> None:
    assert "Solution due" in page(client, f"/tickets/{ticket.id}/clocks/resolution?cycle={cycle}")


def test_a_cycle_that_never_was_is_not_found(client: FlaskClient, ticket: Ticket) -> None:
    assert client.get(f"/tickets/{ticket.id}/clocks/resolution?cycle=2").status_code == 404


def test_without_a_policy_there_is_nothing_to_explain(client: FlaskClient, now: datetime) -> None:
    sign_in(client, an_agent("Ada Lind"))
    ticket = a_ticket()
    db.session.commit()
    assert client.get(f"/tickets/{ticket.id}/clocks/resolution").status_code == 404
    assert "Why this deadline" not in page(client, f"/tickets/{ticket.id}")


def text_of(said: str) -> str:
    start = said.index("<textarea")
    return said[said.index(">", start) + 1 : said.index("</textarea>")]


def test_the_text_for_the_client_names_no_people_and_no_reasons(
    client: FlaskClient, ticket: Ticket, ada: Person, now: datetime
) -> None:
    up(ticket, now - HOUR / 2, ada.id)
    db.session.commit()
    text = text_of(page(client, f"/tickets/{ticket.id}/clocks/resolution"))
    assert "Ada" not in text
    assert "Which tray" not in text
    assert text.splitlines()[4:] == [
        "- today 09:00: your request reached us; due today 13:00",
        "- today 10:00: we wait for your answer; this time is not counted",
        "- today 11:00: your answer reached us; the time goes on; due today 14:00",
        "- today 11:30: line 2, Administrators goes on with it",
        "- due: Wednesday, March 4, 2026, 14:00",
        "",
        "Times are those of Europe/Berlin.",
    ]


def test_the_own_clock_of_a_line_is_nothing_to_tell_a_client(client: FlaskClient, ticket: Ticket) -> None:
    said = page(client, f"/tickets/{ticket.id}/clocks/line-1")
    assert "Line 1 was due" in said
    assert "To tell the client" not in said
    assert "<textarea" not in said


def test_the_text_is_in_the_language_of_the_ticket(client: FlaskClient, ticket: Ticket) -> None:
    ticket.language = "ru"
    db.session.commit()
    assert 'readonly rows="' in page(client, f"/tickets/{ticket.id}/clocks/resolution")
    assert 'lang="ru"' in page(client, f"/tickets/{ticket.id}/clocks/resolution")


def test_the_drawn_line_is_described_by_a_list(client: FlaskClient, ticket: Ticket) -> None:
    said = page(client, f"/tickets/{ticket.id}/clocks/resolution", **{"HX-Request": "true"})
    assert 'role="img" aria-label="Solution due today 14:00. 2 h left" aria-describedby="why-facts"' in said
    facts = said[said.index('id="why-facts"') :]
    assert "today 09:00 to today 10:00: line 1, Service desk, 1 h" in facts
    assert "75 % will be used today 13:00" in facts


def test_the_drawing_is_whole_markup(client: FlaskClient, ticket: Ticket) -> None:
    said = client.get(f"/tickets/{ticket.id}/clocks/resolution", headers={"HX-Request": "true"}).text
    drawing = re.search(r'<svg class="whyline.*?</svg>', said, re.DOTALL)
    assert drawing is not None
    assert re.findall(r'="[^"]*(?:nan|None|inf)[^"]*"', drawing[0]) == []
    assert drawing[0].count("<title>") == 3  # two stretches of a line, one pause


def test_nothing_on_the_page_is_styled_or_scripted_inline(client: FlaskClient, ticket: Ticket) -> None:
    said = page(client, f"/tickets/{ticket.id}/clocks/resolution")
    assert "style=" not in said
    assert "onclick" not in said


def test_a_hostile_reason_stays_words(client: FlaskClient, ada: Person, now: datetime) -> None:
    ticket = a_ticket("<b>bold</b>", priority=Priority.P1, at=now - 3 * HOUR)
    wait(ticket, now - HOUR, ada.id, "<script>alert(1)</script>")
    db.session.commit()
    answer = client.get(f"/tickets/{ticket.id}/clocks/resolution").text
    assert "<script>alert" not in answer
    assert "<b>bold" not in answer


def test_the_panel_shows_the_last_steps_of_a_long_story_and_the_page_all(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    ticket = a_ticket(priority=Priority.P4, at=now - 3 * HOUR)
    for _ in range(15):
        actions.take(ticket, by=ada.id, now=now)
        actions.assign(ticket, None, by=ada.id, now=now)
    db.session.commit()
    url = f"/tickets/{ticket.id}/clocks/resolution"
    panel, whole = page(client, url, **{"HX-Request": "true"}), page(client, url)
    assert "6 earlier steps" in panel
    assert (panel.count('class="story-step"'), whole.count('class="story-step"')) == (25, 31)


def test_the_panel_takes_few_statements_however_long_the_story(
    client: FlaskClient, ticket: Ticket, ada: Person, now: datetime
) -> None:
    url, counts = f"/tickets/{ticket.id}/clocks/resolution", []
    for more in (0, 20):
        for _ in range(more):
            actions.take(ticket, by=ada.id, now=now)
            actions.assign(ticket, None, by=ada.id, now=now)
        db.session.commit()
        page(client, url, **{"HX-Request": "true"})
        with statements() as sent:
            page(client, url, **{"HX-Request": "true"})
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 8
