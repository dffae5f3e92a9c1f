"""Each figure against a small world made by hand, and against the list that its link opens."""

from datetime import UTC, datetime, timedelta
from html import unescape
from re import findall

import pytest
from flask.testing import FlaskClient

from helpdesk.accounts.models import Person
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import DiscardReason, HandoverCard, Priority, ReturnReason
from tests.browsing import sign_in
from tests.choosing import chosen
from tests.conftest import NOON
from tests.counting import statements
from tests.factories import (
    a_company,
    a_contact,
    a_lead,
    a_manager,
    a_policy,
    a_team,
    a_ticket,
    an_agent,
    office_hours,
    three_lines,
)

pytestmark = pytest.mark.usefixtures("session", "now")

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LAST_MONDAY = MONDAY - timedelta(7)
CARD = HandoverCard(symptom="Empty pages", asked="Compare the profiles", tried="Test page")


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """A manager's browser at a desk with three lines and a policy around the clock."""
    three_lines()
    a_policy(default=True, calendar=office_hours("Always", start=0, end=23))
    sign_in(client, a_manager("Grace Moreau"))
    return client


def solved(
    ticket: Ticket, by: Person, after: timedelta, *, answered_after: timedelta | None = HOUR / 2
) -> Ticket:
    """The ticket answered and then solved so long after it came in."""
    if answered_after is not None:
        actions.reply(ticket, actions.Reply(text="On it."), by=by.id, now=ticket.created_at + answered_after)
    actions.resolve(ticket, "Done.", by=by.id, now=ticket.created_at + after)
    return ticket


def figure(page: str, name: str) -> tuple[str, str]:
    """The value and the address of a figure of the strip."""
    block = page.partition(f'<span class="metric-name">{name}')[2].partition("</a>")[0]
    return block.partition("<b>")[2].partition("</b>")[2].partition("<b>")[2].partition("</b>")[0], unescape(
        block.partition('<a class="metric-row" href="')[2].partition('"')[0]
    )


def listed(client: FlaskClient, url: str) -> list[int]:
    """The numbers of the tickets in the list at that address."""
    answer = client.get(url)
    assert answer.status_code == 200
    return sorted(int(number) for number in findall(r'<td class="c-num">(\d+)</td>', answer.text))


def test_a_desk_without_tickets_teaches(desk: FlaskClient) -> None:
    assert "No ticket yet, so nothing to count" in desk.get("/reports").text


def test_at_risk_are_the_breached_and_those_due_within_the_hour(desk: FlaskClient) -> None:
    late, soon = a_ticket(at=NOON - 5 * HOUR), a_ticket(at=NOON - 3.5 * HOUR)
    a_ticket(at=NOON - HOUR)
    value, url = figure(desk.get("/reports").text, "At risk now")
    assert value == "2"
    assert listed(desk, url) == sorted([late.id, soon.id])


def test_the_page_says_how_many_are_breached(desk: FlaskClient) -> None:
    a_ticket(at=NOON - 5 * HOUR)
    assert "1 breached" in desk.get("/reports").text


def test_solved_in_time_is_what_kept_every_deadline(desk: FlaskClient) -> None:
    ada = an_agent()
    for _ in range(3):
        solved(a_ticket(at=MONDAY), ada, 2 * HOUR)
    late = solved(a_ticket(at=MONDAY), ada, 6 * HOUR, answered_after=5 * HOUR)
    page = desk.get("/reports").text
    value, url = figure(page, "Solved in time")
    assert value == "75.0%"
    assert listed(desk, url) == [late.id]


def test_where_nothing_was_missed_the_figure_opens_what_was_kept(desk: FlaskClient) -> None:
    kept = solved(a_ticket(at=MONDAY), an_agent(), HOUR)
    value, url = figure(desk.get("/reports").text, "Solved in time")
    assert (value, listed(desk, url)) == ("100.0%", [kept.id])


def test_first_contact_counts_what_line_1_solved_at_once(desk: FlaskClient) -> None:
    ada, lev = an_agent(), an_agent(line=2)
    at_once = solved(a_ticket(at=MONDAY), ada, HOUR)
    handed_up = a_ticket(at=MONDAY)
    actions.escalate(handed_up, card=CARD, by=ada.id, now=MONDAY + HOUR)
    solved(handed_up, lev, 3 * HOUR, answered_after=None)
    value, url = figure(desk.get("/reports").text, "Solved at first contact")
    assert (value, listed(desk, url)) == ("50%", [at_once.id])


def test_the_median_first_answer_is_the_one_in_the_middle(desk: FlaskClient) -> None:
    ada = an_agent()
    tickets = [a_ticket(at=MONDAY) for _ in range(3)]
    for ticket, minutes in zip(tickets, (10, 20, 90), strict=True):
        later = MONDAY + timedelta(minutes=minutes)
        actions.reply(ticket, actions.Reply(text="On it."), by=ada.id, now=later)
    value, url = figure(desk.get("/reports").text, "First answer, median")
    assert (value, listed(desk, url)) == ("20 min", sorted(ticket.id for ticket in tickets))


def test_returns_are_counted_against_what_was_handed_up(desk: FlaskClient) -> None:
    ada, lev = an_agent(), an_agent(line=2)
    first, second, third = (a_ticket(at=MONDAY) for _ in range(3))
    for ticket in (first, second, third):
        actions.escalate(ticket, card=CARD, by=ada.id, now=MONDAY + HOUR)
    given_back(first, ReturnReason.INFORMATION_MISSING, lev)
    given_back(second, ReturnReason.ANSWERED, lev)
    page = desk.get("/reports").text
    value, url = figure(page, "Hand-overs returned")
    assert (value, listed(desk, url)) == ("33%", [first.id])
    assert "Line 2 gave back 1 ticket, most often: information missing." in page


def test_what_came_back_with_the_answer_stands_apart(desk: FlaskClient) -> None:
    ada, jonas, ticket = an_agent(), an_agent(line=2), a_ticket(at=MONDAY)
    actions.escalate(ticket, card=CARD, by=ada.id, now=MONDAY + HOUR)
    given_back(ticket, ReturnReason.ANSWERED, jonas)
    page = desk.get("/reports").text
    url = unescape(findall(r'href="([^"]*)">1 more came back with the answer', page)[0])
    assert listed(desk, url) == [ticket.id]


def test_a_ticket_counts_for_the_highest_line_it_reached(desk: FlaskClient) -> None:
    ada, lev, ticket = an_agent(), an_agent(line=2), a_ticket(at=MONDAY, priority=Priority.P2)
    actions.escalate(ticket, card=CARD, by=ada.id, now=MONDAY + HOUR)
    given_back(ticket, ReturnReason.ANSWERED, lev)
    late = solved(ticket, ada, 12 * HOUR, answered_after=10 * HOUR)
    page = desk.get("/reports").text
    sentence = "Line 2, P2 stands at 0%: 1 of 1 missed."
    url = unescape(findall(rf'href="([^"]*)">{sentence}', page)[0])
    assert listed(desk, url) == [late.id]


def given_back(ticket: Ticket, reason: ReturnReason, by: Person) -> None:
    actions.return_ticket(
        ticket, reason_code=reason, reason="See above.", by=by.id, now=ticket.created_at + 2 * HOUR
    )


def test_every_pair_and_reason_opens_its_tickets(desk: FlaskClient) -> None:
    ada, lev = an_agent(), an_agent(line=2)
    ticket = a_ticket(at=MONDAY)
    actions.escalate(ticket, card=CARD, by=ada.id, now=MONDAY + HOUR)
    given_back(ticket, ReturnReason.STEPS_NOT_TRIED, lev)
    page = desk.get("/reports").text
    urls = [
        unescape(url)
        for url in findall(r'href="(/tickets\?[^"]*(?:handed_to=2|steps_not_tried)[^"]*)"', page)
    ]
    assert urls
    assert all(listed(desk, url) == [ticket.id] for url in urls)


def test_open_now_is_what_is_neither_resolved_nor_closed(desk: FlaskClient) -> None:
    solved(a_ticket(at=MONDAY), an_agent(), HOUR)
    still = a_ticket(at=LAST_MONDAY)
    value, url = figure(desk.get("/reports").text, "Open now")
    assert (value, listed(desk, url)) == ("1", [still.id])


def test_what_was_thrown_away_counts_nowhere(desk: FlaskClient) -> None:
    solved(a_ticket(at=MONDAY), an_agent(), HOUR)
    actions.discard(a_ticket(at=MONDAY), DiscardReason.SPAM, by=an_agent().id, now=MONDAY + HOUR)
    assert "1 in, 1 solved" in desk.get("/reports").text


def test_the_change_is_against_the_same_part_of_the_period_before(desk: FlaskClient) -> None:
    ada = an_agent()
    solved(a_ticket(at=LAST_MONDAY), ada, HOUR)
    solved(a_ticket(at=LAST_MONDAY), ada, 6 * HOUR, answered_after=5 * HOUR)
    friday = LAST_MONDAY + timedelta(4)
    solved(a_ticket(at=friday), ada, 6 * HOUR, answered_after=5 * HOUR)
    solved(a_ticket(at=MONDAY), ada, HOUR)
    page = desk.get("/reports").text
    assert ">+50</span>" in page.partition("Solved in time")[2].partition("</a>")[0]


def test_the_worst_cell_is_said_in_words_and_opens_its_tickets(desk: FlaskClient) -> None:
    ada = an_agent()
    solved(a_ticket(at=MONDAY, priority=Priority.P2), ada, HOUR)
    late = solved(a_ticket(at=MONDAY, priority=Priority.P2), ada, 3 * HOUR, answered_after=2 * HOUR)
    page = desk.get("/reports").text
    sentence = "Line 1, P2 stands at 50.0%: 1 of 2 missed."
    assert sentence in page
    url = unescape(findall(rf'href="([^"]*)">{sentence}', page)[0])
    assert listed(desk, url) == [late.id]


def test_open_tickets_by_age_open_their_lists(desk: FlaskClient) -> None:
    old, today = a_ticket(at=NOON - timedelta(20)), a_ticket(at=NOON - HOUR)
    page = desk.get("/reports").text
    bars = page.partition('class="agebars"')[2].partition("</svg>")[0]
    urls = [unescape(url) for url in findall(r'href="([^"]*line=1[^"]*created_[^"]*)"', bars)]
    assert [listed(desk, url) for url in urls] == [[today.id], [], [], [old.id]]
    assert "1 is older than a week, all on line 1." in page


def test_each_bar_of_what_came_opens_its_tickets(desk: FlaskClient) -> None:
    ticket = a_ticket(at=MONDAY)
    page = desk.get("/reports").text
    url = unescape(findall(r'<a href="([^"]*)" aria-label="[^"]*1 came in"', page)[0])
    assert listed(desk, url) == [ticket.id]


@pytest.mark.parametrize("period", ["today", "week", "month", "60-days", "12-months"])
def test_every_period_has_its_page(desk: FlaskClient, period: str) -> None:
    a_ticket(at=NOON - HOUR)
    assert "1 in, 0 solved" in desk.get(f"/reports?period={period}").text


def test_a_period_that_is_none_is_refused_in_words(desk: FlaskClient) -> None:
    assert desk.get("/reports?period=forever").status_code == 422


def test_one_client_alone(desk: FlaskClient) -> None:
    company = a_company("Halden Freight")
    mine = a_ticket(contact=a_contact(company=company), at=MONDAY)
    a_ticket(at=MONDAY)
    value, url = figure(desk.get(f"/reports?company={company.id}").text, "Open now")
    assert (value, listed(desk, url)) == ("1", [mine.id])


def test_an_unknown_client_is_not_found(desk: FlaskClient) -> None:
    assert desk.get("/reports?company=999999").status_code == 404


def test_a_lead_sees_what_his_teams_hold_or_own(client: FlaskClient) -> None:
    networks = a_team(2, "Networks")
    three_lines()
    mine = a_ticket(team=networks, at=MONDAY)
    a_ticket(at=MONDAY)
    sign_in(client, a_lead("Lev Orlov", line=2, team=networks))
    value, url = figure(client.get("/reports").text, "Open now")
    assert (value, listed(client, url)) == ("1", [mine.id])


def test_a_manager_of_some_clients_sees_only_theirs(client: FlaskClient) -> None:
    three_lines()
    company = a_company()
    mine = a_ticket(contact=a_contact(company=company), at=MONDAY)
    a_ticket(at=MONDAY)
    sign_in(client, a_manager(company_ids=[company.id]))
    value, url = figure(client.get("/reports").text, "Open now")
    assert (value, listed(client, url)) == ("1", [mine.id])


def test_a_manager_who_sees_figures_only_gets_no_way_to_tickets(desk: FlaskClient) -> None:
    a_ticket(at=NOON - 5 * HOUR)
    with chosen(desk.application, managers_see_figures_only=True):
        page = desk.get("/reports").text
    figures = page.partition('class="dash"')[2]
    assert "1 breached" in figures
    assert "/tickets" not in figures


def test_the_zone_of_the_figures_stands_on_the_page(desk: FlaskClient) -> None:
    a_ticket(at=MONDAY)
    assert "Days and hours are those of Europe/Berlin" in desk.get("/reports").text


def test_the_page_takes_at_most_twelve_statements(desk: FlaskClient) -> None:
    for _ in range(3):
        a_ticket(at=MONDAY)
        a_ticket(at=NOON - 4 * HOUR)
    desk.get("/reports")
    with statements() as sent:
        desk.get("/reports")
    assert len(sent) <= 12


def test_a_red_cell_is_said_before_an_amber_one_that_missed_more(desk: FlaskClient) -> None:
    ada = an_agent()
    for missed, whole, priority in ((1, 4, Priority.P1), (2, 25, Priority.P2)):
        for n in range(whole):
            slow = 9 * HOUR if n < missed else HOUR / 4
            solved(a_ticket(at=MONDAY, priority=priority), ada, slow + HOUR, answered_after=slow)
    assert "Line 1, P1 stands at 75.0%: 1 of 4 missed." in desk.get("/reports").text
