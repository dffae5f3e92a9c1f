"""One conversation stays one: on the desk whatever the client's program drops, and in that program itself."""

from datetime import datetime

import pytest
from sqlalchemy import select

from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.intake import Body, Incoming, Sender, Wishes, receive
from helpdesk.intake.dividing import split_off
from helpdesk.mail.models import Mailbox, MailReference
from helpdesk.mail.placing import ROOT
from helpdesk.notifications.models import Outbox
from helpdesk.tickets import actions
from helpdesk.tickets.joined import joined_by
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel, Visibility
from tests.factories import a_mailbox, an_agent, three_lines
from tests.mail import threads
from tests.mail.letters import HANNA, a_mail, hanna, messages, take_in, tickets
from tests.mail.threads import Habit, gmail, goes_out, ids, outlook, rfc_5256

pytestmark = pytest.mark.usefixtures("session")
TOPIC = "Prescriptions print blank"


@pytest.fixture
def mailbox(session: object) -> Mailbox:
    three_lines()
    hanna()
    return a_mailbox()


def answered(ticket: Ticket, now: datetime, words: str = "Try the new driver.") -> None:
    actions.reply(ticket, actions.Reply(text=words), by=an_agent().id, now=now)


@pytest.mark.parametrize("rewrites", [False, True])
@pytest.mark.parametrize("habit", [threads.thunderbird, threads.outlook_answer, threads.in_reply_to_only])
def test_three_rounds_are_one_thread_for_every_program(
    mailbox: Mailbox, now: datetime, habit: Habit, rewrites: bool
) -> None:
    first = a_mail(Thread_Topic=TOPIC) if habit is threads.outlook_answer else a_mail()
    take_in(first, mailbox, now=now)
    (ticket,) = tickets()
    seen = [first]
    for round_ in range(3):
        if round_:
            answered(ticket, now, f"Step {round_}")
        new_id = f"<relay{round_}@relay.example>" if rewrites else ""
        seen.append(goes_out(ticket.id, mailbox, rewritten=new_id))
        seen.append(habit(seen[-1], f"Done {round_}"))
        assert take_in(seen[-1], mailbox, now=now).ticket_id == ticket.id
    assert len(tickets()) == 1
    assert len(messages(ticket)) == 6
    assert rfc_5256(seen, by_subject=True) == 1
    assert gmail(seen) == 1
    if habit is threads.outlook_answer:
        assert outlook(seen) == 1
    assert rfc_5256(seen, by_subject=False) == 1


@pytest.mark.parametrize(
    ("habit", "proof"),
    [
        (threads.thunderbird, "reply_address"),
        (threads.outlook_answer, "reply_address"),
        (threads.address_only, "reply_address"),
        (threads.references_only, "own_message_id"),
        (threads.in_reply_to_only, "own_message_id"),
        (threads.quote_only, "marker"),
        (threads.subject_only, "subject_number"),
    ],
)
def test_an_answer_joins_by_whatever_is_left_of_ours(
    mailbox: Mailbox, now: datetime, habit: Habit, proof: str
) -> None:
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    answered(ticket, now)
    take_in(habit(goes_out(ticket.id, mailbox), "It works"), mailbox, now=now)
    said = messages(ticket)[-1]
    assert joined_by(said.evidence) == proof
    assert (said.visibility, said.is_unverified) == (Visibility.PUBLIC, False)
    assert len(tickets()) == 1


@pytest.mark.parametrize(
    ("habit", "joins"),
    [
        (threads.address_only, True),
        (threads.in_reply_to_only, True),
        (threads.quote_only, True),
        (threads.subject_only, False),
    ],
)
def test_a_stranger_with_the_same_answer_is_kept_inside_or_apart(
    mailbox: Mailbox, now: datetime, habit: Habit, joins: bool
) -> None:
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    answered(ticket, now)
    before = (ticket.state, ticket.unanswered_since, ticket.client_message_count, len(every_mail()))
    answer = habit(goes_out(ticket.id, mailbox), "I found this in the bin")
    answer.replace_header("From", "Eve <eve@elsewhere.example>")
    take_in(answer, mailbox, now=now)
    last = messages(ticket)[-1]
    if joins:
        assert (last.visibility, last.is_unverified) == (Visibility.INTERNAL, True)
        assert len(every_mail()) == before[-1]
    else:
        assert last.author_id != messages(tickets()[-1])[0].author_id
    assert (ticket.state, ticket.unanswered_since, ticket.client_message_count) == before[:3]
    assert len(tickets()) == (1 if joins else 2)


def every_mail() -> list[Outbox]:
    return list(db.session.scalars(select(Outbox)))


@pytest.mark.parametrize("plus", [True, False])
def test_the_root_saves_the_answer_where_a_relay_writes_its_own_id(
    mailbox: Mailbox, now: datetime, plus: bool
) -> None:
    mailbox.plus_addressing = plus
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    answered(ticket, now)
    ours = goes_out(ticket.id, mailbox, rewritten="<0100018f@eu-west-1.relay.example>")
    assert (ours["Reply-To"] is not None) is plus
    assert f".{ROOT}@" in ids(ours, "References")[0]
    take_in(threads.references_only(ours, "It works"), mailbox, now=now)
    assert joined_by(messages(ticket)[-1].evidence) == "own_message_id"


def test_the_first_notice_after_a_call_is_answered_to_the_ticket(mailbox: Mailbox, now: datetime) -> None:
    caller = db.session.scalars(select(Contact.id).where(Contact.verified_at.isnot(None))).one()
    call = Incoming(
        channel=Channel.PHONE,
        sender=Sender(name="Hanna Bell"),
        subject="The till is dead",
        body=Body(text="It shows a blue page."),
        received_at=now,
        wishes=Wishes(contact_id=caller),
    )
    receive(call, by=an_agent().id, now=now)
    (ticket,) = tickets()
    mail = goes_out(ticket.id, mailbox)
    assert mail["Auto-Submitted"] == "auto-replied"
    take_in(threads.in_reply_to_only(mail, "One more thing"), mailbox, now=now)
    assert joined_by(messages(ticket)[-1].evidence) == "own_message_id"


def test_references_keep_the_root_the_first_and_the_last_twenty(mailbox: Mailbox, now: datetime) -> None:
    take_in(a_mail(message_id="<first@brightwater.example>"), mailbox, now=now)
    (ticket,) = tickets()
    earlier = [f"<more{number}@brightwater.example>" for number in range(30)]
    for one in earlier:
        db.session.add(MailReference(rfc_message_id=one, ticket_id=ticket.id, ours=False, created_at=now))
    answered(ticket, now)
    chain = ids(goes_out(ticket.id, mailbox), "References")
    assert len(chain) == 22
    assert f".{ROOT}@" in chain[0]
    assert chain[1] == "<first@brightwater.example>"


def test_another_name_of_the_ticket_parts_no_conversation(mailbox: Mailbox, now: datetime) -> None:
    first = a_mail()
    take_in(first, mailbox, now=now)
    (ticket,) = tickets()
    seen = [first, goes_out(ticket.id, mailbox)]
    actions.change_properties(ticket, subject="Driver 4.11 on PS-02", tags=(), by=an_agent().id, now=now)
    answered(ticket, now)
    seen.append(goes_out(ticket.id, mailbox))
    assert str(seen[-1]["Subject"]) == f"[HD#{ticket.id}] {TOPIC}"
    assert gmail(seen) == 1


def test_a_subject_with_control_characters_holds_up_no_answer(mailbox: Mailbox, now: datetime) -> None:
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    messages(ticket)[0].subject = "Print\x01er\u2028Bcc: eve@elsewhere.example"
    answered(ticket, now)
    mail = goes_out(ticket.id, mailbox)
    assert str(mail["Subject"]) == f"[HD#{ticket.id}] Print er Bcc: eve@elsewhere.example"
    assert mail["Bcc"] is None


def test_what_is_split_off_answers_the_mail_of_its_writer(mailbox: Mailbox, now: datetime) -> None:
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    answered(ticket, now)
    words = threads.thunderbird(goes_out(ticket.id, mailbox), "I am somebody else")
    words.replace_header("From", "Eve <eve@elsewhere.example>")
    take_in(words, mailbox, now=now)
    other = split_off(ticket, messages(ticket)[-1], by=an_agent().id, now=now)
    answered(other, now)
    assert goes_out(other.id, mailbox)["In-Reply-To"] == words["Message-ID"]


def test_the_same_subject_alone_is_no_evidence(mailbox: Mailbox, now: datetime) -> None:
    take_in(a_mail("one"), mailbox, now=now)
    take_in(a_mail("two"), mailbox, now=now)
    assert len(tickets()) == 2


def test_a_stranger_is_told_no_topic(mailbox: Mailbox, now: datetime) -> None:
    take_in(a_mail(sender="eve@elsewhere.example", subject="Buy pills"), mailbox, now=now)
    mail = goes_out(tickets()[0].id, mailbox)
    assert mail["Thread-Topic"] is None
    assert HANNA not in str(mail["To"])
