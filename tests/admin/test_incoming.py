"""The page of every message that came in: found, explained, tried again, discarded."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.db import db
from helpdesk.history import SettingChange
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.tickets.models import Ticket
from tests.accounts.conftest import statements
from tests.browsing import form, sign_in
from tests.factories import a_mailbox, an_administrator, three_lines
from tests.mail.letters import a_mail, arrive, hanna, take_in, tickets

pytestmark = pytest.mark.usefixtures("boss")
__all__ = ["statements"]


@pytest.fixture
def mailbox(session: object) -> Mailbox:
    three_lines()
    hanna()
    return a_mailbox()


@pytest.fixture
def boss(client: FlaskClient, mailbox: Mailbox, now: datetime) -> None:
    boss = an_administrator()
    db.session.commit()
    sign_in(client, boss)


def held(
    mailbox: Mailbox, now: datetime, *, subject: str = "It broke", read_by: str = "0.0.1"
) -> InboundMail:
    mail = db.session.get_one(InboundMail, arrive(a_mail(subject=subject), mailbox, now=now))
    mail.state, mail.error, mail.attempts = InboundState.QUARANTINED, "KeyError: 'x'", 3
    mail.subject, mail.read_by = subject, read_by
    db.session.commit()
    return mail


def test_every_message_says_what_became_of_it(client: FlaskClient, mailbox: Mailbox, now: datetime) -> None:
    letter = a_mail()
    take_in(letter, mailbox, now=now)
    take_in(letter, mailbox, now=now)
    take_in(a_mail("Buy", X_Spam_Flag="YES"), mailbox, now=now)
    held(mailbox, now)
    page = client.get("/settings/incoming").text
    for sentence in (
        "It opened a ticket.",
        "A copy of a mail that is here already.",
        "The receiving server marked it as spam.",
        "Something broke while it was taken in.",
    ):
        assert sentence in page


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("q=prescriptions", True),
        ("q=presc+blank", True),
        ("q=hanna.bell", True),
        ("q=brightwater.example", True),
        ("q=known-id@brightwater.example", True),
        ("q=%3Cknown-id@brightwater.example%3E", True),
        ("q=nobody", False),
        ("q=%00%27%26%7C%21", True),
        ("state=processed", True),
        ("state=held", False),
        ("mailbox=999", False),
        ("since=2026-03-04&until=2026-03-04", True),
        ("since=2026-03-05", False),
        ("until=2026-03-03", False),
        ("since=rubbish&before=rubbish", True),
    ],
)
def test_it_is_found_by_what_people_know_of_it(
    client: FlaskClient, mailbox: Mailbox, now: datetime, asked: str, is_found: bool
) -> None:
    take_in(a_mail(message_id="<known-id@brightwater.example>"), mailbox, now=now)
    page = client.get(f"/settings/incoming?{asked}").text
    assert ("Prescriptions print blank" in page) is is_found or asked == "q=%00%27%26%7C%21"


def test_the_last_to_come_stands_first_and_a_page_goes_on_where_the_other_ended(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    ids = [arrive(a_mail(f"{number}"), mailbox, now=now - timedelta(minutes=number)) for number in range(3)]
    page = client.get("/settings/incoming").text
    places = [page.index(f"/settings/incoming/{mail_id}") for mail_id in ids]
    assert places == sorted(places)
    older = client.get(f"/settings/incoming?before={ids[1]}").text
    assert [f"/settings/incoming/{mail_id}" in older for mail_id in ids] == [False, False, True]


def test_a_page_asks_seldom_however_many_messages_it_shows(
    client: FlaskClient, mailbox: Mailbox, now: datetime, statements: list[str]
) -> None:
    take_in(a_mail(), mailbox, now=now)
    other = a_mailbox("other@fernhill.example")
    kept = db.session.scalars(select(InboundMail)).one()
    for number in range(20):
        mail = held(other, now, subject=f"Held {number}")
        mail.state, mail.reason = InboundState.IGNORED, "copy"
        mail.ticket_id, mail.copy_of_id = kept.ticket_id, kept.id
    db.session.commit()
    statements.clear()
    page = client.get("/settings/incoming").text
    assert len(statements) <= 8
    assert page.count("A copy of a mail that is here already.") == 20


def test_one_message_shows_its_evidence_and_not_the_words_of_a_ticket(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    mail = take_in(a_mail("A secret of the ticket"), mailbox, now=now)
    page = client.get(f"/settings/incoming/{mail.id}").text
    assert "Headers as they came" in page
    assert "Message-ID: &lt;letter" in page
    assert mail.sha256 in page
    assert "A secret of the ticket" not in page
    assert client.get(f"/settings/incoming/{mail.id}/raw").data == mail.raw


def test_what_an_older_version_could_not_read_is_tried_again_together(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    for number in range(3):
        held(mailbox, now, subject=f"number {number}", read_by="0.0.1" if number else "999.0")
    client.post("/settings/incoming?state=held", data=form(verb="retry_old"))
    process_inbound()
    assert {ticket.subject for ticket in tickets()} == {"number 1", "number 2"}


def test_chosen_ones_are_discarded_with_a_reason_that_the_history_keeps(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    first, second = held(mailbox, now), held(mailbox, now, subject="Still needed")
    page = client.get("/settings/incoming?state=held").text.partition('id="incoming-form"')[2]
    assert page.partition("<button ")[2].startswith('type="submit" disabled hidden>')  # it takes Enter
    nothing = client.post("/settings/incoming", data=form(verb="discard", mail=str(first.id)))
    assert nothing.status_code == 409
    client.post("/settings/incoming", data=form(verb="discard", reason="A test", mail=str(first.id)))
    db.session.expire_all()
    assert (first.state, second.state) == (InboundState.DISCARDED, InboundState.QUARANTINED)
    kept = db.session.scalars(
        select(SettingChange.after)
        .where(SettingChange.thing_kind == "inbound_mail")
        .order_by(SettingChange.id)
    ).all()
    assert kept == ["discarded", "A test"]


def test_a_copy_in_another_mailbox_can_become_a_second_ticket_there(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    sales = a_mailbox("sales@fernhill.example")
    letter = a_mail(to=f"{mailbox.address}, {sales.address}")
    take_in(letter, mailbox, now=now)
    copy = take_in(letter, sales, now=now)
    assert (copy.state, copy.copy_of_id is None) == (InboundState.IGNORED, False)
    page = client.get(f"/settings/incoming/{copy.id}")
    assert "Open a second ticket for sales@fernhill.example" in page.text
    client.post(f"/settings/incoming/{copy.id}/retry", data=form(**{"as": "second"}))
    process_inbound()
    assert db.session.scalars(select(Ticket.mailbox_id).order_by(Ticket.id)).all() == [mailbox.id, sales.id]
