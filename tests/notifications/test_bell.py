"""The bell: how much is new, what stands under it, and what reads it."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.accounts.models import Person, WebSession
from helpdesk.db import db
from helpdesk.notifications.actions import News, overtake, tell
from helpdesk.notifications.models import Notice
from helpdesk.tickets.models import Ticket
from tests.browsing import form, sign_in
from tests.counting import statements
from tests.factories import a_ticket, an_agent

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada(client: FlaskClient, now: datetime) -> Person:
    person = an_agent("Ada Lind")
    db.session.commit()
    sign_in(client, person)
    return person


@pytest.fixture
def ticket(ada: Person) -> Ticket:
    ticket = a_ticket()
    db.session.execute(Notice.__table__.delete())  # type: ignore[attr-defined]
    db.session.commit()
    return ticket


def told(person: Person, ticket: Ticket, now: datetime, times: int = 1) -> list[int]:
    for _ in range(times):
        tell((person.id,), News(kind="ticket.assigned", ticket_id=ticket.id, at=now))
    db.session.commit()
    return list(db.session.scalars(select(Notice.id).order_by(Notice.id)))


def unread() -> int:
    return len(db.session.scalars(select(Notice.id).where(Notice.read_at.is_(None))).all())


@pytest.mark.parametrize("path", ["/tickets/mine", "/lines/1", "/clients", "/profile", "/notices"])
def test_every_page_has_the_bell_with_what_is_new(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime, path: str
) -> None:
    told(ada, ticket, now, 3)
    page = client.get(path).text
    assert page.count('class="bell-count" data-bell-count><span>3</span>') == 2
    assert 'data-url="/notices/count" data-unread="3"' in page


def test_without_news_no_figure_is_shown(client: FlaskClient, ada: Person) -> None:
    page = client.get("/tickets/mine").text
    assert page.count("data-bell-count hidden") == 2


def test_the_figure_costs_no_statement_of_its_own(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    told(ada, ticket, now)
    client.get("/lines/1")
    with statements() as sent:
        client.get("/lines/1")
    assert len([one for one in sent if "notice" in one]) == 1
    assert len(sent) <= 8


def test_the_panel_lists_the_newest_twelve(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    told(ada, ticket, now, 14)
    panel = client.get("/notices/panel").text
    assert panel.count("notice-item is-new") == 12
    assert "<html" not in panel
    assert 'data-unread="14"' in panel
    assert ticket.subject in panel


def test_one_is_read_and_the_panel_comes_back(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    first, _ = told(ada, ticket, now, 2)
    panel = client.post(f"/notices/{first}/reading", data=form(), headers=HTMX)
    assert panel.status_code == 200
    assert 'data-unread="1"' in panel.text
    assert unread() == 1


def test_all_that_were_seen_are_read_and_no_later_one(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    *_, last = told(ada, ticket, now, 2)
    told(ada, ticket, now)
    panel = client.post("/notices/reading", data=form(last=last), headers=HTMX).text
    assert 'data-unread="1"' in panel


def test_all_read_means_all_whatever_their_numbers_and_the_page(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    told(ada, ticket, now)
    told(ada, ticket, now - timedelta(days=2), 20)
    last = client.get("/notices/panel").text.partition('name="last" value="')[2].partition('"')[0]
    assert 'data-unread="0"' in client.post("/notices/reading", data=form(last=last), headers=HTMX).text


def test_without_a_script_the_same_forms_lead_to_the_page(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    (only,) = told(ada, ticket, now)
    assert client.post(f"/notices/{only}/reading", data=form()).headers["Location"] == "/notices"
    assert unread() == 0


def test_opening_the_ticket_reads_its_notices_and_no_other(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    other = a_ticket()
    db.session.execute(Notice.__table__.delete())  # type: ignore[attr-defined]
    told(ada, ticket, now, 2)
    told(ada, other, now)
    told(an_agent(), ticket, now)
    client.get(f"/tickets/{ticket.id}")
    left = db.session.execute(
        select(Notice.person_id == ada.id, Notice.ticket_id).where(Notice.read_at.is_(None))
    )
    assert sorted((mine, number) for mine, number in left) == [(False, ticket.id), (True, other.id)]


def test_asking_how_much_is_new_keeps_nobody_signed_in(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    session = db.session.scalars(select(WebSession)).one()
    session.active_at = now - timedelta(minutes=30)
    told(ada, ticket, now)
    answer = client.get("/notices/count", headers={"X-Poll": "1"})
    assert answer.json == {"count": 1, "words": "1 new notice"}
    db.session.refresh(session)
    assert session.active_at == now - timedelta(minutes=30)


def test_a_bad_last_is_refused(client: FlaskClient, ada: Person) -> None:
    assert client.post("/notices/reading", data=form(last="-1")).status_code == 404
    assert client.post("/notices/reading", data=form(last="9" * 30)).status_code in (303, 404)


def test_a_later_warning_of_the_same_clock_overtakes_the_earlier_and_no_other(
    ada: Person, ticket: Ticket, now: datetime
) -> None:
    for metric, percent in (("resolution", 75), ("ola", 75), ("resolution", 90)):
        used = {"metric": metric, "percent": percent, "line": None}
        news = News(kind="sla.threshold_crossed", ticket_id=ticket.id, at=now, payload=used)
        overtake((ada.id,), news, ("metric", "line"))
        tell((ada.id,), news)
    left = db.session.scalars(select(Notice).where(Notice.read_at.is_(None)).order_by(Notice.id))
    assert [(one.payload["metric"], one.payload["percent"]) for one in left] == [
        ("ola", 75),
        ("resolution", 90),
    ]
