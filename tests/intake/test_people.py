"""Whom a mail is from, for whom it speaks, and whom it brings along."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from helpdesk.accounts.people import system_id
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow
from helpdesk.intake import (
    Behalf,
    Body,
    Incoming,
    IncomingFile,
    Pointer,
    Receipt,
    Sender,
    SenderCheck,
    receive,
)
from helpdesk.notifications.models import Outbox, OutboxKind
from helpdesk.tickets import actions
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.queries.watching import proposed, watching
from helpdesk.tickets.rules import Channel, MessageKind
from helpdesk.tickets.watch_models import TicketWatcher
from helpdesk.tickets.watch_rules import WatchState
from tests.factories import WEDNESDAY_NOON, a_company, a_contact, a_ticket, an_agent, three_lines

pytestmark = pytest.mark.usefixtures("session", "now")
FRIEND = Sender(email="noah@brightwater.example", name="Noah Ray")
STRANGER = Sender(email="x@elsewhere.example")


@pytest.fixture(autouse=True)
def lines(session: object) -> None:
    three_lines()


@pytest.fixture
def hanna() -> Contact:
    """A client, and Noah, a known colleague of hers."""
    firm = a_company("Brightwater", domain="brightwater.example")
    a_contact("Noah Ray", company=firm, email=FRIEND.email)
    return a_contact("Hanna Bell", company=firm, email="hanna@brightwater.example")


def a_mail(now: datetime, **more: object) -> Incoming:
    words = Incoming(
        channel=Channel.MAIL,
        sender=Sender(email="hanna@brightwater.example", name="Hanna Bell"),
        subject="The till is dead",
        body=Body(text="It shows a blue page."),
        received_at=now,
        check=SenderCheck.PASS,
    )
    return replace(words, **more)  # type: ignore[arg-type]


def take(incoming: Incoming, now: datetime) -> Receipt:
    return receive(incoming, by=system_id(), now=now)


def opened(incoming: Incoming, now: datetime) -> Ticket:
    return db.session.get_one(Ticket, take(incoming, now).ticket_id)


def offered(ticket: Ticket) -> set[str]:
    return {one.email for one in proposed(ticket.id)}


def both(ticket: Ticket) -> tuple[set[str], set[str]]:
    """Who watches and who is proposed."""
    return set(watching(ticket.id)), offered(ticket)


def test_a_known_colleague_in_cc_watches_at_once_and_a_stranger_is_proposed(
    now: datetime, hanna: Contact
) -> None:
    ticket = opened(a_mail(now, named=(FRIEND, STRANGER)), now)
    assert both(ticket) == ({FRIEND.email}, {STRANGER.email})


def test_a_colleague_who_is_kept_apart_is_only_proposed(now: datetime, hanna: Contact) -> None:
    hanna.company.colleagues_answer = False
    assert both(opened(a_mail(now, named=(FRIEND,)), now)) == (set(), {FRIEND.email})


@pytest.mark.parametrize("check", [SenderCheck.NONE, SenderCheck.FAIL])
def test_without_proof_of_the_sender_everybody_is_only_proposed(
    check: SenderCheck, now: datetime, hanna: Contact
) -> None:
    ticket = opened(a_mail(now, named=(FRIEND,), check=check), now)
    assert both(ticket) == (set(), {FRIEND.email})


def test_a_mark_of_ours_is_proof_as_well_and_lifts_a_proposal(now: datetime, hanna: Contact) -> None:
    ticket = opened(a_mail(now, named=(FRIEND,), check=SenderCheck.NONE), now)
    mark = Pointer(ticket_id=ticket.id, code="reply_address", is_signed=True)
    take(a_mail(now, named=(FRIEND,), check=SenderCheck.NONE, answers=(mark,)), now)
    assert both(ticket) == ({FRIEND.email}, set())


def test_a_colleague_who_is_not_on_the_ticket_only_proposes(now: datetime, hanna: Contact) -> None:
    a_contact("Ivo", company=hanna.company, email="ivo@brightwater.example")
    ticket = opened(a_mail(now), now)
    number = Pointer(ticket_id=ticket.id, code="subject_number", is_signed=False)
    ivo = Sender(email="ivo@brightwater.example")
    take(a_mail(now, sender=ivo, named=(FRIEND,), answers=(number,)), now)
    assert both(ticket) == (set(), {FRIEND.email})
    actions.watch(ticket, ivo.email, by=an_agent("Ada Lind").id, now=now)
    take(a_mail(now, sender=ivo, named=(FRIEND,), answers=(number,)), now)
    assert both(ticket) == ({FRIEND.email, ivo.email}, set())


def test_an_unverified_colleague_is_only_proposed(now: datetime, hanna: Contact) -> None:
    a_contact("Ivo", company=hanna.company, email="ivo@brightwater.example", verified=False)
    ticket = opened(a_mail(now, named=(Sender(email="ivo@brightwater.example"),)), now)
    assert offered(ticket) == {"ivo@brightwater.example"}


def test_people_nobody_knows_are_no_colleagues_of_each_other(now: datetime) -> None:
    a_contact("Ann", company=None, email="ann@mailbox.example")
    sender = Sender(email="one@elsewhere.example")
    take(a_mail(now, sender=Sender(email="two@elsewhere.example")), now)
    ticket = opened(a_mail(now, sender=sender, named=(Sender(email="two@elsewhere.example"),)), now)
    assert both(ticket) == (set(), {"two@elsewhere.example"})


def test_of_five_thousand_people_twenty_are_proposed(now: datetime, hanna: Contact) -> None:
    crowd = tuple(Sender(email=f"p{n}@elsewhere.example") for n in range(5_000))
    ticket = opened(a_mail(now, named=crowd), now)
    assert len(offered(ticket)) == 20
    event = db.session.scalars(select(EventRow).where(EventRow.kind == "ticket.watchers_named")).one()
    assert event.payload["left_out"] == 4_980


def test_what_was_declined_or_taken_off_is_not_brought_back_by_a_mail(now: datetime, hanna: Contact) -> None:
    ada = an_agent("Ada Lind")
    ticket = opened(a_mail(now, named=(FRIEND, STRANGER)), now)
    rows = {row.email: row for row in db.session.scalars(select(TicketWatcher))}
    actions.remove_watcher(ticket, rows[FRIEND.email], by=ada.id, now=now)
    actions.decline_watcher(ticket, rows[STRANGER.email], by=ada.id, now=now)
    mark = Pointer(ticket_id=ticket.id, code="reply_address", is_signed=True)
    take(a_mail(now, named=(FRIEND, STRANGER), answers=(mark,)), now)
    assert both(ticket) == (set(), set())
    actions.watch(ticket, FRIEND.email.upper(), by=ada.id, now=now)
    assert watching(ticket.id) == {FRIEND.email}


@pytest.mark.parametrize("more", [{"is_machine": True}, {"is_aside": True}])
def test_machines_and_blind_copies_bring_nobody(more: dict[str, bool], now: datetime, hanna: Contact) -> None:
    ticket = opened(a_mail(now, named=(FRIEND, STRANGER), **more), now)
    assert both(ticket) == (set(), set())


def test_a_stranger_on_the_ticket_brings_nobody(now: datetime, hanna: Contact) -> None:
    ticket = opened(a_mail(now), now)
    mark = Pointer(ticket_id=ticket.id, code="reply_address", is_signed=True)
    take(a_mail(now, sender=STRANGER, named=(FRIEND,), answers=(mark,)), now)
    assert both(ticket) == (set(), set())


def test_the_requester_in_a_colleagues_cc_does_not_watch_his_own_ticket(
    now: datetime, hanna: Contact
) -> None:
    ticket = opened(a_mail(now), now)
    mark = Pointer(ticket_id=ticket.id, code="reply_address", is_signed=True)
    named = (Sender(email="hanna@brightwater.example"),)
    take(a_mail(now, sender=FRIEND, named=named, answers=(mark,)), now)
    assert watching(ticket.id) == frozenset()


def test_whoever_watched_a_double_watches_what_it_was_merged_into(now: datetime, hanna: Contact) -> None:
    double = opened(a_mail(now, named=(FRIEND, STRANGER)), now)
    stays = a_ticket(contact=hanna, at=WEDNESDAY_NOON)
    actions.merge(double, stays, by=an_agent("Ada Lind").id, now=now)
    assert both(stays) == ({FRIEND.email}, {STRANGER.email})


def test_the_history_says_who_was_named_and_keeps_addresses_out_of_events(
    now: datetime, hanna: Contact
) -> None:
    ticket = opened(a_mail(now, named=(FRIEND, STRANGER)), now)
    event = db.session.scalars(select(EventRow).where(EventRow.kind == "ticket.watchers_named")).one()
    assert (event.ticket_id, event.payload["watching"], event.payload["proposed"]) == (ticket.id, 1, 1)
    assert "@" not in str(event.payload)


CLIENTS = Behalf(
    sender=Sender(email="hanna@brightwater.example", name="Hanna Bell"),
    subject="Till",
    body=Body(text="It shows a blue page."),
    comment="Please look at this, she is angry.",
    is_sure=True,
)


def passed_on(now: datetime, email: str, **more: object) -> Incoming:
    text = "Please look at this, she is angry.\n\nFrom: Hanna\n\nIt shows a blue page."
    said = {"sender": Sender(email=email), "subject": "Fwd: Till", "body": Body(text=text), "behalf": CLIENTS}
    return a_mail(now, **{**said, **more})


def said_on(ticket: Ticket, kind: MessageKind) -> list[Message]:
    query = select(Message).where(Message.ticket_id == ticket.id, Message.kind == kind)
    return list(db.session.scalars(query.order_by(Message.id)))


def test_what_an_agent_passes_on_is_opened_for_the_client_and_his_words_stay_inside(
    now: datetime, hanna: Contact
) -> None:
    ada = an_agent("Ada Lind")
    ticket = opened(passed_on(now, f"person{ada.id}@fernhill.example"), now)
    [asked], [note] = said_on(ticket, MessageKind.CLIENT), said_on(ticket, MessageKind.NOTE)
    assert (ticket.contact_id, ticket.company_id, ticket.subject) == (hanna.id, hanna.company_id, "Till")
    assert (asked.text, asked.author_id) == ("It shows a blue page.", hanna.person_id)
    assert (note.text, note.author_id) == (CLIENTS.comment, ada.id)
    assert "angry" not in f"{asked.text}{asked.html}{ticket.preview}"


def test_nobody_is_told_by_mail_that_an_agent_passed_his_words_on(now: datetime, hanna: Contact) -> None:
    ada = an_agent("Ada Lind")
    opened(passed_on(now, f"person{ada.id}@fernhill.example"), now)
    receipts = select(Outbox).where(Outbox.kind == OutboxKind.ACKNOWLEDGEMENT)
    assert db.session.scalars(receipts).all() == []


def test_the_files_of_the_client_are_his_and_the_agents_stay_inside(now: datetime, hanna: Contact) -> None:
    ada = an_agent("Ada Lind")
    his = IncomingFile(name="till.png", content_type="image/png", content=b"png")
    ours = IncomingFile(name="notes.txt", content_type="text/plain", content=b"notes")
    inside = replace(CLIENTS, files=(his,))
    mail = passed_on(now, f"person{ada.id}@fernhill.example", behalf=inside, attachments=(his, ours))
    ticket = opened(mail, now)
    files = db.session.execute(
        select(Message.kind, Attachment.name).join(Attachment, Attachment.message_id == Message.id)
    )
    assert {(kind, name) for kind, name in files} == {
        (MessageKind.CLIENT, "till.png"),
        (MessageKind.NOTE, "notes.txt"),
    }
    assert ticket.contact_id == hanna.id


@pytest.mark.parametrize(
    "more",
    [
        {"check": SenderCheck.NONE},
        {"check": SenderCheck.FAIL},
        {"behalf": replace(CLIENTS, is_sure=False)},
        {"behalf": replace(CLIENTS, sender=Sender(name="Hanna Bell"))},
    ],
)
def test_what_is_doubtful_stays_with_the_agent_and_the_choice_is_kept(
    more: dict[str, object], now: datetime, hanna: Contact
) -> None:
    ada = an_agent("Ada Lind")
    ticket = opened(passed_on(now, f"person{ada.id}@fernhill.example", **more), now)
    contact = db.session.get_one(Contact, ticket.contact_id)
    assert (contact.person_id, contact.company.kind) == (ada.id, CompanyKind.OWN)
    [asked] = said_on(ticket, MessageKind.CLIENT)
    assert any(str(one).startswith("passed_on:") for one in asked.evidence)


def test_a_colleagues_mail_passed_on_stays_with_whoever_passed_it_on(now: datetime) -> None:
    ada, bert = an_agent("Ada Lind"), an_agent("Bert Ohm")
    inside = replace(CLIENTS, sender=Sender(email=f"person{bert.id}@fernhill.example"))
    ticket = opened(passed_on(now, f"person{ada.id}@fernhill.example", behalf=inside), now)
    assert db.session.get_one(Contact, ticket.contact_id).person_id == ada.id


def test_what_a_client_passes_on_is_his_own_request(now: datetime, hanna: Contact) -> None:
    ticket = opened(passed_on(now, FRIEND.email), now)
    noah = db.session.get_one(Contact, ticket.contact_id)
    assert noah.person.name == "Noah Ray"
    assert said_on(ticket, MessageKind.CLIENT)[0].evidence == []


def test_an_agent_who_writes_in_himself_is_a_contact_of_our_firm(now: datetime) -> None:
    ada = an_agent("Ada Lind")
    ticket = opened(a_mail(now, sender=Sender(email=f"person{ada.id}@fernhill.example")), now)
    contact = db.session.get_one(Contact, ticket.contact_id)
    assert (contact.person_id, contact.company.kind) == (ada.id, CompanyKind.OWN)


def test_a_blind_copy_gets_a_ticket_and_no_answer_by_itself(now: datetime, hanna: Contact) -> None:
    ticket = opened(a_mail(now, is_aside=True), now)
    assert db.session.scalars(select(Outbox).where(Outbox.ticket_id == ticket.id)).all() == []
    assert opened(a_mail(now), now).id != ticket.id
    assert len(db.session.scalars(select(Outbox)).all()) == 1


def test_the_wish_for_another_address_is_kept_beside_the_sender(now: datetime, hanna: Contact) -> None:
    ticket = opened(a_mail(now, reply_to=("desk@brightwater.example",)), now)
    [asked] = said_on(ticket, MessageKind.CLIENT)
    assert asked.recipients["reply_to"] == ["desk@brightwater.example"]
    assert ticket.contact_id == hanna.id


def test_only_what_is_proposed_can_be_accepted(now: datetime, hanna: Contact) -> None:
    ada = an_agent("Ada Lind")
    ticket = opened(a_mail(now, named=(STRANGER,)), now)
    [row] = proposed(ticket.id)
    actions.accept_watcher(ticket, row, by=ada.id, now=now)
    assert row.state is WatchState.WATCHING
    with pytest.raises(RuleViolation):
        actions.accept_watcher(ticket, row, by=ada.id, now=now)
