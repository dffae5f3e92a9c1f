"""From stored bytes to people: who is believed, for whom a mail speaks, and what is spam."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.db import db, transaction
from helpdesk.history import SettingChange
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.mime import read_tree
from helpdesk.mail.models import InboundState, Mailbox
from helpdesk.mail.sender_models import SenderAct, SenderRule
from helpdesk.mail.senders import add_rule, pattern_of, remove_rule, rules_for
from helpdesk.notifications.models import Outbox, OutboxRecipient
from helpdesk.tickets.models import Message
from helpdesk.tickets.queries.watching import proposed, watching
from helpdesk.tickets.rules import MessageKind
from tests.browsing import form, sign_in
from tests.factories import a_contact, a_mailbox, an_administrator, the_system, three_lines
from tests.mail.letters import HANNA, SUPPORT, a_mail, hanna, take_in, tickets

pytestmark = pytest.mark.usefixtures("session")
US = "mx.fernhill.example"
PROVED = f"{US}; dmarc=pass header.from=brightwater.example"
OURS = f"{US}; dmarc=pass header.from=fernhill.example"
FORM = "Website <forms@host.example>"
FORWARDED = """Please look at this.

---------- Forwarded message ---------
From: Eve Moss <eve@elsewhere.example>
Date: Wed, 4 Mar 2026 11:00
Subject: The till is dead
To: <ada@fernhill.example>

It shows a blue page.
"""


@pytest.fixture
def mailbox(session: object) -> Mailbox:
    three_lines()
    return a_mailbox(authserv_id=US)


def asker() -> Contact:
    (ticket,) = tickets()
    return db.session.get_one(Contact, ticket.contact_id)


def mails() -> list[Outbox]:
    return list(db.session.scalars(select(Outbox)))


def told(sender: str, act: SenderAct, now: datetime, expression: str = "") -> SenderRule:
    return add_rule(sender, act, by=the_system().id, now=now, expression=expression)


def passed_on(ada: Person, verdict: str = OURS) -> EmailMessage:
    sender = f"Ada Lind <person{ada.id}@fernhill.example>"
    return a_mail(FORWARDED, sender=sender, subject="Fwd: The till is dead", Authentication_Results=verdict)


def test_a_forged_client_is_still_a_ticket_that_says_so_and_the_one_he_plays_hears_nothing(
    mailbox: Mailbox, now: datetime
) -> None:
    contact = hanna()
    forged = a_mail(Authentication_Results=PROVED.replace("pass", "fail"))
    mail = take_in(forged, mailbox, now=now)
    (ticket,) = tickets()
    assert (ticket.contact_id, mail.state) == (contact.id, InboundState.PROCESSED)
    said = db.session.scalars(select(Message).where(Message.ticket_id == ticket.id)).one()
    assert ("dmarc=fail" in said.evidence, "dmarc=fail" in mail.evidence) == (True, True)
    assert mails() == []


def test_five_thousand_copied_people_make_twenty_proposals_and_no_mail(
    mailbox: Mailbox, now: datetime
) -> None:
    hanna()
    crowd = ",\n ".join(f"p{n}@elsewhere.example" for n in range(5_000))
    raw = a_mail(Authentication_Results=PROVED).as_bytes()
    take_in(f"Cc: {crowd}\n".encode() + raw, mailbox, now=now)
    (ticket,) = tickets()
    assert (watching(ticket.id), len(proposed(ticket.id)), len(mails())) == (frozenset(), 20, 1)


def test_copied_people_are_no_contacts_and_our_own_mailboxes_are_left_out(
    mailbox: Mailbox, now: datetime
) -> None:
    contact = hanna()
    a_mailbox("sales@fernhill.example")
    a_contact("Noah Ray", company=contact.company, email="noah@brightwater.example")
    before = len(db.session.scalars(select(Contact)).all())
    copied = "Noah <NOAH@brightwater.example>, sales+x@fernhill.example, Eve <eve@elsewhere.example>"
    take_in(a_mail(Cc=copied, Authentication_Results=PROVED), mailbox, now=now)
    (ticket,) = tickets()
    assert watching(ticket.id) == {"noah@brightwater.example"}
    assert [one.email for one in proposed(ticket.id)] == ["eve@elsewhere.example"]
    assert len(db.session.scalars(select(Contact)).all()) == before


def test_what_a_proved_agent_passes_on_is_opened_for_whoever_wrote_it(
    mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    take_in(passed_on(ada), mailbox, now=now)
    (ticket,) = tickets()
    assert (asker().person.name, ticket.subject, mails()) == ("Eve Moss", "The till is dead", [])
    said = {one.kind: one.text for one in db.session.scalars(select(Message))}
    assert said == {
        MessageKind.CLIENT: "It shows a blue page.",
        MessageKind.NOTE: "Please look at this.",
    }


@pytest.mark.parametrize(
    "verdict",
    [
        OURS.replace("pass", "fail"),
        f"{US}; none",
        OURS.replace(US, "mx.attacker.example"),
        OURS.replace("fernhill", "attacker"),
        f"{US}; spf=fail (dmarc=pass)",
    ],
)
def test_a_forged_agent_has_no_powers(mailbox: Mailbox, ada: Person, now: datetime, verdict: str) -> None:
    take_in(passed_on(ada, verdict), mailbox, now=now)
    assert asker().company.kind is CompanyKind.OWN
    assert db.session.scalars(select(Message).where(Message.kind == MessageKind.NOTE)).all() == []


def test_while_no_server_is_named_nobody_has_powers_by_mail(
    mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    mailbox.authserv_id = None
    db.session.commit()
    take_in(passed_on(ada), mailbox, now=now)
    assert asker().company.kind is CompanyKind.OWN


def test_an_enclosed_mail_is_opened_with_its_own_files(mailbox: Mailbox, ada: Person, now: datetime) -> None:
    inner = a_mail(
        "It shows a blue page.", sender="Eve Moss <eve@elsewhere.example>", to="ada@fernhill.example"
    )
    inner.add_attachment(b"png", maintype="image", subtype="png", filename="till.png")
    outer = passed_on(ada)
    outer.set_content("Look.")
    outer.replace_header("Subject", "A client")
    outer.add_attachment(inner)
    take_in(outer, mailbox, now=now)
    said = {one.kind: one.text.strip() for one in db.session.scalars(select(Message))}
    assert said == {MessageKind.CLIENT: "It shows a blue page.", MessageKind.NOTE: "Look."}
    assert asker().person.name == "Eve Moss"


def test_a_device_that_writes_as_our_mailbox_asks_for_whom_it_names_and_gets_no_answer(
    mailbox: Mailbox, now: datetime
) -> None:
    contact = hanna()
    take_in(a_mail(sender=f"Scanner <{SUPPORT}>", Reply_To=HANNA), mailbox, now=now)
    assert (asker().id, mails()) == (contact.id, [])


def test_our_own_copy_hangs_on_the_mail_that_it_is_a_copy_of(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (sent,) = mails()
    copy = a_mail(sender=f"Support <{SUPPORT}>", to=HANNA, message_id=sent.rfc_message_id)
    mail = take_in(copy, mailbox, now=now)
    expected = (InboundState.IGNORED, f"own:{sent.id}", sent.ticket_id)
    assert (mail.state, mail.reason, mail.ticket_id) == expected
    assert len(tickets()) == 1


def test_a_form_server_speaks_for_whom_it_names_once_that_was_said(mailbox: Mailbox, now: datetime) -> None:
    contact = hanna()
    take_in(a_mail(sender=FORM, Reply_To=HANNA), mailbox, now=now)
    (first,) = tickets()
    said = db.session.scalars(select(Message).where(Message.ticket_id == first.id)).one()
    assert (asker().person.name, said.recipients["reply_to"]) == ("Website", [HANNA])
    with transaction():
        told("@host.example", SenderAct.TRUST_REPLY_TO, now)
    take_in(a_mail(sender=FORM, Reply_To=HANNA), mailbox, now=now)
    assert tickets()[-1].contact_id == contact.id


def test_whoever_fills_in_a_form_as_an_agent_has_no_powers_though_the_form_is_proved(
    mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    with transaction():
        told("@host.example", SenderAct.TRUST_REPLY_TO, now)
    mail = passed_on(ada, f"{US}; dmarc=pass header.from=host.example")
    mail["Reply-To"] = str(mail["From"])
    mail.replace_header("From", FORM)
    take_in(mail, mailbox, now=now)
    assert asker().person_id == ada.id


def test_what_the_desk_writes_by_itself_goes_to_the_sender_and_not_where_the_mail_points_it(
    mailbox: Mailbox, now: datetime
) -> None:
    hanna()
    take_in(a_mail(Reply_To="victim@elsewhere.example"), mailbox, now=now)
    assert [one.email for one in db.session.scalars(select(OutboxRecipient))] == [HANNA]


def test_who_was_only_copied_blindly_gets_no_answer_by_itself(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    take_in(a_mail(to="somebody@brightwater.example", Cc="eve@elsewhere.example"), mailbox, now=now)
    (ticket,) = tickets()
    assert (mails(), list(proposed(ticket.id))) == ([], [])


def test_headers_that_steer_the_desk_are_not_seen_but_kept_as_they_came(
    mailbox: Mailbox, now: datetime
) -> None:
    hanna()
    mail = take_in(a_mail(X_Helpdesk_Visibility="internal", X_HELPDESK_Ticket="7"), mailbox, now=now)
    tree, _ = read_tree(mail.raw)
    assert [name for name, _ in tree.headers.lines if name.startswith("x-helpdesk")] == []
    assert b"X-Helpdesk-Visibility" in mail.raw


SPAM = [
    {"X_Spam_Flag": "YES"},
    {"X_Spam_Status": "Yes, score=9.1"},
    {"X_MS_Exchange_Organization_SCL": "5"},
    {"X_Forefront_Antispam_Report": "CIP:192.0.2.1;SCL:9;SRV:"},
]


@pytest.mark.parametrize("marks", SPAM)
def test_what_the_server_marked_is_left_aside(marks: dict[str, str], mailbox: Mailbox, now: datetime) -> None:
    mail = take_in(a_mail(**marks), mailbox, now=now)
    assert (mail.state, mail.reason, tickets()) == (InboundState.IGNORED, "spam", [])


def test_one_click_takes_it_in_and_remembers_the_sender(
    client: FlaskClient, ada: Person, mailbox: Mailbox, now: datetime
) -> None:
    hanna()
    mail_id = take_in(a_mail(X_Spam_Flag="YES"), mailbox, now=now).id
    sign_in(client, ada)
    page = client.get("/mail/spam").text
    assert (HANNA in page, "X-Spam-Flag: YES" in page) == (True, True)
    assert client.post(f"/mail/spam/{mail_id}/restoration", data=form()).status_code == 303
    process_inbound()
    assert len(tickets()) == 1
    assert "No spam in the last 30 days" in client.get("/mail/spam").text
    later = take_in(a_mail(X_Spam_Flag="YES", message_id="<later@brightwater.example>"), mailbox, now=now)
    assert (later.state, len(tickets())) == (InboundState.PROCESSED, 2)


def test_spam_is_out_of_sight_after_thirty_days_and_other_mail_is_none(
    client: FlaskClient, ada: Person, mailbox: Mailbox, now: datetime
) -> None:
    mail = take_in(a_mail(X_Spam_Flag="YES"), mailbox, now=now)
    mail.received_at = mail.received_at - timedelta(days=31)
    own = take_in(a_mail(message_id="<other@brightwater.example>", X_Spam_Flag="YES"), mailbox, now=now)
    own.reason = "list"
    db.session.commit()
    sign_in(client, ada)
    assert "No spam in the last 30 days" in client.get("/mail/spam").text
    assert client.post(f"/mail/spam/{own.id}/restoration", data=form()).status_code == 404


# What is said about senders


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Forms@Host.Example ", "forms@host.example"),
        ("@Host.example", "@host.example"),
        ("host.example", "@host.example"),
        ("info@müller.example", "info@xn--mller-kva.example"),
    ],
)
def test_a_sender_is_kept_in_one_way(typed: str, kept: str) -> None:
    assert pattern_of(typed) == kept


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"sender": "nonsense", "act": "not_spam"}, "Write an address such as"),
        ({"sender": "@gmail.com", "act": "not_spam"}, "Everybody has an address at gmail.com"),
        ({"sender": "a@b.example", "act": "fly"}, "Choose one of the answers first."),
        ({"sender": "a@b.example", "act": "external_id", "expression": "INC"}, "Put round brackets"),
        (
            {"sender": "a@b.example", "act": "external_id", "expression": "(("},
            "no expression that can be used",
        ),
        ({"sender": "known@b.example", "act": "not_spam"}, "This is said of known@b.example already."),
    ],
)
def test_what_cannot_be_said_of_a_sender_is_told_with_what_was_typed(
    fields: dict[str, str], words: str, client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    told("known@b.example", SenderAct.NOT_SPAM, now)
    sign_in(client, an_administrator())
    answer = client.post("/settings/senders", data=form(**fields))
    assert (answer.status_code, words in answer.text) == (422, True)
    assert f'value="{fields["sender"]}"' in answer.text
    assert len(db.session.scalars(select(SenderRule)).all()) == 1


def test_senders_are_added_tried_and_taken_back_and_the_history_says_so(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    sign_in(client, an_administrator("Mira Voss"))
    said = {"sender": "jira@vendor.example", "act": "external_id", "expression": r"(INC\d{5})"}
    tried = client.post("/settings/senders/trial", data=form(**said, subject="Re: INC00123 till"))
    assert ("It finds INC00123" in tried.text, rules_for("jira@vendor.example")) == (True, [])
    nothing = client.post("/settings/senders/trial", data=form(**said, subject="Re: till"))
    assert "It finds no number in this subject" in nothing.text
    assert client.post("/settings/senders/trial", data=form(expression="(", subject="")).status_code == 422
    assert client.post("/settings/senders", data=form(**said)).status_code == 303
    (rule,) = rules_for("JIRA@vendor.example")
    page = client.get("/settings/senders").text
    assert ("jira@vendor.example" in page, "Mira Voss" in page) == (True, True)
    assert client.post(f"/settings/senders/{rule.id}/removal", data=form()).status_code == 303
    assert list(rules_for("jira@vendor.example")) == []
    fields = set(db.session.scalars(select(SettingChange.field)))
    assert fields == {"pattern", "act", "expression"}


def test_a_rule_for_a_domain_holds_for_its_addresses_and_no_others(mailbox: Mailbox, now: datetime) -> None:
    rule = told("@host.example", SenderAct.NOT_SPAM, now)
    assert [one.id for one in rules_for("any@host.example")] == [rule.id]
    assert list(rules_for("any@sub.host.example")) == []
    remove_rule(rule, by=the_system().id, now=now)
    assert list(rules_for("any@host.example")) == []
