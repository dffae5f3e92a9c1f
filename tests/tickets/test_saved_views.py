"""Lists under a name: kept, opened, changed, ordered, deleted, each by whom it belongs to."""

import re
from datetime import datetime
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.tickets.actions.saved import MOST_FOR_ONE, NAME_LIMIT, Audience, save_view
from helpdesk.tickets.rules import Priority
from helpdesk.tickets.saved import SavedView
from tests.browsing import form, sign_in
from tests.counting import statements
from tests.factories import a_lead, a_team, a_ticket, an_administrator, an_agent, the_team
from tests.tickets.test_pages import page, post


def a_view(owner: Person | None, name: str = "What burns", filters: str = "priority=P1") -> SavedView:
    audience = Audience(owner.id if owner else None)
    return save_view(name, filters, audience, by=an_agent().id, now=datetime.fromisoformat("2026-03-01T00Z"))


def names_in(text: str) -> list[str]:
    """The views of the side column."""
    side = text.partition('id="side-views"')[2].partition("</ul>")[0]
    return [unescape(name) for name in re.findall(r"<span>([^<]*)</span>", side)]


def test_a_list_is_kept_with_filters_and_order(client: FlaskClient, ada: Person) -> None:
    shown = page(client, "/lines/1?priority=P1&sort=oldest")
    query = unescape(re.search(r'name="filters" value="([^"]*)"', shown)[1])  # type: ignore[index]
    answer = post(client, "/views", name="  What  burns ", audience="me", filters=query)
    view = db.session.scalars(select(SavedView)).one()
    assert (answer.headers["Location"], view.name) == (f"/views/{view.id}", "What burns")
    assert view.filters == "priority=P1&line=1&sort=oldest"
    assert names_in(page(client, "/calls")) == ["What burns"]


def test_a_view_lists_what_fits_and_only_what_one_may_see(client: FlaskClient, ada: Person) -> None:
    a_ticket("Till stands still", priority=Priority.P1)
    a_ticket("Slow door", priority=Priority.P3)
    a_ticket("Secret merger", team=the_team(3), priority=Priority.P1).owner_team_id = the_team(2).id
    text = page(client, f"/views/{a_view(ada).id}")
    assert ("Till stands still" in text, "Slow door" in text, "Secret" in text) == (True, False, False)


def test_figures_count_only_what_one_may_see_and_no_further_than_a_hundred(
    client: FlaskClient, ada: Person
) -> None:
    a_ticket(priority=Priority.P1)
    a_ticket(team=the_team(3), priority=Priority.P1).owner_team_id = the_team(2).id
    view = a_view(ada)
    assert re.findall(r"<b>([^<]*)</b>", page(client, "/views/figures")) == ["1"]
    db.session.execute(
        SavedView.__table__.update().where(SavedView.id == view.id).values(filters="state=nonsense")  # type: ignore[attr-defined]
    )
    assert client.get("/views/figures").status_code == 200


def test_another_filter_in_a_view_leaves_it_as_it_is(client: FlaskClient, ada: Person) -> None:
    a_ticket("Slow door", priority=Priority.P3)
    view = a_view(ada)
    text = page(client, f"/views/{view.id}?changed=1&priority=P3")
    assert ("Slow door" in text, "Save changes" in text) == (True, True)
    assert "Slow door" in page(client, f"/views/{view.id}?changed=1")
    assert "Slow door" not in page(client, f"/views/{view.id}")
    assert "Save changes" not in page(client, f"/views/{view.id}")


def test_changes_are_saved_under_the_same_name(client: FlaskClient, ada: Person) -> None:
    view = a_view(ada)
    post(client, f"/views/{view.id}/filters", filters="priority=P3&sort=newest")
    db.session.expire_all()
    assert view.filters == "priority=P3&sort=newest"


def test_a_view_of_another_person_does_not_exist(client: FlaskClient, ada: Person) -> None:
    foreign = a_view(an_agent("Tomas Berg"), "Berg's own")
    for path in ("", "/filters", "/rise", "/deletion"):
        assert post(client, f"/views/{foreign.id}{path}", name="Mine", filters="").status_code == 404
    assert client.get(f"/views/{foreign.id}").status_code == 404
    assert "Berg" not in page(client, "/views") + page(client, "/views/figures")


def test_the_lead_keeps_views_for_the_team(client: FlaskClient, ada: Person) -> None:
    lead, team = a_lead("Vera Lunina"), the_team(1)
    assert post(client, "/views", name="Ours", audience=f"team-{team.id}", filters="").status_code == 403
    sign_in(client, lead)
    assert post(client, "/views", name="Ours", audience=f"team-{team.id}", filters="").status_code == 303
    assert post(client, "/views", name="All", audience="everybody", filters="").status_code == 403
    assert post(client, "/views", name="All", audience=f"team-{a_team(1).id}").status_code == 403
    sign_in(client, ada)
    assert names_in(page(client, "/calls")) == ["Ours"]


def test_an_administrator_keeps_views_for_everybody(client: FlaskClient, ada: Person) -> None:
    sign_in(client, an_administrator())
    assert post(client, "/views", name="Everybody's", audience="everybody", filters="").status_code == 303
    sign_in(client, ada)
    assert names_in(page(client, "/calls")) == ["Everybody's"]
    view = db.session.scalars(select(SavedView)).one()
    assert post(client, f"/views/{view.id}/deletion").status_code == 403


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"name": "  "}, 422, "Give the view a name."),
        ({"name": "x" * (NAME_LIMIT + 1)}, 422, "That name is too long"),
        ({"name": "what BURNS"}, 422, "There is a view of that name already."),
        ({"name": "New", "audience": "team-x"}, 422, "Choose who shall have this view."),
        ({"name": "New", "filters": "colour=red"}, 422, "There is no such filter"),
        ({"name": "New", "filters": "a" * 3000}, 422, "too much for one view"),
    ],
)
def test_a_view_that_cannot_be_kept_comes_back_with_a_sentence(
    client: FlaskClient, ada: Person, fields: dict[str, str], status: int, sentence: str
) -> None:
    a_view(ada)
    answer = post(client, "/views", **fields)
    assert (answer.status_code, sentence in answer.text) == (status, True)
    assert unescape(answer.text).count(f'value="{fields["name"].strip()}"') >= (
        1 if fields["name"].strip() else 0
    )


def test_there_is_an_end_to_the_number_of_views(client: FlaskClient, ada: Person) -> None:
    for number in range(MOST_FOR_ONE):
        a_view(ada, f"View {number}")
    answer = post(client, "/views", name="One more", filters="")
    assert (answer.status_code, "delete one first" in answer.text) == (409, True)


def test_views_are_renamed_ordered_and_deleted(client: FlaskClient, ada: Person) -> None:
    first, second = a_view(ada, "First"), a_view(ada, "Second")
    post(client, f"/views/{second.id}/rise")
    assert names_in(page(client, "/calls")) == ["Second", "First"]
    post(client, f"/views/{second.id}/rise")
    assert names_in(page(client, "/calls")) == ["Second", "First"]
    post(client, f"/views/{first.id}", name="Renamed", audience="me")
    assert names_in(page(client, "/calls")) == ["Second", "Renamed"]
    assert "There is a view of that name already" in post(client, f"/views/{first.id}", name="second").text
    post(client, f"/views/{second.id}/deletion")
    assert names_in(page(client, "/calls")) == ["Renamed"]


def test_pressing_keep_twice_keeps_one(client: FlaskClient, ada: Person) -> None:
    db.session.commit()
    data = form(name="Once", audience="me", filters="")
    assert [client.post("/views", data=data).status_code for _ in range(2)] == [303, 303]
    assert len(db.session.scalars(select(SavedView)).all()) == 1


def test_from_a_ticket_of_a_view_one_goes_back_to_it(client: FlaskClient, ada: Person) -> None:
    numbers = [a_ticket(priority=Priority.P1).id for _ in range(3)]
    view = a_view(ada)
    link = unescape(re.search(rf'data-href="([^"]*{numbers[1]}[^"]*)"', page(client, f"/views/{view.id}"))[1])  # type: ignore[index]
    text = page(client, link)
    assert f"/views/{view.id}" in unescape(text)


def test_views_cost_a_page_nothing_and_their_figures_one_statement(client: FlaskClient, ada: Person) -> None:
    page(client, "/lines/1")
    with statements() as without:
        page(client, "/lines/1")
    for number in range(8):
        a_view(ada, f"View {number}")
    page(client, "/lines/1")
    with statements() as with_views:
        page(client, "/lines/1")
    assert len(with_views) == len(without) <= 8
    with statements() as sent:
        page(client, "/views/figures")
    assert len(sent) <= 3
