"""Who is told what: clients in their language, staff by notices, and nobody twice."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.clients.models import ContactAddress
from helpdesk.db import db
from helpdesk.mail.tokens import read_message_id, read_token
from helpdesk.notifications.models import DeliveryState, Notice, Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.signing import keys
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel, HandoverCard, ReturnReason
from tests.factories import a_company, a_contact, a_ticket, an_agent

pytestmark = pytest.mark.usefixtures("session", "now")

CARD = HandoverCard(symptom="Empty pages", asked="Compare the profiles", tried="Test page")
HANNA = "hanna@brightwater.example"


def letters(ticket: Ticket) -> list[Outbox]:
    return list(db.session.scalars(select(Outbox).where(Outbox.ticket_id == ticket.id).order_by(Outbox.id)))


def told(person: Person) -> list[str]:
    return list(db.session.scalars(select(Notice.kind).where(Notice.person_id == person.id)))


@pytest.mark.parametrize(
    ("person", "company", "greeting"),
    [
        ("ru", "en", "Здравствуйте, Hanna Bell!"),
        (None, "ru", "Здравствуйте, Hanna Bell!"),
        (None, None, "Hello Hanna Bell,"),
    ],
)
def test_a_letter_speaks_the_contacts_language_else_the_companys_else_the_mailboxs(
    person: str | None, company: str | None, greeting: str
) -> None:
    firm = a_company(language=company)
    ticket = a_ticket(contact=a_contact("Hanna Bell", company=firm, email=HANNA, language=person))
    assert letters(ticket)[0].body.startswith(greeting)


def test_the_marks_of_a_mail_lead_back_to_its_ticket() -> None:
    ticket = a_ticket(contact=a_contact(email=HANNA))
    (mail,) = letters(ticket)
    by_id = read_message_id(mail.rfc_message_id, keys())
    by_address = read_token(f"support+{mail.reply_token}@fernhill.example", keys())
    assert by_id is not None
    assert by_address is not None
    assert {by_id.ticket_id, by_address.ticket_id} == {ticket.id}
    assert by_id.message_id == mail.message_id


def test_whoever_opens_by_phone_gets_the_number_by_mail() -> None:
    ticket = a_ticket(contact=a_contact(email=HANNA), channel=Channel.PHONE, live=True)
    (mail,) = letters(ticket)
    assert mail.kind is OutboxKind.ACKNOWLEDGEMENT
    assert "thank you for your call" in mail.body


def test_a_contact_without_an_address_gets_nothing() -> None:
    assert letters(a_ticket(contact=a_contact(phone="+44 20 7946 0018"))) == []


def test_an_address_that_bounced_for_good_gets_nothing(now: datetime) -> None:
    contact = a_contact(email=HANNA)
    db.session.scalars(select(ContactAddress)).one().undeliverable_at = now
    assert letters(a_ticket(contact=contact)) == []


def test_who_was_told_on_the_phone_that_it_is_solved_gets_no_mail_at_all(now: datetime) -> None:
    ticket = a_ticket(contact=a_contact(email=HANNA), channel=Channel.PHONE, live=True)
    actions.resolve(ticket, "Cable was loose", by=an_agent().id, now=now, in_call=True)
    states = db.session.scalars(select(OutboxRecipient.state)).all()
    assert states == [DeliveryState.FAILED]
    assert all(mail.finished_at for mail in letters(ticket))


def test_the_client_hears_that_it_is_solved_and_not_how(now: datetime) -> None:
    ticket = a_ticket(contact=a_contact(email=HANNA))
    actions.resolve(ticket, "He had unplugged it", by=an_agent().id, now=now)
    mail = letters(ticket)[-1]
    assert mail.kind is OutboxKind.NOTICE
    assert "solved" in mail.body
    assert "unplugged" not in mail.body


def test_the_client_hears_of_a_reopening_only_when_it_was_ours(now: datetime) -> None:
    ticket = a_ticket(contact=a_contact(email=HANNA))
    by = an_agent().id
    actions.resolve(ticket, "done", by=by, now=now)
    actions.reopen(ticket, by=by, now=now)
    assert "opened your request" in letters(ticket)[-1].body


def test_a_hand_over_tells_the_client_nothing(now: datetime) -> None:
    ticket = a_ticket(contact=a_contact(email=HANNA))
    before = len(letters(ticket))
    actions.escalate(ticket, card=CARD, by=an_agent().id, now=now)
    assert len(letters(ticket)) == before


def test_an_answer_is_signed_by_its_author_and_waits_ten_seconds(now: datetime) -> None:
    ticket = a_ticket(contact=a_contact(email=HANNA))
    actions.reply(ticket, actions.Reply(text="Try this."), by=an_agent("Ada Lind").id, now=now)
    mail = letters(ticket)[-1]
    assert mail.body == "Try this.\n\n-- \nAda Lind\nFernhill\n"
    assert mail.due_at == now + timedelta(seconds=10)


def test_an_escalation_tells_the_receiving_team(now: datetime) -> None:
    ada, lev, mira = an_agent(), an_agent(line=2), an_agent(line=3)
    actions.escalate(a_ticket(), card=CARD, by=ada.id, now=now)
    assert "ticket.escalated" in told(lev)
    assert "ticket.escalated" not in [*told(ada), *told(mira)]


def test_a_return_tells_the_owner_once(now: datetime) -> None:
    ada, lev, ticket = an_agent(), an_agent(line=2), a_ticket()
    actions.take(ticket, by=ada.id, now=now)
    actions.escalate(ticket, card=CARD, by=ada.id, now=now)
    actions.return_ticket(
        ticket, reason_code=ReturnReason.INFORMATION_MISSING, reason="Which?", by=lev.id, now=now
    )
    assert told(ada).count("ticket.returned") == 1


def test_nobody_is_told_of_what_he_did_himself(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.take(ticket, by=ada.id, now=now)
    before = told(ada)
    actions.add_note(ticket, "looked at it", by=ada.id, now=now)
    assert told(ada) == before
