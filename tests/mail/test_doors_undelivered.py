"""A ticket does not wait for an answer to a question that its client never got."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.accounts.people import system_id
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.mail.jobs import send_outbox
from helpdesk.mail.models import Mailbox
from helpdesk.notifications.models import Outbox, OutboxKind
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State
from tests.mail.letters import HANNA, take_in
from tests.mail.test_doors_returned import enclosed, failed, report
from tests.moments import at
from tests.servers import Sink

pytestmark = [pytest.mark.usefixtures("session", "relay"), pytest.mark.mailserver]
OMAR = "omar@brightwater.example"


def ask(ticket: Ticket, ada: Person, now: datetime, *to: str, cc: tuple[str, ...] = ()) -> Outbox:
    """Ada's question leaves, and the ticket waits."""
    actions.reply(ticket, actions.Reply(text="Which tray?", to=to or (HANNA,), cc=cc), by=ada.id, now=now)
    if ticket.state is State.OPEN:
        actions.wait(ticket, State.WAITING_CLIENT, reason="Which tray?", by=ada.id, now=now)
    db.session.commit()
    with at(now + timedelta(seconds=11)):
        send_outbox()
    return db.session.scalars(
        select(Outbox).where(Outbox.kind == OutboxKind.REPLY).order_by(Outbox.id.desc()).limit(1)
    ).one()


def last_change() -> EventRow:
    changes = select(EventRow).where(EventRow.kind == "ticket.state_changed")
    return db.session.scalars(changes.order_by(EventRow.id.desc()).limit(1)).one()


def test_a_question_that_comes_back_ends_the_waiting(
    ticket: Ticket, ada: Person, mailbox: Mailbox, now: datetime
) -> None:
    sent = ask(ticket, ada, now)
    assert ticket.state is State.WAITING_CLIENT
    take_in(report("delivery-status", failed(HANNA), about=enclosed(sent)), mailbox, now=now)
    assert (ticket.state, ticket.waiting_since) == (State.OPEN, None)
    assert (last_change().actor_id, last_change().payload["in_vain"]) == (system_id(), True)


def test_a_question_that_the_relay_refuses_ends_it_too(
    ticket: Ticket, ada: Person, relay: Sink, now: datetime
) -> None:
    relay.script.recipients = {HANNA: "550 5.1.1 No such user"}
    ask(ticket, ada, now)
    assert ticket.state is State.OPEN


@pytest.mark.parametrize(
    ("to", "cc", "returned"),
    [((HANNA, OMAR), (), HANNA), ((HANNA,), (OMAR,), OMAR)],
    ids=["another reads it", "only the copy came back"],
)
def test_while_somebody_has_the_question_it_waits(
    ticket: Ticket,
    ada: Person,
    mailbox: Mailbox,
    now: datetime,
    to: tuple[str, ...],
    cc: tuple[str, ...],
    returned: str,
) -> None:
    sent = ask(ticket, ada, now, *to, cc=cc)
    mail = take_in(report("delivery-status", failed(returned), about=enclosed(sent)), mailbox, now=now)
    assert (mail.reason, ticket.state) == ("bounce", State.WAITING_CLIENT)


def test_an_earlier_question_or_a_mere_delay_ends_nothing(
    ticket: Ticket, ada: Person, mailbox: Mailbox, now: datetime
) -> None:
    first = ask(ticket, ada, now)
    second = ask(ticket, ada, now + timedelta(minutes=1))
    late = failed(HANNA, "4.4.1", action="delayed")
    for about, said in ((first, failed(HANNA)), (second, late)):
        mail = take_in(report("delivery-status", said, about=enclosed(about)), mailbox, now=now)
        assert (mail.reason, ticket.state) == ("bounce", State.WAITING_CLIENT)
