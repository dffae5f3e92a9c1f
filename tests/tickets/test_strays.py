"""On the page: why a message is there, deciding about a stranger's words, and a mail to two mailboxes."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk import blobs
from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.notifications.caps import SPLIT_UNDONE
from helpdesk.notifications.models import DeliveryState, Outbox
from helpdesk.tickets import actions
from helpdesk.tickets.models import Attachment, Message, Ticket, TicketLink
from helpdesk.tickets.queries.watching import watching
from helpdesk.tickets.rules import DiscardReason, LinkKind, State, Visibility
from tests.browsing import form, sign_in
from tests.factories import a_client_message, a_mailbox, a_team, an_agent, three_lines
from tests.mail.letters import HANNA, a_mail, hanna, messages, take_in, tickets

pytestmark = pytest.mark.usefixtures("session")
EVE = "eve@elsewhere.example"


@pytest.fixture
def mailbox(session: object) -> Mailbox:
    three_lines()
    hanna()
    return a_mailbox()


@pytest.fixture
def ada(client: FlaskClient, mailbox: Mailbox) -> Person:
    person = an_agent("Ada Lind")
    sign_in(client, person)
    return person


@pytest.fixture
def ticket(mailbox: Mailbox, ada: Person, now: datetime) -> Ticket:
    take_in(a_mail(), mailbox, now=now)
    return tickets()[0]


@pytest.fixture
def stray(ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime) -> Message:
    """Eve answers a mail that was passed on to her, with a file."""
    actions.take(ticket, by=ada.id, now=now)
    actions.wait(ticket, State.WAITING_CLIENT, reason="driver version", by=ada.id, now=now)
    known = {"subject": f"Re: [HD#{ticket.id}] Driver", "References": mails(ticket)[0].rfc_message_id}
    mail = a_mail("It is driver 4.11", sender=f"Eve Moss <{EVE}>", **known)
    mail.add_attachment(b"4.11", maintype="text", subtype="plain", filename="version.txt")
    take_in(mail, mailbox, now=now)
    return messages(ticket)[-1]


def mails(ticket: Ticket) -> list[Outbox]:
    return list(db.session.scalars(select(Outbox).where(Outbox.ticket_id == ticket.id).order_by(Outbox.id)))


def press(client: FlaskClient, ticket: Ticket, message: Message, verb: str) -> int:
    return client.post(f"/tickets/{ticket.id}/messages/{message.id}/{verb}", data=form()).status_code


def page(client: FlaskClient, ticket: Ticket) -> str:
    return client.get(f"/tickets/{ticket.id}").text


def test_the_page_says_by_what_a_message_joined(
    client: FlaskClient, ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    mail = a_mail("More", sender="noah@brightwater.example", subject=f"Re: [HD#{ticket.id}]")
    take_in(mail, mailbox, now=now)
    assert "joined by: number in the subject, from the client&#39;s company" in page(client, ticket)


def test_a_strangers_words_stand_apart_with_both_ways_out(
    client: FlaskClient, ticket: Ticket, stray: Message
) -> None:
    shown = page(client, ticket)
    assert "Internal: nobody has vouched for the sender" in shown
    assert "Eve Moss is not on this ticket, but answers one of its mails" in shown
    assert "Accept and add as watcher" in shown
    assert "Split into a new ticket" in shown
    assert (ticket.state, len(mails(ticket))) == (State.WAITING_CLIENT, 1)


def test_who_is_accepted_watches_and_speaks_for_the_client_from_now_on(
    client: FlaskClient, ticket: Ticket, stray: Message, mailbox: Mailbox, now: datetime
) -> None:
    assert press(client, ticket, stray, "acceptance") == 303
    db.session.refresh(ticket)
    assert (watching(ticket.id), ticket.state) == (frozenset({EVE}), State.OPEN)
    assert stray.visibility is Visibility.INTERNAL
    shown = page(client, ticket)
    assert f"Ada Lind accepted {EVE} as a watcher" in shown
    assert "Accept and add as watcher" not in shown
    take_in(a_mail("Thank you", sender=EVE, subject=f"[HD#{ticket.id}]"), mailbox, now=now)
    assert messages(ticket)[-1].visibility is Visibility.PUBLIC


def test_what_is_split_off_is_a_ticket_of_its_writer_with_words_and_files(
    client: FlaskClient, ticket: Ticket, stray: Message
) -> None:
    assert press(client, ticket, stray, "split") == 303
    other = tickets()[1]
    (first,) = messages(other)
    assert other.subject == "Re: Driver"
    assert (first.text.strip(), first.author_id, first.visibility) == (
        "It is driver 4.11",
        stray.author_id,
        Visibility.PUBLIC,
    )
    files = db.session.scalars(select(Attachment.name).where(Attachment.message_id == first.id)).all()
    assert files == ["version.txt"]
    link = db.session.scalars(select(TicketLink)).one()
    assert (link.kind, link.from_id, link.to_id) == (LinkKind.RELATES, other.id, ticket.id)
    assert [one.recipients[0].email for one in with_people(other)] == [EVE]
    shown = page(client, ticket)
    assert f"Ada Lind split a message off into {other.id}" in shown
    assert "Split off: it goes on as a ticket of its own." in shown
    db.session.refresh(ticket)
    assert ticket.state is State.WAITING_CLIENT


def with_people(ticket: Ticket) -> list[Outbox]:
    found = mails(ticket)
    for one in found:
        db.session.refresh(one, ["recipients"])
    return found


def split(client: FlaskClient, ticket: Ticket, stray: Message) -> Ticket:
    assert press(client, ticket, stray, "split") == 303
    return tickets()[1]


def test_a_split_is_undone_with_one_press(client: FlaskClient, ticket: Ticket, stray: Message) -> None:
    other = split(client, ticket, stray)
    shown = page(client, ticket)
    assert shown.count(f'action="/tickets/{ticket.id}/messages/{stray.id}/rejoining"') == 2
    assert press(client, ticket, stray, "rejoining") == 303
    db.session.refresh(other)
    assert (other.discard_reason, other.state) == (DiscardReason.MISTAKE, State.CLOSED)
    (receipt,) = with_people(other)
    assert (receipt.error, receipt.recipients[0].state) == (SPLIT_UNDONE, DeliveryState.FAILED)
    shown = page(client, ticket)
    assert f"Ada Lind undid the split into {other.id}: the message waits here again" in shown
    assert "Split into a new ticket" in shown
    assert "Undo the split" not in shown
    assert press(client, ticket, stray, "rejoining") == 409
    assert press(client, ticket, stray, "split") == 303
    assert len(tickets()) == 3


def test_an_undo_says_that_the_sender_was_told_only_if_a_relay_took_the_receipt(
    client: FlaskClient, ticket: Ticket, stray: Message
) -> None:
    other = split(client, ticket, stray)
    (receipt,) = with_people(other)
    (copy,) = receipt.recipients
    for state in DeliveryState:
        copy.state = state
        db.session.commit()
        before = f"The sender has been told of ticket {other.id} already" in page(client, ticket)
        assert before is (state is DeliveryState.ACCEPTED)
    copy.state, receipt.attempts = DeliveryState.ACCEPTED, 1
    db.session.commit()
    assert press(client, ticket, stray, "rejoining") == 303
    assert f"The sender was told of ticket {other.id} before that split was undone." in page(client, ticket)
    copy.state = DeliveryState.FAILED
    db.session.commit()
    assert "The sender was told" not in page(client, ticket)


def test_what_was_noted_on_a_split_ticket_comes_along_with_its_files(
    client: FlaskClient, ticket: Ticket, stray: Message, ada: Person, now: datetime
) -> None:
    other = split(client, ticket, stray)
    file = actions.NewFile(sha256=blobs.store(b"log"), name="log.txt", content_type="text/plain", size=3)
    actions.add_note(other, "I called Eve.", by=ada.id, now=now, files=(file,))
    db.session.commit()
    assert press(client, ticket, stray, "rejoining") == 303
    note = messages(ticket)[-1]
    assert note.text.startswith(f"Noted on {other.id} before the split was undone:\n\nAda Lind wrote on ")
    assert note.text.endswith("I called Eve.")
    names = select(Attachment.name).where(Attachment.message_id == note.id)
    assert list(db.session.scalars(names)) == ["log.txt"]
    assert [one.text for one in messages(other)][-1] == "I called Eve."


def answered(other: Ticket, ada: Person, now: datetime) -> None:
    actions.reply(other, actions.Reply(text="Use 4.12"), by=ada.id, now=now)


def handed_on(other: Ticket, ada: Person, now: datetime) -> None:
    actions.move(other, to_team_id=a_team(1).id, reason="Theirs", by=ada.id, now=now)


def thrown_away(other: Ticket, ada: Person, now: datetime) -> None:
    actions.discard(other, DiscardReason.SPAM, by=ada.id, now=now)


def test_a_split_that_somebody_outside_wrote_on_stays_and_the_page_says_why(
    client: FlaskClient, ticket: Ticket, stray: Message, ada: Person, now: datetime
) -> None:
    other = split(client, ticket, stray)
    words = a_client_message(db.session.get_one(Contact, other.contact_id), "And now?")
    actions.add_client_message(other, words, by=words.author_id, now=now)
    db.session.commit()
    before = (other.state, len(messages(other)), len(messages(ticket)))
    refused = client.post(f"/tickets/{ticket.id}/messages/{stray.id}/rejoining", data=form())
    assert refused.status_code == 409
    assert f"wrote or called on {other.id} since. Nothing was changed: go on there." in refused.text
    db.session.refresh(other)
    assert (other.state, len(messages(other)), len(messages(ticket))) == before
    assert "Split off: it goes on as a ticket of its own." in refused.text


def test_a_split_that_went_on_otherwise_or_is_of_yesterday_stays(
    client: FlaskClient, ticket: Ticket, stray: Message, ada: Person, now: datetime
) -> None:
    other, day = split(client, ticket, stray), timedelta(days=1, seconds=2)
    for go_on, late, sentence in (
        (answered, timedelta(), f"Somebody here wrote an answer on {other.id} since"),
        (handed_on, timedelta(), f"{other.id} was handed over, waits or is finished since"),
        (thrown_away, timedelta(), f"{other.id} was handed over, waits or is finished since"),
        (None, day, "more than a day ago"),
    ):
        with db.session.begin_nested() as attempt:
            if go_on is not None:
                go_on(other, ada, now)
            with pytest.raises(RuleViolation, match=sentence):
                actions.undo_split(ticket, stray, other, noted="", by=ada.id, now=now + late)
            attempt.rollback()
    actions.move(other, to_team_id=a_team(1).id, reason="Theirs", by=ada.id, now=now)
    db.session.commit()
    refused = client.post(f"/tickets/{ticket.id}/messages/{stray.id}/rejoining", data=form())
    assert "The ticket that it became is with others." in refused.text


@pytest.mark.parametrize("verb", ["acceptance", "split"])
def test_it_is_decided_once_and_only_about_strangers(
    client: FlaskClient, ticket: Ticket, stray: Message, verb: str
) -> None:
    assert press(client, ticket, messages(ticket)[0], verb) == 409
    assert press(client, ticket, stray, "split") == 303
    assert press(client, ticket, stray, verb) == 409
    assert len(tickets()) == 2


def test_a_mail_of_the_client_that_nothing_proves_is_found_genuine_and_adds_nobody(
    client: FlaskClient, ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    mailbox.authserv_id = "mx.fernhill.example"
    forged = {"Authentication_Results": "mx.fernhill.example; dmarc=fail header.from=brightwater.example"}
    take_in(a_mail("Me again", subject=f"[HD#{ticket.id}]", **forged), mailbox, now=now)
    assert "Nothing proves that Hanna Bell sent it." in page(client, ticket)
    assert press(client, ticket, messages(ticket)[-1], "acceptance") == 303
    assert watching(ticket.id) == frozenset()
    assert f"Ada Lind found that {HANNA} wrote this indeed" in page(client, ticket)


def test_a_forged_mail_that_is_split_off_stays_marked_and_the_one_it_plays_hears_nothing(
    client: FlaskClient, ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    mailbox.authserv_id = "mx.fernhill.example"
    forged = {"Authentication_Results": "mx.fernhill.example; dmarc=fail header.from=brightwater.example"}
    take_in(a_mail("Me again", subject=f"[HD#{ticket.id}]", **forged), mailbox, now=now)
    assert press(client, ticket, messages(ticket)[-1], "split") == 303
    other = tickets()[-1]
    assert (mails(other), "Sender not verified." in page(client, other)) == ([], True)


def test_a_stranger_with_a_token_of_a_finished_ticket_opens_one_that_mentions_it(
    ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    token = f"support+{mails(ticket)[0].reply_token}@fernhill.example"
    ticket.created_at = ticket.last_event_at = now - timedelta(days=9)
    actions.resolve(ticket, "Done", by=ada.id, now=now - timedelta(days=8))
    db.session.commit()
    take_in(a_mail("What is this?", sender=EVE, to=token), mailbox, now=now)
    link = db.session.scalars(select(TicketLink)).one()
    assert (link.kind, link.from_id, link.to_id) == (LinkKind.MENTIONS, tickets()[1].id, ticket.id)
    assert tickets()[1].follows_id is None


def test_a_mail_to_two_mailboxes_is_one_ticket_until_somebody_wants_two(
    client: FlaskClient, ada: Person, mailbox: Mailbox, now: datetime
) -> None:
    sales = a_mailbox("sales@fernhill.example")
    mail = a_mail("Blank pages, and I want paper", to="support@fernhill.example, sales@fernhill.example")
    take_in(mail, sales, now=now)
    copy = take_in(mail, mailbox, now=now)
    (ticket,) = tickets()
    assert (ticket.mailbox_id, copy.state) == (mailbox.id, InboundState.IGNORED)
    shown = page(client, ticket)
    assert "Also sent to sales@fernhill.example." in shown
    assert "Open a second ticket there" in shown
    message = messages(ticket)[0]
    assert press(client, ticket, message, f"copies/{copy.id}") == 303
    second = tickets()[1]
    assert (second.mailbox_id, second.contact_id) == (sales.id, ticket.contact_id)
    settled = db.session.get_one(InboundMail, copy.id, populate_existing=True)
    assert (settled.state, settled.ticket_id) == (InboundState.PROCESSED, second.id)
    shown = page(client, ticket)
    assert "A second ticket was opened there" in shown
    assert "Open a second ticket there" not in shown
    assert press(client, ticket, message, f"copies/{copy.id}") == 409


def test_a_copy_in_the_same_mailbox_is_no_second_ticket(
    client: FlaskClient, ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    mail = a_mail("Twice")
    take_in(mail, mailbox, now=now)
    copy = take_in(mail, mailbox, now=now)
    ticket = tickets()[1]
    assert "Also sent to" not in page(client, ticket)
    assert press(client, ticket, messages(ticket)[0], f"copies/{copy.id}") == 404
