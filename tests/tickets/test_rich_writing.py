"""Words with a form: kept harmless, shown, sent with a plain twin, and never lost on the way."""

import email
import email.policy
from datetime import datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.mail.compose import build
from helpdesk.mail.letters import outgoing_of
from helpdesk.mail.models import Mailbox
from helpdesk.mail.quotes import fold
from helpdesk.notifications.models import Outbox, OutboxKind
from helpdesk.tickets import actions
from helpdesk.tickets.actions.drafts import FILES
from helpdesk.tickets.draft_models import Draft, Upload
from helpdesk.tickets.models import Attachment, Message, Ticket
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.factories import a_client_message, a_contact, a_mailbox, a_ticket, an_agent, three_lines
from tests.outgoing import plain_of, said, twin_of

pytestmark = pytest.mark.usefixtures("session")
HANNA = "hanna.bell@brightwater.example"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
FORMED = "<div>Hello <strong>Hanna</strong>,</div><ul><li>one</li><li>two</li></ul>"
PLAIN = "Hello Hanna,\n\n- one\n- two"


@pytest.fixture
def mailbox(now: datetime) -> Mailbox:
    three_lines()
    return a_mailbox(signature="Fernhill Service")


@pytest.fixture
def ada(client: FlaskClient, mailbox: Mailbox) -> Person:
    person = an_agent("Ada Lind")
    db.session.commit()
    sign_in(client, person)
    return person


@pytest.fixture
def ticket(ada: Person, mailbox: Mailbox) -> Ticket:
    ticket = a_ticket("No labels", contact=a_contact("Hanna Bell", email=HANNA))
    ticket.mailbox_id = mailbox.id
    writes(ticket, "The printer prints <b>no</b> labels.\nSince Monday.")
    db.session.commit()
    return ticket


def writes(ticket: Ticket, text: str) -> None:
    contact = db.session.get_one(Contact, ticket.contact_id)
    words = a_client_message(contact, text)
    actions.add_client_message(ticket, words, by=contact.person_id, now=NOON)


def send(client: FlaskClient, ticket: Ticket, html: str = FORMED, **more: object) -> Message:
    answer = client.post(f"/tickets/{ticket.id}/replies", data=form(html=html, text="ignored", **more))
    assert answer.status_code == 303, answer.text
    found = select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id.desc()).limit(1)
    return db.session.scalars(found).one()


def picture(client: FlaskClient, ticket: Ticket, content: bytes = PNG) -> UUID:
    data = form(files=(BytesIO(content), "picture.png"), inline="1")
    answer = client.post(f"/tickets/{ticket.id}/uploads", data=data, headers={"HX-Request": "true"})
    assert answer.status_code == 201
    return db.session.scalars(select(Upload.public_id).order_by(Upload.id.desc())).first() or uuid4()


def shown(ticket: Ticket, public_id: UUID) -> str:
    """A waiting picture as the editor writes it."""
    there = f"/tickets/{ticket.id}/uploads/{public_id}"
    return f'<div>See <figure class="attachment"><img src="{there}" width="9" height="9"></figure></div>'


def mail_of(message: Message, mailbox: Mailbox) -> EmailMessage:
    row = db.session.scalars(
        select(Outbox).where(Outbox.message_id == message.id, Outbox.kind == OutboxKind.REPLY)
    ).one()
    raw = build(outgoing_of(row, mailbox, now=NOON + timedelta(hours=1)))
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def page(client: FlaskClient, ticket: Ticket) -> str:
    return client.get(f"/tickets/{ticket.id}").text


def test_an_answer_keeps_its_form_on_the_page_and_reads_plainly_everywhere_else(
    client: FlaskClient, ticket: Ticket
) -> None:
    message = send(client, ticket)
    assert (message.html, message.text, message.has_html) == (FORMED, PLAIN, True)
    talk = page(client, ticket)
    assert f'<div class="formed">{FORMED}</div>' in talk
    assert f"/messages/{message.id}/body" not in talk


def test_the_client_gets_the_form_and_its_plain_twin(
    client: FlaskClient, ticket: Ticket, mailbox: Mailbox
) -> None:
    mail = mail_of(send(client, ticket), mailbox)
    assert mail.get_content_type() == "multipart/alternative"
    assert said(mail).startswith(f"{PLAIN}\n\n-- \nAda Lind\nFernhill Service\n")
    assert "<strong>Hanna</strong>" in twin_of(mail)
    assert '<ul style="' in twin_of(mail)
    assert "background" not in twin_of(mail)


def test_what_the_client_said_last_follows_as_a_quotation_that_is_no_markup(
    client: FlaskClient, ticket: Ticket, mailbox: Mailbox
) -> None:
    mail = mail_of(send(client, ticket, html="<div>Try <em>again</em>.</div>"), mailbox)
    head, _, history = said(mail).partition("Hanna Bell wrote:\n")
    assert head.rstrip().splitlines()[-1].startswith("On ")
    assert history.startswith("> The printer prints <b>no</b> labels.\n> Since Monday.\n")
    assert '<blockquote class="gmail_quote"' in twin_of(mail)
    assert "prints &lt;b&gt;no&lt;/b&gt; labels." in twin_of(mail)
    mark = next(line for line in head.splitlines() if line.startswith("[ref:"))
    assert mark in twin_of(mail).partition("gmail_quote")[0]


def test_our_mail_below_an_answer_is_folded(client: FlaskClient, ticket: Ticket, mailbox: Mailbox) -> None:
    ours = plain_of(mail_of(send(client, ticket), mailbox))
    quoted = "\n".join(f"> {line}" for line in ours.splitlines())
    assert fold(f"It works.\n\n{ours}").reply.strip() == "It works."
    assert fold(f"It works.\n\n{quoted}").reply.strip() == "It works."


def test_a_clients_name_stays_words_in_the_twin(
    client: FlaskClient, ticket: Ticket, mailbox: Mailbox
) -> None:
    hanna = db.session.get_one(Contact, ticket.contact_id)
    hanna.person.name = '<img src="https://evil.example/x" onerror=alert(1)>'
    db.session.commit()
    assert "<img" not in twin_of(mail_of(send(client, ticket), mailbox))


def test_lines_of_words_are_kept_without_a_form(client: FlaskClient, ticket: Ticket) -> None:
    message = send(client, ticket, html="<div>One<br>two<br><br>three</div>")
    assert (message.html, message.text) == (None, "One\ntwo\n\nthree")


def test_without_the_editor_the_plain_field_counts(client: FlaskClient, ticket: Ticket) -> None:
    assert send(client, ticket, html="").text == "ignored"


def test_a_picture_between_the_words_travels_with_them(
    client: FlaskClient, ticket: Ticket, mailbox: Mailbox
) -> None:
    name = picture(client, ticket)
    seen = client.get(f"/tickets/{ticket.id}/uploads/{name}")
    assert (seen.status_code, seen.content_type, seen.data) == (200, "image/png", PNG)
    message = send(client, ticket, html=shown(ticket, name))
    assert message.text == "See [picture]"
    file = db.session.scalars(select(Attachment).where(Attachment.message_id == message.id)).one()
    assert (file.inline, file.content_id) == (True, str(name))
    assert f'<img src="/attachments/{file.public_id}" width="9" height="9">' in page(client, ticket)
    mail = mail_of(message, mailbox)
    related = [part for part in mail.walk() if part["Content-ID"]]
    assert [part["Content-ID"] for part in related] == [f"<{name}>"]
    assert f'src="cid:{name}"' in twin_of(mail)
    assert "See [picture]" in said(mail)
    assert list(mail.iter_attachments()) == []


def test_a_picture_taken_out_of_the_words_stays_behind(client: FlaskClient, ticket: Ticket) -> None:
    picture(client, ticket)
    message = send(client, ticket)
    assert db.session.scalars(select(Attachment).where(Attachment.message_id == message.id)).all() == []
    assert db.session.scalars(select(Upload)).all() == []


def test_pictures_taken_out_of_the_words_do_not_fill_the_room(client: FlaskClient, ticket: Ticket) -> None:
    kept = picture(client, ticket)
    client.post(f"/tickets/{ticket.id}/draft", data=form(html=shown(ticket, kept), base=""))
    for _ in range(FILES):
        picture(client, ticket)
    assert client.get(f"/tickets/{ticket.id}/uploads/{kept}").status_code == 200
    assert len(db.session.scalars(select(Upload)).all()) < FILES


def test_without_the_editor_a_picture_is_a_file_like_others(client: FlaskClient, ticket: Ticket) -> None:
    name = picture(client, ticket)
    message = send(client, ticket, html="", upload=str(name))
    file = db.session.scalars(select(Attachment).where(Attachment.message_id == message.id)).one()
    assert (file.inline, file.content_id) == (False, None)


def test_what_only_calls_itself_a_picture_waits_as_a_file(client: FlaskClient, ticket: Ticket) -> None:
    name = picture(client, ticket, b"<svg onload=alert(1)>")
    assert db.session.scalars(select(Upload.inline)).all() == [False]
    assert client.get(f"/tickets/{ticket.id}/uploads/{name}").status_code == 404


def test_somebody_elses_waiting_picture_is_not_sent(client: FlaskClient, ticket: Ticket) -> None:
    name = picture(client, ticket)
    db.session.execute(update(Upload).values(person_id=an_agent("Tom Okafor").id))
    db.session.commit()
    message = send(client, ticket, html=shown(ticket, name))
    assert db.session.scalars(select(Attachment).where(Attachment.message_id == message.id)).all() == []
    assert "<img" not in page(client, ticket).partition('class="formed"')[2].partition("</article>")[0]


def test_a_note_may_have_a_form_too(client: FlaskClient, ticket: Ticket) -> None:
    note = send(client, ticket, visibility="internal")
    assert (note.kind, note.html, note.text) == ("note", FORMED, PLAIN)


def test_a_harmful_form_is_made_harmless_on_writing_and_once_more_on_showing(
    client: FlaskClient, ticket: Ticket
) -> None:
    harm = '<strong onclick="x()">a</strong><script>alert(1)</script><div hx-get="/x" class="y">b</div>'
    message = send(client, ticket, html=harm)
    assert message.html == "<strong>a</strong><div>b</div>"
    db.session.execute(update(Message).where(Message.id == message.id).values(html=harm))
    db.session.commit()
    assert '<div class="formed"><strong>a</strong><div>b</div></div>' in page(client, ticket)


def test_a_forward_keeps_its_form_above_what_it_quotes(
    client: FlaskClient, ticket: Ticket, mailbox: Mailbox
) -> None:
    asked = db.session.scalar(select(func.max(Message.id)).where(Message.ticket_id == ticket.id))
    message = send(client, ticket, visibility="third", third_party="vendor@parts.example", pick=str(asked))
    mail = mail_of(message, mailbox)
    assert message.html == FORMED
    assert "<strong>Hanna</strong>" in twin_of(mail)
    assert "<blockquote" in twin_of(mail)
    assert "prints &lt;b&gt;no&lt;/b&gt; labels." in twin_of(mail)
    assert "gmail_quote" not in twin_of(mail)


def test_what_is_taken_back_stands_in_the_composer_with_its_form_and_pictures(
    client: FlaskClient, ticket: Ticket
) -> None:
    name = picture(client, ticket)
    message = send(client, ticket, html=FORMED + shown(ticket, name))
    undone = client.post(f"/tickets/{ticket.id}/messages/{message.id}/withdrawal", data=form())
    assert undone.status_code == 303
    assert db.session.scalar(select(Draft.html)) == message.html
    assert f"/tickets/{ticket.id}/uploads/{name}" in page(client, ticket)
    again = send(client, ticket, html=FORMED + shown(ticket, name))
    assert again.html == message.html


def test_a_draft_keeps_the_form_and_another_window_is_told_of_it(client: FlaskClient, ticket: Ticket) -> None:
    door = f"/tickets/{ticket.id}/draft"
    kept = client.post(door, data=form(html=FORMED, text="", base="")).json
    assert kept is not None
    assert kept["revision"]
    assert "&lt;strong&gt;Hanna&lt;/strong&gt;" in page(client, ticket)
    elsewhere = client.post(door, data=form(html="<em>x</em>", base=""))
    assert elsewhere.status_code == 409
    assert (elsewhere.json or {})["html"] == FORMED


def test_a_collision_keeps_the_form(client: FlaskClient, ticket: Ticket) -> None:
    writes(ticket, "Never mind.")
    db.session.commit()
    data = form(html=FORMED, text="", last_message_id="1")
    clash = client.post(f"/tickets/{ticket.id}/replies", data=data)
    assert clash.status_code == 409
    assert "&lt;strong&gt;Hanna&lt;/strong&gt;" in clash.text
    assert db.session.scalar(select(Draft.html)) == FORMED


def test_a_sign_in_that_ends_while_writing_keeps_the_form(client: FlaskClient, ticket: Ticket) -> None:
    with clock.frozen(lambda: NOON + timedelta(days=9)):
        client.post(f"/tickets/{ticket.id}/replies", data=form(html=FORMED, text=""))
    assert db.session.scalar(select(Draft.html)) == FORMED
