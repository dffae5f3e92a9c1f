"""What a ticket carries: files as downloads only, mails in a frame that can do nothing."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk import blobs
from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.actions import NewFile
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.views.files import disposition
from tests.factories import a_client_message, a_contact, a_team, a_ticket, the_team

PIXEL = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


def a_file(name: str, content_type: str, content: bytes = b"words", cid: str | None = None) -> NewFile:
    return NewFile(
        sha256=blobs.store(content),
        name=name,
        content_type=content_type,
        size=len(content),
        content_id=cid,
        inline=cid is not None,
    )


def a_mail(*files: NewFile, html: str | None = None) -> Ticket:
    contact = a_contact(email="hanna@brightwater.example")
    ticket = a_ticket(contact=contact)
    words = replace(a_client_message(contact, "See below"), files=files, html=html)
    actions.add_client_message(ticket, words, by=contact.person_id, now=ticket.created_at)
    db.session.commit()
    return ticket


def address_of_file() -> str:
    return f"/attachments/{db.session.scalars(select(Attachment.public_id)).one()}"


@pytest.mark.parametrize(
    ("content_type", "sent"),
    [
        ("application/pdf", "application/pdf"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
    ],
)
def test_a_file_is_a_download_of_a_type_we_know(
    client: FlaskClient, ada: Person, content_type: str, sent: str
) -> None:
    a_mail(a_file("Рецепт 5.pdf", content_type))
    answer = client.get(address_of_file())
    assert answer.headers["Content-Type"] == sent
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].endswith("; sandbox")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.data == b"words"


def test_a_file_name_survives_in_both_forms() -> None:
    told = disposition('Счёт "5".pdf')
    assert "filename*=UTF-8''%D0%A1%D1%87" in told
    assert told.isascii()
    assert told.count('"') == 2


def test_a_file_of_a_hidden_ticket_is_not_there(client: FlaskClient, ada: Person) -> None:
    ticket = a_mail(a_file("a.pdf", "application/pdf"))
    ticket.team_id, ticket.line, ticket.owner_team_id = the_team(2).id, 2, a_team(1).id
    db.session.commit()
    assert client.get(address_of_file()).status_code == 404


def test_a_mail_is_shown_cleaned_in_a_frame_with_its_own_pictures(client: FlaskClient, ada: Person) -> None:
    html = (
        '<p onclick="x()">Hello<img src="cid:p1"><img src="https://spy.example/1.png"></p><script>1</script>'
    )
    ticket = a_mail(a_file("p.png", "image/png", PIXEL, cid="p1"), html=html)
    message_id = db.session.scalars(select(Message.id).where(Message.has_html)).one()
    answer = client.get(f"/tickets/{ticket.id}/messages/{message_id}/body")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "data:image/png;base64," in answer.text
    for trace in ("script>1", "onclick", "spy.example"):
        assert trace not in answer.text


def test_the_page_frames_a_mail_with_pictures(client: FlaskClient, ada: Person) -> None:
    ticket = a_mail(a_file("p.png", "image/png", PIXEL, cid="p1"), html="<p>Hello</p>")
    page = client.get(f"/tickets/{ticket.id}").text
    assert 'class="mail-frame"' in page
    assert 'class="mail-room mail-room-320" width="1" height="96"' in page


def test_a_frame_is_as_high_as_the_mail_was_counted_and_a_long_one_begins_folded(
    client: FlaskClient, ada: Person
) -> None:
    ticket = a_mail(a_file("p.png", "image/png", PIXEL, cid="p1"), html="<p>Hello</p>")
    message = db.session.scalars(select(Message).where(Message.has_html)).one()
    message.remarks = [{"kind": "heights", "blocked": "900 640 412 380", "fetched": "1 2 3 4"}]
    db.session.commit()
    page = client.get(f"/tickets/{ticket.id}").text
    assert 'class="mail-view is-long-320 is-long-440"' in page
    assert 'class="mail-room mail-room-540" width="1" height="412"' in page


def test_a_message_of_another_ticket_has_no_body_here(client: FlaskClient, ada: Person) -> None:
    a_mail(html="<p>Hello</p>")
    other = a_ticket()
    message_id = db.session.scalars(select(Message.id).where(Message.has_html)).one()
    db.session.commit()
    assert client.get(f"/tickets/{other.id}/messages/{message_id}/body").status_code == 404
