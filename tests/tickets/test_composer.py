"""Writing: drafts on the server, files that wait, Cc, and whatever may go wrong before something is sent."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from helpdesk import blobs
from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company, Contact
from helpdesk.config import MIB
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.actions.drafts import Desk, Unsent, keep_draft
from helpdesk.tickets.draft_models import Draft, Upload
from helpdesk.tickets.jobs import tidy_uploads
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.rules import MessageKind
from tests.browsing import form, sign_in, sign_out
from tests.factories import a_client_message, a_contact, a_mailbox, a_team, a_ticket, an_agent

pytestmark = pytest.mark.usefixtures("session")
HANNA = "hanna.bell@brightwater.example"


@pytest.fixture
def ticket(ada: Person) -> Ticket:
    a_mailbox()
    ticket = a_ticket(contact=a_contact("Hanna Bell", email=HANNA))
    db.session.commit()
    return ticket


def json_of(answer: TestResponse) -> Any:
    """What a script was answered."""
    return answer.json


def save(client: FlaskClient, ticket: Ticket, text: str, base: str = "", **more: str) -> TestResponse:
    return client.post(f"/tickets/{ticket.id}/draft", data=form(text=text, base=base, **more))


def upload(client: FlaskClient, ticket: Ticket, name: str, content: bytes) -> TestResponse:
    data = form(files=(BytesIO(content), name))
    return client.post(f"/tickets/{ticket.id}/uploads", data=data, headers={"HX-Request": "true"})


def upload_id() -> str:
    return str(db.session.scalars(select(Upload.public_id).order_by(Upload.id.desc())).first())


def the_text() -> str | None:
    return db.session.scalar(select(Draft.text))


def files_of(ticket: Ticket) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(Attachment.name, Attachment.content_type)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.ticket_id == ticket.id)
        .order_by(Attachment.id)
    )
    return [(name, kind) for name, kind in rows]


# Drafts


def test_a_draft_is_there_after_signing_in_on_another_device(
    client: FlaskClient, ada: Person, ticket: Ticket
) -> None:
    answer = save(client, ticket, "Hello Han", visibility="internal", cc="omar@brightwater.example")
    assert json_of(answer)["words"].startswith("Draft saved ")
    sign_out(client)
    sign_in(client, ada)
    page = client.get(f"/tickets/{ticket.id}").text
    assert "Hello Han</textarea>" in page
    assert 'value="omar@brightwater.example"' in page
    assert f'data-revision="{json_of(answer)["revision"]}"' in page


def test_two_devices_never_overwrite_each_other_in_silence(client: FlaskClient, ticket: Ticket) -> None:
    first = json_of(save(client, ticket, "From the desk"))["revision"]
    second = json_of(save(client, ticket, "From the phone", base=first))["revision"]
    late = save(client, ticket, "From the desk, longer", base=first)
    assert late.status_code == 409
    assert (json_of(late)["text"], json_of(late)["revision"]) == ("From the phone", second)
    assert the_text() == "From the phone"
    assert save(client, ticket, "From the desk, longer", base=first, mine="1").status_code == 200
    assert the_text() == "From the desk, longer"


def test_a_window_that_never_saw_the_draft_does_not_overwrite_it(client: FlaskClient, ticket: Ticket) -> None:
    save(client, ticket, "From the desk")
    assert save(client, ticket, "Another").status_code == 409
    assert the_text() == "From the desk"


def test_what_was_sent_elsewhere_does_not_come_back_as_a_draft(client: FlaskClient, ticket: Ticket) -> None:
    base = json_of(save(client, ticket, "Please restart"))["revision"]
    client.post(f"/tickets/{ticket.id}/replies", data=form(text="Please restart"))
    late = save(client, ticket, "Please restart it", base=base)
    assert (late.status_code, json_of(late)["revision"]) == (409, "")
    assert the_text() is None


def test_a_saving_that_was_overtaken_by_the_sending_keeps_nothing(
    client: FlaskClient, ticket: Ticket
) -> None:
    client.post(f"/tickets/{ticket.id}/replies", data=form(text="Please restart"))
    assert save(client, ticket, "Please restart").json == {"revision": "", "words": ""}
    assert the_text() is None


def test_an_emptied_composer_keeps_nothing(client: FlaskClient, ticket: Ticket) -> None:
    base = json_of(save(client, ticket, "Hm"))["revision"]
    assert save(client, ticket, " ", base=base).json == {"revision": "", "words": ""}
    assert the_text() is None


def test_lists_mark_what_one_has_begun_and_not_sent(client: FlaskClient, ticket: Ticket) -> None:
    assert "draft-mark" not in client.get("/lines/1").text
    save(client, ticket, "Hello Han")
    assert "draft-mark" in client.get("/lines/1").text


def test_a_draft_is_nobody_elses(client: FlaskClient, ada: Person, ticket: Ticket) -> None:
    save(client, ticket, "canary of Ada")
    tom = an_agent("Tom Reed")
    db.session.commit()
    sign_in(client, tom)
    assert "canary of Ada" not in client.get(f"/tickets/{ticket.id}").text
    assert save(client, ticket, "of Tom").status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 2


@pytest.mark.parametrize("door", ["draft", "uploads", "canned-answers"])
def test_nobody_writes_beside_a_ticket_that_is_not_his(client: FlaskClient, ada: Person, door: str) -> None:
    foreign = a_ticket(team=a_team(1))
    db.session.commit()
    sent = form(text="x", files=(BytesIO(b"x"), "x.txt"), answer_id="1")
    assert client.post(f"/tickets/{foreign.id}/{door}", data=sent).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Upload)) == 0


# Files


def test_files_go_along_under_their_cleaned_names_and_their_true_types(
    client: FlaskClient, ticket: Ticket
) -> None:
    assert upload(client, ticket, "../../Счёт № 5.txt", "счёт".encode()).status_code == 201
    assert upload(client, ticket, "photo.exe", b"\x89PNG\r\n\x1a\n" + b"0" * 9).status_code == 201
    ids = [str(one) for one in db.session.scalars(select(Upload.public_id).order_by(Upload.id))]
    sent = client.post(f"/tickets/{ticket.id}/replies", data=form(text="See below", upload=ids))
    assert sent.status_code == 303
    assert files_of(ticket) == [("Счёт № 5.txt", "text/plain"), ("photo.exe", "image/png")]
    assert db.session.scalar(select(func.count()).select_from(Upload)) == 0
    assert "Счёт № 5.txt" in client.get(f"/tickets/{ticket.id}").text


def test_without_scripts_files_come_with_the_form(client: FlaskClient, ticket: Ticket) -> None:
    data = form(
        text="A note", visibility="internal", files=[(BytesIO(b"one"), "a.txt"), (BytesIO(b"two"), "b.csv")]
    )
    assert client.post(f"/tickets/{ticket.id}/replies", data=data).status_code == 303
    assert files_of(ticket) == [("a.txt", "text/plain"), ("b.csv", "text/csv")]


def test_a_file_that_was_unticked_or_removed_stays_behind(client: FlaskClient, ticket: Ticket) -> None:
    upload(client, ticket, "no.txt", b"no")
    removed = upload_id()
    assert client.post(f"/tickets/{ticket.id}/uploads/{removed}/removal", data=form()).status_code == 303
    upload(client, ticket, "unticked.txt", b"no")
    client.post(f"/tickets/{ticket.id}/replies", data=form(text="Nothing attached"))
    assert files_of(ticket) == []


def test_a_file_too_large_is_refused_in_words_and_the_others_wait(
    client: FlaskClient, app: Flask, ticket: Ticket
) -> None:
    large = upload(client, ticket, "video.mp4", b"0" * (26 * MIB))
    assert (large.status_code, large.text) == (422, "video.mp4 has 26.0 MB; one file may have 25.")
    assert upload(client, ticket, "a.txt", b"").text == "a.txt is empty."
    assert upload(client, ticket, "half.bin", b"0" * (20 * MIB)).status_code == 201
    both = upload(client, ticket, "rest.bin", b"1" * (8 * MIB))
    assert (both.status_code, "larger than 35 MB" in both.text) == (422, True)
    data = form(text="Both files", files=[(BytesIO(b""), "empty.txt"), (BytesIO(b"ok"), "ok.txt")])
    refused = client.post(f"/tickets/{ticket.id}/replies", data=data)
    assert refused.status_code == 422
    assert "empty.txt is empty." in refused.text
    assert "Both files</textarea>" in refused.text
    assert "ok.txt" in refused.text
    assert files_of(ticket) == []


def test_nobody_takes_a_file_of_anothers_composer(client: FlaskClient, ada: Person, ticket: Ticket) -> None:
    upload(client, ticket, "ada.txt", b"canary")
    hers, tom = upload_id(), an_agent("Tom Reed")
    db.session.commit()
    sign_in(client, tom)
    assert client.post(f"/tickets/{ticket.id}/uploads/{hers}/removal", data=form()).status_code == 404
    client.post(f"/tickets/{ticket.id}/replies", data=form(text="Mine", upload=[hers, str(uuid4()), "x"]))
    assert files_of(ticket) == []


def test_the_collision_page_keeps_text_recipients_and_files(
    client: FlaskClient, ada: Person, ticket: Ticket
) -> None:
    seen = ticket.last_message_id
    tom = an_agent("Tom Reed")
    actions.add_note(ticket, "Wait, I know this one", by=tom.id, now=ticket.last_event_at)
    db.session.commit()
    upload(client, ticket, "early.txt", b"early")
    mine = form(
        text="Please restart", cc="omar@brightwater.example", upload=upload_id(), last_message_id=seen,
        files=(BytesIO(b"late"), "late.txt"),
    )  # fmt: skip
    stopped = client.post(f"/tickets/{ticket.id}/replies", data=mine)
    assert stopped.status_code == 409
    assert "Wait, I know this one" in stopped.text
    hidden = [row.partition('"')[0] for row in stopped.text.split('name="upload" value="')[1:]]
    assert len(hidden) == 2
    again = form(text="Please restart", cc="omar@brightwater.example", upload=hidden, send_anyway="1")
    assert client.post(f"/tickets/{ticket.id}/replies", data=again).status_code == 303
    assert [name for name, _ in files_of(ticket)] == ["early.txt", "late.txt"]


def test_files_that_nobody_sent_are_tidied_and_those_beside_a_text_stay(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    other = a_ticket()
    keep_draft(Desk(other.id, ada.id), Unsent(kind=MessageKind.REPLY, text="Soon"), now=now)
    db.session.commit()
    upload(client, ticket, "alone.txt", b"alone")
    upload(client, other, "beside.txt", b"beside")
    for row in db.session.scalars(select(Upload)):
        row.created_at = now - timedelta(days=2)
        os.utime(blobs.path_of(row.sha256), (0, 0))
    shared = blobs.store(b"alone and named elsewhere")
    db.session.commit()
    alone, beside = db.session.scalars(select(Upload.sha256).order_by(Upload.id))
    assert tidy_uploads() == 1
    assert list(db.session.scalars(select(Upload.name))) == ["beside.txt"]
    found = [blobs.path_of(digest).exists() for digest in (alone, beside, shared)]
    assert found == [False, True, True]


def test_bytes_that_a_message_needs_outlive_the_tidying(
    client: FlaskClient, ticket: Ticket, now: datetime
) -> None:
    upload(client, ticket, "same.txt", b"the same bytes")
    client.post(f"/tickets/{ticket.id}/replies", data=form(text="See", upload=upload_id()))
    upload(client, ticket, "again.txt", b"the same bytes")
    row = db.session.scalars(select(Upload)).one()
    row.created_at, digest = now - timedelta(days=2), row.sha256
    os.utime(blobs.path_of(digest), (0, 0))
    db.session.commit()
    assert tidy_uploads() == 1
    assert blobs.path_of(digest).exists()


# Cc


def test_answering_goes_to_whoever_watches_and_not_to_all_whom_a_mail_named(
    client: FlaskClient, ticket: Ticket, ada: Person
) -> None:
    contact, now = db.session.get_one(Contact, ticket.contact_id), ticket.last_event_at
    mail = replace(
        a_client_message(contact, "And my colleague"), written_from=HANNA, cc=("eve@elsewhere.example", HANNA)
    )
    actions.add_client_message(ticket, mail, by=contact.person_id, now=now)
    for email in ("it@brightwater.example", "omar@brightwater.example"):
        actions.watch(ticket, email, by=ada.id, now=now)
    db.session.commit()
    page = client.get(f"/tickets/{ticket.id}").text
    assert 'name="cc" type="text" value="it@brightwater.example, omar@brightwater.example"' in page


def test_more_watchers_than_one_may_type_are_still_written_to(
    client: FlaskClient, ticket: Ticket, ada: Person
) -> None:
    emails = [f"p{n}@brightwater.example" for n in range(15)]
    for email in emails:
        actions.watch(ticket, email, by=ada.id, now=ticket.last_event_at)
    db.session.commit()
    sent = form(text="Please restart it", cc=", ".join(emails))
    assert client.post(f"/tickets/{ticket.id}/replies", data=sent).status_code == 303


def test_the_answer_goes_where_the_clients_last_mail_asks_for_it(client: FlaskClient, ticket: Ticket) -> None:
    contact, now = db.session.get_one(Contact, ticket.contact_id), ticket.last_event_at
    mail = replace(
        a_client_message(contact, "Please answer there"),
        written_from=HANNA,
        reply_to=("it@brightwater.example",),
    )
    actions.add_client_message(ticket, mail, by=contact.person_id, now=now)
    db.session.commit()
    page = client.get(f"/tickets/{ticket.id}").text
    assert '<span class="dim rcpt-mail">it@brightwater.example</span>' in page
    assert "The answer is wanted at it@brightwater.example" in page
    client.post(f"/tickets/{ticket.id}/replies", data=form(text="Please restart it"))
    said = db.session.scalars(select(Message).where(Message.kind == MessageKind.REPLY)).one()
    assert said.recipients["to"] == ["it@brightwater.example"]


def test_a_mail_proved_false_says_so_and_does_not_choose_where_the_answer_goes(
    client: FlaskClient, ticket: Ticket
) -> None:
    contact, now = db.session.get_one(Contact, ticket.contact_id), ticket.last_event_at
    mail = replace(
        a_client_message(contact, "Send me the password"),
        written_from=HANNA,
        reply_to=("eve@elsewhere.example",),
        evidence=("dmarc=fail",),
    )
    actions.add_client_message(ticket, mail, by=contact.person_id, now=now)
    db.session.commit()
    page = client.get(f"/tickets/{ticket.id}").text
    assert "Sender not verified." in page
    assert f'<span class="dim rcpt-mail">{HANNA}</span>' in page
    client.post(f"/tickets/{ticket.id}/replies", data=form(text="No"))
    said = db.session.scalars(select(Message).where(Message.kind == MessageKind.REPLY)).one()
    assert said.recipients["to"] == [HANNA]


@pytest.mark.parametrize(
    ("cc", "sentence"),
    [
        ("omar@brightwater.example, nonsense", "“nonsense” is no mail address."),
        ("support@fernhill.example", "is a mailbox of this desk and gets it anyway."),
        (", ".join(f"p{n}@x.example" for n in range(11)), "10 addresses at most."),
    ],
)
def test_a_wrong_address_is_told_at_its_field_and_nothing_is_sent(
    client: FlaskClient, ticket: Ticket, cc: str, sentence: str
) -> None:
    answer = client.post(f"/tickets/{ticket.id}/replies", data=form(text="Please restart it", cc=cc))
    assert answer.status_code == 422
    field = answer.text.partition('name="cc"')[2].partition(">")[0]
    assert 'aria-invalid="true" aria-describedby="composer-error"' in field
    error = answer.text.partition('id="composer-error"')[2].partition("</p>")[0]
    assert sentence in error
    assert "Please restart it</textarea>" in answer.text
    assert (
        db.session.scalar(select(func.count()).select_from(Message).where(Message.kind == MessageKind.REPLY))
        == 0
    )


def test_addresses_are_offered_from_the_company_and_the_ticket_only(
    client: FlaskClient, ticket: Ticket
) -> None:
    company = db.session.get_one(Company, ticket.company_id)
    a_contact("Omar Said", company=company, email="omar@brightwater.example")
    a_contact("Omar Stranger", email="omar@elsewhere.example")
    actions.reply(
        ticket,
        actions.Reply(text="Hi", cc=("omega@partner.example",)),
        by=an_agent().id,
        now=ticket.last_event_at,
    )
    db.session.commit()
    found = client.get(f"/tickets/{ticket.id}/addresses?q=om").text
    assert "omar@brightwater.example" in found
    assert "omega@partner.example" in found
    assert "elsewhere" not in found


def test_a_form_larger_than_any_mail_is_refused_in_words(client: FlaskClient, ticket: Ticket) -> None:
    data = form(text="See", files=[(BytesIO(b"0" * (20 * MIB)), f"{n}.bin") for n in range(2)])
    answer = client.post(f"/tickets/{ticket.id}/replies", data=data)
    assert answer.status_code == 413
    assert "Go back, leave something out, and send it again." in answer.text
