"""Delivery reports, receipts and complaints: which mail of ours they mean, and what they change."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.clients.models import ContactAddress
from helpdesk.clients.reach import closed
from helpdesk.clients.return_models import AddressReturn
from helpdesk.db import db
from helpdesk.mail.kinds import MailKind
from helpdesk.mail.models import InboundState, Mailbox
from helpdesk.mail.remembering import remember_alias
from helpdesk.mail.tokens import reply_address
from helpdesk.mail.verp import return_address
from helpdesk.notifications.models import DeliveryState, Notice, Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.signing import keys
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from tests.browsing import sign_in
from tests.mail.letters import HANNA, SUPPORT, a_mail, take_in, tickets

pytestmark = pytest.mark.usefixtures("session", "now")
OMAR = "omar@brightwater.example"


@pytest.fixture
def sent(ticket: Ticket, ada: Person, now: datetime) -> Outbox:
    """Ada's answer to Hanna and Omar, which the relay took."""
    answer(ticket, ada, now, HANNA, OMAR)
    return newest()


def answer(ticket: Ticket, ada: Person, now: datetime, *to: str) -> None:
    actions.reply(ticket, actions.Reply(text="Try the other tray.", to=to), by=ada.id, now=now)
    mail = newest()
    mail.finished_at = mail.handed_over_at = now
    for one in recipients(mail).values():
        one.state, one.changed_at = DeliveryState.ACCEPTED, now
    db.session.commit()


def newest() -> Outbox:
    replies = select(Outbox).where(Outbox.kind == OutboxKind.REPLY)
    return db.session.scalars(replies.order_by(Outbox.id.desc()).limit(1)).one()


def recipients(mail: Outbox) -> dict[str, OutboxRecipient]:
    found = select(OutboxRecipient).where(OutboxRecipient.outbox_id == mail.id)
    return {one.email: one for one in db.session.scalars(found.execution_options(populate_existing=True))}


def report(
    kind: str, fields: str, *, about: str = "", to: str = SUPPORT, subject: str = "Mail delivery report"
) -> bytes:
    """A report as mail servers write it; `about` is the head of the mail that it encloses."""
    return (
        f"From: MAILER-DAEMON@relay.example\r\nReturn-Path: <>\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{abs(hash((fields, about, to)))}@relay.example>\r\n"
        f"Content-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
        f"--b\r\nContent-Type: message/{kind}\r\n\r\n{fields}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{about}\r\n--b--\r\n"
    ).encode()


def failed(email: str, status: str = "5.1.1", *, action: str = "failed", words: str = "no such user") -> str:
    return (
        f"Reporting-MTA: dns; relay.example\r\n\r\nFinal-Recipient: rfc822; {email}\r\nAction: {action}\r\n"
        f"Status: {status}\r\nDiagnostic-Code: smtp; 550 {status} {words}"
    )


def enclosed(mail: Outbox) -> str:
    return f"Message-ID: {mail.rfc_message_id}\r\nSubject: x"


def test_only_the_recipient_that_the_report_names_was_not_reached(
    sent: Outbox, ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    mail = take_in(report("delivery-status", failed(HANNA), about=enclosed(sent)), mailbox, now=now)
    states = {email: one.state for email, one in recipients(sent).items()}
    assert (mail.state, mail.reason, mail.mail_kind) == (InboundState.PROCESSED, "bounce", MailKind.BOUNCE)
    assert states == {HANNA: DeliveryState.BOUNCED, OMAR: DeliveryState.ACCEPTED}
    held = db.session.scalars(select(ContactAddress).where(ContactAddress.email == HANNA)).one()
    assert (held.undeliverable_at, held.undeliverable_reason) == (now, "5.1.1 smtp; 550 5.1.1 no such user")
    told = db.session.scalars(select(Notice.person_id).where(Notice.kind == "mail.bounced")).all()
    assert (list(told), len(tickets())) == ([ada.id], 1)


@pytest.mark.parametrize("way", ["return_path", "token", "message_id", "mangled"])
def test_each_proof_alone_finds_the_mail(
    way: str, sent: Outbox, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    texts = {
        "return_path": ("", return_address(SUPPORT, sent.id, keys())),
        "token": ("", reply_address(SUPPORT, sent.reply_token or "")),
        "message_id": (enclosed(sent), SUPPORT),
        "mangled": (f"Our mail {sent.rfc_message_id} was not taken.", SUPPORT),
    }
    about, to = texts[way]
    take_in(report("delivery-status", failed(OMAR), about=about, to=to), mailbox, now=now)
    assert recipients(sent)[OMAR].state is DeliveryState.BOUNCED


FORGED_RETURN = "support+r.{}.1.aaaaaaaaaaaaaaaa@helpdesk.example"


@pytest.mark.parametrize("to", [SUPPORT, FORGED_RETURN], ids=["recipient", "forged return path"])
def test_a_report_without_proof_only_leaves_a_hint(
    to: str, sent: Outbox, ticket: Ticket, mailbox: Mailbox, ada: Person, client: FlaskClient, now: datetime
) -> None:
    for words in ("no such user", "never heard of him"):
        raw = report("delivery-status", failed(HANNA, words=words), to=to.format(sent.id))
        mail = take_in(raw, mailbox, now=now)
        assert (mail.state, mail.reason) == (InboundState.IGNORED, "bounce_unproved")
    assert mail.ticket_id == ticket.id
    assert recipients(sent)[HANNA].state is DeliveryState.ACCEPTED
    assert closed([HANNA], by_machine=True) == {}
    told = db.session.scalars(select(Notice.kind).where(Notice.kind.startswith("mail."))).all()
    assert list(told) == ["mail.perhaps_bounced"]
    sign_in(client, ada)
    page = client.get(f"/tickets/{ticket.id}").text
    assert f"A report says that mail does not reach {HANNA}" in page
    assert "Reply not delivered" not in page


def test_hints_never_add_up_to_a_shut_address(sent: Outbox, mailbox: Mailbox, now: datetime) -> None:
    for number in range(4):
        take_in(report("delivery-status", failed(HANNA, "5.7.1", words=str(number))), mailbox, now=now)
    take_in(report("delivery-status", failed(HANNA, "5.7.1"), about=enclosed(sent)), mailbox, now=now)
    assert closed([HANNA], by_machine=True) == {}


def test_a_report_is_about_the_mail_it_encloses_and_no_earlier_one(
    sent: Outbox, ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    answer(ticket, ada, now, OMAR)
    later = newest()
    about = f"References: {sent.rfc_message_id}\r\n{enclosed(later)}"
    take_in(report("delivery-status", failed(OMAR), about=about), mailbox, now=now)
    states = [recipients(mail)[OMAR].state for mail in (sent, later)]
    assert states == [DeliveryState.ACCEPTED, DeliveryState.BOUNCED]


def test_a_mail_that_its_relay_renamed_is_known_by_both_its_ids(
    sent: Outbox, ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    answer(ticket, ada, now, OMAR)
    later = newest()
    given = "<0102.renamed@relay.example>"
    remember_alias(later, given, now=now)
    unproved = report("delivery-status", failed(OMAR), about=f"Message-ID: {given}")
    assert take_in(unproved, mailbox, now=now).reason == "bounce_unproved"
    about = f"Message-ID: {given}\r\nReferences: {sent.rfc_message_id}"
    take_in(report("delivery-status", failed(OMAR), about=about), mailbox, now=now)
    states = [recipients(mail)[OMAR].state for mail in (sent, later)]
    assert states == [DeliveryState.ACCEPTED, DeliveryState.BOUNCED]


def test_the_token_wins_over_a_later_mail_to_the_same_address(
    sent: Outbox, ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    answer(ticket, ada, now, OMAR)
    later = newest()
    to = reply_address(SUPPORT, sent.reply_token or "")
    take_in(report("delivery-status", failed(OMAR), to=to), mailbox, now=now)
    states = [recipients(mail)[OMAR].state for mail in (sent, later)]
    assert states == [DeliveryState.BOUNCED, DeliveryState.ACCEPTED]


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        (failed("stranger@elsewhere.example"), ""),
        (failed("stranger@elsewhere.example"), "ours"),
        ("Reporting-MTA: dns; relay.example", ""),
    ],
)
def test_what_nobody_can_match_is_kept_aside_and_changes_nothing(
    fields: str, about: str, sent: Outbox, mailbox: Mailbox, now: datetime
) -> None:
    subject = "Undelivered Mail Returned to Sender"
    raw = report("delivery-status", fields, about=enclosed(sent) if about else "", subject=subject)
    mail = take_in(raw, mailbox, now=now)
    assert (mail.state, mail.reason) == (InboundState.IGNORED, "bounce_unmatched")
    assert {one.state for one in recipients(sent).values()} == {DeliveryState.ACCEPTED}
    assert len(tickets()) == 1
    assert db.session.scalars(select(Outbox).where(Outbox.ticket_id.is_(None))).all() == []


@pytest.mark.parametrize(
    ("status", "action", "state"),
    [
        ("4.4.1", "delayed", DeliveryState.DELAYED),
        ("4.4.7", "failed", DeliveryState.BOUNCED),
        ("5.2.2", "failed", DeliveryState.BOUNCED),
        ("5.7.1", "failed", DeliveryState.BOUNCED),
        ("5.4.4", "failed", DeliveryState.BOUNCED),
    ],
)
def test_codes_decide_about_the_mail_and_only_some_about_the_address(
    status: str, action: str, state: DeliveryState, sent: Outbox, mailbox: Mailbox, now: datetime
) -> None:
    fields = failed(HANNA, status, action=action, words="")
    take_in(report("delivery-status", fields, about=enclosed(sent)), mailbox, now=now)
    assert recipients(sent)[HANNA].state is state
    assert (HANNA in closed([HANNA], by_machine=False)) is (status == "5.4.4")


def test_a_late_warning_does_not_undo_a_return(sent: Outbox, mailbox: Mailbox, now: datetime) -> None:
    for fields in (failed(HANNA), failed(HANNA, "4.4.1", action="delayed")):
        take_in(report("delivery-status", fields, about=enclosed(sent)), mailbox, now=now)
    assert recipients(sent)[HANNA].state is DeliveryState.BOUNCED


def test_the_third_refusal_by_a_rule_shuts_the_address(
    ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    shut = []
    for then in (now + timedelta(days=day) for day in (0, 10, 20)):
        with clock.frozen(partial(_same, then)):
            answer(ticket, ada, then, HANNA)
            raw = report("delivery-status", failed(HANNA, "5.7.1"), about=enclosed(newest()))
            take_in(raw, mailbox, now=then)
        shut.append(HANNA in closed([HANNA], by_machine=False))
    assert shut == [False, False, True]


def _same(moment: datetime) -> datetime:
    return moment


def test_a_report_that_comes_twice_counts_once(sent: Outbox, mailbox: Mailbox, now: datetime) -> None:
    raw = report("delivery-status", failed(HANNA, "5.2.2"), about=enclosed(sent))
    for _ in range(3):
        take_in(raw, mailbox, now=now)
    assert len(db.session.scalars(select(AddressReturn)).all()) == 1


@pytest.mark.parametrize(
    ("text", "headers", "is_shut"),
    [("I am here.", {}, False), ("News", {"List_Id": "<n.brightwater.example>"}, True)],
)
def test_who_writes_again_can_be_written_to_again(
    text: str, headers: dict[str, str], is_shut: bool, sent: Outbox, mailbox: Mailbox, now: datetime
) -> None:
    take_in(report("delivery-status", failed(HANNA), about=enclosed(sent)), mailbox, now=now)
    take_in(a_mail(text, subject="Hello again", **headers), mailbox, now=now)
    assert (HANNA in closed([HANNA], by_machine=False)) is is_shut


def test_nothing_automatic_goes_to_a_dead_address(
    ticket: Ticket, sent: Outbox, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    take_in(report("delivery-status", failed(HANNA), about=enclosed(sent)), mailbox, now=now)
    before = len(db.session.scalars(select(Outbox)).all())
    actions.resolve(ticket, "Another tray", by=ada.id, now=now)
    assert len(db.session.scalars(select(Outbox)).all()) == before


def test_a_read_receipt_is_noted_at_the_recipient(
    sent: Outbox, mailbox: Mailbox, ticket: Ticket, now: datetime
) -> None:
    recipients(sent)[HANNA].state = DeliveryState.UNCERTAIN
    fields = f"Final-Recipient: rfc822;{HANNA}\r\nDisposition: manual-action/MDN-sent-manually; displayed"
    raw = report("disposition-notification", fields, about=enclosed(sent))
    mail = take_in(raw, mailbox, now=now)
    one = recipients(sent)[HANNA]
    assert (mail.reason, mail.ticket_id, one.read_at) == ("read_receipt", ticket.id, now)
    assert (one.state, recipients(sent)[OMAR].read_at) == (DeliveryState.ACCEPTED, None)
    assert len(tickets()) == 1


def test_a_receipt_of_delivery_is_noted_too(sent: Outbox, mailbox: Mailbox, now: datetime) -> None:
    fields = failed(OMAR, "2.0.0", action="delivered", words="done")
    take_in(report("delivery-status", fields, about=enclosed(sent)), mailbox, now=now)
    assert recipients(sent)[OMAR].delivered_at == now
    assert recipients(sent)[HANNA].delivered_at is None


@pytest.mark.parametrize("recipient", [HANNA, "blackened@redacted.example"])
def test_who_complains_gets_nothing_automatic_any_more(
    recipient: str, ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    answer(ticket, ada, now, HANNA)
    fields = f"Feedback-Type: abuse\r\nOriginal-Rcpt-To: <{recipient}>"
    mail = take_in(report("feedback-report", fields, about=enclosed(newest())), mailbox, now=now)
    assert (mail.reason, mail.mail_kind, len(tickets())) == ("complaint", MailKind.COMPLAINT, 1)
    assert HANNA in closed([HANNA], by_machine=True)
    assert closed([HANNA], by_machine=False) == {}


def test_a_complaint_about_somebody_elses_mail_changes_nothing(
    ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    fields = f"Feedback-Type: abuse\r\nOriginal-Rcpt-To: <{HANNA}>"
    mail = take_in(
        report("feedback-report", fields, about="Message-ID: <x@elsewhere.example>"), mailbox, now=now
    )
    assert (mail.state, mail.reason) == (InboundState.IGNORED, "complaint")
    assert closed([HANNA], by_machine=True) == {}
