"""How many acknowledgements go where, and what is seen of those that do not."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.intake import Body, Incoming, Sender, receive
from helpdesk.notifications.cap_models import Cap, CapBite
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel
from tests.factories import a_company, a_contact, a_ticket, the_unknown_client, three_lines

pytestmark = pytest.mark.usefixtures("session", "now")


def a_stranger(name: str, domain: str = "elsewhere.example") -> Contact:
    return a_contact(company=the_unknown_client(), email=f"{name}@{domain}", verified=False)


def receipt(ticket: Ticket) -> Outbox:
    own = select(Outbox).where(Outbox.ticket_id == ticket.id, Outbox.kind == OutboxKind.ACKNOWLEDGEMENT)
    return db.session.scalars(own).one()


def goes(ticket: Ticket) -> bool:
    states = select(OutboxRecipient.state).where(OutboxRecipient.outbox_id == receipt(ticket).id)
    return db.session.scalars(states).one() is DeliveryState.QUEUED


def bites() -> list[tuple[Cap, str, int | None]]:
    return [(one.cap, one.who, one.ticket_id) for one in db.session.scalars(select(CapBite))]


def test_a_stranger_gets_three_a_day(now: datetime) -> None:
    otto = a_stranger("otto")
    hours = (0, 5, 10, 23, 25)
    opened = [a_ticket(contact=otto, at=now + timedelta(hours=hour)) for hour in hours]
    assert [goes(ticket) for ticket in opened] == [True, True, True, False, True]
    assert bites() == [(Cap.ADDRESS, "otto@elsewhere.example", opened[3].id)]
    assert "limit" in (receipt(opened[3]).error or "")


def test_what_stands_behind_a_plus_makes_nobody_another_person(now: datetime) -> None:
    names = ("otto", "otto+1", "otto+%_", "otto+1+2", "ottoline")
    opened = [a_ticket(contact=a_stranger(name), at=now) for name in names]
    assert [goes(ticket) for ticket in opened] == [True, True, True, False, True]
    assert bites() == [(Cap.ADDRESS, "otto@elsewhere.example", opened[3].id)]


def test_numbers_of_phones_that_write_mail_are_people_of_their_own(now: datetime) -> None:
    opened = [a_ticket(contact=a_stranger(f"+4920555010{one}"), at=now) for one in range(4)]
    assert all(goes(ticket) for ticket in opened)


def test_a_known_client_gets_three_an_hour(now: datetime) -> None:
    hanna = a_contact(company=a_company(domain="halden.example"), email="hanna@halden.example")
    minutes = (0, 10, 20, 30, 61)
    opened = [a_ticket(contact=hanna, at=now + timedelta(minutes=one)) for one in minutes]
    assert [goes(ticket) for ticket in opened] == [True, True, True, False, True]


def test_a_domain_of_nobody_gets_ten_an_hour(now: datetime) -> None:
    opened = [a_ticket(contact=a_stranger(f"x{one}"), at=now) for one in range(11)]
    assert [goes(ticket) for ticket in opened] == [True] * 10 + [False]
    assert bites() == [(Cap.DOMAIN, "elsewhere.example", opened[10].id)]
    assert goes(a_ticket(contact=a_stranger("y"), at=now + timedelta(minutes=61)))


def test_a_clients_domain_has_no_limit_of_its_own(now: datetime) -> None:
    company = a_company(domain="halden.example")
    people = [a_contact(company=company, email=f"x{one}@halden.example", verified=False) for one in range(12)]
    assert all(goes(a_ticket(contact=one, at=now)) for one in people)


@pytest.mark.parametrize(("is_known", "evidence"), [(False, ()), (True, ("dmarc=fail",))])
def test_a_stranger_reads_nothing_of_what_was_written_and_whom_somebody_plays_hears_nothing(
    is_known: bool, evidence: tuple[str, ...], now: datetime
) -> None:
    three_lines()
    contact = a_contact(email="hanna@halden.example") if is_known else a_stranger("hanna", "halden.example")
    incoming = Incoming(
        channel=Channel.MAIL,
        sender=Sender(email="hanna@halden.example"),
        subject="Cheap PILLS",
        body=Body(text="Buy PILLS"),
        received_at=now,
        evidence=evidence,
    )
    opened = receive(incoming, by=contact.person_id, now=now)
    if evidence:
        assert db.session.scalars(select(Outbox)).all() == []
        return
    mail = receipt(db.session.get_one(Ticket, opened.ticket_id))
    assert "PILLS" not in mail.subject + mail.body
    assert str(opened.ticket_id) in mail.subject
