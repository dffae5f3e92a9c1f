"""The outbox of those who run the desk, and what a ticket says of its mails on their way."""

import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.admin.outbox import ON_PURPOSE
from helpdesk.db import db
from helpdesk.mail.relay_models import RelayState
from helpdesk.mail.relays import WAITS
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxRecipient
from helpdesk.tickets import actions
from tests.accounts.conftest import statements
from tests.browsing import form, sign_in
from tests.factories import a_mailbox, a_ticket, an_administrator, an_agent, three_lines

__all__ = ["statements"]

pytestmark = pytest.mark.usefixtures("session")

LONG = timedelta(hours=3)
ANGRY = "550 5.1.1 <script>alert(1)</script> User unknown"


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """An administrator's browser."""
    three_lines()
    a_mailbox()
    sign_in(client, an_administrator())
    return client


def a_mail(now: datetime, state: DeliveryState = DeliveryState.QUEUED, answer: str = "") -> Outbox:
    """An answer written a while ago, in that state."""
    ada, ticket = an_agent("Ada Lind"), a_ticket()
    message = actions.reply(ticket, actions.Reply(text="Restart it."), by=ada.id, now=now - LONG)
    mail = db.session.scalars(select(Outbox).where(Outbox.message_id == message.id)).one()
    for one in recipients(mail):
        one.state, one.answer = state, answer or None
    if state not in (DeliveryState.QUEUED, DeliveryState.DELAYED):
        mail.finished_at = now
    db.session.commit()
    return mail


def a_waiting_mail(now: datetime) -> Outbox:
    """One that was put off because the relay is away."""
    mail = a_mail(now, DeliveryState.DELAYED, "Connection refused")
    mail.waiting_since, mail.waits_for_relay, mail.attempts = now - LONG, True, 3
    mail.due_at = now + timedelta(hours=5)
    db.session.commit()
    return mail


def recipients(mail: Outbox) -> list[OutboxRecipient]:
    rows = select(OutboxRecipient).where(OutboxRecipient.outbox_id == mail.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def fresh(mail: Outbox) -> Outbox:
    db.session.refresh(mail)
    return mail


def test_what_waits_is_listed_with_since_when_and_why(desk: FlaskClient, now: datetime) -> None:
    mail = a_waiting_mail(now)
    db.session.add(RelayState(name="mail.example:25", failing_since=now - LONG, error="Connection refused"))
    db.session.commit()
    page = desk.get("/settings/outbox").text
    assert "the relay cannot be reached" in page
    assert "mail.example:25" in page
    assert f"#{mail.ticket_id}" in page
    assert "waits since" in page
    assert f"by itself, every {WAITS[-1].seconds} seconds." in page
    assert "3 tries" in page
    assert "Restart it." not in page


def test_states_and_mailboxes_are_filters(desk: FlaskClient, now: datetime) -> None:
    lost = a_mail(now, DeliveryState.FAILED, ANGRY)
    waiting = a_waiting_mail(now)
    page = desk.get("/settings/outbox?state=failed").text
    assert f"#{lost.ticket_id}" in page
    assert f"#{waiting.ticket_id}" not in page
    other = a_mailbox("sales@fernhill.example")
    db.session.commit()
    assert "No such mail" in desk.get(f"/settings/outbox?state=failed&mailbox={other.id}").text


def test_what_was_held_back_on_purpose_is_no_failure(desk: FlaskClient, now: datetime) -> None:
    lost = a_mail(now, DeliveryState.FAILED, ANGRY)
    held = [a_mail(now, DeliveryState.FAILED, words) for words in ON_PURPOSE]
    page = desk.get("/settings/outbox?state=failed").text
    assert [f"#{one.ticket_id}<" in page for one in (lost, *held)] == [True] + [False] * 4
    assert re.findall(r">(Not sent|Held back) <b>(\d+)", page) == [("Not sent", "1"), ("Held back", "4")]
    page = desk.get("/settings/outbox?state=held").text
    assert [f"#{one.ticket_id}<" in page for one in (lost, *held)] == [False] + [True] * 4
    assert page.count('name="mail"') == page.count(" disabled>") == 4


def test_the_relays_words_are_words(desk: FlaskClient, now: datetime) -> None:
    a_mail(now, DeliveryState.FAILED, ANGRY)
    page = desk.get("/settings/outbox?state=failed").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_page_of_the_outbox_asks_seldom_and_leads_to_the_next(
    desk: FlaskClient, now: datetime, statements: list[str]
) -> None:
    ticket = a_ticket()
    rows = [
        Outbox(
            key=f"k{number}",
            kind="notice",
            ticket_id=ticket.id,
            rfc_message_id=f"<{number}@desk.example>",
            subject="s",
            body="b",
            language="en",
            due_at=now,
            created_at=now,
        )
        for number in range(60)
    ]
    db.session.add_all(rows)
    db.session.flush()
    db.session.add_all(OutboxRecipient(outbox_id=row.id, email="a@b.example", changed_at=now) for row in rows)
    db.session.commit()
    statements.clear()
    page = desk.get("/settings/outbox").text
    assert len(statements) <= 8
    assert page.count('class="outbox-row"') == 50
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older is not None
    assert desk.get(older[1].replace("&amp;", "&")).text.count('class="outbox-row"') == 11


def test_retry_now_makes_waiting_mails_due_and_asks_the_relay_at_once(
    desk: FlaskClient, now: datetime
) -> None:
    mail = a_waiting_mail(now)
    away = RelayState(name="r:25", failing_since=now - LONG, next_try_at=now + LONG)
    db.session.add(away)
    db.session.commit()
    desk.post("/settings/outbox", data=form(verb="retry_all"))
    db.session.refresh(away)
    assert fresh(mail).due_at < now + LONG
    assert away.next_try_at is not None
    assert away.next_try_at < now + LONG


def test_giving_up_is_final_and_told_on_the_ticket(desk: FlaskClient, now: datetime) -> None:
    mail = a_waiting_mail(now)
    desk.post("/settings/outbox", data=form(verb="give_up", mail=mail.id))
    assert fresh(mail).finished_at is not None
    assert {one.state for one in recipients(mail)} == {DeliveryState.FAILED}
    sign_in(desk, an_agent("Tom Okafor"))
    assert "gave the mail up" in desk.get(f"/tickets/{mail.ticket_id}").text


def test_one_that_is_being_sent_is_not_given_up(desk: FlaskClient, now: datetime) -> None:
    mail = a_waiting_mail(now)
    mail.lease_until = now + LONG
    db.session.commit()
    desk.post("/settings/outbox", data=form(verb="give_up", mail=mail.id))
    assert fresh(mail).finished_at is None


def test_lost_answers_go_again_in_bulk_under_the_same_id(desk: FlaskClient, now: datetime) -> None:
    mails = [a_mail(now, DeliveryState.UNCERTAIN), a_mail(now, DeliveryState.FAILED, ANGRY)]
    ids = [mail.rfc_message_id for mail in mails]
    desk.post("/settings/outbox?state=failed", data=form(verb="again", mail=[mail.id for mail in mails]))
    assert [fresh(mail).rfc_message_id for mail in mails] == ids
    assert [one.state for mail in mails for one in recipients(mail)] == [DeliveryState.QUEUED] * 2


@pytest.mark.parametrize("fields", [{}, {"verb": "explode", "mail": "1"}, {"verb": "retry", "mail": "x"}])
def test_nonsense_is_refused_with_a_sentence(desk: FlaskClient, fields: dict[str, str]) -> None:
    assert desk.post("/settings/outbox", data=form(**fields)).status_code == 422


@pytest.mark.parametrize("place", ["/settings/outbox?state=failed", "/settings/incoming?state=held"])
def test_pressing_with_nothing_chosen_stays_on_the_list(desk: FlaskClient, place: str) -> None:
    answer = desk.post(place, data=form(verb="retry"))
    assert (answer.status_code, answer.location) == (303, place)
    assert "Choose at least one mail." in desk.get(place).text


def foot(client: FlaskClient, mail: Outbox) -> str:
    return client.get(f"/tickets/{mail.ticket_id}/messages/{mail.message_id}/delivery").text


def test_a_message_says_since_when_its_mail_waits_and_asks_again(desk: FlaskClient, now: datetime) -> None:
    mail = a_waiting_mail(now)
    sign_in(desk, an_agent("Tom Okafor"))
    said = foot(desk, mail)
    assert "Waiting since" in said
    assert "Connection refused" in said
    assert 'hx-trigger="every 15s"' in said
    assert "Waiting since" in desk.get(f"/tickets/{mail.ticket_id}").text


def test_a_mail_that_nobody_took_up_waits_visibly_too(desk: FlaskClient, now: datetime) -> None:
    mail = a_mail(now)
    sign_in(desk, an_agent("Tom Okafor"))
    assert "Waiting since" in foot(desk, mail)


def test_what_was_sent_shows_the_relays_words_and_asks_no_more(desk: FlaskClient, now: datetime) -> None:
    mail = a_mail(now, DeliveryState.ACCEPTED, "250 2.0.0 Ok: queued as 4F1A <b>")
    sign_in(desk, an_agent("Tom Okafor"))
    said = foot(desk, mail)
    assert "queued as 4F1A &lt;b&gt;" in said
    assert "hx-trigger" not in said


def test_no_foot_for_a_message_of_another_ticket(desk: FlaskClient, now: datetime) -> None:
    mail, other = a_mail(now), a_mail(now)
    sign_in(desk, an_agent("Tom Okafor"))
    address = f"/tickets/{other.ticket_id}/messages/{mail.message_id}/delivery"
    assert desk.get(address).status_code == 404


def test_the_settings_say_at_once_that_the_relay_is_away(desk: FlaskClient, now: datetime) -> None:
    assert "relay cannot be reached" not in desk.get("/settings").text
    db.session.add(RelayState(name="mail.example:25", failing_since=now, error="Connection refused"))
    db.session.commit()
    assert "relay cannot be reached" in desk.get("/settings").text
