"""What a mail holds reaches the ticket: invitations, sealed mail, both versions, what a sender repeats."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk import blobs
from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.mail import remote_pictures
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.models import InboundState, Mailbox
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.picture_models import PicturesShown
from tests.browsing import form, sign_in
from tests.factories import an_agent
from tests.mail.letters import a_mail, arrive, hanna, messages, take_in, tickets
from tests.mail.sealed import letter

PNG = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000200000003")
SIGNATURE = "Hanna Bell\nBrightwater Dental\nTel. 555 0100"
INVITATION = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nDTSTART:20260401T100000Z\r\nDTEND:20260401T113000Z\r\n"
    "SUMMARY:Printer check\r\nORGANIZER;CN=Hanna Bell:mailto:h@x.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def ada(client: FlaskClient, mailbox: Mailbox, now: datetime) -> Person:
    """Ada of line 1, signed in, eight hours ahead of UTC."""
    person = an_agent("Ada Lind")
    person.zone = "Asia/Shanghai"
    db.session.commit()
    sign_in(client, person)
    return person


def the_message(ticket: Ticket) -> Message:
    (message,) = messages(ticket)
    return message


def with_html(html: str, text: str = "See the other version of it.") -> EmailMessage:
    mail = a_mail(text)
    mail.add_alternative(html, subtype="html")
    return mail


def test_an_invitation_is_told_in_the_readers_own_time(
    client: FlaskClient, ada: Person, mailbox: Mailbox, now: datetime
) -> None:
    mail = a_mail("Please come.")
    mail.add_attachment(INVITATION.encode(), maintype="text", subtype="calendar", filename="invite.ics")
    take_in(mail, mailbox, now=now)
    (ticket,) = tickets()
    page = client.get(f"/tickets/{ticket.id}").text
    assert "Invitation: Printer check" in page
    assert "Wednesday, April 1, 2026, 18:00, for 1 h 30" in page
    assert "by Hanna Bell" in page
    assert "invite.ics" in page


@pytest.mark.parametrize("when", ["99991231T235959Z", "00010101T000000", "00010101"])
def test_an_invitation_at_the_end_of_time_spoils_no_page(
    when: str, client: FlaskClient, ada: Person, mailbox: Mailbox, now: datetime
) -> None:
    mail = a_mail("Please come.")
    odd = INVITATION.replace("20260401T100000Z", when)
    mail.add_attachment(odd.encode(), maintype="text", subtype="calendar", filename="invite.ics")
    take_in(mail, mailbox, now=now)
    said = the_message(tickets()[0])
    assert client.get(f"/tickets/{said.ticket_id}").status_code == 200
    said.remarks = [{**said.remarks[0], "start": "9999-12-31T23:59:59+00:00"}]  # as an older version kept it
    db.session.commit()
    assert client.get(f"/tickets/{said.ticket_id}").status_code == 200


def test_a_mail_that_was_taken_in_late_says_when_it_came(
    client: FlaskClient, ada: Person, mailbox: Mailbox, now: datetime
) -> None:
    arrive(a_mail(), mailbox, now=now - timedelta(minutes=14))
    arrive(a_mail(), mailbox, now=now - timedelta(hours=3))
    process_inbound()
    said = "It reached the mail server on Wednesday, March 4, 2026, 16:00; the desk took it in later."
    pages = [client.get(f"/tickets/{ticket.id}").text for ticket in tickets()]
    assert [said in page for page in pages] == [False, True]


def test_an_encrypted_mail_becomes_a_ticket_with_its_original(mailbox: Mailbox, now: datetime) -> None:
    raw = letter("application/pkcs7-mime; smime-type=enveloped-data", b"\x30\x0bsecret", name="smime.p7m")
    assert take_in(raw, mailbox, now=now).state is InboundState.PROCESSED
    message = the_message(tickets()[0])
    assert message.text == "This message is encrypted. Please open the attached original."
    file = db.session.scalars(select(Attachment).where(Attachment.message_id == message.id)).one()
    assert (file.name, blobs.path_of(file.sha256).read_bytes()) == ("original.eml", raw)


def test_words_that_only_the_html_has_are_found_and_shown_first(
    client: FlaskClient, ada: Person, mailbox: Mailbox, now: datetime
) -> None:
    html = "<p>The plotter in the cellar draws nothing but circles since yesterday evening</p>"
    take_in(with_html(html), mailbox, now=now)
    (ticket,) = tickets()
    assert "plotter" in the_message(ticket).other_text
    assert db.session.scalar(select(Message.stems.op("@@")(db.func.to_tsquery("russian", "circles"))))
    assert "Text version" in client.get(f"/tickets/{ticket.id}").text


def test_two_versions_of_the_same_words_are_one(mailbox: Mailbox, now: datetime) -> None:
    words = "The plotter in the cellar draws nothing but circles since yesterday evening"
    take_in(with_html(f"<p>{words}</p>", words), mailbox, now=now)
    message = the_message(tickets()[0])
    assert (message.other_text, [one["kind"] for one in message.remarks]) == ("", ["heights"])


def test_lines_with_which_somebody_always_closes_are_folded_from_the_third_mail_on(
    mailbox: Mailbox, now: datetime
) -> None:
    hanna()
    requests = ("The printer is off.", "The scanner is off.", "The plotter is off.\n\nIt smells of smoke.")
    for number, words in enumerate(requests):
        mail = a_mail(f"{words}\n\n{SIGNATURE}\n", subject=f"Off {number}")
        take_in(mail, mailbox, now=now)
    shown = [the_message(ticket) for ticket in tickets()]
    assert [one.text[: one.reply_until].strip() for one in shown[:2]] == [
        f"{words}\n\n{SIGNATURE}" for words in requests[:2]
    ]
    assert shown[2].text[: shown[2].reply_until].strip() == requests[2]
    assert SIGNATURE in shown[2].text


def test_a_logo_sent_with_every_mail_is_folded_from_the_third_on(
    client: FlaskClient, ada: Person, mailbox: Mailbox, now: datetime
) -> None:
    hanna()
    for number in range(3):
        mail = a_mail(f"Request {number}", subject=f"Request {number}")
        mail.add_attachment(PNG, maintype="image", subtype="png", filename="logo.png")
        mail.add_attachment(PNG + bytes([number]), maintype="image", subtype="png", filename="shot.png")
        take_in(mail, mailbox, now=now)
        rows = db.session.execute(select(Attachment.name, Attachment.is_repeated))
        assert {row.name for row in rows if row.is_repeated} == ({"logo.png"} if number == 2 else set())
    page = client.get(f"/tickets/{tickets()[2].id}").text
    assert "1 picture of the signature" in page


def with_picture(subtype: str, content: bytes) -> EmailMessage:
    mail = with_html('<p>See the other version of it. <img src="cid:it@x"></p>')
    part = mail.get_payload(1)
    assert isinstance(part, EmailMessage)
    part.add_related(content, maintype="image", subtype=subtype, cid="<it@x>", filename=f"it.{subtype}")
    return mail


@pytest.mark.parametrize(
    ("subtype", "content", "is_listed"),
    [("png", PNG, False), ("svg+xml", b"<svg/>", True), ("heic", PNG, True), ("png", bytes(2_000_001), True)],
    ids=["png", "svg", "heic", "too large"],
)
def test_a_picture_that_the_mail_cannot_draw_stands_below_it(
    subtype: str,
    content: bytes,
    is_listed: bool,
    client: FlaskClient,
    ada: Person,
    mailbox: Mailbox,
    now: datetime,
) -> None:
    take_in(with_picture(subtype, content), mailbox, now=now)
    (ticket,) = tickets()
    page = client.get(f"/tickets/{ticket.id}").text
    assert (f">it.{subtype}</a>" in page) is is_listed
    assert ('<details class="quote" open>' in page) is not is_listed


def test_pictures_from_elsewhere_are_shown_to_whom_asked_for_this_mail(
    client: FlaskClient, ada: Person, mailbox: Mailbox, now: datetime
) -> None:
    url = "https://pictures.example/asked.png"
    remote_pictures._kept.put(url, ("image/png", PNG))
    take_in(with_html(f'<p>Look <img src="{url}"></p>'), mailbox, now=now)
    (ticket,) = tickets()
    place = f"/tickets/{ticket.id}/messages/{the_message(ticket).id}/pictures"
    assert f'action="{place}"' in client.get(f"/tickets/{ticket.id}").text
    assert "data:image" not in client.get(place).text
    answer = client.post(place, data=form())
    assert (answer.status_code, answer.headers["Location"].partition("#")[0]) == (
        303,
        f"/tickets/{ticket.id}",
    )
    page = client.get(f"/tickets/{ticket.id}").text
    assert '<details class="quote" open>' in page
    assert f'src="{place}"' in page
    assert f'action="{place}"' not in page
    shown = client.get(place)
    assert "data:image/png;base64," in shown.text
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'; img-src data:;")
    assert db.session.scalars(select(PicturesShown.person_id)).all() == [ada.id]


def test_a_mail_that_cannot_be_cleaned_in_time_keeps_its_words(mailbox: Mailbox, now: datetime) -> None:
    """What takes a browser's own parser minutes: endless nesting of tables in tables."""
    html = "<p>Here are my words for you</p>" + "<table><tr><td><b><i>" * 40_000
    mail = take_in(with_html(html), mailbox, now=now)
    assert mail.state is InboundState.PROCESSED
    assert the_message(tickets()[0]).text.strip() == "See the other version of it."
