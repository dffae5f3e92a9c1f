"""The page of mail that became no ticket."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.mail.tokens import reply_address
from helpdesk.notifications.models import Outbox, OutboxKind
from helpdesk.tickets import actions
from tests.browsing import form, sign_in
from tests.factories import an_administrator, an_agent
from tests.mail.letters import a_mail, arrive, hanna, messages, take_in, tickets


@pytest.fixture
def ada(client: FlaskClient, mailbox: Mailbox, now: datetime) -> Person:
    """Somebody of line 1, signed in."""
    ada = an_agent("Ada Lind")
    db.session.commit()
    sign_in(client, ada)
    return ada


def spam(mailbox: Mailbox, now: datetime, text: str = "Buy pills") -> InboundMail:
    return take_in(a_mail(text, subject="Pills <b>now</b>", X_Spam_Flag="YES"), mailbox, now=now)


def held(mailbox: Mailbox, now: datetime) -> InboundMail:
    mail = db.session.get_one(InboundMail, arrive(a_mail(), mailbox, now=now))
    mail.state, mail.error, mail.attempts = InboundState.QUARANTINED, "KeyError: 'x'", 3
    db.session.commit()
    return mail


@pytest.mark.usefixtures("ada")
def test_an_empty_list_says_so(client: FlaskClient) -> None:
    assert "Nothing is held" in client.get("/mail/held").text


@pytest.mark.usefixtures("ada")
def test_a_held_mail_is_shown_with_its_words_and_without_our_errors(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    mail = held(mailbox, now)
    page = client.get(f"/mail/held/{mail.id}").text
    assert "Something broke while it was taken in" in page
    assert "The printer in room 3 prints blank pages." in page


@pytest.mark.usefixtures("ada")
def test_what_a_stranger_wrote_is_text_and_never_markup(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    mail = spam(mailbox, now, "<script>alert(1)</script>")
    page = client.get(f"/mail/held/{mail.id}").text
    assert "<script>alert(1)" not in page
    assert "Pills &lt;b&gt;now" in page
    assert "The receiving server marked it as spam" in page


@pytest.mark.usefixtures("ada")
def test_the_raw_mail_is_a_download(client: FlaskClient, mailbox: Mailbox, now: datetime) -> None:
    mail = held(mailbox, now)
    answer = client.get(f"/mail/held/{mail.id}/raw")
    assert answer.data == mail.raw
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.usefixtures("ada")
def test_spam_that_was_none_is_let_in(client: FlaskClient, mailbox: Mailbox, now: datetime) -> None:
    hanna()
    mail = spam(mailbox, now)
    assert client.post(f"/mail/held/{mail.id}/retry", data=form()).status_code == 303
    process_inbound()
    assert [ticket.subject for ticket in tickets()] == ["Pills <b>now</b>"]


@pytest.mark.usefixtures("ada")
def test_a_mail_is_discarded_with_a_reason_only(client: FlaskClient, mailbox: Mailbox, now: datetime) -> None:
    mail = held(mailbox, now)
    assert client.post(f"/mail/held/{mail.id}/discard", data=form(reason=" ")).status_code == 409
    assert client.post(f"/mail/held/{mail.id}/discard", data=form(reason="a test")).status_code == 303
    assert (mail.state, mail.reason) == (InboundState.DISCARDED, "a test")
    assert client.post(f"/mail/held/{mail.id}/discard", data=form(reason="again")).status_code == 409


@pytest.mark.usefixtures("ada")
def test_what_was_discarded_by_mistake_is_let_in(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    hanna()
    mail = spam(mailbox, now)
    client.post(f"/mail/held/{mail.id}/discard", data=form(reason="the wrong one"))
    page = client.get(f"/mail/held/{mail.id}").text
    assert ("Let it in" in page, "Discard…" in page) == (True, False)
    assert client.post(f"/mail/held/{mail.id}/retry", data=form()).status_code == 303
    process_inbound()
    assert (len(tickets()), mail.state) == (1, InboundState.PROCESSED)


def test_line_2_does_not_see_held_mail(client: FlaskClient, mailbox: Mailbox, now: datetime) -> None:
    lev = an_agent(line=2)
    mail = held(mailbox, now)
    sign_in(client, lev)
    assert client.get(f"/mail/held/{mail.id}").status_code in {403, 404}


def test_the_raw_mail_of_a_ticket_is_for_who_may_read_the_ticket(
    client: FlaskClient, mailbox: Mailbox, now: datetime, ada: Person
) -> None:
    hanna()
    mail = take_in(a_mail(), mailbox, now=now)
    assert client.get(f"/mail/inbound/{mail.id}/raw").data == mail.raw
    stranger = an_agent(line=3)
    db.session.commit()
    sign_in(client, stranger)
    assert client.get(f"/mail/inbound/{mail.id}/raw").status_code == 404


def signs_up(mailbox: Mailbox, now: datetime, to: str = "", **more: str) -> InboundMail:
    """Another service answers a stranger who signed up there with an address of ours."""
    mail = a_mail(
        "Your confirmation code is 482 913.",
        subject="482913 is your Chat code",
        sender="Chat <no-reply@chat.example>",
        to=to or mailbox.address,
        **more,
    )
    return take_in(mail, mailbox, now=now)


@pytest.mark.parametrize("more", [{}, {"X_Spam_Flag": "YES"}], ids=["plain", "marked as spam"])
def test_what_proves_an_address_is_held_for_administrators_alone(
    more: dict[str, str], client: FlaskClient, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    mail = signs_up(mailbox, now, **more)
    assert (mail.state, tickets(), db.session.scalars(select(Outbox)).all()) == (
        InboundState.QUARANTINED,
        [],
        [],
    )
    assert client.get(f"/mail/held/{mail.id}").status_code == 404
    assert client.get(f"/mail/held/{mail.id}/raw").status_code == 404
    lists = client.get("/mail/held").text + client.get("/mail/spam").text
    assert [code for code in ("482 913", "482913") if code in lists] == []
    sign_in(client, an_administrator("Olga Berg"))
    page = client.get(f"/mail/held/{mail.id}").text
    assert "It proves an address to another service" in page
    assert "482 913" in page


def test_a_code_sent_to_the_address_of_a_ticket_reaches_no_ticket(
    mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    actions.reply(ticket, actions.Reply(text="Try the other tray."), by=ada.id, now=now)
    before = messages(ticket)
    token = db.session.scalars(select(Outbox.reply_token).where(Outbox.kind == OutboxKind.REPLY)).one()
    mail = signs_up(mailbox, now, to=reply_address(mailbox.address, token or ""))
    assert (mail.state, mail.ticket_id, messages(ticket)) == (InboundState.QUARANTINED, None, before)


def test_a_client_who_writes_of_his_code_gets_a_ticket(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    mail = take_in(
        a_mail("The verification code 482 913 is refused.", subject="My verification code"), mailbox, now=now
    )
    assert (mail.state, len(tickets())) == (InboundState.PROCESSED, 1)
