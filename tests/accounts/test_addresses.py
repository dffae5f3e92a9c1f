"""Another address to sign in with: confirmed from its mailbox and told to the old one."""

import re
from email import message_from_bytes, policy

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from helpdesk.accounts.models import Account, AccountToken, Person, WebSession
from helpdesk.accounts.passwords import hash_password
from helpdesk.db import db
from helpdesk.mail.jobs import send_outbox
from helpdesk.mail.models import Mailbox
from tests.browsing import form, sign_in
from tests.factories import PASSWORD, a_member, a_person, an_account, the_team
from tests.servers import Sink, Taken

pytestmark = pytest.mark.usefixtures("mailbox", "now")

HASH = hash_password(PASSWORD)
NEW = "ada.lind@fernhill.example"


@pytest.fixture
def ada(client: FlaskClient, mailbox: Mailbox) -> Person:
    """A signed-in member of line 1 with a password."""
    person = a_person("Ada Lind")
    an_account(person, "ada@fernhill.example", password_hash=HASH)
    a_member(person, the_team(1))
    sign_in(client, person)
    return person


def address_of(person: Person) -> str:
    return db.session.scalars(select(Account.email).where(Account.person_id == person.id)).one()


def ask(client: FlaskClient, email: str = NEW, password: str = PASSWORD) -> TestResponse:
    return client.post("/profile/address", data=form(email=email, password=password))


def body_of(taken: Taken) -> str:
    part = message_from_bytes(taken.raw, policy=policy.default).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(taken: Taken) -> str:
    (link,) = re.findall(r"http://127\.0\.0\.1:8000(/addresses/\S+)", body_of(taken))
    return str(link)


def test_the_new_address_counts_when_its_link_was_pressed_and_the_old_one_is_told(
    client: FlaskClient, ada: Person, smtp_sink: Sink
) -> None:
    assert ask(client).status_code == 303
    send_outbox()
    assert address_of(ada) == "ada@fernhill.example"
    path = link_in(smtp_sink.taken[0])
    assert smtp_sink.taken[0].recipients == (NEW,)
    assert "Ada Lind signs in with ada.lind@fernhill.example" in client.get(path).text
    assert address_of(ada) == "ada@fernhill.example"
    assert client.post(path, data=form()).status_code == 303
    assert address_of(ada) == NEW
    send_outbox()
    told = smtp_sink.taken[1]
    assert told.recipients == ("ada@fernhill.example",)
    assert NEW in body_of(told)
    assert client.post(path, data=form()).status_code == 410


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        ("nonsense", PASSWORD, "is no e-mail address"),
        (" ", PASSWORD, "Type an e-mail address, such as"),
        ("SUPPORT+me@fernhill.example", PASSWORD, "is a mailbox of this desk"),
        ("ada@fernhill.example", PASSWORD, "This is your address already"),
        (NEW, "not the right one", "not your present password"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nobody_gets_mail(
    client: FlaskClient, ada: Person, email: str, password: str, words: str
) -> None:
    answer = ask(client, email, password)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{email}"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(AccountToken)) == 0


def test_an_address_of_somebody_else_is_refused_only_to_who_reads_its_mail(
    client: FlaskClient, ada: Person, smtp_sink: Sink
) -> None:
    an_account(a_person("Bob Hale"), NEW)
    db.session.commit()
    assert ask(client).status_code == 303
    send_outbox()
    answer = client.post(link_in(smtp_sink.taken[0]), data=form())
    assert answer.status_code == 409
    assert "belongs to another account" in answer.text
    assert address_of(ada) == "ada@fernhill.example"


def test_without_a_relay_an_administrator_has_to_do_it(
    client: FlaskClient, ada: Person, mailbox: Mailbox
) -> None:
    mailbox.active = False
    db.session.commit()
    answer = ask(client)
    assert answer.status_code == 422
    assert "An administrator can change your address" in answer.text


def test_the_signature_is_kept_as_it_was_written(client: FlaskClient, ada: Person) -> None:
    fields = form(name="Ada Lind", language="en", zone="", theme="auto")
    text = "Ada Lind  \r\n<b>Service desk</b>\r\n\r\n+49 30 1234\r\n\r\n"
    assert client.post("/profile", data=fields | {"signature": text}).status_code == 303
    kept = db.session.scalars(select(Account.signature).where(Account.person_id == ada.id)).one()
    assert kept == "Ada Lind\n<b>Service desk</b>\n\n+49 30 1234"
    assert "&lt;b&gt;Service desk&lt;/b&gt;" in client.get("/profile").text
    long = client.post("/profile", data=fields | {"signature": "x" * 2001, "form_token": ""})
    assert long.status_code == 422
    assert "At most 2000 characters" in long.text


def test_all_other_sessions_end_at_once_and_this_one_stays(client: FlaskClient, ada: Person) -> None:
    others = [client.application.test_client() for _ in range(3)]
    for other in others:
        sign_in(other, ada)
    assert "Sign out everywhere else" in client.get("/sessions").text
    assert client.post("/sessions/end-others", data=form()).status_code == 303
    assert [other.get("/profile").status_code for other in others] == [303, 303, 303]
    assert client.get("/profile").status_code == 200
    live = select(func.count()).select_from(WebSession).where(WebSession.ended_at.is_(None))
    assert db.session.scalar(live) == 1
    assert "Sign out everywhere else" not in client.get("/sessions").text
