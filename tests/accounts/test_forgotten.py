"""A forgotten password: one answer for everybody, a mail for who has an account, and no way around it."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from helpdesk import clock
from helpdesk.accounts import tokens
from helpdesk.accounts.jobs import tidy
from helpdesk.accounts.models import Account, AccountToken, Person, ResetRequest, TokenPurpose, WebSession
from helpdesk.accounts.passwords import hash_password, matches
from helpdesk.accounts.resets import answer_requests
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.mail.jobs import send_outbox
from helpdesk.mail.models import Mailbox
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxRecipient
from tests.browsing import sign_in, visit_token
from tests.conftest import NOON
from tests.factories import PASSWORD, a_member, a_person, an_account, the_team
from tests.servers import Sink, Taken

pytestmark = pytest.mark.usefixtures("mailbox", "now")

HASH = hash_password(PASSWORD)
NEW = "seven calm green herons"


@pytest.fixture
def ada(mailbox: Mailbox) -> Person:
    """A member of line 1 with a password."""
    person = a_person("Ada Lind")
    an_account(person, "ada@fernhill.example", password_hash=HASH)
    a_member(person, the_team(1))
    db.session.commit()
    return person


def account_of(person: Person) -> Account:
    return db.session.scalars(select(Account).where(Account.person_id == person.id)).one()


def ask(client: FlaskClient, email: str, **more: str) -> TestResponse:
    """Ask for a link as a stranger does."""
    return client.post(
        "/forgotten", data={"csrf_token": visit_token(client), "email": email}, headers=more or None
    )


def deliver() -> None:
    """What the worker does: answer who asked, and send."""
    answer_requests()
    send_outbox()


def link_in(taken: Taken) -> str:
    """The path of the link in a mail."""
    (link,) = re.findall(r"http://127\.0\.0\.1:8000(/\S+)", body_of(taken))
    return str(link)


def body_of(taken: Taken) -> str:
    message = message_from_bytes(taken.raw, policy=policy.default)
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_the_whole_way_from_the_gate_to_a_new_password(
    client: FlaskClient, ada: Person, smtp_sink: Sink
) -> None:
    assert 'href="/forgotten"' in client.get("/sign-in").text
    answer = ask(client, "Ada@Fernhill.example ")
    assert (answer.status_code, answer.location) == (303, "/forgotten?sent=yes")
    deliver()
    (mail,) = smtp_sink.taken
    assert mail.recipients == ("ada@fernhill.example",)
    path = link_in(mail)
    fields = {"new_password": NEW, "repeated": NEW}
    done = client.post(path, data={"csrf_token": visit_token(client), **fields})
    assert (done.status_code, done.location) == (303, "/sign-in")
    assert matches(NEW, account_of(ada).password_hash)


def test_an_unknown_address_gets_the_same_answer_and_leaves_the_same_traces(
    client: FlaskClient, ada: Person, statements: list[str]
) -> None:
    known, traces_known = ask(client, "ada@fernhill.example"), [*statements]
    statements.clear()
    unknown, traces_unknown = ask(client, "bob@fernhill.example"), [*statements]
    assert (known.status_code, known.location, known.data) == (
        unknown.status_code,
        unknown.location,
        unknown.data,
    )
    assert shapes(traces_known) == shapes(traces_unknown)
    assert db.session.scalar(select(func.count()).select_from(ResetRequest)) == 2


def shapes(statements: list[str]) -> list[str]:
    """The statements that wrote or read, without those that only a new stranger's page needs."""
    return [text.split("\n")[0][:60] for text in statements]


def test_an_unknown_address_gets_no_mail(client: FlaskClient, ada: Person, smtp_sink: Sink) -> None:
    ask(client, "bob@fernhill.example")
    deliver()
    assert smtp_sink.taken == []
    assert db.session.scalar(select(func.count()).select_from(ResetRequest)) == 0


@pytest.mark.parametrize("change", [{"disabled_at": NOON}, {"invited_at": NOON}])
def test_a_shut_account_and_one_that_waits_get_no_mail(
    client: FlaskClient, ada: Person, smtp_sink: Sink, change: dict[str, object]
) -> None:
    for name, value in change.items():
        setattr(account_of(ada), name, value)
    db.session.commit()
    ask(client, "ada@fernhill.example")
    deliver()
    assert smtp_sink.taken == []


def test_what_is_no_address_is_said_at_the_field(client: FlaskClient, ada: Person) -> None:
    answer = ask(client, "ada at fernhill")
    assert answer.status_code == 422
    assert "is no e-mail address" in answer.text
    assert 'value="ada at fernhill"' in answer.text


def test_a_reset_ends_every_session_and_tells_the_owner(
    client: FlaskClient, ada: Person, smtp_sink: Sink
) -> None:
    elsewhere = client.application.test_client()
    sign_in(elsewhere, ada)
    ask(client, "ada@fernhill.example")
    deliver()
    path = link_in(smtp_sink.taken[0])
    client.post(path, data={"csrf_token": visit_token(client), "new_password": NEW, "repeated": NEW})
    assert elsewhere.get("/profile").status_code == 303
    assert db.session.scalars(select(WebSession.ended_at)).one() == NOON
    send_outbox()
    told = smtp_sink.taken[1]
    assert told.recipients == ("ada@fernhill.example",)
    assert "was set anew with a link" in body_of(told)
    assert NEW not in body_of(told)


def test_asking_again_kills_the_first_link(client: FlaskClient, ada: Person, smtp_sink: Sink) -> None:
    for _ in range(2):
        ask(client, "ada@fernhill.example")
        deliver()
    first, second = (link_in(mail) for mail in smtp_sink.taken)
    assert (client.get(first).status_code, client.get(second).status_code) == (410, 200)


def test_three_an_hour_and_five_a_day_for_an_address(client: FlaskClient, ada: Person) -> None:
    assert [ask(client, "ada@fernhill.example").status_code for _ in range(4)] == [303, 303, 303, 429]
    with clock.frozen(lambda: NOON + timedelta(hours=1)):
        assert [ask(client, "ada@fernhill.example").status_code for _ in range(3)] == [303, 303, 429]
    assert ask(client, "bob@fernhill.example").status_code == 303


def test_unknown_addresses_are_limited_alike(client: FlaskClient, ada: Person) -> None:
    assert [ask(client, "bob@fernhill.example").status_code for _ in range(4)] == [303, 303, 303, 429]


def test_twenty_an_hour_from_one_place(client: FlaskClient, ada: Person) -> None:
    answers = [ask(client, f"person{n}@fernhill.example").status_code for n in range(21)]
    assert answers == [303] * 20 + [429]


def test_the_host_header_has_no_say_in_the_link(client: FlaskClient, ada: Person, smtp_sink: Sink) -> None:
    ask(client, "ada@fernhill.example", **{"X-Forwarded-Host": "evil.example"})
    deliver()
    assert "evil" not in body_of(smtp_sink.taken[0])
    assert link_in(smtp_sink.taken[0]).startswith("/passwords/")


def test_the_secret_stands_nowhere_but_in_the_mail(
    client: FlaskClient, ada: Person, smtp_sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    ask(client, "ada@fernhill.example")
    answer_requests()
    assert db.session.scalars(select(AccountToken)).one().sealed is not None
    send_outbox()
    secret = link_in(smtp_sink.taken[0]).rpartition("/")[2]
    outbox, token = db.session.scalars(select(Outbox)).one(), db.session.scalars(select(AccountToken)).one()
    db.session.refresh(token)
    events = [str(row.payload) for row in db.session.scalars(select(EventRow))]
    assert not any(secret in text for text in (outbox.body, outbox.subject, caplog.text, *events))
    assert token.sealed is None


def test_a_mail_that_waited_too_long_is_not_sent_with_a_dead_link(
    client: FlaskClient, ada: Person, smtp_sink: Sink
) -> None:
    ask(client, "ada@fernhill.example")
    answer_requests()
    with clock.frozen(lambda: NOON + timedelta(minutes=31)):
        send_outbox()
    assert smtp_sink.taken == []
    recipient = db.session.scalars(select(OutboxRecipient)).one()
    assert recipient.state is DeliveryState.FAILED
    assert "Its link had run out" in (recipient.answer or "")


def test_secrets_of_links_past_their_time_are_cleared_away(client: FlaskClient, ada: Person) -> None:
    ask(client, "ada@fernhill.example")
    answer_requests()
    with clock.frozen(lambda: NOON + timedelta(hours=1)):
        tidy()
    assert db.session.scalars(select(AccountToken.sealed)).one() is None


def test_somebody_who_asks_in_russian_is_answered_in_it(
    client: FlaskClient, ada: Person, smtp_sink: Sink
) -> None:
    ada.language = None
    db.session.commit()
    client.get("/sign-in?language=ru")
    ask(client, "ada@fernhill.example")
    deliver()
    assert "Здравствуйте, Ada Lind!" in body_of(smtp_sink.taken[0])


def test_without_a_relay_the_page_says_whom_to_ask(client: FlaskClient, mailbox: Mailbox) -> None:
    mailbox.active = False
    db.session.commit()
    page = client.get("/forgotten").text
    assert "This desk cannot send mail at the moment" in page
    assert "<form" not in page


def test_two_presses_of_the_same_button_set_one_password(client: FlaskClient, ada: Person) -> None:
    issued = tokens.issue(
        account_of(ada).id,
        TokenPurpose.RESET,
        email="ada@fernhill.example",
        by=ada.id,
        now=NOON,
    )
    db.session.commit()
    other = client.application.test_client()
    first = {"csrf_token": visit_token(client), "new_password": NEW, "repeated": NEW}
    second = {"csrf_token": visit_token(other), "new_password": "an old brown door"}
    assert client.post(issued.path, data=first).status_code == 303
    assert other.post(issued.path, data={**second, "repeated": "an old brown door"}).status_code == 410
    assert matches(NEW, account_of(ada).password_hash)
