"""A mail that lay in its mailbox for a while: from when it reached it on the client waits, within bounds."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.mail import actions as mails
from helpdesk.mail.copying import Listed, arrival_of
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.mailboxes import access_of
from helpdesk.mail.models import InboundMail, Mailbox
from helpdesk.notifications.models import Outbox
from helpdesk.sla.clocks import refresh
from helpdesk.sla.models import Metric, SlaClock, SlaFiring
from helpdesk.sla.sweep import sweep
from helpdesk.tickets import actions
from tests.factories import LONG_AGO, a_policy, an_agent
from tests.mail.letters import a_mail, arrive, hanna, messages, take_in, tickets
from tests.moments import at

pytestmark = pytest.mark.usefixtures("session", "now")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def connected(mailbox: Mailbox) -> None:
    mailbox.connected_at = LONG_AGO
    hanna()


def test_a_request_begins_when_it_reached_the_mailbox_and_its_receipt_goes_now(
    mailbox: Mailbox, now: datetime
) -> None:
    arrive(a_mail(), mailbox, now=now - 3 * HOUR)
    process_inbound()
    (ticket,) = tickets()
    event = db.session.scalars(select(EventRow).where(EventRow.kind == "ticket.opened")).one()
    receipt = db.session.scalars(select(Outbox)).one()
    assert (ticket.created_at, ticket.unanswered_since) == (now - 3 * HOUR, now - 3 * HOUR)
    assert (event.effective_at, event.recorded_at) == (now - 3 * HOUR, now)
    assert (receipt.created_at, receipt.due_at) == (now, now)


@pytest.mark.parametrize(("ago", "begins"), [(1, 0), (14, 0), (15, 15), (20_000, 7 * 24 * 60)])
def test_what_came_just_now_begins_now_and_nothing_begins_more_than_a_week_ago(
    mailbox: Mailbox, now: datetime, ago: int, begins: int
) -> None:
    arrive(a_mail(), mailbox, now=now - timedelta(minutes=ago))
    process_inbound()
    assert now - tickets()[0].created_at == timedelta(minutes=begins)


def test_nothing_begins_before_the_mailbox_was_connected(mailbox: Mailbox, now: datetime) -> None:
    mailbox.connected_at = now - HOUR
    arrive(a_mail(), mailbox, now=now - 3 * HOUR)
    process_inbound()
    assert tickets()[0].created_at == now - HOUR


def test_what_was_put_into_the_folder_later_begins_after_the_look_that_did_not_find_it(
    mailbox: Mailbox, now: datetime
) -> None:
    mailbox.imap_host, mailbox.polled_at = "imap.fernhill.example", now - HOUR
    old = Listed(uid=7, size=100, received_at=now - 72 * HOUR)
    mails.store(arrival_of(access_of(mailbox), old, a_mail().as_bytes()), now=now)
    db.session.commit()
    process_inbound()
    assert tickets()[0].created_at == now - HOUR


@pytest.mark.parametrize(("answered", "counts"), [(False, 3), (True, 1)])
def test_an_answer_counts_from_when_it_reached_the_mailbox_but_never_before_what_happened_since(
    mailbox: Mailbox, now: datetime, answered: bool, counts: int
) -> None:
    with at(now - 5 * HOUR):
        take_in(a_mail(message_id="<first@brightwater.example>"), mailbox, now=now - 5 * HOUR)
    (ticket,) = tickets()
    if answered:
        actions.add_note(ticket, "I look.", by=an_agent("Ada Lind").id, now=now - HOUR)
    arrive(a_mail("More.", In_Reply_To="<first@brightwater.example>"), mailbox, now=now - 3 * HOUR)
    process_inbound()
    event = db.session.scalars(select(EventRow).where(EventRow.kind == "ticket.client_wrote")).one()
    assert (messages(ticket)[-1].created_at, event.effective_at, event.recorded_at) == (
        now - counts * HOUR,
        now - counts * HOUR,
        now,
    )


def test_what_somebody_lets_in_begins_then(mailbox: Mailbox, now: datetime) -> None:
    spam = a_mail(X_Spam_Flag="YES")
    with at(now - 3 * HOUR):
        stored = take_in(spam, mailbox, now=now - 3 * HOUR).id
    mails.retry(db.session.get_one(InboundMail, stored), by=an_agent("Ada Lind").id, now=now)
    process_inbound()
    assert tickets()[0].created_at == now


def test_the_clocks_of_a_late_request_have_run_all_the_while_and_agree_with_the_ledger(
    mailbox: Mailbox, now: datetime
) -> None:
    a_policy(default=True)
    arrive(a_mail(), mailbox, now=now - 48 * HOUR)
    process_inbound()
    sweep()
    (ticket,) = tickets()
    crossed = select(SlaFiring).where(SlaFiring.metric == Metric.FIRST_RESPONSE, SlaFiring.percent == 100)
    firing = db.session.scalars(crossed).one()
    clock = db.session.scalars(select(SlaClock).where(SlaClock.metric == Metric.FIRST_RESPONSE)).one()
    assert clock.started_at == now - 48 * HOUR
    assert clock.breached_at is not None
    assert clock.breached_at < now - 24 * HOUR
    assert firing.ticket_id == ticket.id
    before = clock.due_at, clock.breached_at, clock.elapsed_s
    refresh(ticket, now)
    assert (clock.due_at, clock.breached_at, clock.elapsed_s) == before
