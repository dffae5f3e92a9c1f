"""What every filter and every order of a list finds, and what the strip of news says about it."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company, Contact
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.actions.catalogue import add_category
from helpdesk.tickets.queries.lists import PAGE
from helpdesk.tickets.rules import Channel, DiscardReason, Priority, TicketType
from helpdesk.tickets.views.news import moved_rows
from tests.counting import statements
from tests.factories import a_company, a_contact, a_ticket, an_agent, the_team
from tests.tickets.test_pages import page


def numbers_in(text: str) -> list[int]:
    """The tickets of a list in their order."""
    return [int(number) for number in re.findall(r'class="c-num">(\d+)<', text)]


def listed(client: FlaskClient, query: str, path: str = "/lines/1") -> list[int]:
    return numbers_in(page(client, f"{path}?{query}"))


CHANGES: dict[str, dict[str, object]] = {
    "priority=P1": {"priority": Priority.P1},
    "priority=P1,P2": {"priority": Priority.P2},
    "type=defect": {"type": TicketType.DEFECT},
    "channel=phone": {"channel": Channel.PHONE},
    "tag=vip": {"tags": ["new", "vip"]},
    "older=3": {"created_at": datetime.fromisoformat("2026-02-28T11:00Z")},
    "risk=breached": {"sort_due": datetime.fromisoformat("2026-03-04T10:00Z")},
    "risk=at-risk": {"sort_due": datetime.fromisoformat("2026-03-04T11:30Z")},
    "due_to=2026-03-05": {"sort_due": datetime.fromisoformat("2026-03-05T20:00Z")},
}


@pytest.mark.parametrize("query", CHANGES)
def test_a_filter_finds_what_it_says_and_nothing_else(client: FlaskClient, ada: Person, query: str) -> None:
    found = a_ticket(priority=Priority.P3)
    a_ticket("Another one", priority=Priority.P3)
    for name, value in CHANGES[query].items():
        setattr(found, name, value)
    db.session.flush()
    assert listed(client, query) == [found.id]


def test_a_category_is_a_filter_where_there_are_some(client: FlaskClient, ada: Person) -> None:
    assert 'name="category"' not in page(client, "/lines/1")
    printing = add_category("Printing", by=ada.id, now=datetime.fromisoformat("2026-03-01T00:00Z"))
    found, _other = a_ticket(), a_ticket()
    found.category_id = printing.id
    db.session.flush()
    assert listed(client, f"category={printing.id}") == [found.id]
    assert "<span>Category</span><b>Printing</b>" in page(client, f"/lines/1?category={printing.id}")


def test_a_vip_is_one_by_himself_or_by_his_company(client: FlaskClient, ada: Person) -> None:
    first, second, third = (
        a_ticket(contact=a_contact(company=a_company(f"Firm {number}"))) for number in range(3)
    )
    db.session.get_one(Contact, first.contact_id).vip = True
    db.session.get_one(Company, second.company_id).vip = True
    db.session.flush()
    assert sorted(listed(client, "vip=yes")) == [first.id, second.id]
    assert listed(client, "vip=no") == [third.id]


def test_younger_is_the_rest_of_older(client: FlaskClient, ada: Person, now: datetime) -> None:
    old, young = a_ticket(), a_ticket()
    old.created_at, young.created_at = now - timedelta(days=8), now - timedelta(days=1)
    db.session.flush()
    assert (listed(client, "older=7"), listed(client, "younger=7")) == ([old.id], [young.id])


def test_people_are_found_by_what_they_are_to_the_ticket(client: FlaskClient, ada: Person) -> None:
    mine, owned, free = a_ticket(assignee=ada), a_ticket(), a_ticket()
    owned.owner_id = ada.id
    db.session.flush()
    assert listed(client, "assignee=me") == listed(client, f"assignee={ada.id}") == [mine.id]
    assert listed(client, "assignee=nobody") == [owned.id, free.id]
    assert owned.id in listed(client, "owner=me")
    assert listed(client, "owner=nobody&assignee=nobody") == [free.id]
    assert listed(client, "followed=yes", "/tickets") == [owned.id]


@pytest.mark.parametrize("typed", ["halden", "FREIGHT hal", "bell", "Ёлк", "елк"])
def test_a_client_is_found_by_part_of_the_name(client: FlaskClient, ada: Person, typed: str) -> None:
    names = {"bell": "Hanna Bell", "Ёлк": "Пётр Ёлкин", "елк": "Пётр Ёлкин"}
    contact = a_contact(names.get(typed, "Oskar Brandt"), company=a_company("Halden Freight"))
    found = a_ticket(contact=contact)
    a_ticket(contact=a_contact("Mei Tan", company=a_company("Tamarind Foods")))
    assert listed(client, f"client={typed}") == [found.id]


def test_filters_go_together_and_each_can_be_taken_away(client: FlaskClient, ada: Person) -> None:
    both = a_ticket(priority=Priority.P1, assignee=ada)
    a_ticket(priority=Priority.P1)
    text = page(client, "/lines/1?priority=P1&assignee=me")
    assert numbers_in(text) == [both.id]
    links = re.findall(r'class="filter">.*?<a href="([^"]*)"', text)
    assert sorted(links) == ["/lines/1?assignee=me", "/lines/1?priority=P1"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [("due", [2, 0, 1]), ("newest", [2, 1, 0]), ("oldest", [0, 1, 2]), ("active", [1, 2, 0]),
     ("priority", [1, 2, 0])],
)  # fmt: skip
def test_every_order_is_the_one_it_says(
    client: FlaskClient, ada: Person, now: datetime, sort: str, order: list[int]
) -> None:
    tickets = [a_ticket() for _ in range(3)]
    places = zip(tickets, (2, 9, 1), (1, 3, 2), (Priority.P3, Priority.P1, Priority.P2), strict=True)
    for one, due, active, priority in places:
        one.sort_due, one.active_at = now + timedelta(hours=due), now + timedelta(minutes=active)
        one.priority = priority
    db.session.flush()
    assert listed(client, f"sort={sort}") == [tickets[place].id for place in order]


@pytest.mark.parametrize("sort", ["due", "newest", "oldest", "active", "priority"])
def test_pages_follow_each_other_without_a_gap_in_every_order(
    client: FlaskClient, ada: Person, now: datetime, sort: str
) -> None:
    tickets = [a_ticket() for _ in range(PAGE + 5)]
    for place, one in enumerate(tickets):
        one.priority = list(Priority)[place % 4]
        one.active_at = now + timedelta(minutes=place * 7 % 11)
        if place % 3:
            one.sort_due = now + timedelta(minutes=place * 5 % 13)
    db.session.flush()
    first = page(client, f"/lines/1?sort={sort}")
    onwards = re.search(r'rel="next" href="([^"]*)"', first)
    assert onwards is not None
    second = page(client, onwards[1].replace("&amp;", "&"))
    every = numbers_in(first) + numbers_in(second)
    assert sorted(every) == sorted(one.id for one in tickets)
    assert len(numbers_in(first)) == PAGE


@pytest.mark.parametrize(
    "query",
    ["sort=sideways", "older=0", "older=-3", "older=99999999999999999999", "younger=x", "owner=somebody",
     "channel=pigeon", "followed=perhaps", "due_to=tomorrow", "due_to=2026-13-40", "state=' or 1=1 --",
     "after=9~9",
     "sort=priority&after=never~1", "sort=active&after=2026-03-04T11:00~x", "after=1&sort=due"],
)  # fmt: skip
def test_values_that_mean_nothing_are_answered_with_a_sentence(
    client: FlaskClient, ada: Person, query: str
) -> None:
    db.session.commit()
    answer = client.get(f"/lines/1?{query}")
    assert answer.status_code == 422
    assert re.search(r"check the address of this page|begin at the top", answer.text)


def test_the_panel_shows_what_is_chosen_and_carries_the_rest(client: FlaskClient, ada: Person) -> None:
    text = page(
        client, f"/lines/1?priority=P1,P3&type=defect,question&due_to=2026-03-05&reached=2&owner={ada.id}"
    )
    panel = text.partition('class="menu-list filter-panel"')[2].partition("</form>")[0]
    assert re.findall(r'name="priority" value="(P\d)" checked', panel) == ["P1", "P3"]
    assert '<option value="defect,question" selected>Defect, Question</option>' in panel
    assert 'type="date" value="2026-03-05"' in panel
    assert '<input type="hidden" name="reached" value="2">' in panel
    assert f'<option value="{ada.id}" selected>Ada Lind</option>' in panel


def test_a_filtered_list_costs_no_more_than_eight_statements(client: FlaskClient, ada: Person) -> None:
    for _ in range(5):
        a_ticket(assignee=ada)
    path = f"/lines/1?assignee={ada.id}&client=bright&sort=priority&state=new,open&team={the_team(1).id}"
    page(client, path)
    with statements() as sent:
        page(client, path)
    assert len(sent) <= 8


def news_of(client: FlaskClient, query: str) -> str:
    """Where the strip above that list asks."""
    text = page(client, f"/lines/1?{query}")
    address = re.search(r'data-fresh="([^"]*)"', text)
    assert address is not None
    return address[1].replace("&amp;", "&")


def asked(client: FlaskClient, url: str) -> dict[str, object]:
    db.session.commit()
    answer: dict[str, object] = client.get(url).get_json()
    return answer


def test_the_strip_counts_what_the_filters_let_through(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    a_ticket(priority=Priority.P1, at=now - timedelta(hours=2))
    url = news_of(client, "priority=P1")
    assert asked(client, url) == {"count": 0, "words": "0 new"}
    later = now + timedelta(minutes=1)
    a_ticket(priority=Priority.P3, at=later)
    assert asked(client, url)["count"] == 0
    a_ticket(priority=Priority.P1, at=later)
    assert asked(client, url) == {"count": 1, "words": "1 new"}


def test_what_comes_into_a_list_by_a_change_is_new_there(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    before = a_ticket(priority=Priority.P3, at=now - timedelta(hours=2))
    url = news_of(client, "priority=P1")
    actions.change_priority(before, Priority.P1, by=ada.id, now=now + timedelta(minutes=1))
    assert asked(client, url)["words"] == "1 new"


def test_rows_that_would_change_place_are_counted(client: FlaskClient, ada: Person, now: datetime) -> None:
    tickets = [a_ticket(at=now - timedelta(hours=2)) for _ in range(3)]
    for hours, one in enumerate(tickets, 1):
        one.sort_due = now + timedelta(hours=hours)
    url = news_of(client, "")
    tickets[2].sort_due = now + timedelta(minutes=5)
    db.session.flush()
    assert asked(client, url) == {"count": 1, "words": "1 row changed place"}


def test_the_strip_asks_for_the_very_list(client: FlaskClient, ada: Person) -> None:
    url = news_of(client, "sort=newest&older=1")
    query = parse_qs(urlsplit(url).query)
    assert (query["sort"], query["older"], query["place"]) == (["newest"], ["1"], ["line"])


@pytest.mark.parametrize(
    "query", ["", "place=moon", "place=line&id=x", "place=all&since=never", "place=all&since=2026&shown=a,b"]
)
def test_news_of_no_list_are_a_sentence(client: FlaskClient, ada: Person, query: str) -> None:
    db.session.commit()
    assert client.get(f"/tickets/news?{query}").status_code == 422


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [([1, 2, 3], [1, 2, 3], 0), ([1, 2, 3], [3, 1, 2], 1), ([1, 2, 3, 4], [4, 3, 2, 1], 3),
     ([1, 2, 3], [9, 1, 3], 0), ([], [1], 0)],
)  # fmt: skip
def test_moved_is_the_fewest_rows_that_had_to(before: list[int], after: list[int], moved: int) -> None:
    assert moved_rows(before, after) == moved


def test_thrown_away_is_not_solved_today(client: FlaskClient, ada: Person, now: datetime) -> None:
    ticket = a_ticket()
    actions.discard(ticket, DiscardReason.SPAM, by=ada.id, now=now)
    assert re.search(r"Solved today <b>(\d+)</b>", page(client, "/lines/1"))[1] == "0"  # type: ignore[index]


@pytest.mark.usefixtures("ada")
def test_what_was_thrown_away_is_found_when_one_asks_for_it(client: FlaskClient, now: datetime) -> None:
    kept, thrown = a_ticket(), a_ticket()
    actions.discard(thrown, DiscardReason.SPAM, by=an_agent("Tom Reed").id, now=now)
    db.session.commit()
    assert listed(client, "discarded=yes") == [thrown.id]
    assert listed(client, "") == [kept.id]
