"""What people see of a copy in which mail stands still, and the button that ends it."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk import standstill
from helpdesk.events import EventRow
from helpdesk.standstill import Reason
from tests import browsing
from tests.factories import an_administrator, an_agent, three_lines

Db = scoped_session[Session]
MADE_AT = datetime.fromisoformat("2026-03-03T21:14:00+00:00")
COPY = "This is a restored copy"


@pytest.fixture
def still(session: Db, now: datetime) -> None:
    three_lines()
    standstill.begin(Reason.RESTORED, now=now - timedelta(hours=1), backup_made_at=MADE_AT)


@pytest.mark.usefixtures("still")
def test_every_page_says_that_this_is_a_copy_and_of_when(client: FlaskClient) -> None:
    browsing.sign_in(client, an_agent("Ada Lind"))
    page = client.get("/tickets/mine").text
    assert COPY in page
    assert "22:14" in page  # in the reader's zone
    assert "nothing is fetched, nothing is sent" in page
    assert 'href="/settings/standstill"' not in page


@pytest.mark.usefixtures("still")
def test_an_administrator_starts_mail_and_the_bar_is_gone(client: FlaskClient, session: Db) -> None:
    browsing.sign_in(client, an_administrator("Sam Ito"))
    page = client.get("/settings/standstill").text
    assert 'href="/settings/standstill"' in page
    assert "No mail waited when this copy was made." in page
    answer = client.post("/settings/standstill/end", data=browsing.form(waiting="drop"))
    assert (answer.status_code, answer.location) == (303, "/settings/standstill")
    after = client.get("/settings/standstill").text
    assert COPY not in after
    assert "Mail goes again" in after
    last = session.scalars(select(EventRow).order_by(EventRow.id.desc()).limit(1)).one()
    assert last.kind == "desk.mail_started"


@pytest.mark.usefixtures("still")
def test_pressing_twice_starts_once(client: FlaskClient, session: Db) -> None:
    browsing.sign_in(client, an_administrator("Sam Ito"))
    form = browsing.form(waiting="drop")
    answers = [client.post("/settings/standstill/end", data=form).status_code for _ in range(2)]
    assert answers == [303, 303]
    kinds = session.scalars(select(EventRow.kind).where(EventRow.kind == "desk.mail_started")).all()
    assert len(kinds) == 1


def test_a_copy_that_was_left_behind_says_where_the_desk_went(
    client: FlaskClient, session: Db, now: datetime
) -> None:
    three_lines()
    standstill.begin(Reason.MOVED, now=now, moved_to="db.example/helpdesk")
    browsing.sign_in(client, an_administrator("Sam Ito"))
    page = client.get("/settings/standstill").text
    assert "This desk has moved to db.example/helpdesk." in page
    assert "clients are answered twice" in page


def test_where_mail_goes_no_page_says_anything(client: FlaskClient, session: Db, now: datetime) -> None:
    three_lines()
    browsing.sign_in(client, an_administrator("Sam Ito"))
    assert "data-standstill" not in client.get("/settings/standstill").text
