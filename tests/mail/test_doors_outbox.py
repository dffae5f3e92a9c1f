"""The outbox under trouble: relays that are away, order on a ticket, rates, and addresses left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from helpdesk import clock, readiness
from helpdesk.clients.models import ContactAddress
from helpdesk.db import db
from helpdesk.mail import sending, turns
from helpdesk.mail.jobs import ask_relays, send_outbox
from helpdesk.mail.models import Mailbox
from helpdesk.mail.relay import Fate, deliver
from helpdesk.mail.settling import LOST_TRACK, settle
from helpdesk.notifications.models import DeliveryState, Notice, Outbox, OutboxKind, OutboxRecipient
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from tests.factories import an_administrator, an_agent
from tests.mail.letters import HANNA, a_mail, hanna, messages, read, take_in, tickets
from tests.outgoing import said
from tests.servers import Sink

pytestmark = [pytest.mark.usefixtures("session", "relay"), pytest.mark.mailserver]
OMAR = "omar@brightwater.example"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ticket(mailbox: Mailbox, relay: Sink, now: datetime) -> Ticket:
    """A request whose receipt has left."""
    hanna()
    take_in(a_mail(message_id="<first@brightwater.example>"), mailbox, now=now)
    at(now, send_outbox)
    relay.taken.clear()
    return tickets()[-1]


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    with clock.frozen(partial(_same, moment)):
        yield


def _same(moment: datetime) -> datetime:
    return moment


def at(moment: datetime, *jobs: object) -> None:
    with frozen(moment):
        for job in jobs:
            job()  # type: ignore[operator]


def answer(ticket: Ticket, now: datetime, text: str = "Try it once more.", **more: object) -> Outbox:
    agent = an_agent("Ada Lind")
    message = actions.reply(ticket, actions.Reply(text=text, **more), by=agent.id, now=now)  # type: ignore[arg-type]
    return db.session.scalars(select(Outbox).where(Outbox.message_id == message.id)).one()


def states(mail: Outbox) -> dict[str, DeliveryState]:
    rows = db.session.scalars(select(OutboxRecipient).where(OutboxRecipient.outbox_id == mail.id))
    return {row.email: row.state for row in rows}


def words_of(relay: Sink) -> list[str]:
    return [said(read(one.raw)).splitlines()[0] for one in relay.taken]


def told(kind: str) -> int:
    return len(db.session.scalars(select(Notice.id).where(Notice.kind == kind)).all())


def test_while_the_relay_is_away_all_mail_says_since_when_it_waits_and_people_are_told(
    ticket: Ticket, relay: Sink, now: datetime
) -> None:
    an_administrator()
    first, second = answer(ticket, now), answer(ticket, now + timedelta(seconds=5))
    relay.stop()
    at(now + timedelta(seconds=20), send_outbox)
    assert (first.attempts, second.attempts, told("mail.relay_away")) == (1, 0, 0)
    at(now + timedelta(seconds=45), ask_relays, send_outbox)
    db.session.expire_all()
    assert first.waiting_since == second.waiting_since == now + timedelta(seconds=20)
    assert "Nobody listens on port" in (second.error or "")
    assert (second.attempts, told("mail.relay_away")) == (0, 1)
    check = readiness.outgoing_mail(now + timedelta(minutes=6))
    assert (check.is_ok, check.detail) == (False, "oldest waits 360 s")


def test_when_the_relay_is_back_what_waited_goes_at_once_in_its_order(
    ticket: Ticket, relay: Sink, now: datetime
) -> None:
    an_administrator()
    for words in ("one", "two", "three"):
        answer(ticket, now, words)
    relay.stop()
    for minutes in (1, 2, 5, 30, 200):
        at(now + minutes * MINUTE, ask_relays, send_outbox)
    relay.start()
    at(now + 201 * MINUTE, ask_relays, send_outbox)
    assert words_of(relay) == ["one", "two", "three"]
    assert (told("mail.relay_away"), told("mail.relay_back")) == (1, 1)


def test_after_two_days_without_a_relay_what_waits_is_given_up(
    ticket: Ticket, relay: Sink, now: datetime
) -> None:
    first, second = answer(ticket, now), answer(ticket, now)
    relay.stop()
    for hours in (1, 10, 30, 48, 60):
        at(now + timedelta(hours=hours), ask_relays, send_outbox)
    assert [*states(first).values(), *states(second).values()] == [DeliveryState.FAILED] * 2


def test_a_later_answer_does_not_overtake_an_earlier_one_to_the_same_reader(
    ticket: Ticket, relay: Sink, now: datetime
) -> None:
    answer(ticket, now, "one")
    answer(ticket, now, "two")
    answer(ticket, now, "to Omar alone", to=(OMAR,))
    relay.script.recipients = {HANNA: "451 4.7.1 Greylisted"}
    at(now + MINUTE, send_outbox)
    assert words_of(relay) == ["to Omar alone"]
    relay.script.recipients = {}
    at(now + 3 * MINUTE, send_outbox)
    assert words_of(relay) == ["to Omar alone", "one", "two"]


def test_a_mailbox_sends_no_more_than_its_rate_and_people_first(
    mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    mailbox.rate_per_minute = 2
    hanna()
    for number in range(3):
        take_in(a_mail(subject=f"Request {number}", message_id=f"<{number}@b.example>"), mailbox, now=now)
    answer(tickets()[-1], now, "A person's words.")
    sent = []
    for seconds in (11, 30, 72, 140):
        at(now + timedelta(seconds=seconds), send_outbox)
        sent.append(len(relay.taken))
    assert sent == [2, 2, 4, 4]
    assert read(relay.taken[0].raw)["Auto-Submitted"] is None


def test_our_own_and_dead_addresses_are_left_out_and_the_others_get_it(
    ticket: Ticket, mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    mail = answer(ticket, now, cc=(mailbox.address, OMAR, "two words@b.example"))
    address = db.session.scalars(select(ContactAddress).where(ContactAddress.email == HANNA)).one()
    address.undeliverable_at = now
    at(now + MINUTE, send_outbox)
    (taken,) = relay.taken
    assert taken.recipients == (OMAR,)
    assert "two words" not in str(read(taken.raw))
    assert states(mail) == {
        HANNA: DeliveryState.FAILED,
        mailbox.address: DeliveryState.FAILED,
        OMAR: DeliveryState.ACCEPTED,
        "two words@b.example": DeliveryState.FAILED,
    }


def test_a_sender_that_slept_while_another_took_its_mail_sends_nothing(
    ticket: Ticket, relay: Sink, now: datetime
) -> None:
    mail = answer(ticket, now)
    with frozen(now + MINUTE):
        slow = sending._claim(None, now=now + MINUTE)
        assert slow is not None
        job = sending._prepare(slow)
    at(now + MINUTE + turns.LEASE + MINUTE, send_outbox)
    assert (len(relay.taken), job is not None) == (1, True)
    before_the_dot = partial(sending._note_handing_over, slow)
    outcome = deliver(job.relay, job.parcel, before_the_dot=before_the_dot)  # type: ignore[union-attr]
    sending._record(job, outcome)  # type: ignore[arg-type]
    assert (len(relay.taken), states(mail)) == (1, {HANNA: DeliveryState.ACCEPTED})


def test_a_sender_thought_dead_that_comes_back_with_an_answer_is_believed(
    ticket: Ticket, now: datetime
) -> None:
    mail = answer(ticket, now)
    settle(mail, {HANNA: Fate(DeliveryState.UNCERTAIN, LOST_TRACK)}, now=now)
    settle(mail, {HANNA: Fate(DeliveryState.ACCEPTED, "250 Ok")}, now=now + MINUTE)
    assert states(mail) == {HANNA: DeliveryState.ACCEPTED}


def test_an_uncertain_answer_is_news_and_an_uncertain_notice_is_none(
    ticket: Ticket, relay: Sink, now: datetime
) -> None:
    mail = answer(ticket, now)
    ada = an_agent("Ada Lind")
    relay.script.hangs_up = True
    at(now + MINUTE, send_outbox)
    assert (states(mail)[HANNA], told("mail.not_delivered")) == (DeliveryState.UNCERTAIN, 1)
    actions.resolve(ticket, "done", by=ada.id, now=now + MINUTE)
    at(now + 2 * MINUTE, send_outbox)
    notice = db.session.scalars(select(Outbox).where(Outbox.kind == OutboxKind.NOTICE)).one()
    assert (states(notice)[HANNA], told("mail.not_delivered")) == (DeliveryState.UNCERTAIN, 1)


def test_what_answers_the_id_that_the_relay_gave_joins_the_ticket(
    ticket: Ticket, mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    relay.script.data = "250 2.0.0 OK <given@prod.example> [Hostname=AM1]"
    mail = answer(ticket, now)
    at(now + MINUTE, send_outbox)
    assert mail.relay_id == "<given@prod.example>"
    back = a_mail("Thanks!", subject="no number", In_Reply_To="<given@prod.example>")
    with frozen(now + 2 * MINUTE):
        take_in(back, mailbox, now=now + 2 * MINUTE)
    assert [one.text.strip() for one in messages(ticket)][-1] == "Thanks!"


def test_an_answer_comes_from_the_mailbox_and_its_reports_to_an_address_of_its_own(
    ticket: Ticket, mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    answer(ticket, now)
    at(now + MINUTE, send_outbox)
    (taken,) = relay.taken
    assert taken.sender.startswith("support+r.")
    (sender,) = read(taken.raw)["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Fernhill support", mailbox.address)


def test_a_mailbox_may_say_who_answers(ticket: Ticket, mailbox: Mailbox, relay: Sink, now: datetime) -> None:
    mailbox.names_agent, mailbox.plus_addressing = True, False
    answer(ticket, now)
    at(now + MINUTE, send_outbox)
    (taken,) = relay.taken
    (sender,) = read(taken.raw)["From"].addresses
    assert sender.display_name.startswith("Ada Lind at ")
    assert (sender.addr_spec, taken.sender) == (mailbox.address, mailbox.address)


def test_a_notice_follows_whoever_the_ticket_belongs_to_by_now(
    ticket: Ticket, relay: Sink, now: datetime
) -> None:
    ada = an_agent("Ada Lind")
    actions.resolve(ticket, "done", by=ada.id, now=now)
    address = db.session.scalars(select(ContactAddress).where(ContactAddress.email == HANNA)).one()
    address.email = "hanna.bell@brightwater.example"
    db.session.flush()
    at(now + MINUTE, send_outbox)
    assert [one.recipients for one in relay.taken] == [("hanna.bell@brightwater.example",)]


def test_what_waited_for_a_relay_goes_through_the_one_that_took_its_place(
    ticket: Ticket, mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    mailbox.smtp_host, mailbox.smtp_port = "127.0.0.1", 9
    answer(ticket, now, "one")
    for minutes in (1, 2, 3, 9, 60):
        at(now + minutes * MINUTE, ask_relays, send_outbox)
    mailbox.smtp_host = mailbox.smtp_port = None
    db.session.flush()
    at(now + 62 * MINUTE, ask_relays, send_outbox)
    assert words_of(relay) == ["one"]
