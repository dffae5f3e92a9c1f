"""Mail texts on the settings screens: own words in the next mail, filled in and never run."""

import base64
import re
import zlib
from datetime import datetime
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.admin.letter_frame import packed, unpacked
from helpdesk.db import db
from helpdesk.headers import MAIL_BODY_POLICY
from helpdesk.notifications.letters import write
from helpdesk.notifications.models import MailText, Outbox
from helpdesk.notifications.texts import original, phrases
from helpdesk.notifications.wording import Occasion, checked
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.actions import Reply
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form
from tests.factories import a_contact, a_mailbox, a_ticket, an_agent

pytestmark = pytest.mark.usefixtures("session", "now")

RECEIVED, UNKNOWN, REPLY, FORWARD, RESOLVED, REOPENED = range(1, 7)
WORDS = "Dear {name},\r\n\r\nyour request {number} (“{subject}”) is with us.\r\n\r\n{firm}"


def version(desk: FlaskClient, number: int, asked: str = "") -> str:
    page = desk.get(f"/settings/mail-texts/{number}{asked}").text
    return page.partition('name="version" value="')[2].partition('"')[0]


def reword(desk: FlaskClient, number: int, body: str, **other: str):  # type: ignore[no-untyped-def]
    sheet = {"language": "en", "body": body, "version": "original", **other}
    return desk.post(f"/settings/mail-texts/{number}", data=form(**sheet))


def mails() -> list[Outbox]:
    return list(db.session.scalars(select(Outbox).order_by(Outbox.id)))


def test_the_next_receipt_says_it_in_our_words(desk: FlaskClient) -> None:
    assert reword(desk, RECEIVED, WORDS).status_code == 303
    ticket = a_ticket("No sound", contact=a_contact("Hanna Bell", email="hanna@halden.example"))
    (mail,) = mails()
    assert mail.body.startswith(f"Dear Hanna Bell,\n\nyour request HD#{ticket.id} (“No sound”) is with us.")


def test_the_next_answer_stands_in_our_words_with_the_signatures(desk: FlaskClient, now: datetime) -> None:
    reword(desk, REPLY, "{answer}\n\nYours\n{signature}\n{number}")
    agent, mailbox = an_agent("Ada Lind"), a_mailbox(signature="Fernhill, 24 hours")
    ticket = a_ticket(mailbox=mailbox, assignee=agent, contact=a_contact(email="hanna@halden.example"))
    tickets.reply(ticket, Reply(text="Try again {firm}."), by=agent.id, now=now)
    body = mails()[-1].body
    assert body == f"Try again {{firm}}.\n\nYours\nAda Lind\nFernhill, 24 hours\nHD#{ticket.id}\n"


def test_the_language_of_the_client_decides(desk: FlaskClient) -> None:
    reword(desk, RECEIVED, "Уважаемый клиент! {number}", language="ru")
    a_ticket(contact=a_contact(email="hanna@halden.example", language="en"))
    a_ticket(contact=a_contact(email="anna@halden.example", language="ru"))
    english, russian = mails()
    assert english.body.startswith("Hello")
    assert russian.body.startswith("Уважаемый клиент! HD#")


def test_a_mailbox_may_have_words_of_its_own(desk: FlaskClient) -> None:
    one, two = a_mailbox("one@fernhill.example"), a_mailbox("two@fernhill.example")
    reword(desk, RECEIVED, "For all {number}")
    asked = f"?language=en&mailbox={one.id}"
    reword(desk, RECEIVED, "For one {number}", mailbox=str(one.id), version=version(desk, RECEIVED, asked))
    for mailbox in (one, two):
        a_ticket(mailbox=mailbox, contact=a_contact(email=f"h{mailbox.id}@halden.example"))
    assert [mail.body.partition(" HD")[0] for mail in mails()] == ["For one", "For all"]


@pytest.mark.parametrize(
    "foreign",
    ["{{ 7 * 7 }}", "{% for x in y %}", "{firm}", "{{ config.SECRET_KEY }}", "{number}", "<b>x</b>"],
)
def test_what_a_client_wrote_is_filled_in_and_never_read_again(desk: FlaskClient, foreign: str) -> None:
    reword(desk, RECEIVED, "About: {subject}")
    a_ticket(foreign, contact=a_contact(email="hanna@halden.example"))
    assert mails()[0].body == f"About: {foreign}\n"


def test_the_administrator_s_own_words_are_no_program_either(desk: FlaskClient) -> None:
    answer = reword(desk, RECEIVED, "{{ config }} {number}")
    assert answer.status_code == 422
    assert "There is no { config } here." in answer.text


@pytest.mark.parametrize(
    ("number", "body", "sentence"),
    [
        (RECEIVED, "Hello {nmae}", "There is no {nmae} here. Did you mean {name}?"),
        (RECEIVED, "Hello {password}", "There is no {password} here. What can be filled in"),
        (UNKNOWN, "About {subject}", "There is no {subject} here."),
        (FORWARD, "{answer} for {name}", "There is no {name} here."),
        (REPLY, "Hello\n{signature}", "{answer} must stand in this text"),
        (FORWARD, "Hello\n{signature}", "{answer} must stand in this text"),
        (RECEIVED, " \n ", "A mail needs words"),
        (RECEIVED, "x" * 4001, "at most 4000 letters"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    desk: FlaskClient, number: int, body: str, sentence: str
) -> None:
    answer = reword(desk, number, body)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert body.strip() in answer.text
    assert db.session.scalar(select(func.count()).select_from(MailText)) == 0


def test_the_original_comes_back(desk: FlaskClient) -> None:
    reword(desk, RECEIVED, WORDS)
    desk.post(f"/settings/mail-texts/{RECEIVED}/original", data=form(language="en"))
    a_ticket(contact=a_contact("Hanna Bell", email="hanna@halden.example"))
    assert mails()[0].body.startswith("Hello Hanna Bell,\n\nthank you for your message.")
    (line,) = history_of("mail_text", RECEIVED)[0].lines
    assert (line.before.split(), line.after) == (WORDS.split(), "")


def test_the_history_tells_the_words_before_and_after(desk: FlaskClient) -> None:
    reword(desk, RECEIVED, "First {number}")
    reword(desk, RECEIVED, "Second {number}", version=version(desk, RECEIVED))
    change, created = history_of("mail_text", RECEIVED)
    assert before_and_after(created) == {"English": ("", "First {number}\n")}
    assert before_and_after(change) == {"English": ("First {number}\n", "Second {number}\n")}
    assert change.name == "Sam Ito"


def test_of_two_administrators_the_second_one_is_told(desk: FlaskClient) -> None:
    reword(desk, RECEIVED, "First {number}")
    answer = reword(desk, RECEIVED, "Second {number}")
    assert answer.status_code == 409
    assert "Somebody else changed this text" in answer.text
    assert "First {number}" in answer.text
    assert "Second {number}" in answer.text


@pytest.mark.parametrize("number", [RECEIVED, UNKNOWN])
def test_a_receipt_that_is_switched_off_is_not_written(desk: FlaskClient, number: int) -> None:
    desk.post(f"/settings/mail-texts/{number}/silence", data=form())
    contact = a_contact(email="hanna@halden.example", verified=number == RECEIVED)
    a_ticket(contact=contact)
    assert mails() == []
    desk.post(f"/settings/mail-texts/{number}/silence", data=form(is_sent="1"))
    a_ticket(contact=contact)
    assert len(mails()) == 1
    lines = [before_and_after(change) for change in history_of("mail_text", number)]
    assert lines == [{"Sent": ("no", "yes")}, {"Sent": ("yes", "no")}]


def test_solved_and_reopened_can_be_kept_silent(desk: FlaskClient, now: datetime) -> None:
    agent = an_agent()
    ticket = a_ticket(assignee=agent, contact=a_contact(email="hanna@halden.example"))
    for number in (RESOLVED, REOPENED):
        desk.post(f"/settings/mail-texts/{number}/silence", data=form())
    tickets.resolve(ticket, "Done", by=agent.id, now=now)
    tickets.reopen(ticket, by=agent.id, now=now)
    assert [mail.kind for mail in mails()] == ["acknowledgement"]


@pytest.mark.parametrize("number", [REPLY, FORWARD])
def test_what_a_person_wrote_is_never_silenced(desk: FlaskClient, number: int) -> None:
    answer = desk.post(f"/settings/mail-texts/{number}/silence", data=form())
    assert answer.status_code == 409


def test_a_preview_shows_an_invented_ticket_and_saves_nothing(desk: FlaskClient) -> None:
    sheet = form(language="ru", body="Номер {number}, {nmae}")
    answer = desk.post(f"/settings/mail-texts/{RECEIVED}/preview", data=sheet, headers={"HX-Request": "true"})
    assert "Номер HD#1042" in answer.text
    assert "Did you mean {name}?" in answer.text
    page = desk.post(f"/settings/mail-texts/{RECEIVED}/preview", data=form(language="en", body="X {firm}"))
    assert "X {firm}" in page.text
    assert db.session.scalar(select(func.count()).select_from(MailText)) == 0


def test_the_preview_has_the_form_that_clients_see_in_a_frame_that_runs_nothing(desk: FlaskClient) -> None:
    sheet = form(language="en", body="Hi {name} <script>\n\n{answer}\n\n-- \n{signature}")
    answer = desk.post(f"/settings/mail-texts/{REPLY}/preview", data=sheet, headers={"HX-Request": "true"})
    frame = answer.text.partition("<iframe")[2].partition(">")[0]
    assert 'sandbox=""' in frame
    rooms = [int(high) for high in re.findall(r'class="mail-room [^>]* height="(\d+)"', answer.text)]
    assert (len(rooms), all(120 < high < 320 for high in rooms)) == (4, True)
    letter = desk.get(unescape(frame.partition('src="')[2].partition('"')[0]))
    assert letter.headers["Content-Security-Policy"] == MAIL_BODY_POLICY
    assert "Hi Hanna Bell &lt;script&gt;" in letter.text
    assert 'class="gmail_signature"><span' in letter.text
    assert letter.text.index(phrases("en")["above"]) < letter.text.index("Hi Hanna Bell")


def test_words_for_the_frame_come_back_or_are_refused(desk: FlaskClient) -> None:
    assert unpacked(packed("Привет {name}\n")) == "Привет {name}\n"
    assert packed("".join(chr(0x10000 + n * 97) for n in range(4000))) == ""
    bomb = base64.urlsafe_b64encode(zlib.compress(b"x" * 9_000_000)).decode()
    assert [unpacked(one) for one in ("", "nonsense!", "eJw", bomb)] == [None] * 4
    assert desk.get(f"/settings/mail-texts/{REPLY}/letter?words=nonsense").status_code == 404


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("occasion", Occasion)
def test_the_originals_could_be_saved_as_they_are(occasion: Occasion, language: str) -> None:
    text = original(occasion, language)
    assert checked(occasion, text) == text


def test_a_stranger_s_receipt_names_nobody(desk: FlaskClient) -> None:
    ticket = a_ticket("Buy now", contact=a_contact("Eve", email="eve@halden.example", verified=False))
    body = write(Occasion.RECEIVED_UNKNOWN, ticket).body
    assert body.startswith("Hello,\n")
    assert "Buy now" not in body


@pytest.mark.parametrize("asked", ["?language=tlh", "?mailbox=999", "?mailbox=x"])
def test_a_place_that_is_not_there(desk: FlaskClient, asked: str) -> None:
    assert desk.get(f"/settings/mail-texts/{RECEIVED}{asked}").status_code == 404
