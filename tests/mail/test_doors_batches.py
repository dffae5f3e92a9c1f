"""Messages that are taken up together end as if each had come alone, for a fraction of the questions."""

from datetime import datetime

import pytest
from sqlalchemy import func, select

from helpdesk.clients.models import Company, CompanyKind, Contact, ContactAddress
from helpdesk.clients.return_models import AddressReturn
from helpdesk.clients.rules import ReturnKind
from helpdesk.db import db
from helpdesk.mail.claiming import TOGETHER
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.judging import FLOOD
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.notifications.models import Outbox, OutboxKind
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from tests.counting import statements
from tests.factories import a_mailbox, an_agent, three_lines
from tests.mail.letters import HANNA, a_mail, arrive, hanna, messages, take_in, tickets
from tests.mail.test_doors_returned import enclosed, failed, report

pytestmark = pytest.mark.usefixtures("session")
EVE = "Eve <eve@elsewhere.example>"


@pytest.fixture
def mailbox(session: object) -> Mailbox:
    three_lines()
    hanna()
    return a_mailbox()


def together(*mails: object, mailbox: Mailbox, now: datetime) -> list[InboundMail]:
    """All of them waiting at once; the rows afterwards."""
    stored = [arrive(mail, mailbox, now=now) for mail in mails]  # type: ignore[arg-type]
    process_inbound()
    return [db.session.get_one(InboundMail, number, populate_existing=True) for number in stored]


def test_a_copy_in_the_same_batch_is_one_and_a_used_id_is_seen(mailbox: Mailbox, now: datetime) -> None:
    first = a_mail(message_id="<one@brightwater.example>")
    other = a_mail("Now room 4 too.", message_id="<one@brightwater.example>")
    kept, copy, reused = together(first, first, other, mailbox=mailbox, now=now)
    assert (kept.reason, copy.reason, copy.copy_of_id) == ("opened", "copy", kept.id)
    assert reused.state is InboundState.PROCESSED
    assert "reused Message-ID" in messages(tickets()[-1])[-1].evidence
    assert "reused Message-ID" not in messages(tickets()[0])[0].evidence


def test_an_id_known_from_an_earlier_batch_is_known(mailbox: Mailbox, now: datetime) -> None:
    first = a_mail(message_id="<one@brightwater.example>")
    take_in(first, mailbox, now=now)
    copy, new = together(first, a_mail("Another thing."), mailbox=mailbox, now=now)
    assert (copy.reason, new.reason) == ("copy", "opened")


def test_people_of_a_batch_are_found_or_made_once(mailbox: Mailbox, now: datetime) -> None:
    agent = f"person{an_agent('Ada Lind').id}@fernhill.example"
    together(*(a_mail(text, sender=EVE) for text in "abc"), a_mail(sender=agent), mailbox=mailbox, now=now)
    contacts = [db.session.get_one(Contact, ticket.contact_id) for ticket in tickets()]
    companies = [db.session.get_one(Company, one.company_id).kind for one in contacts]
    assert len({one.id for one in contacts}) == 2
    assert companies == [CompanyKind.UNKNOWN] * 3 + [CompanyKind.OWN]


@pytest.mark.parametrize("before", [0, FLOOD - 4])
def test_the_limit_of_new_tickets_holds_across_batches(mailbox: Mailbox, now: datetime, before: int) -> None:
    for number in range(before):
        take_in(a_mail(f"Before {number}", sender=EVE.replace("@", f"+{number}@")), mailbox, now=now)
    more = (a_mail(f"Letter {number}", sender=EVE) for number in range(FLOOD + 1 - before))
    *let_in, held = together(*more, mailbox=mailbox, now=now)
    assert {one.state for one in let_in} == {InboundState.PROCESSED}
    assert held.state is InboundState.QUARANTINED
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == FLOOD


def test_who_writes_in_a_batch_can_be_written_to_again(mailbox: Mailbox, now: datetime) -> None:
    db.session.add(
        AddressReturn(email=HANNA, kind=ReturnKind.HARD, status="5.1.1", words="", shuts=True, at=now)
    )
    address = db.session.scalars(select(ContactAddress).where(ContactAddress.email == HANNA)).one()
    address.undeliverable_at = now
    together(a_mail(), a_mail("Something else.", sender=EVE), mailbox=mailbox, now=now)
    assert db.session.scalars(select(AddressReturn.cleared_at)).all() == [now]
    assert address.undeliverable_at is None


def test_a_report_and_a_word_of_its_subject_in_one_batch_leave_him_reachable(
    mailbox: Mailbox, now: datetime
) -> None:
    take_in(a_mail(), mailbox, now=now)
    agent = an_agent("Ada Lind")
    actions.reply(tickets()[0], actions.Reply(text="Try it.", to=(HANNA,)), by=agent.id, now=now)
    sent = db.session.scalars(select(Outbox).where(Outbox.kind == OutboxKind.REPLY)).one()
    sent.finished_at = sent.handed_over_at = now
    returned = report("delivery-status", failed(HANNA), about=enclosed(sent))
    bounced, answered = together(returned, a_mail("I am here."), mailbox=mailbox, now=now)
    assert (bounced.reason, answered.state) == ("bounce", InboundState.PROCESSED)
    assert db.session.scalars(select(AddressReturn.cleared_at)).all() == [now]


def test_ten_requests_together_ask_far_less_than_ten_alone(mailbox: Mailbox, now: datetime) -> None:
    take_in(a_mail("The first one fills what is kept."), mailbox, now=now)
    with statements() as alone:
        take_in(a_mail("Alone."), mailbox, now=now)
    with statements() as batch:
        together(*(a_mail(f"Letter {number}.") for number in range(TOGETHER)), mailbox=mailbox, now=now)
    assert len(batch) < TOGETHER * len(alone) * 0.6
