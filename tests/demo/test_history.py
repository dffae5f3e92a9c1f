"""The demo's past is written once, may be interrupted, and goes on when the demo is started again."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import String, Text, func, select
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.accounts.people import system_id
from helpdesk.clients.models import Company, Contact
from helpdesk.db import Base
from helpdesk.demo import history
from helpdesk.demo.firm import found_firm
from helpdesk.demo.folder import DemoError
from helpdesk.demo.history import write_history
from helpdesk.demo.seeding import seed_tickets
from helpdesk.events import EventRow
from helpdesk.mail.models import InboundMail
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxRecipient
from helpdesk.sla.models import SlaClock, TicketSla
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import OPEN_STATES, State
from tests.factories import a_ticket, an_agent

NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
SATURDAY_NIGHT = datetime(2026, 3, 7, 23, 30, tzinfo=UTC)
WITH_PLACES = {"canned_answer"}  # their braces are filled when they are used
EMPTY_IS_FINE = {
    "resolution",
    "preview",
    "symptom",
    "asked",
    "tried",
    "configuration",
    "reason",
    "rule_name",
    "note",
    "signature",  # most people have none of their own
    "phone",  # nor a number to be called at
    "other_text",  # only where a mail says one thing in its form and another in plain words
    "systems",
    "position",
    "section",
    "summary",
    "name",
    "subject",
    "html",
    "failure",  # of a ticket whose clocks cannot be computed
    "party",  # whoever waits for the client waits for no third one
}


class Counting(threading.Event):
    """Says that it is set once it has been asked a few times."""

    def __init__(self, patience: int) -> None:
        super().__init__()
        self.patience = patience

    def is_set(self) -> bool:
        self.patience -= 1
        return self.patience < 0


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A week is enough to see whether it is right."""
    monkeypatch.setattr(history, "DAYS", 7)


def begin(at: datetime = NOW, stop: threading.Event | None = None) -> None:
    with clock.frozen(lambda: at):
        found_firm()
        write_history(stop=stop or threading.Event())


def numbers(session: scoped_session[Session]) -> list[int]:
    return list(session.scalars(select(Ticket.id).order_by(Ticket.id)))


def test_starting_again_at_once_writes_nothing_more(session: scoped_session[Session]) -> None:
    begin()
    before = numbers(session)
    begin(NOW + timedelta(minutes=5))
    assert numbers(session) == before


def test_what_was_interrupted_goes_on_where_it_ended(session: scoped_session[Session]) -> None:
    begin(stop=Counting(2))
    some = numbers(session)
    begin(NOW + timedelta(minutes=5))
    everything = numbers(session)
    assert 0 < len(some) < len(everything)
    assert set(some) < set(everything)


def test_a_past_planned_by_an_earlier_version_is_left_as_it_is(session: scoped_session[Session]) -> None:
    found_firm()
    numbers = [a_ticket().id, a_ticket().id]
    payload = {
        "v": 1,
        "since": (NOW - timedelta(days=60)).isoformat(),
        "until": NOW.isoformat(),
        "numbers": numbers,
    }
    session.add(
        EventRow(kind=history.KIND, effective_at=NOW, recorded_at=NOW, actor_id=system_id(), payload=payload)
    )
    session.flush()
    with clock.frozen(lambda: NOW):
        write_history(stop=threading.Event())
    assert session.scalar(select(func.count()).select_from(Ticket)) == 2


def test_days_without_the_demo_are_filled_when_it_starts_again(session: scoped_session[Session]) -> None:
    begin()
    before = set(numbers(session))
    later = NOW + timedelta(days=4)
    begin(later)
    fresh = session.scalars(select(Ticket.created_at).where(Ticket.id.not_in(before))).all()
    assert min(fresh) > NOW - timedelta(days=10)
    assert max(fresh) <= later
    still = select(func.count()).where(Ticket.id.in_(before), Ticket.state.in_(OPEN_STATES))
    assert (session.scalar(still) or 0) <= 20


@pytest.mark.parametrize("at", [NOW, SATURDAY_NIGHT])
def test_right_now_there_is_something_of_everything(session: scoped_session[Session], at: datetime) -> None:
    begin(at)
    mine = select(func.count()).select_from(Ticket).where(Ticket.state.in_(OPEN_STATES))
    within = Ticket.sort_due.between(at, at + timedelta(hours=1))
    assert 40 <= (session.scalar(mine) or 0) <= 95
    assert 5 <= (session.scalar(mine.where(within)) or 0) <= 16
    assert 2 <= (session.scalar(mine.where(Ticket.sort_due < at)) or 0) <= 6
    assert (session.scalar(mine.where(Ticket.assignee_id.is_(None))) or 0) >= 5
    for state in (State.NEW, State.OPEN, State.WAITING_CLIENT, State.WAITING_THIRD_PARTY):
        assert (session.scalar(mine.where(Ticket.state == state)) or 0) >= 2
    for line in (1, 2, 3):
        assert (session.scalar(mine.where(Ticket.line == line)) or 0) >= 3


def test_no_mail_of_the_past_is_ever_due(session: scoped_session[Session]) -> None:
    begin()
    begin(NOW + timedelta(days=4))
    assert session.scalar(select(func.count()).where(Outbox.finished_at.is_(None))) == 0
    waiting = OutboxRecipient.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING))
    assert session.scalar(select(func.count()).where(waiting)) == 0


def test_nothing_happens_in_the_future(session: scoped_session[Session]) -> None:
    begin()
    for column in (EventRow.recorded_at, Message.created_at, Ticket.created_at, InboundMail.received_at):
        assert (session.scalar(select(func.max(column))) or NOW) <= NOW


def test_every_text_of_the_desk_says_something(session: scoped_session[Session]) -> None:
    begin()
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, (Text, String)) and column.computed is None:
                found = session.scalars(select(column).where(column.isnot(None)).distinct()).all()
                words = [str(value) for value in found]
                braces = [one for one in words if re.search(r"\{\w+\}", one) and not one.startswith("{")]
                assert braces == [] or table.name in WITH_PLACES, f"{table.name}.{column.name}"
                if column.name not in EMPTY_IS_FINE:
                    assert "" not in words, f"{table.name}.{column.name}"


def test_russian_clients_are_answered_in_russian(session: scoped_session[Session]) -> None:
    begin()
    statement = (
        select(Message.text)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .join(Contact, Contact.id == Ticket.contact_id)
        .join(Company, Company.id == Contact.company_id)
        .where(Company.language == "ru")
    )
    texts = session.scalars(statement).all()
    assert len(texts) > 20
    assert [one for one in texts if not re.search("[а-яё]", one)] == []
    english = session.scalars(statement.where(Company.language == "en")).all()
    assert [one for one in english if re.search("[а-яё]", one)] == []


def test_a_few_promises_of_a_month_were_broken_and_most_were_kept(
    session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "DAYS", 30)
    begin()
    everything = session.scalar(select(func.count()).select_from(TicketSla)) or 1
    missed = session.scalar(select(func.count()).where(TicketSla.missed)) or 0
    assert 0.88 <= 1 - missed / everything <= 0.98


def test_seeding_writes_as_many_as_asked_for(session: scoped_session[Session]) -> None:
    with clock.frozen(lambda: NOW):
        seed_tickets(300, seed=7)
    assert len(numbers(session)) == 300
    timed = select(SlaClock.id).where(SlaClock.ticket_id == Ticket.id).exists()
    without = select(func.count()).select_from(Ticket).where(~timed)
    assert session.scalar(without) == 0


def test_the_same_seed_writes_the_same_tickets(session: scoped_session[Session]) -> None:
    with clock.frozen(lambda: NOW):
        seed_tickets(60, seed=3)
        seed_tickets(60, seed=3)
    rows = session.execute(select(Ticket.subject, Ticket.created_at, Ticket.state).order_by(Ticket.id)).all()
    assert rows[:60] == rows[60:]


def test_a_desk_in_use_is_never_seeded(session: scoped_session[Session]) -> None:
    an_agent("Real Person")
    with clock.frozen(lambda: NOW), pytest.raises(DemoError, match="in use"):
        seed_tickets(5, seed=1)
    assert session.scalar(select(func.count()).select_from(Ticket)) == 0
