"""Asking a third party behind the client's back: what leaves, what comes back, and who never learns of it."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk import blobs
from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.mail.jobs import send_outbox
from helpdesk.mail.models import Mailbox
from helpdesk.mail.tokens import Token, read_message_id
from helpdesk.notifications.models import Notice
from helpdesk.notifications.signing import keys
from helpdesk.tickets import actions
from helpdesk.tickets.draft_models import Draft
from helpdesk.tickets.models import Message, Participant, Ticket
from helpdesk.tickets.rules import HandoverCard, MessageKind, State, Visibility
from tests.browsing import form, sign_in
from tests.factories import a_mailbox, a_policy, a_team, an_agent, the_team, three_lines
from tests.mail.letters import HANNA, a_mail, hanna, messages, read, take_in, tickets
from tests.moments import at
from tests.outgoing import said
from tests.servers import Sink

pytestmark = [pytest.mark.usefixtures("session", "relay"), pytest.mark.mailserver]
VENDOR = "support@meridian.example"


@pytest.fixture
def mailbox(session: object) -> Mailbox:
    three_lines()
    return a_mailbox(signature="Fernhill Service\nMon to Fri")


@pytest.fixture
def ticket(mailbox: Mailbox, now: datetime) -> Ticket:
    hanna()
    take_in(a_mail(message_id="<first@brightwater.example>"), mailbox, now=now)
    return tickets()[-1]


def asked(ticket: Ticket, by: Person, now: datetime, **more: object) -> Message:
    words = actions.Forward(text="Is this known?", to=(VENDOR,), quote="> The printer", **more)  # type: ignore[arg-type]
    return actions.forward(ticket, words, by=by.id, now=now)


def sent_after(relay: Sink, now: datetime) -> None:
    with at(now + timedelta(seconds=11)):
        send_outbox()


def to_vendor(relay: Sink, now: datetime):  # type: ignore[no-untyped-def]
    sent_after(relay, now)
    return read(next(one.raw for one in relay.taken if VENDOR in one.recipients))


def test_a_forward_leaves_with_files_a_token_and_the_signature(
    ada: Person, ticket: Ticket, relay: Sink, now: datetime
) -> None:
    content = "счёт".encode()
    file = actions.NewFile(
        sha256=blobs.store(content), name="Счёт № 5.txt", content_type="text/plain", size=len(content)
    )
    asked(ticket, ada, now, files=(file,))
    mail = to_vendor(relay, now)
    body = said(mail)
    assert body.startswith("Is this known?\n\n> The printer")
    words, _, mark = body.rstrip().rpartition("\n\n")
    assert words.endswith("-- \nAda Lind\nFernhill Service\nMon to Fri")
    assert mark.startswith("[ref:b.")
    assert [part.get_filename() for part in mail.iter_attachments()] == ["Счёт № 5.txt"]
    assert mail["Reply-To"].addresses[0].addr_spec.startswith("support+t.")
    assert (mail["In-Reply-To"], mail["Cc"]) == (None, None)
    root = read_message_id(mail["References"], keys())
    assert root == Token(ticket.id, messages(ticket)[-1].id, 1)


def test_a_forward_tells_the_client_nothing_and_changes_nothing_for_him(
    ada: Person, ticket: Ticket, relay: Sink, now: datetime
) -> None:
    asked(ticket, ada, now)
    sent_after(relay, now)
    assert [one.recipients for one in relay.taken if HANNA in one.recipients] == [(HANNA,)]  # the receipt
    assert (ticket.state, ticket.first_answered_at) == (State.NEW, None)
    assert ticket.unanswered_since is not None
    assert db.session.scalar(select(func.count()).select_from(Participant)) == 0


@pytest.mark.parametrize("kept", ["Reply-To", "References", "Subject"])
def test_the_answer_of_the_third_party_stays_inside(
    ada: Person, ticket: Ticket, mailbox: Mailbox, relay: Sink, now: datetime, kept: str
) -> None:
    asked(ticket, ada, now)
    ours = to_vendor(relay, now)
    from_vendor = {"sender": f"Vendor <{VENDOR}>"}
    back = {
        "References": a_mail(
            "Known, fixed in 8.3", subject="hm", References=str(ours["Message-ID"]), **from_vendor
        ),
        "Reply-To": a_mail("Known, fixed in 8.3", subject="hm", to=str(ours["Reply-To"]), **from_vendor),
        "Subject": a_mail("Known, fixed in 8.3", subject=f"AW: {ours['Subject']}", **from_vendor),
    }
    with at(now + timedelta(minutes=1)):
        take_in(back[kept], mailbox, now=now)
    answer = messages(ticket)[-1]
    assert (answer.text.strip(), answer.kind) == ("Known, fixed in 8.3", MessageKind.THIRD_PARTY)
    assert answer.visibility is Visibility.INTERNAL
    assert (ticket.state, len(tickets())) == (State.NEW, 1)
    assert db.session.scalar(select(func.count()).select_from(Participant)) == 0


def test_whoever_answers_a_forward_stays_inside_even_the_client(
    ada: Person, ticket: Ticket, mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    asked(ticket, ada, now)
    ours = to_vendor(relay, now)
    with at(now + timedelta(minutes=1)):
        take_in(a_mail("They sent me this", to=str(ours["Reply-To"])), mailbox, now=now)
    assert messages(ticket)[-1].visibility is Visibility.INTERNAL


def test_the_answer_ends_waiting_for_the_third_party_and_is_news_for_the_owner(
    ada: Person, ticket: Ticket, mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    ticket.owner_id = ada.id
    asked(ticket, ada, now)
    actions.wait(ticket, State.WAITING_THIRD_PARTY, reason="the vendor", by=ada.id, now=now)
    ours = to_vendor(relay, now)
    with at(now + timedelta(minutes=1)):
        take_in(a_mail("Fixed", to=str(ours["Reply-To"]), sender=VENDOR), mailbox, now=now)
    assert ticket.state is State.OPEN
    kinds = db.session.scalars(select(Notice.kind).where(Notice.person_id == ada.id)).all()
    assert "ticket.third_party_wrote" in kinds


def test_the_clients_next_mail_carries_nothing_of_that_talk(
    ada: Person, ticket: Ticket, mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    asked(ticket, ada, now)
    ours = to_vendor(relay, now)
    with at(now + timedelta(minutes=1)):
        back = a_mail("Fixed", to=str(ours["Reply-To"]), sender=VENDOR, message_id="<v1@meridian.example>")
        take_in(back, mailbox, now=now)
    later = now + timedelta(minutes=2)
    actions.reply(ticket, actions.Reply(text="It is fixed."), by=ada.id, now=later)
    sent_after(relay, later)
    mail = read(relay.taken[-1].raw)
    assert mail["In-Reply-To"] == "<first@brightwater.example>"
    assert "meridian" not in str(mail["References"])
    assert str(ours["Message-ID"]) not in str(mail["References"])


def test_an_answer_after_the_end_is_kept_and_opens_nothing(
    ada: Person, ticket: Ticket, mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    asked(ticket, ada, now)
    ours = to_vendor(relay, now)
    actions.resolve(ticket, "Driver", by=ada.id, now=now + timedelta(minutes=1))
    with at(now + timedelta(days=30)):
        take_in(
            a_mail("Late", to=str(ours["Reply-To"]), sender=VENDOR), mailbox, now=now + timedelta(days=30)
        )
    assert messages(ticket)[-1].kind is MessageKind.THIRD_PARTY
    assert (ticket.state, len(tickets())) == (State.RESOLVED, 1)


def test_the_page_forwards_quotes_and_waits_in_one_step(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    db.session.commit()
    sign_in(client, ada)
    fields = {
        "visibility": "third",
        "third_party": VENDOR,
        "pick": ticket.last_message_id,
        "then": "wait_third",
    }
    sent = client.post(f"/tickets/{ticket.id}/replies", data=form(text="Is this known?", **fields))
    assert sent.status_code == 303
    message = messages(ticket)[-1]
    assert (message.kind, message.recipients["to"]) == (MessageKind.FORWARD, [VENDOR])
    assert "> The printer in room 3 prints blank pages." in message.text
    assert ticket.state is State.WAITING_THIRD_PARTY
    page = client.get(f"/tickets/{ticket.id}").text
    assert "To a third party" in page
    assert "Goes out in" in page


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("", "Say to whom it goes."),
        ("vendor", "“vendor” is no mail address."),
        (HANNA, "is the client: write a public reply instead."),
        ("support+x@fernhill.example", "is a mailbox of this desk"),
    ],
)
def test_a_forward_to_the_wrong_address_is_refused_and_nothing_is_lost(
    client: FlaskClient, ada: Person, ticket: Ticket, to: str, sentence: str
) -> None:
    db.session.commit()
    sign_in(client, ada)
    fields = form(text="Is this known?", visibility="third", third_party=to)
    answer = client.post(f"/tickets/{ticket.id}/replies", data=fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Is this known?</textarea>" in answer.text
    assert len(messages(ticket)) == 1


def test_a_forward_taken_back_never_leaves_and_stands_in_the_composer_again(
    client: FlaskClient, ada: Person, ticket: Ticket, relay: Sink, now: datetime
) -> None:
    a_policy(default=True)
    db.session.commit()
    sign_in(client, ada)
    asked_about = ticket.last_message_id
    fields = {"visibility": "third", "third_party": VENDOR, "pick": asked_about, "then": "wait_third"}
    client.post(f"/tickets/{ticket.id}/replies", data=form(text="Is this known?", **fields))
    message = messages(ticket)[-1]
    undo = f"/tickets/{ticket.id}/messages/{message.id}/withdrawal"
    assert client.post(undo, data=form()).status_code == 303
    sent_after(relay, message.created_at)
    assert [one for one in relay.taken if VENDOR in one.recipients] == []
    assert ticket.state is State.NEW
    draft = db.session.scalars(select(Draft)).one()
    assert (draft.kind, draft.text, draft.third_party) == (MessageKind.FORWARD, "Is this known?", VENDOR)
    assert draft.picked["messages"] == [asked_about]


def test_line_3_may_ask_a_third_party_though_it_answers_no_clients(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    jonas = an_agent("Jonas Weber", line=3)
    for line in (2, 3):
        team = the_team(line)
        card = HandoverCard(symptom="s", asked="a", tried="t")
        actions.escalate(ticket, card=card, to_team_id=team.id, by=ada.id, now=ticket.last_event_at)
    db.session.commit()
    sign_in(client, jonas)
    page = client.get(f"/tickets/{ticket.id}").text
    assert 'value="third"' in page
    assert 'value="public"' not in page
    fields = form(text="Is this known?", visibility="third", third_party=VENDOR)
    assert client.post(f"/tickets/{ticket.id}/notes", data=fields).status_code == 303
    assert messages(ticket)[-1].kind is MessageKind.FORWARD


def test_a_reader_may_note_but_not_write_outside(client: FlaskClient, ticket: Ticket, now: datetime) -> None:
    reader = an_agent("Nina Reader", team=a_team(2))
    actions.add_participant(ticket, reader.id, because="mentioned", now=now)
    db.session.commit()
    sign_in(client, reader)
    assert 'value="third"' not in client.get(f"/tickets/{ticket.id}").text
    fields = form(text="Is this known?", visibility="third", third_party=VENDOR)
    assert client.post(f"/tickets/{ticket.id}/notes", data=fields).status_code == 403
