"""An answer from the page to the client's mail program: Cc, files, signature, and what if it fails."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.accounts.models import Account, Person
from helpdesk.clients.models import ContactAddress
from helpdesk.db import db
from helpdesk.mail.jobs import send_outbox
from helpdesk.mail.models import Mailbox
from helpdesk.notifications.actions import undo
from helpdesk.notifications.models import Outbox, OutboxKind
from helpdesk.tickets.draft_models import Draft, Upload
from helpdesk.tickets.models import Message, Ticket
from tests.browsing import form, sign_in
from tests.factories import a_mailbox, an_agent, three_lines
from tests.mail.letters import HANNA, a_mail, hanna, messages, read, take_in, tickets
from tests.moments import at
from tests.outgoing import said
from tests.servers import Sink

pytestmark = [pytest.mark.usefixtures("session", "relay"), pytest.mark.mailserver]
OMAR = "omar@brightwater.example"


@pytest.fixture
def mailbox(session: object) -> Mailbox:
    three_lines()
    return a_mailbox(signature="Fernhill Service")


@pytest.fixture
def ada(client: FlaskClient, mailbox: Mailbox) -> Person:
    person = an_agent("Ada Lind")
    account = db.session.scalars(select(Account).where(Account.person_id == person.id)).one()
    account.signature = "Ada Lind\nLine 1, Fernhill"
    db.session.commit()
    sign_in(client, person)
    return person


@pytest.fixture
def ticket(mailbox: Mailbox, ada: Person, now: datetime) -> Ticket:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    return tickets()[-1]


def send(client: FlaskClient, ticket: Ticket, **more: object) -> Message:
    sent = client.post(f"/tickets/{ticket.id}/replies", data=form(text="Try the new driver.", **more))
    assert sent.status_code == 303
    return messages(ticket)[-1]


def leaves(relay: Sink, message: Message, seconds: int = 11) -> tuple[EmailMessage, tuple[str, ...]]:
    """The person's mail that went last, and to whom it went; receipts of the desk are passed over."""
    with at(message.created_at + timedelta(seconds=seconds)):
        send_outbox()
    mails = [(read(one.raw), one.recipients) for one in relay.taken]
    return [one for one in mails if one[0]["Auto-Submitted"] is None][-1]


def answer_of(message: Message) -> Outbox:
    found = select(Outbox).where(Outbox.message_id == message.id, Outbox.kind == OutboxKind.REPLY)
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def test_an_answer_leaves_with_its_files_its_copy_and_the_signatures(
    client: FlaskClient, ticket: Ticket, relay: Sink
) -> None:
    files = [(BytesIO("тариф".encode()), "Тариф 2026.csv"), (BytesIO(b"%PDF-1.7 x"), "plan.pdf")]
    message = send(client, ticket, cc=OMAR, files=files)
    mail, recipients = leaves(relay, message)
    assert recipients == (HANNA, OMAR)
    assert (mail["To"].addresses[0].addr_spec, str(mail["Cc"])) == (HANNA, OMAR)
    parts = list(mail.iter_attachments())
    assert [(part.get_filename(), part.get_content_type()) for part in parts] == [
        ("Тариф 2026.csv", "text/csv"),
        ("plan.pdf", "application/pdf"),
    ]
    assert parts[1].get_payload(decode=True) == b"%PDF-1.7 x"
    lines = said(mail).split("\n")
    assert lines[:6] == ["Try the new driver.", "", "-- ", "Ada Lind", "Line 1, Fernhill", "Fernhill Service"]
    assert message.text == "Try the new driver."


def test_a_note_with_a_file_leaves_nothing_outside(
    client: FlaskClient, ticket: Ticket, relay: Sink, now: datetime
) -> None:
    send(client, ticket, visibility="internal", files=(BytesIO(b"secret"), "secret.txt"))
    with at(now + timedelta(hours=1)):
        send_outbox()
    assert b"secret" not in b"".join(one.raw for one in relay.taken)


def test_what_was_taken_back_is_in_the_composer_again_with_copy_and_files(
    client: FlaskClient, ada: Person, ticket: Ticket
) -> None:
    message = send(client, ticket, cc=OMAR, files=(BytesIO(b"plan"), "plan.txt"))
    owner_id = ticket.owner_id
    assert owner_id == ada.id
    undo_it = f"/tickets/{ticket.id}/messages/{message.id}/withdrawal"
    assert client.post(undo_it, data=form()).status_code == 303
    draft = db.session.scalars(select(Draft)).one()
    assert (draft.text, draft.cc) == ("Try the new driver.", OMAR)
    assert db.session.scalars(select(Upload.name)).one() == "plan.txt"
    assert ticket.owner_id is None
    again = send(client, ticket, cc=OMAR, upload=str(db.session.scalars(select(Upload.public_id)).one()))
    assert again.id != message.id


def test_a_mail_that_was_refused_says_so_at_the_message_and_may_go_again(
    client: FlaskClient, ticket: Ticket, relay: Sink
) -> None:
    message = send(client, ticket, cc=OMAR)
    relay.script.recipients = {OMAR: "550 5.1.1 No such user here"}
    first, _ = leaves(relay, message)
    page = client.get(f"/tickets/{ticket.id}").text
    assert "Not delivered to everybody" in page
    copies = page.partition('<ul class="copies">')[2].partition("</ul>")[0]
    assert OMAR in copies
    assert "No such user here" in copies
    relay.script.recipients = {}
    again = f"/tickets/{ticket.id}/messages/{message.id}/resending"
    assert again in page
    assert client.post(again, data=form()).status_code == 303
    second, recipients = leaves(relay, message, seconds=60)
    assert recipients == (OMAR,)
    assert str(second["Message-ID"]) == str(first["Message-ID"])
    page = client.get(f"/tickets/{ticket.id}").text
    assert "Ada Lind let the mail go out again" in page
    assert again not in page


def test_what_reached_everybody_or_was_taken_back_is_not_sent_again(
    client: FlaskClient, ticket: Ticket, relay: Sink
) -> None:
    sent = send(client, ticket)
    leaves(relay, sent)
    taken_back = send(client, ticket)
    assert undo(taken_back.id, now=taken_back.created_at)
    db.session.commit()
    for message in (sent, taken_back):
        again = f"/tickets/{ticket.id}/messages/{message.id}/resending"
        assert client.post(again, data=form()).status_code == 409
        assert answer_of(message).finished_at is not None


def test_the_page_says_when_nothing_reaches_the_client_any_more(
    client: FlaskClient, ticket: Ticket, now: datetime
) -> None:
    address = db.session.scalars(select(ContactAddress).where(ContactAddress.email == HANNA)).one()
    address.undeliverable_at = now
    db.session.commit()
    assert "Mail to this client comes back" in client.get(f"/tickets/{ticket.id}").text
