"""Three brakes against loops, each with the other two off; and two desks that answer each other."""

import smtplib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.mail.door import RunningDoor, start_door
from helpdesk.mail.jobs import process_inbound, send_outbox
from helpdesk.mail.models import Mailbox
from helpdesk.notifications import caps
from helpdesk.notifications.cap_models import Cap, CapBite
from helpdesk.notifications.models import DeliveryState, OutboxRecipient
from helpdesk.postgres import Urls, add_database, drop_database
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from tests.choosing import chosen
from tests.conftest import NOON, TEMPLATE, settings_for
from tests.factories import a_mailbox, an_agent, three_lines
from tests.mail.letters import SUPPORT, a_mail, read, take_in, tickets
from tests.servers import Sink, Taken, free_port

pytestmark = pytest.mark.mailserver
ECHO = "echo@harbour.example"
HARBOUR = "help@harbour.example"
ROUNDS = 12
MARKS = ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Loop", "Precedence")
LIFTED = (1_000_000, timedelta(days=1))


@dataclass(frozen=True)
class Desk:
    """An installation with its own database, a door, and a relay that ends in a sink."""

    app: Flask
    address: str
    sink: Sink
    door_port: int

    def work(self) -> list[Taken]:
        """Take in and send what is due; the mails that left."""
        before = len(self.sink.taken)
        with self.app.app_context():
            process_inbound()
            send_outbox()
        return self.sink.taken[before:]


@pytest.fixture
def desks(server: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    with ExitStack() as open_things:
        yield (
            a_desk("north", SUPPORT, server, tmp_path_factory, open_things),
            a_desk("south", HARBOUR, server, tmp_path_factory, open_things),
        )


def a_desk(
    name: str, address: str, server: Urls, paths: pytest.TempPathFactory, open_things: ExitStack
) -> Desk:
    urls = add_database(server, f"desk_{name}", template=TEMPLATE)
    open_things.callback(drop_database, urls)
    sink = Sink()
    sink.start()
    open_things.callback(sink.stop)
    secret = f"the secret of {name}, long enough to be taken as one"
    environment = settings_for(urls, paths.mktemp(name), HELPDESK_SMTP_URL=sink.url)
    app = create_app(load_settings(environment | {"HELPDESK_SECRET_KEY": secret}))
    with app.app_context(), transaction():
        three_lines()
        a_mailbox(address)
    door: RunningDoor = start_door(app, "127.0.0.1", port := free_port())
    open_things.callback(door.stop)
    return Desk(app, address, sink, port)


def hand_over(desk: Desk, sender: str, text: str) -> None:
    """As a gateway does that keeps nothing but who wrote to whom: no sign is left by which to know a machine,
    or an answer.
    """
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, desk.address, "Message"
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", desk.door_port, timeout=20) as door:
        door.send_message(mail, sender, [desk.address])


def _same(moment: datetime) -> datetime:
    return moment


def test_two_desks_that_do_not_know_each_other_for_machines_stop_at_the_caps(
    desks: tuple[Desk, Desk],
) -> None:
    north, south = desks
    with clock.frozen(partial(_same, NOON)):
        hand_over(north, south.address, "Hello")
    passed: list[int] = []
    for minute in range(ROUNDS):
        with clock.frozen(partial(_same, NOON + timedelta(minutes=minute))):
            left = [(south, north.address) for _ in north.work()]
            left += [(north, south.address) for _ in south.work()]
            for number, (to, sender) in enumerate(left):
                hand_over(to, sender, f"We got your message {minute}/{number}")
        passed.append(len(left))
    assert sum(passed) == 2 * caps.TO_UNKNOWN[0]
    assert passed[-3:] == [0, 0, 0]
    for desk in desks:
        with desk.app.app_context():
            assert set(db.session.scalars(select(CapBite.cap))) <= {Cap.ADDRESS}
            assert len(db.session.scalars(select(Ticket.id)).all()) <= caps.TO_UNKNOWN[0] + 1
    with north.app.app_context():
        assert len(db.session.scalars(select(CapBite)).all()) == 1


@pytest.fixture
def uncapped(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TO_KNOWN", "TO_UNKNOWN", "TO_DOMAIN"):
        monkeypatch.setattr(caps, name, LIFTED)


def receipts() -> int:
    going = select(func.count()).select_from(OutboxRecipient)
    return db.session.scalar(going.where(OutboxRecipient.state != DeliveryState.FAILED)) or 0


def test_knowing_a_machine_is_enough_to_stop(mailbox: Mailbox, uncapped: None, now: datetime) -> None:
    """The other side answers whatever comes and keeps no thread, but says that it is a machine."""
    take_in(a_mail("Hello", sender=ECHO), mailbox, now=now)
    for number in range(5):
        answer = a_mail(f"Got it {number}", sender=ECHO, subject="Got it", Auto_Submitted="auto-replied")
        take_in(answer, mailbox, now=now)
    assert (receipts(), len(tickets())) == (1, 6)


def test_the_heads_of_our_mails_are_enough_to_stop_an_honest_machine(
    app: Flask, mailbox: Mailbox, uncapped: None, smtp_sink: Sink, now: datetime
) -> None:
    with chosen(app, smtp_url=smtp_sink.url):
        take_in(a_mail("Hello", sender=ECHO), mailbox, now=now)
        send_outbox()
        receipt = smtp_sink.taken[-1]
        assert not would_answer(receipt)
        (ticket,) = tickets()
        actions.reply(ticket, actions.Reply(text="A person's words"), by=an_agent().id, now=now)
        db.session.commit()
        with clock.frozen(partial(_same, now + timedelta(minutes=1))):
            send_outbox()
        assert would_answer(smtp_sink.taken[-1])
        assert len(smtp_sink.taken) == 2


def would_answer(taken: Taken) -> bool:
    """What a responder asks that keeps to RFC 3834, and one that knows no more than each single sign."""
    mail = read(taken.raw)
    marks = [name for name in MARKS if mail[name]]
    is_marked = len(marks) == 4 and not taken.sender
    assert is_marked or (not marks and taken.sender)
    return not is_marked


def test_the_caps_are_enough_to_stop_what_looks_like_people(mailbox: Mailbox, now: datetime) -> None:
    for number in range(12):
        sender = f"echo{number % 6}@harbour.example"
        with clock.frozen(partial(_same, now + timedelta(minutes=number))):
            take_in(a_mail(f"Got it {number}", sender=sender), mailbox, now=now + timedelta(minutes=number))
    assert receipts() == caps.TO_DOMAIN[0]
