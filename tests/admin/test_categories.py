"""Categories and tags: offered at once, renamed everywhere, put away without being lost."""

import pytest
from flask.testing import FlaskClient

from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.tickets import actions
from helpdesk.tickets.models import Category, Tag, Ticket
from helpdesk.tickets.queries.catalogue import catalogue
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form
from tests.factories import a_ticket, the_system

pytestmark = pytest.mark.usefixtures("session", "now")


def a_category(desk: FlaskClient, name: str) -> Category:
    assert desk.post("/settings/categories", data=form(name=name)).status_code == 303
    return db.session.query(Category).filter_by(name=name).one()


def a_tag(desk: FlaskClient, name: str) -> Tag:
    assert desk.post("/settings/tags", data=form(name=name)).status_code == 303
    return db.session.query(Tag).filter_by(name=name).one()


def offered() -> list[str]:
    return [name for _, name in catalogue().categories]


def tagged(ticket: Ticket) -> list[str]:
    db.session.expire(ticket)
    return ticket.tags


def test_a_new_category_is_offered_at_once_and_stands_in_the_history(desk: FlaskClient) -> None:
    category = a_category(desk, "Printing")
    assert offered() == ["Printing"]
    assert before_and_after(history_of("category", category.id)[0])["Name"] == ("", "Printing")


def test_the_next_ticket_can_carry_it(desk: FlaskClient) -> None:
    category, ticket = a_category(desk, "Printing"), a_ticket()
    actions.change_category(ticket, category.id, by=the_system().id, now=process_time())
    assert db.session.get_one(Ticket, ticket.id).category_id == category.id


def test_a_category_that_was_put_away_cannot_be_chosen_any_more(desk: FlaskClient) -> None:
    category, ticket = a_category(desk, "Printing"), a_ticket()
    desk.post(f"/settings/categories/{category.id}", data=form(verb="retire"))
    assert offered() == []
    with pytest.raises(RuleViolation, match="not offered any more"):
        actions.change_category(ticket, category.id, by=the_system().id, now=process_time())


def test_one_that_was_put_away_is_offered_again(desk: FlaskClient) -> None:
    category = a_category(desk, "Printing")
    desk.post(f"/settings/categories/{category.id}", data=form(verb="retire"))
    desk.post(f"/settings/categories/{category.id}", data=form(verb="offer"))
    assert offered() == ["Printing"]


def test_categories_move_up_and_down(desk: FlaskClient) -> None:
    a_category(desk, "Printing")
    mail = a_category(desk, "Mail")
    desk.post(f"/settings/categories/{mail.id}", data=form(verb="up"))
    assert offered() == ["Mail", "Printing"]
    assert before_and_after(history_of("categories", 0)[0])["Order"] == ("Printing, Mail", "Mail, Printing")


def test_renaming_a_tag_renames_it_on_every_ticket(desk: FlaskClient) -> None:
    tag, ticket = a_tag(desk, "moving"), a_ticket()
    ticket.tags = ["house", "moving"]
    db.session.flush()
    desk.post(f"/settings/tags/{tag.id}", data=form(name="moving house"))
    assert tagged(ticket) == ["house", "moving house"]


def test_renaming_a_tag_to_one_that_a_ticket_has_already_leaves_it_once(desk: FlaskClient) -> None:
    tag, ticket = a_tag(desk, "moving"), a_ticket()
    ticket.tags = ["house", "moving"]
    db.session.flush()
    desk.post(f"/settings/tags/{tag.id}", data=form(name="house"))
    assert tagged(ticket) == ["house"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_name_that_cannot_be_is_said_at_its_place(desk: FlaskClient, name: str) -> None:
    answer = desk.post("/settings/categories", data=form(name=name))
    assert answer.status_code == 422
    assert "A name has one to 60 characters." in answer.text


def test_a_name_that_is_there_already_is_refused_whatever_its_case(desk: FlaskClient) -> None:
    a_category(desk, "Printing")
    answer = desk.post("/settings/categories", data=form(name="PRINTING"))
    assert answer.status_code == 422
    assert "is there already" in answer.text


def test_a_tag_with_a_comma_is_refused(desk: FlaskClient) -> None:
    answer = desk.post("/settings/tags", data=form(name="one, two"))
    assert answer.status_code == 422
    assert "A tag has no comma" in answer.text
