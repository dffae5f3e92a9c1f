"""Whose time the missed solutions of a period were, summed by line from what was written at each breach."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from helpdesk.sla.models import Metric
from tests.browsing import sign_in
from tests.conftest import NOON
from tests.factories import a_manager, a_ticket, three_lines
from tests.reports.test_breaches import missed, page

pytestmark = pytest.mark.usefixtures("session", "now")
HOUR = 3600
HEAD = "Whose time the missed solutions were"


def shares(first: int, second: int, *, responsible: int, over: dict[str, int]) -> dict[str, object]:
    lines = {"1": first, "2": second}
    return {"holder": 2, "responsible": responsible, "gap": False, "lines": lines, "over": over}


@pytest.fixture
def manager(client: FlaskClient) -> FlaskClient:
    three_lines()
    sign_in(client, a_manager("Grace Moreau"))
    return client


def section(client: FlaskClient, query: str = "") -> str:
    text = page(client, query)
    start = text.index('<section class="breach-time"')
    return text[start : text.index("</section>", start)]


def test_the_lines_are_summed_with_what_was_beyond_their_budgets(manager: FlaskClient) -> None:
    for first, over in ((6 * HOUR, 4 * HOUR), (3 * HOUR, HOUR)):
        missed(
            a_ticket(), metric=Metric.RESOLUTION, shares=shares(first, HOUR, responsible=1, over={"1": over})
        )
    said = section(manager)
    for words in ("<b>9 h</b>", "82%", "5 h beyond its budgets", "answers for 2", "<b>2 h</b>", "18%"):
        assert words in said
    assert said.count("beyond its budgets") == 1


def test_a_withdrawn_breach_counts_nowhere(manager: FlaskClient) -> None:
    known = shares(HOUR, HOUR, responsible=1, over={})
    missed(a_ticket(), metric=Metric.RESOLUTION, shares=known, withdrawn_at=NOON)
    assert HEAD not in page(manager)


def test_an_older_one_counts_in_its_own_period(manager: FlaskClient) -> None:
    known = shares(HOUR, HOUR, responsible=2, over={})
    missed(a_ticket(), metric=Metric.RESOLUTION, shares=known, at=NOON - timedelta(days=60))
    assert HEAD not in page(manager, "?period=week")


def test_without_shares_nothing_is_summed(manager: FlaskClient) -> None:
    missed(a_ticket(), metric=Metric.FIRST_RESPONSE)
    assert HEAD not in page(manager)
