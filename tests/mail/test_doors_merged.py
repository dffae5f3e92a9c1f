"""What comes by mail to a double lands on the ticket that stayed; what answers a notice joins nothing."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.accounts.models import Account, Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.mail.held import why
from helpdesk.mail.models import InboundState, Mailbox
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.jobs import mail_to
from helpdesk.notifications.models import Outbox
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State, Visibility
from tests.factories import a_contact, an_agent
from tests.mail.letters import a_mail, hanna, messages, take_in, tickets

pytestmark = pytest.mark.usefixtures("session")
SECONDS = timedelta(seconds=1)


@pytest.fixture
def pair(mailbox: Mailbox, now: datetime) -> tuple[Ticket, Ticket]:
    """A double, merged into the ticket that stays; both came by mail from Hanna."""
    hanna()
    take_in(a_mail(), mailbox, now=now)
    take_in(a_mail("Still blank, did you get my mail?", subject="Blank pages again"), mailbox, now=now)
    into, double = tickets()
    actions.merge(double, into, by=an_agent().id, now=now)
    db.session.commit()
    return double, into


def last_mail_of(ticket: Ticket) -> Outbox:
    found = select(Outbox).where(Outbox.ticket_id == ticket.id).order_by(Outbox.id.desc())
    return db.session.scalars(found).first() or pytest.fail("no mail")


def test_an_answer_to_the_double_joins_the_ticket_that_stayed(
    pair: tuple[Ticket, Ticket], mailbox: Mailbox, now: datetime
) -> None:
    double, into = pair
    headers = {"In_Reply_To": last_mail_of(double).rfc_message_id}
    mail = take_in(a_mail("Room 5 too.", **headers), mailbox, now=now)
    assert (mail.state, mail.ticket_id) == (InboundState.PROCESSED, into.id)
    assert (messages(into)[-1].text.strip(), messages(into)[-1].visibility) == (
        "Room 5 too.",
        Visibility.PUBLIC,
    )
    assert len(messages(double)) == 1
    assert double.state is State.CLOSED


def test_its_number_in_the_subject_is_enough_for_the_requester(
    pair: tuple[Ticket, Ticket], mailbox: Mailbox, now: datetime
) -> None:
    double, into = pair
    mail = take_in(a_mail("Any news?", subject=f"Re: [HD#{double.id}] Blank pages again"), mailbox, now=now)
    assert mail.ticket_id == into.id


def test_who_was_copied_on_the_double_is_on_the_clients_side_of_the_other(
    mailbox: Mailbox, now: datetime
) -> None:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    take_in(a_mail("Again", subject="Blank pages again"), mailbox, now=now)
    into, double = tickets()
    ada = an_agent()
    copied = actions.Reply(text="We look into it.", cc=("eve@vendor.example",))
    actions.reply(double, copied, by=ada.id, now=now)
    actions.merge(double, into, by=ada.id, now=now)
    db.session.commit()
    headers = {"In_Reply_To": last_mail_of(double).rfc_message_id}
    mail = take_in(a_mail("It is the driver.", sender="eve@vendor.example", **headers), mailbox, now=now)
    assert mail.ticket_id == into.id
    assert not messages(into)[-1].is_unverified


def test_an_answer_reopens_the_one_that_stayed_and_never_the_double(
    pair: tuple[Ticket, Ticket], mailbox: Mailbox, now: datetime
) -> None:
    double, into = pair
    actions.resolve(into, "Driver rolled back", by=an_agent().id, now=now)
    headers = {"In_Reply_To": last_mail_of(double).rfc_message_id}
    take_in(a_mail("No, still blank.", **headers), mailbox, now=now)
    assert (into.state, double.state) == (State.OPEN, State.CLOSED)


def a_notice_mail(person: Person, ticket: Ticket, now: datetime) -> Outbox:
    tell((person.id,), News(kind="ticket.assigned", ticket_id=ticket.id, at=now))
    mail_to(person.id, now=now)
    db.session.commit()
    statement = select(Outbox).where(Outbox.key.like("notices:%"))
    return db.session.scalars(statement).one()


@pytest.fixture
def ticket(mailbox: Mailbox, now: datetime) -> Ticket:
    hanna()
    take_in(a_mail(), mailbox, now=now)
    return tickets()[0]


def test_an_answer_to_a_notice_is_held_and_never_said_to_a_client(
    ada: Person, ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    notice = a_notice_mail(ada, ticket, now)
    email = db.session.scalars(select(Account.email).where(Account.person_id == ada.id)).one()
    answer = a_mail(
        "I take it.", sender=email, subject=f"Re: {notice.subject}", In_Reply_To=notice.rfc_message_id
    )
    mail = take_in(answer, mailbox, now=now)
    assert mail.state is InboundState.QUARANTINED
    assert "sent to one of its own people" in why(mail)
    assert len(messages(ticket)) == 1
    assert len(tickets()) == 1


def test_a_machines_answer_to_a_notice_is_dropped(
    ada: Person, ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    notice = a_notice_mail(ada, ticket, now)
    headers = {"In_Reply_To": notice.rfc_message_id, "Auto_Submitted": "auto-replied"}
    mail = take_in(a_mail("Received.", sender="robot@fernhill.example", **headers), mailbox, now=now)
    assert (mail.state, mail.reason) == (InboundState.IGNORED, "answer_to_notice")


def test_the_notice_itself_coming_back_is_our_own(
    ada: Person, ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    notice = a_notice_mail(ada, ticket, now)
    mail = take_in(a_mail("Anything", message_id=notice.rfc_message_id), mailbox, now=now)
    assert (mail.state, mail.reason) == (InboundState.IGNORED, f"own:{notice.id}")


def test_an_ordinary_mail_that_names_another_firms_mail_comes_in(
    ada: Person, ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    a_notice_mail(ada, ticket, now)
    a_contact(email="omar@halden.example")
    headers = {"In_Reply_To": "<1@elsewhere.example>"}
    mail = take_in(a_mail("Hello", sender="omar@halden.example", **headers), mailbox, now=now)
    assert mail.state is InboundState.PROCESSED
    assert db.session.get_one(Contact, tickets()[-1].contact_id).person.name != "Ada Lind"
