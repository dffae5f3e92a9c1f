"""Pages with nothing in them say why they are empty and offer the next step."""

import pytest
from flask.testing import FlaskClient

from tests.browsing import sign_in
from tests.factories import a_manager, an_administrator, an_agent, three_lines


@pytest.fixture
def outside(client: FlaskClient) -> FlaskClient:
    """The browser of an administrator who sits in no team."""
    three_lines()
    sign_in(client, an_administrator("Sam Ito"))
    return client


def test_an_administrator_without_a_seat_reads_why_there_are_no_tickets(outside: FlaskClient) -> None:
    page = outside.get("/tickets").text
    assert "You sit in no team yet" in page
    assert 'href="/settings/people/' in page


def test_an_agent_is_told_how_tickets_come(client: FlaskClient) -> None:
    three_lines()
    sign_in(client, an_agent("Ada Lind"))
    page = client.get("/tickets").text
    assert "Nothing is open here" in page
    assert "Log a call" in page


def test_a_manager_is_sent_to_the_figures_and_to_no_call(client: FlaskClient) -> None:
    three_lines()
    sign_in(client, a_manager("Mia Holm"))
    page = client.get("/tickets").text
    assert "Nothing is open here" in page
    assert "From any page, with the cursor in who is calling." not in page
    assert 'href="/reports"' in page


@pytest.mark.parametrize(
    ("path", "why", "leads_to"),
    [
        ("/settings/canned-answers", "Write once what you write often", "/settings/canned-answers/new"),
        ("/settings/people?standing=shut", "Nobody was deactivated", "/settings/people"),
        ("/clients?q=zeppelin", "Nobody found for", "/clients/companies/new"),
        ("/clients/senders", "Everybody is known", "/clients"),
        ("/notices", "Nothing new", "/profile/notices"),
        ("/settings/standstill", "Mail goes", "/settings/mailboxes"),
    ],
)
def test_an_empty_page_says_why_and_leads_on(
    outside: FlaskClient, path: str, why: str, leads_to: str
) -> None:
    blank = outside.get(path).text.partition('<div class="blank">')[2].partition("</main>")[0]
    assert why in blank
    assert f'href="{leads_to}"' in blank


def test_a_contract_asks_for_a_policy_first(outside: FlaskClient) -> None:
    page = outside.get("/settings/contracts/new").text
    assert "There is no policy yet" in page
    assert 'href="/settings/policies/new"' in page


def test_without_categories_a_sentence_says_how_to_begin(outside: FlaskClient) -> None:
    assert "name what most of them were about" in outside.get("/settings/categories").text


def test_the_end_of_the_assistant_offers_no_call_to_whom_may_log_none(outside: FlaskClient) -> None:
    page = outside.get("/welcome/ready").text
    assert "Bring in your clients" in page
    assert "/calls/new" not in page
