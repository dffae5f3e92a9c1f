"""Mail going out to a real sink: threading that survives, states per recipient, and nothing internal ever."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.db import db
from helpdesk.mail.jobs import send_outbox
from helpdesk.mail.models import Mailbox
from helpdesk.mail.relay import Fate
from helpdesk.mail.settling import settle
from helpdesk.mail.tokens import Token, read_message_id
from helpdesk.notifications.actions import undo
from helpdesk.notifications.models import DeliveryState, Notice, Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.signing import keys
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import HandoverCard
from tests.factories import an_agent
from tests.mail.letters import HANNA, a_mail, hanna, messages, read, take_in, tickets
from tests.moments import at
from tests.outgoing import plain_of, said, twin_of
from tests.servers import Sink

pytestmark = [pytest.mark.usefixtures("session", "relay"), pytest.mark.mailserver]

CANARY = "canary-7311"


def a_request(mailbox: Mailbox, now: datetime) -> Ticket:
    hanna()
    take_in(a_mail(message_id="<first@brightwater.example>"), mailbox, now=now)
    return tickets()[-1]


def answered(ticket: Ticket, now: datetime, text: str = "Try the new driver.", **more: object) -> int:
    """An agent's answer; the id of its message."""
    ada = an_agent("Ada Lind")
    return actions.reply(ticket, actions.Reply(text=text, **more), by=ada.id, now=now).id  # type: ignore[arg-type]


def send_at(moment: datetime) -> None:
    with at(moment):
        send_outbox()


def states() -> dict[str, DeliveryState]:
    rows = db.session.scalars(select(OutboxRecipient).order_by(OutboxRecipient.id))
    return {row.email: row.state for row in rows}


def the_reply() -> Outbox:
    return db.session.scalars(select(Outbox).where(Outbox.kind == OutboxKind.REPLY)).one()


def soon(now: datetime) -> datetime:
    return now + timedelta(seconds=11)


def test_the_receipt_goes_out_as_a_machines_answer(mailbox: Mailbox, relay: Sink, now: datetime) -> None:
    ticket = a_request(mailbox, now)
    send_at(now)
    (taken,) = relay.taken
    mail = read(taken.raw)
    assert (taken.sender, taken.recipients) == ("", (HANNA,))
    assert mail["Subject"] == f"[HD#{ticket.id}] Prescriptions print blank"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["In-Reply-To"] == "<first@brightwater.example>"


def test_an_answer_waits_ten_seconds_and_goes_out_as_a_persons_mail(
    mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    ticket = a_request(mailbox, now)
    send_at(now)
    answered(ticket, now)
    send_at(now + timedelta(seconds=9))
    assert len(relay.taken) == 1
    send_at(soon(now))
    mail = read(relay.taken[1].raw)
    assert mail["In-Reply-To"] == "<first@brightwater.example>"
    root, *chain = mail["References"].split()
    assert (chain, read_message_id(root, keys())) == (
        ["<first@brightwater.example>"],
        Token(ticket.id, 0, 1),
    )
    assert mail["Reply-To"].addresses[0].addr_spec.startswith("support+t.")
    assert mail["Auto-Submitted"] is None
    assert said(mail).startswith("Try the new driver.")
    assert states() == {HANNA: DeliveryState.ACCEPTED}


@pytest.mark.parametrize("kept", ["References", "Reply-To", "Subject"])
def test_the_answer_to_our_answer_finds_home(mailbox: Mailbox, relay: Sink, now: datetime, kept: str) -> None:
    ticket = a_request(mailbox, now)
    answered(ticket, now)
    send_at(soon(now))
    ours = read(relay.taken[-1].raw)
    back = {
        "References": a_mail("Thanks!", subject="hm", References=str(ours["Message-ID"])),
        "Reply-To": a_mail("Thanks!", subject="hm", to=str(ours["Reply-To"])),
        "Subject": a_mail("Thanks!", subject=f"AW: {ours['Subject']}"),
    }
    with at(soon(now)):
        take_in(back[kept], mailbox, now=soon(now))
    assert [one.text.strip() for one in messages(ticket)][-1] == "Thanks!"


def test_an_answer_taken_back_in_time_never_leaves(mailbox: Mailbox, relay: Sink, now: datetime) -> None:
    ticket = a_request(mailbox, now)
    send_at(now)
    message_id = answered(ticket, now)
    assert undo(message_id, now=now)
    send_at(soon(now))
    assert len(relay.taken) == 1


def test_what_was_sent_cannot_be_taken_back(mailbox: Mailbox, now: datetime) -> None:
    message_id = answered(a_request(mailbox, now), now)
    send_at(soon(now))
    assert not undo(message_id, now=soon(now))


def test_people_go_before_machines(mailbox: Mailbox, relay: Sink, now: datetime) -> None:
    answered(a_request(mailbox, now), now)
    send_at(soon(now))
    assert [read(one.raw)["Auto-Submitted"] for one in relay.taken] == [None, "auto-replied"]


def test_with_the_relay_down_mail_waits_and_goes_out_once_when_it_is_back(
    mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    a_request(mailbox, now)
    relay.stop()
    send_at(now)
    assert states() == {HANNA: DeliveryState.DELAYED}
    relay.start()
    send_at(now + timedelta(seconds=30))
    assert relay.taken == []
    send_at(now + timedelta(minutes=2))
    send_at(now + timedelta(minutes=20))
    assert len(relay.taken) == 1
    assert states() == {HANNA: DeliveryState.ACCEPTED}


def test_a_retry_is_the_same_mail(mailbox: Mailbox, relay: Sink, now: datetime) -> None:
    a_request(mailbox, now)
    relay.script.data = "451 4.3.0 Try later"
    send_at(now)
    relay.script.data = "250 2.0.0 Queued"
    before = db.session.scalars(select(Outbox.rfc_message_id)).one()
    send_at(now + timedelta(minutes=2))
    assert read(relay.taken[0].raw)["Message-ID"] == before


def test_a_refused_recipient_does_not_harm_the_others(mailbox: Mailbox, relay: Sink, now: datetime) -> None:
    ticket = a_request(mailbox, now)
    send_at(now)
    relay.script.recipients = {"gone@brightwater.example": "550 5.1.1 No such user"}
    answered(ticket, now, cc=("gone@brightwater.example", "noah@brightwater.example"))
    send_at(soon(now))
    assert states() == {
        HANNA: DeliveryState.ACCEPTED,
        "gone@brightwater.example": DeliveryState.FAILED,
        "noah@brightwater.example": DeliveryState.ACCEPTED,
    }
    kinds = db.session.scalars(select(Notice.kind).where(Notice.person_id == ticket.owner_id)).all()
    assert "mail.not_delivered" in kinds


def test_only_who_is_still_waiting_gets_the_second_attempt(
    mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    ticket = a_request(mailbox, now)
    send_at(now)
    relay.script.recipients = {"noah@brightwater.example": "451 4.7.1 Greylisted"}
    answered(ticket, now, cc=("noah@brightwater.example",))
    send_at(soon(now))
    relay.script.recipients = {}
    send_at(now + timedelta(minutes=3))
    assert [one.recipients for one in relay.taken[1:]] == [(HANNA,), ("noah@brightwater.example",)]


def test_a_connection_lost_after_the_final_dot_is_uncertain_and_never_sent_again(
    mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    a_request(mailbox, now)
    relay.script.hangs_up = True
    send_at(now)
    relay.script.hangs_up = False
    for hours in (1, 5, 50):
        send_at(now + timedelta(hours=hours))
    assert states() == {HANNA: DeliveryState.UNCERTAIN}
    assert len(relay.taken) == 1


def test_a_sender_that_died_after_handing_over_leaves_the_mail_uncertain(
    mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    a_request(mailbox, now)
    mail = db.session.scalars(select(Outbox)).one()
    mail.attempts, mail.lease_until, mail.handed_over_at = 1, now + timedelta(minutes=10), now
    send_at(now + timedelta(minutes=11))
    assert (relay.taken, states()) == ([], {HANNA: DeliveryState.UNCERTAIN})


def test_a_sender_that_died_before_handing_over_is_followed_by_another(
    mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    a_request(mailbox, now)
    mail = db.session.scalars(select(Outbox)).one()
    mail.attempts, mail.lease_until = 1, now + timedelta(minutes=10)
    send_at(now + timedelta(minutes=9))
    assert relay.taken == []
    send_at(now + timedelta(minutes=11))
    assert states() == {HANNA: DeliveryState.ACCEPTED}


def test_a_relay_that_says_later_is_asked_less_and_less_and_for_two_days(
    mailbox: Mailbox, now: datetime
) -> None:
    a_request(mailbox, now)
    mail = db.session.scalars(select(Outbox)).one()
    tries = []
    for number in range(1, 11):
        tries.append((mail.due_at - now) // timedelta(minutes=1))
        mail.attempts = number
        settle(mail, {HANNA: Fate(DeliveryState.DELAYED, "451 later")}, now=mail.due_at)
    assert tries == [0, 1, 6, 21, 81, 261, 981, 1701, 2421, 48 * 60]
    assert (mail.finished_at, states()) == (now + timedelta(hours=48), {HANNA: DeliveryState.FAILED})


def test_after_two_days_the_desk_gives_up_and_says_so(mailbox: Mailbox, relay: Sink, now: datetime) -> None:
    a_request(mailbox, now)
    relay.stop()
    for hours in (0, 1, 2, 6, 20, 47, 60):
        send_at(now + timedelta(hours=hours))
    mail = db.session.scalars(select(Outbox)).one()
    assert states() == {HANNA: DeliveryState.FAILED}
    assert mail.finished_at == now + timedelta(hours=60)


def test_a_leading_dot_arrives_as_it_was_written(mailbox: Mailbox, relay: Sink, now: datetime) -> None:
    ticket = a_request(mailbox, now)
    answered(ticket, now, ".hidden\n..twice\nend.")
    send_at(soon(now))
    assert ".hidden\n..twice\nend." in said(read(relay.taken[0].raw))


def test_without_plus_addressing_a_marker_at_the_foot_brings_the_answer_home(
    mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    mailbox.plus_addressing = False
    ticket = a_request(mailbox, now)
    send_at(now)
    ours = read(relay.taken[0].raw)
    assert ours["Reply-To"] is None
    quoted = "\n".join(f"> {line}" for line in plain_of(ours).splitlines())
    take_in(a_mail(f"Thanks\n\n{quoted}", subject="no number"), mailbox, now=now)
    assert len(messages(ticket)) == 2


def test_nothing_internal_ever_leaves(mailbox: Mailbox, relay: Sink, now: datetime) -> None:
    """Notes, cards, reasons and resolutions all carry the canary; no outgoing byte does."""
    ada = an_agent("Ada Lind")
    ticket = a_request(mailbox, now)
    card = HandoverCard(symptom=CANARY, asked=CANARY, tried=CANARY, configuration=CANARY)
    actions.take(ticket, by=ada.id, now=now)
    actions.add_note(ticket, CANARY, by=ada.id, now=now)
    actions.reply(ticket, actions.Reply(text="We are on it."), by=ada.id, now=now)
    actions.escalate(ticket, card=card, by=ada.id, now=now)
    actions.resolve(ticket, CANARY, by=ada.id, now=now)
    actions.reopen(ticket, by=ada.id, now=now, reason=CANARY)
    for hours in (0, 1):
        send_at(now + timedelta(hours=hours, minutes=1))
    sent = [read(one.raw) for one in relay.taken]
    assert len(sent) == 4
    assert CANARY not in "".join(f"{mail}{said(mail)}{twin_of(mail)}" for mail in sent)
