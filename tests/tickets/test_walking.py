"""From ticket to ticket through a list, what search marks, and what empty places say."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.rules import Priority
from tests.counting import statements
from tests.factories import (
    a_company,
    a_contact,
    a_policy,
    a_ticket,
    the_team,
)
from tests.tickets.test_pages import page, post


def steps_of(text: str) -> dict[str, str]:
    """The addresses before and after the ticket, by rel."""
    bar = text.partition('class="steps"')[2].partition("</nav>")[0]
    found = re.findall(r'rel="(prev|next)".*?href="([^"]+)"', bar)
    return {rel: unescape(href) for rel, href in found}


def test_one_walks_from_ticket_to_ticket_through_the_list(client: FlaskClient, ada: Person) -> None:
    a_policy(default=True)
    urgent, first, second = (a_ticket(priority=p) for p in (Priority.P1, Priority.P3, Priority.P3))
    a_ticket(priority=Priority.P2)
    listed = page(client, "/lines/1?priority=P1,P3")
    link = unescape(re.search(rf'data-href="([^"]*{urgent.id}[^"]*)"', listed)[1])  # type: ignore[index]
    at_first = steps_of(page(client, link))
    assert list(at_first) == ["next"]
    in_the_middle = steps_of(page(client, at_first["next"]))
    assert in_the_middle["prev"].startswith(f"/tickets/{urgent.id}?")
    assert in_the_middle["next"].startswith(f"/tickets/{second.id}?")
    assert at_first["next"].startswith(f"/tickets/{first.id}?")


def test_after_solving_the_first_of_the_list_is_next(client: FlaskClient, ada: Person) -> None:
    a_policy(default=True)
    done, left = a_ticket(), a_ticket()
    answer = post(client, f"/tickets/{done.id}/resolution", note="Restarted", walk="list=line-1")
    assert answer.location == f"/tickets/{done.id}?list=line-1"
    assert steps_of(page(client, answer.location)) == {"next": f"/tickets/{left.id}?list=line-1"}


@pytest.mark.parametrize("query", ["list=nowhere", "list=line-x", "list=team-1&priority=P9", "utm=1"])
def test_a_list_that_makes_no_sense_is_no_list(client: FlaskClient, ada: Person, query: str) -> None:
    ticket = a_ticket()
    assert 'class="steps"' not in page(client, f"/tickets/{ticket.id}?{query}")


def test_walking_stays_within_twelve_statements(client: FlaskClient, ada: Person) -> None:
    a_policy(default=True)
    ticket = a_ticket()
    db.session.commit()
    client.get(f"/tickets/{ticket.id}")
    counts = []
    for query in ("", "?list=line-1", "?list=followed&priority=P1"):
        with statements() as sent:
            page(client, f"/tickets/{ticket.id}{query}")
        counts.append(len(sent))
    assert counts[1] == counts[2]
    assert max(counts) <= 12


def test_found_words_are_marked_and_nothing_else_is_let_through(client: FlaskClient, ada: Person) -> None:
    a_ticket("Scanner <b>empty</b>", text="All scanners \ue000<img src=x>\ue001 stopped since Sunday")
    text = page(client, "/search?q=scanner")
    assert "<mark>Scanner</mark> &lt;b&gt;empty&lt;/b&gt;" in text
    assert "<mark>scanners</mark>" in text
    assert "<img src=x>" not in text


def test_found_names_are_marked(client: FlaskClient, ada: Person) -> None:
    a_ticket(contact=a_contact("Пётр Орлов", company=a_company("Brightwater Clinics")))
    assert "<mark>Пёт</mark>р" in page(client, "/search?q=пет")
    assert "<mark>Bright</mark>water" in page(client, "/search?q=bright")


def test_a_refused_form_remembers_the_list(client: FlaskClient, ada: Person) -> None:
    a_policy(default=True)
    ticket, other = a_ticket(), a_ticket()
    answer = post(client, f"/tickets/{ticket.id}/resolution", note="", walk="list=line-1")
    assert steps_of(answer.text) == {"next": f"/tickets/{other.id}?list=line-1"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/lines/1", "Nothing is waiting for Service desk"),
        ("/lines/2", "Nothing is waiting for Administrators"),
        ("/tickets/mine", "You work on nothing at the moment"),
        ("/tickets/followed", "You follow nothing at the moment"),
        ("/tickets", "Nothing is open here"),
        ("/search?q=zeppelin", "Look in the instructions"),
        ("/search", "Half a word is enough"),
    ],
)
def test_an_empty_place_says_why_and_what_to_do(
    client: FlaskClient, ada: Person, path: str, words: str
) -> None:
    assert words in page(client, path)


@pytest.mark.parametrize("typed", ["presc", "prescriptio", "prescriptions", "печат", "печать", "печати"])
def test_half_a_word_finds_it(client: FlaskClient, ada: Person, typed: str) -> None:
    a_ticket("Something", text="Every prescription comes out empty. Не идёт печать рецептов, нет печати.")
    assert f'value="{typed}"' in (text := page(client, f"/search?q={typed}"))
    assert "<mark>" in text


def test_an_excerpt_begins_near_what_was_found(client: FlaskClient, ada: Person) -> None:
    a_ticket(
        "Something", text="Dear all, the weather is fine and everybody is well here, but the scanner stopped."
    )
    excerpt = page(client, "/search?q=scanner").partition('class="prev">')[2].partition("</span>")[0]
    assert excerpt.startswith("… ")
    assert excerpt.index("<mark>") < 40


def test_the_strip_counts_what_is_new(client: FlaskClient, ada: Person, now: datetime) -> None:
    since = (now - timedelta(hours=1)).isoformat()
    a_ticket(at=now)
    db.session.commit()
    answer = client.get("/tickets/news", query_string={"place": "line", "id": "1", "since": since})
    assert answer.json == {"count": 1, "words": "1 new"}


def test_every_filter_in_force_can_be_taken_away(client: FlaskClient, ada: Person) -> None:
    query = (
        "returned_from=2026-03-01&returned_by=2&returned_for=answered&handed_to=2&discarded=no&risk=pressing"
    )
    text = page(
        client, f"/tickets?{query}&of_team={the_team(1).id}&answered_to=2026-03-05&sla=missed&tag=tills"
    )
    assert text.count('class="filter"') == 10


def test_a_finished_ticket_no_longer_counts_its_time(client: FlaskClient, ada: Person, now: datetime) -> None:
    ticket = a_ticket()
    actions.resolve(ticket, "Done", by=ada.id, now=ticket.held_since + timedelta(hours=3))
    route = page(client, f"/tickets/{ticket.id}").partition('class="route"')[2].partition("</header>")[0]
    assert "Service desk, 3 h" in route
    assert "now" not in route


def test_talk_and_moves_are_shown_apart(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket(text="The scanner sends empty pages")
    actions.take(ticket, by=ada.id, now=ticket.created_at)
    talk = (
        page(client, f"/tickets/{ticket.id}?show=talk").partition('class="talk"')[2].partition("composer")[0]
    )
    moves = page(client, f"/tickets/{ticket.id}?show=moves").partition('class="talk"')[2]
    assert "The scanner sends empty pages" in talk
    assert "works on it" not in talk
    assert 'class="msg ' not in moves
    assert "works on it" in moves
