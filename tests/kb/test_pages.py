"""Instructions on pages: reading, writing, publishing, offering."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.kb import actions
from helpdesk.kb.models import Article, ArticleState, ArticleText, Audience
from tests import browsing, factories
from tests.counting import statements_of

Db = scoped_session[Session]
SHEET = {
    "title": "Signed out every few minutes",
    "summary": "Sessions end by themselves.",
    "body": "1. Sign out\n2. Sign in again",
    "section": "Sign-in",
    "language": "en",
    "audience": "clients",
}


@pytest.fixture
def ada(client: FlaskClient, now: datetime) -> Person:
    person = factories.an_agent("Ada Lind")
    browsing.sign_in(client, person)
    return person


@pytest.fixture
def lead(client: FlaskClient, ada: Person) -> Person:
    """The lead of line 1, signed in instead."""
    person = factories.a_lead("Elena Petrova")
    browsing.sign_in(client, person)
    return person


def _published(author: Person, audience: Audience = Audience.CLIENTS, **text: str) -> Article:
    writing = actions.Writing(**({"language": "en", "title": SHEET["title"], "body": SHEET["body"]} | text))
    article = actions.create(
        writing, audience=audience, section="Sign-in", by=author.id, now=factories.LONG_AGO
    )
    actions.publish(article, now=factories.LONG_AGO)
    db.session.commit()
    return article


def test_an_agent_keeps_a_draft(client: FlaskClient, session: Db, ada: Person) -> None:
    answer = client.post("/instructions", data=browsing.form(**SHEET))
    article = session.scalars(select(Article)).one()
    assert answer.location == f"/instructions/{article.id}?language=en"
    assert (article.state, article.author_id) == (ArticleState.DRAFT, ada.id)
    page = client.get(answer.location).text
    assert "<li>Sign in again</li>" in page
    assert "Publish" not in page


@pytest.mark.usefixtures("ada")
def test_a_sheet_without_text_comes_back_with_what_was_typed(client: FlaskClient) -> None:
    answer = client.post("/instructions", data=browsing.form(**SHEET | {"body": ""}))
    assert answer.status_code == 409
    assert "needs a title and a text" in answer.text
    assert SHEET["summary"] in answer.text


def test_an_agent_does_not_change_what_is_published(client: FlaskClient, ada: Person) -> None:
    article = _published(ada)
    assert client.get(f"/instructions/{article.id}/edit").status_code == 403
    form = browsing.form(**SHEET, version=1)
    assert client.post(f"/instructions/{article.id}/versions", data=form).status_code == 403
    assert client.post(f"/instructions/{article.id}/publication", data=browsing.form()).status_code == 403


def test_a_lead_publishes_and_retires(client: FlaskClient, session: Db, lead: Person) -> None:
    client.post("/instructions", data=browsing.form(**SHEET))
    article = session.scalars(select(Article)).one()
    client.post(f"/instructions/{article.id}/publication", data=browsing.form())
    assert session.scalars(select(Article.state)).one() is ArticleState.PUBLISHED
    client.post(f"/instructions/{article.id}/retirement", data=browsing.form())
    assert session.scalars(select(Article.state)).one() is ArticleState.RETIRED


def test_a_text_written_over_a_newer_one_is_refused_with_both_kept(
    client: FlaskClient, session: Db, lead: Person
) -> None:
    article = _published(lead)
    newer = actions.Writing(language="en", title="Newer title", body="1. Newer step")
    actions.write(article, newer, seen_version=1, by=lead.id, now=factories.LONG_AGO)
    session.commit()
    form = browsing.form(**SHEET | {"body": "1. My own step"}, version=1)
    answer = client.post(f"/instructions/{article.id}/versions", data=form)
    assert answer.status_code == 409
    assert "1. My own step" in answer.text
    assert "1. Newer step" in answer.text
    assert len(session.scalars(select(ArticleText)).all()) == 2


def test_the_list_is_by_section_and_the_search_marks_what_it_found(client: FlaskClient, ada: Person) -> None:
    _published(ada, title="Sessions & more", body="1. Close the <b>session</b>")
    assert "Sign-in" in client.get("/instructions").text
    found = client.get("/instructions?q=sess").text
    assert "Sessions &amp; more" in found
    assert "<mark>session</mark>" in found
    assert "<b>session</b>" not in found


def test_an_instruction_is_read_in_the_readers_language(
    client: FlaskClient, session: Db, ada: Person
) -> None:
    article = _published(ada)
    russian = actions.Writing(language="ru", title="Выбрасывает из системы", body="1. Выйдите")
    actions.write(article, russian, seen_version=0, by=ada.id, now=factories.LONG_AGO)
    ada.language = "ru"
    session.commit()
    assert "Выбрасывает из системы" in client.get(f"/instructions/{article.id}").text
    assert SHEET["title"] in client.get(f"/instructions/{article.id}?language=en").text


def test_while_a_caller_talks_the_steps_are_offered_with_boxes_to_tick(
    client: FlaskClient, ada: Person
) -> None:
    article = _published(ada)
    piece = client.get("/instructions/suggestions?q=she is signed out again and again").text
    assert f'name="step" value="{article.id}:Sign in again"' in piece
    assert "<html" not in piece


def test_beside_a_ticket_only_what_clients_may_read_can_be_inserted(client: FlaskClient, ada: Person) -> None:
    _published(ada, title="Signed out, for clients")
    _published(ada, Audience.STAFF, title="Signed out, for us", body="1. Secret step")
    ticket = factories.a_ticket("Signed out every few minutes")
    db.session.commit()
    piece = client.get(f"/instructions/suggestions?ticket={ticket.id}").text
    assert "Signed out, for us" in piece
    assert "Secret step" not in piece
    assert piece.count("Insert") == 1
    assert "1. Sign out\n2. Sign in again" in piece


@pytest.mark.usefixtures("ada")
def test_nothing_is_offered_beside_a_ticket_that_one_may_not_see(client: FlaskClient) -> None:
    ticket = factories.a_ticket(team=factories.a_team(1))
    db.session.commit()
    assert client.get(f"/instructions/suggestions?ticket={ticket.id}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/instructions", "/instructions?q=signed", "/instructions/suggestions?q=signed"]
)
def test_a_list_takes_few_statements_however_long_it_is(client: FlaskClient, ada: Person, path: str) -> None:
    for number in range(20):
        _published(ada, title=f"Signed out {number}")
    assert statements_of(client, path) <= 8
