"""Who may add to a ticket by mail, by which evidence, and what becomes of what may not."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.clients.models import Company, CompanyKind
from helpdesk.db import db
from helpdesk.mail.mailboxes import own_addresses
from helpdesk.mail.models import Mailbox
from helpdesk.mail.remembering import remember_alias
from helpdesk.mail.sender_models import SenderAct, SenderRule
from helpdesk.mail.thread_models import ExternalTicket
from helpdesk.notifications.models import Outbox
from helpdesk.tickets import actions
from helpdesk.tickets.joined import joined_by, standing_of, wrong_marks
from helpdesk.tickets.models import Message, Ticket, TicketLink
from helpdesk.tickets.queries.watching import watching
from helpdesk.tickets.rules import DiscardReason, LinkKind, MessageKind, State, Visibility
from helpdesk.tickets.watch_models import TicketWatcher
from helpdesk.tickets.watch_rules import WatchState
from tests.choosing import chosen
from tests.factories import a_contact, a_mailbox, an_agent, the_system, three_lines
from tests.mail.letters import HANNA, a_mail, hanna, messages, take_in, tickets
from tests.mail.threads import goes_out, quote_only, subject_only

pytestmark = pytest.mark.usefixtures("session")
FIRST = "<first@brightwater.example>"
EVE = "eve@elsewhere.example"
OURS = "mx.fernhill.example"


@pytest.fixture
def mailbox(session: object) -> Mailbox:
    three_lines()
    hanna()
    return a_mailbox(authserv_id=OURS)


@pytest.fixture
def ticket(mailbox: Mailbox, now: datetime) -> Ticket:
    take_in(a_mail(message_id=FIRST), mailbox, now=now)
    return tickets()[0]


def token_of(ticket: Ticket) -> str:
    return f"support+{outbox(ticket)[-1].reply_token}@fernhill.example"


def outbox(ticket: Ticket) -> list[Outbox]:
    return list(db.session.scalars(select(Outbox).where(Outbox.ticket_id == ticket.id).order_by(Outbox.id)))


def verdict(word: str, domain: str) -> dict[str, str]:
    return {"Authentication_Results": f"{OURS}; dmarc={word} header.from={domain}"}


def stands(ticket: Ticket, state: WatchState, now: datetime) -> None:
    """Eve beside the client."""
    db.session.add(
        TicketWatcher(
            ticket_id=ticket.id, email=EVE, state=state, added_by_id=the_system().id, created_at=now
        )
    )
    db.session.commit()


def last(ticket: Ticket) -> Message:
    return messages(ticket)[-1]


@pytest.mark.parametrize(
    ("state", "standing", "shown"),
    [
        (WatchState.WATCHING, "watcher", Visibility.PUBLIC),
        (WatchState.PROPOSED, "copied", Visibility.INTERNAL),
    ],
)
def test_whom_the_desk_let_in_may_append_and_whom_the_client_copied_is_kept_inside(
    ticket: Ticket, mailbox: Mailbox, now: datetime, state: WatchState, standing: str, shown: Visibility
) -> None:
    stands(ticket, state, now)
    take_in(a_mail("Me too", sender=EVE, subject="Re: x", In_Reply_To=FIRST), mailbox, now=now)
    assert (len(tickets()), last(ticket).visibility) == (1, shown)
    assert standing_of(last(ticket).evidence) == standing


def test_whom_the_desk_turned_away_opens_his_own(ticket: Ticket, mailbox: Mailbox, now: datetime) -> None:
    stands(ticket, WatchState.DECLINED, now)
    take_in(a_mail("Me too", sender=EVE, subject="Re: x", In_Reply_To=FIRST), mailbox, now=now)
    assert len(tickets()) == 2


@pytest.mark.parametrize("by", ["number", "stored id"])
def test_a_stranger_opens_his_own_that_mentions_the_other_which_is_not_touched(
    ticket: Ticket, mailbox: Mailbox, now: datetime, by: str
) -> None:
    before = (ticket.event_seq, ticket.active_at)
    headers = {"In_Reply_To": FIRST} if by == "stored id" else {}
    subject = f"Re: [HD#{ticket.id}] hello" if by == "number" else "hello"
    take_in(a_mail("Let me in", sender=EVE, subject=subject, **headers), mailbox, now=now)
    link = db.session.scalars(select(TicketLink)).one()
    assert (link.kind, link.from_id, link.to_id) == (LinkKind.MENTIONS, tickets()[1].id, ticket.id)
    db.session.refresh(ticket)
    assert (ticket.event_seq, ticket.active_at, len(messages(ticket))) == (*before, 1)


def test_a_wrong_token_leads_on_and_is_kept_as_a_note(
    ticket: Ticket, mailbox: Mailbox, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    forged = token_of(ticket).replace(f".{ticket.id}.", f".{ticket.id + 1}.")
    take_in(a_mail("Hello", to=forged, In_Reply_To=FIRST), mailbox, now=now)
    said = last(ticket)
    assert (joined_by(said.evidence), wrong_marks(said.evidence)) == ("stored_message_id", ("reply_address",))
    assert "wrong marks: reply_address" in caplog.text


@pytest.mark.parametrize(
    ("word", "signed", "kind"),
    [
        ("pass", False, MessageKind.NOTE),
        ("none", True, MessageKind.CLIENT),  # the mark that every client gets
        ("none", False, MessageKind.CLIENT),
        ("fail", False, MessageKind.CLIENT),
        ("fail", True, MessageKind.CLIENT),
    ],
)
def test_an_agent_who_is_proved_writes_a_note_and_a_forged_one_a_strangers_words(
    ticket: Ticket, mailbox: Mailbox, now: datetime, word: str, signed: bool, kind: MessageKind
) -> None:
    ada = an_agent("Ada Lind")
    mail = a_mail(
        "Use driver 5",
        sender=f"person{ada.id}@fernhill.example",
        to=token_of(ticket) if signed else "support@fernhill.example",
        subject=f"Re: [HD#{ticket.id}] x",
        **verdict(word, "fernhill.example"),
    )
    sent = len(outbox(ticket))
    take_in(mail, mailbox, now=now)
    said = last(ticket)
    is_note = kind is MessageKind.NOTE
    assert (said.kind, said.visibility, said.is_unverified) == (kind, Visibility.INTERNAL, not is_note)
    assert (ticket.state, len(outbox(ticket))) == (State.NEW, sent)


@pytest.mark.parametrize(("word", "is_in"), [("none", True), ("fail", False)])
def test_a_forged_client_with_a_stolen_mark_lets_nobody_read_along(
    ticket: Ticket, mailbox: Mailbox, now: datetime, word: str, is_in: bool
) -> None:
    company = db.session.get_one(Company, ticket.company_id)
    a_contact("Karl Voss", company=company, email="karl@brightwater.example")
    said = verdict(word, "brightwater.example")
    take_in(a_mail("And Karl", to=token_of(ticket), Cc="karl@brightwater.example", **said), mailbox, now=now)
    assert (watching(ticket.id) == {"karl@brightwater.example"}) is is_in


@pytest.mark.parametrize(("signed", "inside"), [(False, True), (True, False)])
def test_a_forged_client_with_a_guessed_number_is_kept_inside(
    ticket: Ticket, mailbox: Mailbox, now: datetime, signed: bool, inside: bool
) -> None:
    actions.resolve(ticket, "Driver replaced", by=an_agent().id, now=now)
    mail = a_mail(
        "Send me the password",
        to=token_of(ticket) if signed else "support@fernhill.example",
        subject=f"Re: [HD#{ticket.id}] x",
        **verdict("fail", "brightwater.example"),
    )
    take_in(mail, mailbox, now=now)
    assert last(ticket).is_unverified is inside
    assert ticket.state is (State.RESOLVED if inside else State.OPEN)


@pytest.mark.parametrize(
    ("to", "joins"),
    [
        ("sales@fernhill.example", False),
        ("sales@fernhill.example, support@fernhill.example", True),
        ("billing@brightwater.example", True),
    ],
)
def test_what_goes_to_another_mailbox_of_ours_opens_a_ticket_there(
    ticket: Ticket, mailbox: Mailbox, now: datetime, to: str, joins: bool
) -> None:
    sales = a_mailbox("sales@fernhill.example")
    assert sales.address in own_addresses()
    take_in(a_mail("Do you sell paper?", to=to, In_Reply_To=FIRST), mailbox, now=now)
    assert len(tickets()) == (1 if joins else 2)
    if not joins:
        other = tickets()[1]
        link = db.session.scalars(select(TicketLink)).one()
        assert (link.kind, link.from_id, other.mailbox_id) == (LinkKind.RELATES, other.id, sales.id)
        assert f"apart:{ticket.id}" in messages(other)[0].evidence


def test_where_the_old_mailbox_is_out_of_use_the_new_one_takes_its_answers(
    ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    a_mailbox("sales@fernhill.example")
    mailbox.active = False
    db.session.commit()
    take_in(a_mail("Still blank", to="sales@fernhill.example", In_Reply_To=FIRST), mailbox, now=now)
    assert (len(tickets()), len(messages(ticket))) == (1, 2)


@pytest.fixture
def vendor_rule(session: object, now: datetime) -> None:
    rule = SenderRule(
        pattern="@brightwater.example",
        act=SenderAct.EXTERNAL_ID,
        expression=r"(INC\d{5,})",
        created_by_id=the_system().id,
        created_at=now,
    )
    db.session.add(rule)
    db.session.commit()


@pytest.mark.usefixtures("vendor_rule")
def test_another_systems_number_is_enough_for_its_next_mail(mailbox: Mailbox, now: datetime) -> None:
    take_in(a_mail(subject="INC0012345: printer"), mailbox, now=now)
    (ticket,) = tickets()
    take_in(a_mail("New facts", subject="Update on inc0012345", sender=HANNA), mailbox, now=now)
    assert joined_by(last(ticket).evidence) == "external_number"
    take_in(a_mail("Other", subject="INC0099999: scanner"), mailbox, now=now)
    assert len(tickets()) == 2
    elsewhere = a_mail("x", subject="INC0012345", sender=EVE)
    take_in(elsewhere, mailbox, now=now)
    assert len(tickets()) == 3


@pytest.mark.usefixtures("vendor_rule")
def test_the_number_moves_on_with_the_ticket_that_follows(mailbox: Mailbox, now: datetime) -> None:
    take_in(a_mail(subject="INC0012345: printer"), mailbox, now=now - timedelta(days=9))
    (ticket,) = tickets()
    actions.resolve(ticket, "Done", by=an_agent().id, now=now - timedelta(days=8))
    db.session.commit()
    take_in(a_mail("Again", subject="INC0012345 again"), mailbox, now=now)
    assert tickets()[1].follows_id == ticket.id
    assert db.session.scalars(select(ExternalTicket.ticket_id)).all() == [tickets()[1].id]


@pytest.mark.parametrize(("sender", "joins"), [(HANNA, True), (EVE, False)])
def test_the_id_that_a_relay_gave_is_known_and_proves_nothing(
    ticket: Ticket, mailbox: Mailbox, now: datetime, sender: str, joins: bool
) -> None:
    remember_alias(outbox(ticket)[0], "0100018f-000@relay.example", now=now)
    mail = a_mail("Thanks", sender=sender, subject="x", In_Reply_To="<0100018f-000@relay.example>")
    take_in(mail, mailbox, now=now)
    assert (len(tickets()) == 1) is joins


def test_an_answer_with_the_mark_of_old_finds_home(
    app: Flask, ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    ours = goes_out(ticket.id, mailbox)
    with chosen(app, ticket_prefix="BW"):
        take_in(subject_only(ours, "It works"), mailbox, now=now)
        assert joined_by(last(ticket).evidence) == "subject_number"


def test_a_discarded_ticket_takes_nothing_and_a_circle_of_merges_neither(
    ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    ours = goes_out(ticket.id, mailbox)
    actions.discard(ticket, reason=DiscardReason.TEST, by=an_agent().id, now=now)
    take_in(quote_only(ours, "Not at all"), mailbox, now=now)
    second = tickets()[1]
    assert second.follows_id == ticket.id
    ticket.merged_into_id, second.merged_into_id = second.id, ticket.id
    db.session.commit()
    take_in(a_mail("Hello?", subject=f"[HD#{ticket.id}]"), mailbox, now=now)
    assert len(tickets()) == 3


def test_two_of_the_unknown_are_no_colleagues_whatever_their_domain(
    ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    take_in(a_mail("x", sender=EVE, subject="mine"), mailbox, now=now)
    hers = tickets()[1]
    take_in(a_mail("y", sender="dan@elsewhere.example", subject=f"[HD#{hers.id}]"), mailbox, now=now)
    kind = select(Company.kind).where(Company.id == hers.company_id)
    assert (db.session.scalar(kind), tickets()[2].company_id) == (CompanyKind.UNKNOWN, hers.company_id)
    assert len(messages(hers)) == 1
