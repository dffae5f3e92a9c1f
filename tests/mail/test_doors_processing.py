"""From stored bytes to tickets: who it is, which ticket, and what becomes of what is no request."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import delete, select

from helpdesk import clock
from helpdesk.accounts.models import Team
from helpdesk.accounts.people import system_id
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.db import db
from helpdesk.mail.actions import retry
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.models import InboundMail, InboundState, Mailbox, MailReference
from helpdesk.notifications.cap_models import Cap, CapBite
from helpdesk.notifications.models import Notice, Outbox, OutboxKind, OutboxRecipient
from helpdesk.routing.models import RoutingRule
from helpdesk.tickets import actions
from helpdesk.tickets.models import Attachment, Ticket
from helpdesk.tickets.rules import State, Visibility
from tests.factories import (
    LONG_AGO,
    an_administrator,
    an_agent,
    the_team,
    the_unknown_client,
)
from tests.mail.letters import HANNA, a_mail, arrive, hanna, messages, take_in, tickets

pytestmark = pytest.mark.usefixtures("session")


def outbox(ticket: Ticket) -> list[Outbox]:
    return list(db.session.scalars(select(Outbox).where(Outbox.ticket_id == ticket.id).order_by(Outbox.id)))


def stranger() -> str:
    return "Eve <eve@elsewhere.example>"


def answer_to(ticket: Ticket, **more: str) -> dict[str, str]:
    """The headers of an answer to the last mail that went out for the ticket."""
    return {"References": outbox(ticket)[-1].rfc_message_id, **more}


def test_a_mail_becomes_a_ticket_of_its_sender_and_his_company(mailbox: Mailbox, now: datetime) -> None:
    contact = hanna()
    mail = take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    assert (mail.state, mail.ticket_id) == (InboundState.PROCESSED, ticket.id)
    assert (ticket.contact_id, ticket.company_id, ticket.line) == (contact.id, contact.company_id, 1)
    assert ticket.subject == "Prescriptions print blank"
    assert messages(ticket)[0].text.strip() == "The printer in room 3 prints blank pages."


def test_the_client_gets_the_number_with_his_subject(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (mail,) = outbox(tickets()[0])
    assert mail.kind is OutboxKind.ACKNOWLEDGEMENT
    assert mail.subject == f"[HD#{tickets()[0].id}] Prescriptions print blank"
    assert "Hello Hanna Bell" in mail.body


def test_a_stranger_gets_the_number_and_none_of_his_own_words(mailbox: Mailbox, now: datetime) -> None:
    take_in(a_mail("buy pills", sender=stranger(), subject="Buy pills"), mailbox, now=now)
    (ticket,) = tickets()
    (mail,) = outbox(ticket)
    assert mail.subject == f"[HD#{ticket.id}]"
    assert "pills" not in mail.body
    assert "Eve" not in mail.body
    assert ticket.company_id == the_unknown_client().id


def test_a_colleague_of_a_known_firm_is_put_to_it_unverified(mailbox: Mailbox, now: datetime) -> None:
    firm = hanna().company_id
    take_in(a_mail(sender="Noah Ray <noah@brightwater.example>"), mailbox, now=now)
    contact = db.session.get_one(Contact, tickets()[0].contact_id)
    assert (contact.company_id, contact.verified_at) == (firm, None)


def test_an_agent_who_writes_in_is_a_contact_of_our_firm(mailbox: Mailbox, now: datetime) -> None:
    ada = an_agent("Ada Lind")
    email = f"person{ada.id}@fernhill.example"
    take_in(a_mail(sender=email), mailbox, now=now)
    contact = db.session.get_one(Contact, tickets()[0].contact_id)
    assert contact.person_id == ada.id
    assert db.session.get_one(Company, contact.company_id).kind is CompanyKind.OWN


def test_files_are_kept_with_the_message(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    mail = a_mail()
    mail.add_attachment(b"%PDF-1.7 blank", maintype="application", subtype="pdf", filename="page.pdf")
    take_in(mail, mailbox, now=now)
    (file,) = db.session.scalars(select(Attachment)).all()
    assert (file.name, file.content_type, file.size) == ("page.pdf", "application/pdf", 14)


@pytest.mark.parametrize("evidence", ["references", "reply_address", "subject"])
def test_an_answer_joins_its_ticket_by_any_one_evidence(
    mailbox: Mailbox, now: datetime, evidence: str
) -> None:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    sent = outbox(ticket)[0]
    local, _, domain = mailbox.address.partition("@")
    answers = {
        "references": a_mail("It works", References=sent.rfc_message_id),
        "reply_address": a_mail("It works", to=f"{local}+{sent.reply_token}@{domain}", subject="printer"),
        "subject": a_mail("It works", subject=f"Re: {sent.subject}"),
    }
    mail = take_in(answers[evidence], mailbox, now=now)
    assert mail.ticket_id == ticket.id
    assert [one.text.strip() for one in messages(ticket)][1:] == ["It works"]
    assert len(outbox(ticket)) == 1


def test_an_answer_to_a_mail_of_the_client_himself_joins_too(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    take_in(a_mail(message_id="<first@brightwater.example>"), mailbox, now=now)
    more = a_mail("And room 5", subject="room 5", In_Reply_To="<first@brightwater.example>")
    assert take_in(more, mailbox, now=now).ticket_id == tickets()[0].id


def test_a_guessed_number_opens_a_ticket_of_the_strangers_own(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    first = tickets()[0]
    guess = a_mail("let me in", sender=stranger(), subject=f"Re: [HD#{first.id}] Prescriptions")
    take_in(guess, mailbox, now=now)
    assert [one.text.strip() for one in messages(first)] == ["The printer in room 3 prints blank pages."]
    assert messages(tickets()[1])[0].evidence[0] == f"mentions:{first.id}"


def test_a_stranger_with_a_valid_token_is_kept_inside_and_moves_nothing(
    mailbox: Mailbox, now: datetime
) -> None:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    actions.resolve(ticket, "Driver replaced", by=an_agent().id, now=now)
    forwarded = a_mail("I am the new one", sender=stranger(), **answer_to(ticket))
    assert take_in(forwarded, mailbox, now=now).ticket_id == ticket.id
    said = messages(ticket)[-1]
    assert (said.visibility, said.is_unverified) == (Visibility.INTERNAL, True)
    assert ticket.state is State.RESOLVED


def test_the_clients_answer_reopens_what_was_resolved(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    actions.resolve(ticket, "Driver replaced", by=an_agent().id, now=now)
    take_in(a_mail("Still blank", **answer_to(ticket)), mailbox, now=now)
    assert ticket.state is State.OPEN


def test_after_a_week_the_answer_opens_a_ticket_that_follows(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    actions.resolve(ticket, "Driver replaced", by=an_agent().id, now=now)
    later = now + timedelta(days=8)
    with clock.frozen(lambda: later):
        take_in(a_mail("Blank again", **answer_to(ticket)), mailbox, now=later)
    assert tickets()[1].follows_id == ticket.id
    assert ticket.state is State.RESOLVED


def test_a_note_of_absence_moves_nothing_and_gets_no_answer(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    actions.resolve(ticket, "Driver replaced", by=an_agent().id, now=now)
    sent = len(outbox(ticket))
    away = a_mail(
        "I am on vacation", subject="Out of office", Auto_Submitted="auto-replied", **answer_to(ticket)
    )
    take_in(away, mailbox, now=now)
    assert (ticket.state, messages(ticket)[-1].is_machine) == (State.RESOLVED, True)
    assert len(outbox(ticket)) == sent


def test_a_machine_may_open_a_ticket_and_is_never_answered(mailbox: Mailbox, now: datetime) -> None:
    alert = a_mail("disk full", sender="monitor@brightwater.example", Auto_Submitted="auto-generated")
    take_in(alert, mailbox, now=now)
    (ticket,) = tickets()
    assert ticket.opened_by_machine
    assert outbox(ticket) == []


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"X_Spam_Flag": "YES"}, "spam"),
        ({"Auto_Submitted": "auto-replied", "Subject": "x"}, "away_note"),
    ],
)
def test_what_is_no_request_is_ignored_with_its_reason(
    mailbox: Mailbox, now: datetime, headers: dict[str, str], reason: str
) -> None:
    subject = "Out of office" if reason == "away_note" else "Pills"
    more = {name: value for name, value in headers.items() if name != "Subject"}
    mail = take_in(a_mail(subject=subject, **more), mailbox, now=now)
    assert (mail.state, mail.reason) == (InboundState.IGNORED, reason)
    assert tickets() == []


def test_our_own_mail_that_comes_back_opens_nothing(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    sent = outbox(ticket)[0]
    back = a_mail(sender=mailbox.address, message_id=sent.rfc_message_id)
    mail = take_in(back, mailbox, now=now)
    assert (mail.state, mail.reason, mail.ticket_id) == (InboundState.IGNORED, f"own:{sent.id}", ticket.id)
    assert len(messages(ticket)) == 1


def test_a_copy_of_a_mail_is_one_mail(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    letter = a_mail()
    first = take_in(letter, mailbox, now=now)
    second = take_in(letter, mailbox, now=now)
    assert (second.state, second.reason, second.copy_of_id) == (InboundState.IGNORED, "copy", first.id)
    assert len(messages(tickets()[0])) == 1


def test_a_reused_id_with_other_words_is_another_mail(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    take_in(a_mail("one", message_id="<same@brightwater.example>"), mailbox, now=now)
    take_in(a_mail("two", message_id="<same@brightwater.example>"), mailbox, now=now)
    assert len(tickets()) == 2
    assert "reused Message-ID" in messages(tickets()[1])[0].evidence


def test_acknowledgements_to_a_stranger_stop_at_three_a_day(mailbox: Mailbox, now: datetime) -> None:
    for number in range(4):
        take_in(a_mail(f"text {number}", sender=stranger()), mailbox, now=now)
    states = db.session.scalars(select(OutboxRecipient.state).order_by(OutboxRecipient.id)).all()
    assert [state.value for state in states] == ["queued", "queued", "queued", "failed"]


def test_a_flood_from_one_address_is_held(mailbox: Mailbox, now: datetime) -> None:
    for number in range(21):
        sender = (stranger(), stranger().upper(), stranger().replace("@", f"+{number}@"))[number % 3]
        arrive(a_mail(f"text {number}", sender=sender), mailbox, now=now)
    process_inbound()
    held = db.session.scalars(select(InboundMail).where(InboundMail.state == InboundState.QUARANTINED)).all()
    assert [one.from_email for one in held] == ["eve+20@elsewhere.example"]
    assert len(tickets()) == 20
    bite = db.session.scalars(select(CapBite).where(CapBite.cap == Cap.TICKETS)).one()
    assert (bite.who, bite.inbound_mail_id) == ("eve@elsewhere.example", held[0].id)


def test_a_delivery_report_marks_the_recipient_and_is_no_ticket(mailbox: Mailbox, now: datetime) -> None:
    ada = an_agent("Ada Lind")
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    actions.take(ticket, by=ada.id, now=now)
    report = BOUNCE.format(to=mailbox.address, who=HANNA, about=outbox(ticket)[0].rfc_message_id)
    mail = take_in(report.encode(), mailbox, now=now)
    recipient = db.session.scalars(select(OutboxRecipient)).one()
    assert (mail.reason, mail.ticket_id, len(tickets())) == ("bounce", ticket.id, 1)
    assert recipient.state.value == "bounced"
    kinds = db.session.scalars(select(Notice.kind).where(Notice.person_id == ada.id)).all()
    assert "mail.bounced" in kinds


BOUNCE = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@relay.example>
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <report1@relay.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

This is the mail system at host relay.example. Your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {who}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user

--b1
Content-Type: text/rfc822-headers

Message-ID: {about}
Subject: x

--b1--
"""


def line_2_is_missing_for(word: str) -> None:
    """Mails with that word are to go to line 2, which has no team: nobody can receive them."""
    rule = RoutingRule(
        position=1, name="Up", conditions={"words": [word]}, placement={"line": 2}, created_at=LONG_AGO
    )
    db.session.add(rule)
    db.session.execute(delete(Team).where(Team.line == 2))


def process_at(*moments: datetime) -> None:
    for moment in moments:
        with clock.frozen(partial(_same, moment)):
            process_inbound()


def _same(moment: datetime) -> datetime:
    return moment


def test_a_mail_that_breaks_is_held_after_three_attempts_and_the_next_goes_on(
    mailbox: Mailbox, now: datetime
) -> None:
    boss = an_administrator()
    hanna()
    line_2_is_missing_for("server")
    bad, good = (arrive(a_mail(text), mailbox, now=now) for text in ("The server hums", "A page is blank"))
    process_at(now)
    assert db.session.get_one(InboundMail, good).state is InboundState.PROCESSED
    process_at(now + timedelta(minutes=2), now + timedelta(minutes=9))
    held = db.session.get_one(InboundMail, bad)
    assert (held.state, held.attempts) == (InboundState.QUARANTINED, 3)
    assert held.error
    assert db.session.scalars(select(Notice.kind).where(Notice.person_id == boss.id)).all() == ["mail.held"]


def test_a_held_mail_becomes_a_ticket_when_it_is_tried_again(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    line_2_is_missing_for("server")
    bad = arrive(a_mail("The server hums"), mailbox, now=now)
    process_at(*(now + timedelta(minutes=10 * step) for step in range(3)))
    the_team(2)
    held = db.session.get_one(InboundMail, bad)
    retry(held, by=system_id(), now=now)
    process_at(now)
    assert (held.state, tickets()[0].line) == (InboundState.PROCESSED, 2)


def test_the_bytes_come_back_as_they_came(mailbox: Mailbox, now: datetime) -> None:
    raw = b"From: x@y.example\nSubject: \xff\xfe\n\n\x00\xed\xa0\x80 text"
    mail = take_in(raw, mailbox, now=now)
    assert (mail.state, mail.raw) == (InboundState.PROCESSED, raw)


def test_ids_of_mails_that_came_in_are_remembered(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    take_in(a_mail(message_id="<kept@brightwater.example>"), mailbox, now=now)
    kept = db.session.get_one(MailReference, "<kept@brightwater.example>")
    assert (kept.ticket_id, kept.ours) == (tickets()[0].id, False)
